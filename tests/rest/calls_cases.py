"""Functions of PostgreSQL's: how they are called, which of several, and what their results become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from case import JSON, POSTGRESQL, Case

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TEXT = {"Content-Type": "text/plain"}
BYTES = {"Content-Type": "application/octet-stream"}
XML = {"Content-Type": "text/xml"}
OBJECT = "application/vnd.pgrst.object+json"


@dataclass(frozen=True)
class Call(Case):
    """A case whose request has a body."""

    sends: str | bytes | None = None


def get(url: str, body: str | None, **more: Any) -> Call:
    """A call by GET that succeeds with exactly this."""
    return Call(f"rpc/{url}", body=body, on=POSTGRESQL, **more)


def post(url: str, sends: Any, body: str | None, **more: Any) -> Call:
    """A call by POST that succeeds; what is no text is sent as JSON."""
    text = sends if isinstance(sends, str | bytes) else json.dumps(sends)
    return Call(f"rpc/{url}", body=body, method="POST", sends=text, on=POSTGRESQL, **more)


def fails(url: str, status: int, code: str, sends: Any = None, **more: Any) -> Call:
    """A call that is refused: by POST if it sends something."""
    method = more.pop("method", "GET" if sends is None else "POST")
    text = sends if sends is None or isinstance(sends, str | bytes) else json.dumps(sends)
    return Call(f"rpc/{url}", status=status, code=code, sends=text, method=method, on=POSTGRESQL, **more)


def prefer(*preferences: str, **more: str) -> Mapping[str, str]:
    return {"Prefer": ", ".join(preferences), **more}


VALUES = [
    get("add_them?a=1&b=2", "3", answers={"Content-Type": JSON, "Content-Range": "0-0/*"}),
    post("add_them", {"a": 1, "b": 2}, "3", answers={"Content-Type": JSON, "Content-Range": "0-0/*"}),
    post("add_them", {"a": "1", "b": "2"}, "3"),
    post("add_them", "a=1&b=2", "3", headers=FORM),
    post("add_them", [{"a": 1, "b": 2}, {"a": 4, "b": 6}], "3"),
    post("add_them?columns=a,b", {"a": 1, "b": 2, "c": 3}, "3"),
    post("say_hello", {"name": "naïve ☃ \" \\ ' %s :x $1"}, '"Hello, naïve ☃ \\" \\\\ \' %s :x $1"'),
    get("say_hello?name=eq+uals+a.b", '"Hello, eq uals a.b"'),
    get("say_hello?name=", '"Hello, "'),
    get("say_hello?name=ignored&name=world", '"Hello, world"'),
    post("say_hello", "name=a%20b+c%26d", '"Hello, a b c&d"', headers=FORM),
    get("give_null", "null"),
    get("give_array", "[1,2,3]"),
    get("give_texts", '["a","b \\"c\\"",null]', answers={"Content-Range": "0-2/*"}),
    get("give_integers?limit=1&offset=1", "[2]", answers={"Content-Range": "1-1/*"}),
    get("give_integers?give_integers=gt.1&order=give_integers.desc", "[3,2]"),
    get("give_integers?select=n:give_integers", '[{"n":1},{"n":2},{"n":3}]'),
    get("give_integers?select=*", "[1,2,3]"),
    post("give_mood", {"val": "ok"}, '"ok"'),
    post("give_grade", {"val": 8}, "8"),
    get("give_grade?val=8", "8"),
    post("give_range", {"low": 10, "up": 20}, '"[10,20)"'),
    get("give_json", '{"a":[1,null]}'),
    get("give_bytes", '"\\\\x00ff10"'),
    get("give_big", "12345678901234567890.10"),
    get("no_parameters", '"nothing taken"'),
    post("no_parameters", "", '"nothing taken"'),
    post("no_parameters", "{}", '"nothing taken"'),
    post("no_parameters", "", '"nothing taken"', headers=FORM),
    get("Quoted %25Name%22s?n=5", "5"),
    post("Quoted %25Name%22s", {"n": 5}, "5"),
    get("add_them?a=1&b=2", "3", headers=prefer("count=exact"), answers={"Content-Range": "0-0/1"}),
    get("give_nothing", None, status=204, answers={"Content-Type": None, "Content-Length": None}),
    post("give_nothing", {}, None, status=204, answers={"Content-Type": None, "Content-Length": None}),
    get("give_nothing", None, status=204, headers={"Accept": OBJECT}),
]

PROJECT = '{"id":1,"name":"Mill","client_id":1}'
ROWS = [
    get("get_project?id=1", f"[{PROJECT}]"),
    get("one_project?id=1", PROJECT, answers={"Content-Range": "0-0/*"}),
    get("one_project?id=9", '{"id":null,"name":null,"client_id":null}'),
    get("domain_project?id=1&select=id,clients(name)", '[{"id":1,"clients":{"name":"Acme"}}]'),
    get("one_project?id=1&select=id,name", '{"id":1,"name":"Mill"}'),
    get("one_project?id=1&client_id=eq.9", "null", answers={"Content-Range": "*/*"}),
    post("get_project?select=id,shout", {"id": 1}, '[{"id":1,"shout":"MILL"}]'),
    get(
        "get_project?id=1&select=id,client:clients(id),tasks(id)",
        '[{"id":1,"client":{"id":1},"tasks":[{"id":1},{"id":2}]}]',
    ),
    get("get_projects?select=id&clients=is.null", None, status=400, code="42703"),
    get("get_projects?select=id,clients!inner(name)&clients.name=eq.Acme", None),
    get("get_projects?select=name,...clients(client:name)&id=eq.3", '[{"name":"Tower","client":"Umbrella"}]'),
    get("get_projects?select=id,clients()&clients=is.null", '[{"id":5}]'),
    get("get_projects?select=id&id=gt.1&id=lt.5&order=id.desc", '[{"id":4},{"id":3},{"id":2}]'),
    post("get_projects?select=id&id=gt.1&id=lt.5", {}, '[{"id":2},{"id":3},{"id":4}]'),
    get("get_projects?select=id&or=(id.eq.1,name.like.T*)", '[{"id":1},{"id":3}]'),
    get("projects_below?id=5&id=gt.2&select=id", '[{"id":3},{"id":4}]'),
    get("projects_below?id=5&id=not.in.(1,3)&select=id", '[{"id":2},{"id":4}]'),
    get("get_projects?select=client_id,id.count()&order=client_id", None, answers={"Content-Range": "0-2/*"}),
    get("empty_projects", "[]", answers={"Content-Range": "*/*"}),
    get("empty_projects?select=tasks(*)", "[]"),
    get("give_spot", '{"x":10,"y":5}'),
    get("give_spot_domain", '{"x":10,"y":5}'),
    get("give_spot?select=y,z:x", '{"y":5,"z":10}'),
    get("give_spots?x=gt.1", '[{"x":3,"y":4}]'),
    get("give_hidden", '{"x":1,"y":2,"z":3}'),
    get("give_secrets", '[{"id":1,"word":"hush"}]'),
    get("give_record", PROJECT),
    get("give_records", f'[{PROJECT},{{"id":2,"name":"Bridge","client_id":1}}]'),
    get("give_scalars", '{"a":"x","b":"ok","c":1}'),
    get("one_out?num=5", '{"more":6}'),
    get("one_inout?num=2", '{"num":3}'),
    get("many_inout?num=1&str=two&b=false", '{"num":1,"str":"two","b":false}'),
    get("many_inout?num=1&str=two", '{"num":1,"str":"two","b":true}'),
    get("unnamed_out", '{"column1":1,"column2":"x"}'),
    get('as_table?n=2&select="B c"', '[{"B c":"no 1"},{"B c":"no 2"}]'),
    post("as_table?a=gt.1", {"n": 2}, '[{"a":2,"B c":"no 2"}]'),
    post("same_name", {}, '[{"same_name":"hello","value":1}]'),
]

COUNTS = [
    get("get_projects?limit=1&offset=1&select=id", '[{"id":2}]', answers={"Content-Range": "1-1/*"}),
    get(
        "get_projects?limit=1&offset=1&select=id",
        '[{"id":2}]',
        status=206,
        headers=prefer("count=exact"),
        answers={"Content-Range": "1-1/5", "Preference-Applied": "count=exact"},
    ),
    post(
        "get_projects?limit=1&offset=1&select=id",
        {},
        '[{"id":2}]',
        status=206,
        headers=prefer("count=exact"),
        answers={"Content-Range": "1-1/5"},
    ),
    get("get_projects?select=id", None, headers={"Range": "1-2"}, answers={"Content-Range": "1-2/*"}),
    post("get_projects?select=id", {}, None, headers={"Range": "1-2"}, answers={"Content-Range": "0-4/*"}),
    get(
        "get_projects",
        None,
        status=206,
        headers=prefer("count=planned"),
        answers={"Preference-Applied": "count=planned"},
    ),
    fails("get_projects?offset=9", 416, "PGRST103", headers=prefer("count=exact")),
    Call(
        "rpc/get_projects",
        method="HEAD",
        headers=prefer("count=exact"),
        answers={"Content-Range": "0-4/5", "Content-Type": JSON},
        on=POSTGRESQL,
    ),
    Call("rpc/add_them?a=1&b=2", method="HEAD", answers={"Content-Range": "0-0/*"}, on=POSTGRESQL),
    get("get_projects?select=id", '[{"id":1},{"id":2}]', app="limited", answers={"Content-Range": "0-1/*"}),
    post("get_projects?select=id", {}, '[{"id":1},{"id":2}]', app="limited"),
    get("count_calls", None, status=405, code="25006", headers=prefer("count=exact")),
]

MEDIA = [
    get("get_project?id=1", PROJECT, headers={"Accept": OBJECT}),
    get("add_them?a=1&b=2", "3", headers={"Accept": OBJECT}),
    get("one_project?id=1", PROJECT, headers={"Accept": OBJECT}),
    fails("get_projects", 406, "PGRST116", headers={"Accept": OBJECT}, mentions=("5 rows",)),
    fails("empty_projects", 406, "PGRST116", headers={"Accept": OBJECT}),
    get("get_projects?select=id,name&id=lt.3", None, text="id,name\n1,Mill\n2,Bridge", headers={"Accept": "text/csv"}),
    post("get_projects?select=id&id=lt.3", {}, None, text="id\n1\n2", headers={"Accept": "text/csv"}),
    get("give_integers", None, text="give_integers\n1\n2\n3", headers={"Accept": "text/csv"}),
    get(
        "get_projects?select=id&id=lt.3", None, text='{"id":1}\n{"id":2}\n', headers={"Accept": "application/x-ndjson"}
    ),
    get("empty_projects", None, text="", headers={"Accept": "application/x-ndjson"}),
    get("say_hello?name=x", None, text="Hello, x", headers={"Accept": "text/plain"}),
    get("give_texts", None, text='a\nb "c"\n', headers={"Accept": "text/plain"}),
    get("give_bytes", None, content=b"\x00\xff\x10", headers={"Accept": "application/octet-stream"}),
    get("get_projects?select=name&id=eq.1", None, text="Mill", headers={"Accept": "text/plain"}),
    fails("get_projects", 406, "PGRST107", headers={"Accept": "text/plain"}),
    fails("say_hello?name=x", 406, "PGRST107", headers={"Accept": "application/octet-stream"}),
    fails("say_hello", 406, "PGRST107", {"name": "x"}, headers={"Accept": "audio/mpeg3"}),
    get("get_projects?id=eq.5", None, headers={"Accept": "application/vnd.pgrst.array+json;nulls=stripped"}),
    get("get_projects?id=eq.1", None, headers={"Accept": "application/vnd.pgrst.plan"}),
]

PARAMETERS = [
    get("three_defaults", "6"),
    get("three_defaults?b=4", "8"),
    post("three_defaults", {"b": 4, "c": None}, "null"),
    post("three_defaults?columns=a,b,c", {"b": 4}, "null"),
    post("later", {"at": "x"}, '"x 2024"'),
    get("later?When=2023-01-01", '"now 2023"'),
    get("many_values", "[]"),
    get("many_values?v=hi", '["hi"]'),
    get("many_values?v=hi&v=a,b&v=", '["hi","a,b",""]'),
    post("many_values", {"v": ["hi", "a b"]}, '["hi","a b"]'),
    post("many_values", {"v": []}, "[]"),
    post("many_values", "v=hi&v=there", '["hi","there"]', headers=FORM),
    get("sum_values?first=1&v=2&v=3", "6"),
    post("sum_values", {"first": 1, "v": [2, 3]}, "6"),
    get("quoted_words?user=a&fullName=b&%22SSN%20100%25%22=c", '{"ssn":"c","name":"b","user":"a"}'),
    post("quoted_words", {"user": "a", "fullName": "b", "SSN 100%": "c"}, '{"ssn":"c","name":"b","user":"a"}'),
    post("json_kind", {"arg": {"key": 3}}, '"object"'),
    post("json_kind", {"arg": '{"key": 3}'}, '"string"'),
    post("json_kind", {"arg": [1]}, '"array"'),
    get('json_kind?arg={"key":3}', '"object"'),
    post(
        "varied",
        {
            "d": 3.1,
            "v": "hello",
            "b": True,
            "day": "20190101",
            "m": "ok",
            "list": ["a", "b"],
            "i": 43,
            "j": {"k": "v"},
            "jb": [1, "3"],
            "s": {"x": 1, "y": 2},
            "c": "abcdefg",
        },
        '{"d":3.1,"v":"hello","b":true,"day":"2019-01-01","m":"ok","list":["a","b"],"i":43,"j":{"k":"v"},'
        '"jb":[1,"3"],"s":{"x":1,"y":2},"c":"abcdefg"}',
    ),
    post(
        "varied",
        {
            "d": "3.1",
            "v": "hello",
            "b": "true",
            "day": "20190101",
            "m": "ok",
            "list": "{a,b}",
            "i": "43",
            "s": "(1,2)",
        },
        '{"d":3.1,"v":"hello","b":true,"day":"2019-01-01","m":"ok","list":["a","b"],"i":43,"j":{},"jb":{},'
        '"s":{"x":1,"y":2},"c":null}',
    ),
    get(
        "varied?d=3.1&v=hello&b=true&day=20190101&m=ok&list={a,b}&i=43&c=abcdefg&s=(1,2)",
        '{"d":3.1,"v":"hello","b":true,"day":"2019-01-01","m":"ok","list":["a","b"],"i":43,"j":{},"jb":{},'
        '"s":{"x":1,"y":2},"c":"abcdefg"}',
    ),
]

BODIES = [
    post("unnamed_json", '{"A": 1, "B": [2]}', '{"A": 1, "B": [2]}'),
    post("unnamed_json", "[1, 2]", "[1,2]"),
    post("unnamed_json", '"text"', '"text"'),
    post("unnamed_text", "raw \\ text", '"raw \\\\ text"', headers=TEXT),
    post("unnamed_text", "", '""', headers=TEXT),
    post("unnamed_text", "raw", None, text="raw", headers={**TEXT, "Accept": "text/plain"}),
    # Found and called, by a server that is built without XML.
    fails("unnamed_xml", 400, "0A000", "<a>b</a>", headers=XML),
    post(
        *("unnamed_bytes", b"\x00\xff\n", None),
        content=b"\x00\xff\n",
        headers={**BYTES, "Accept": "application/octet-stream"},
    ),
    fails("unnamed_integer", 404, "PGRST202", {"x": 1}, mentions=("x", "a single unnamed json/jsonb parameter")),
    fails("unnamed_integer", 404, "PGRST202", "text", headers=TEXT, mentions=("a single unnamed text parameter",)),
    fails("unnamed_integer", 404, "PGRST202", "text", headers=XML, mentions=("a single unnamed xml parameter",)),
    fails("unnamed_integer", 404, "PGRST202", b"\x00", headers=BYTES, mentions=("a single unnamed bytea parameter",)),
    fails("two_unnamed", 404, "PGRST202", {"a": 1}),
    fails("say_hello", 404, "PGRST202", "[1]"),
    fails("unnamed_json", 400, "PGRST102", "{"),
    fails("say_hello", 400, "PGRST102", "sdfsdf"),
    fails("say_hello", 400, "PGRST102", '{"name": NaN}'),
    fails("say_hello", 400, "PGRST102", b'{"name": "\xff"}'),
    fails("say_hello", 415, "PGRST107", "<x/>", headers={"Content-Type": "image/png"}),
    fails("say_hello?name=John", 400, "PGRST100", {"name": "John"}),
]

OVERLOADS = [
    get("overloaded", "[1,2,3]"),
    get("overloaded?a=1&b=2", "3"),
    get("overloaded?a=1&b=2&c=3", '"123"'),
    post("overloaded", "a=1&b=2&c=3", '"123"', headers=FORM),
    post("or_body", {}, "1"),
    post("or_body", {"x": 1, "y": 2}, "3"),
    post("or_body", {"A": 1}, '{"A": 1}'),
    post("or_body", "raw", '"raw"', headers=TEXT),
    post("or_body", b"\x01", '"\\\\x01"', headers=BYTES),
    get("or_body", "1", headers=TEXT),
    fails("two_bodies", 300, "PGRST203", {"A": 1}, mentions=("two_bodies(json)", "two_bodies(jsonb)")),
    fails("same_names?arg=1", 300, "PGRST203", mentions=("arg => integer", "arg => text, num => integer")),
    get("same_names?arg=1&num=2", "3"),
    fails("overloaded?wrong=1", 404, "PGRST202", mentions=("public.overloaded(wrong)", "parameter wrong")),
    fails("overloaded?a=1&b=2&wrong=3", 404, "PGRST202", hint="overloaded(a, b, c)"),
    fails("add_them?a=1&b=2&more=x", 404, "PGRST202", hint="add_them(a, b)"),
    fails("add_them?a=1", 404, "PGRST202", mentions=("add_them(a)",)),
    fails("say_hell", 404, "PGRST202", hint="public.say_hello", mentions=("no parameters",)),
    fails("zzz", 404, "PGRST202", {}),
    fails("any_of?x=1", 404, "PGRST202"),
    fails("on_change", 404, "PGRST202", {}),
    fails("proceed", 404, "PGRST202", {}),
    fails("not_here", 404, "PGRST202"),
    get("not_here", "1", headers={"Accept-Profile": "hidden"}, app="profiles", answers={"Content-Profile": "hidden"}),
    post("not_here", {}, "1", headers={"Content-Profile": "hidden"}, app="profiles"),
    get("give_secrets", '[{"id":1,"word":"hush"}]', app="profiles", answers={"Content-Profile": "public"}),
    fails("not_here", 404, "PGRST202", app="profiles"),
    fails("not_here", 406, "PGRST106", headers={"Accept-Profile": "nope"}),
]

METHODS = [
    *(
        fails("say_hello", 405, "PGRST101", method=method, answers={"Allow": "OPTIONS,GET,HEAD,POST"})
        for method in ("PUT", "PATCH", "DELETE")
    ),
    Call("rpc/say_hello", method="OPTIONS", answers={"Allow": "OPTIONS,GET,HEAD,POST"}, on=POSTGRESQL),
    Call("rpc/write_log", method="OPTIONS", answers={"Allow": "OPTIONS,POST"}, on=POSTGRESQL),
    fails("nothing_like_it", 404, "PGRST202", method="OPTIONS"),
    fails("say_hello/deeper", 404, "PGRST125"),
    fails("write_log?line=x", 405, "25006"),
    fails("rename_projects?low=1&high=2&name=x", 405, "25006"),
    fails("stable_liar", 400, "0A000", {}, mentions=("INSERT",)),
    fails("late_liar", 405, "25006", {}),
]

RAISED = [
    fails("divide", 400, "22012", {}),
    fails("fail_assert", 500, "P0004", {}),
    fails("fail_with", 400, "P0001", {"code": "P0001", "message": "no"}, mentions=("no",)),
    fails(
        *("fail_with", 402, "PT402", {"code": "PT402", "message": "Pay", "detail": "Quota", "hint": "Upgrade"}),
        mentions=("Pay", "Quota"),
        hint="Upgrade",
    ),
    fails("fail_with", 500, "PT40A", {"code": "PT40A", "message": "Wrong"}),
    fails("fail_with", 500, "PT999", {"code": "PT999", "message": "Wrong"}),
    fails(
        *("fail_with", 332, "123"),
        {
            "code": "PGRST",
            "message": '{"code": "123", "message": "ABC", "details": "DEF", "hint": "XYZ"}',
            "detail": '{"status": 332, "headers": {"X-Header": "str"}}',
        },
        answers={"X-Header": "str"},
        mentions=("ABC", "DEF"),
        hint="XYZ",
    ),
    *(
        fails("fail_with", 500, "PGRST121", {"code": "PGRST", "message": message, "detail": detail})
        for message, detail in (
            ("INVALID", '{"status": 332, "headers": {}}'),
            ('{"code": "1", "message": "x"}', "INVALID"),
            ('{"code": "1", "message": "x"}', None),
            ('{"code": "1", "message": "x"}', '{"status": 99}'),
            ('{"code": "1", "message": "x"}', '{"status": 332, "headers": {"X-A": "a\\r\\nX-B: b"}}'),
            ('{"code": 1, "message": "x"}', '{"status": 332, "headers": {}}'),
            ('{"message": "x"}', '{"status": 332, "headers": {}}'),
        )
    ),
]


def told(status: str = "", headers: str = "") -> dict[str, str]:
    return {"status": status, "headers": headers}


TOLD = [
    post("give_back", told("403"), '{"given": "back"}', status=403, code=""),
    post("give_back", told(headers='[{"X-A": "1"}, {"X-B": "2"}]'), None, answers={"X-A": "1", "X-B": "2"}),
    post("give_back", told(headers='[{"content-type": "text/x"}]'), None, answers={"Content-Type": "text/x"}),
    get("projects_back?select=id&id=eq.1", '[{"id":1}]', answers={"X-Test": "a=1; b", "X-Test-2": "2"}),
    post("nothing_back", told("201", '[{"Location": "/x"}]'), "", status=201, answers={"Location": "/x"}),
    post("give_back", told("204"), None, status=204, answers={"Content-Type": None}),
    *(fails("give_back", 500, "PGRST112", told(status)) for status in ("abc", "99", "600", "+20")),
    *(
        fails("give_back", 500, "PGRST111", told(headers=headers))
        for headers in (
            *("{}", "[1]", '[{"a": 1}]', '[{"a": "1", "b": "2"}]', "nothing", '[{"a b": "1"}]'),
            *('[{"a": "1\\r\\nb: 2"}]', '[{"Content-Length": "1"}]', '[{"a": "☃"}]'),
        )
    ),
]

PREFERENCES = [
    get(
        "zone",
        '"Asia/Tokyo"',
        headers=prefer("timezone=Asia/Tokyo"),
        answers={"Preference-Applied": "timezone=Asia/Tokyo"},
    ),
    fails("zone", 400, "22023", headers=prefer("timezone=Nowhere/City")),
    get("uses_path", '"\\"public\\""'),
    get("uses_path", '"\\"public\\", \\"hidden\\""', app="searched"),
    post("get_projects", {}, None, headers=prefer("handling=strict", "max-affected=5")),
    fails("get_projects", 400, "PGRST124", {}, headers=prefer("handling=strict", "max-affected=4")),
    post("get_projects", {}, None, headers=prefer("max-affected=4")),
    fails("add_them", 400, "PGRST128", {"a": 1, "b": 2}, headers=prefer("handling=strict", "max-affected=4")),
    fails("add_them", 400, "PGRST122", {"a": 1, "b": 2}, headers=prefer("handling=strict", "nonsense")),
    post(
        "add_them", {"a": 1, "b": 2}, "3", headers=prefer("params=single-object"), answers={"Preference-Applied": None}
    ),
    fails("get_projects?cursor=", 404, "PGRST202"),
]

CASES = [
    *(*VALUES, *ROWS, *COUNTS, *MEDIA, *PARAMETERS, *BODIES),
    *(*OVERLOADS, *METHODS, *RAISED, *TOLD, *PREFERENCES),
    Call("rpc/anything", status=404, code="PGRST202", on=("sqlite",)),
    Call("rpc/anything", status=404, code="PGRST202", method="POST", sends='{"a": 1}', on=("sqlite",)),
]
