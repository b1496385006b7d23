"""What an answer is made as: JSON, one object, nulls left out, CSV, NDJSON, plain values, execution plans; and what is
refused."""

from __future__ import annotations

from typing import Any

from case import JSON, POSTGRESQL, SQLITE, Case, refused, rows

CSV = "text/csv; charset=utf-8"
LINES = "application/x-ndjson; charset=utf-8"
OBJECT = "application/vnd.pgrst.object+json; charset=utf-8"
STRIPPED_OBJECT = "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8"
STRIPPED = "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8"
PLAN = "application/vnd.pgrst.plan"

ONE = "items?select=id&id=eq.1"
EXACT = {"Prefer": "count=exact"}


def made(accept: str, content_type: str, url: str = ONE, **more: Any) -> Case:
    """A read with this `Accept` is answered as this type."""
    return Case(url, headers={"Accept": accept}, answers={"Content-Type": content_type}, **more)


def csv(url: str, text: str, **more: Any) -> Case:
    """A read as CSV gives exactly this text."""
    headers = {"Accept": "text/csv", **more.pop("headers", {})}
    return Case(url, headers=headers, answers={"Content-Type": CSV, **more.pop("answers", {})}, text=text, **more)


def lines(url: str, text: str, **more: Any) -> Case:
    """A read as NDJSON gives exactly this text."""
    headers = {"Accept": "application/x-ndjson", **more.pop("headers", {})}
    return Case(url, headers=headers, answers={"Content-Type": LINES, **more.pop("answers", {})}, text=text, **more)


def unacceptable(accept: str, **more: Any) -> Case:
    return refused(ONE, 406, "PGRST107", headers={"Accept": accept}, **more)


CHOICE = [
    rows(ONE, '[{"id":1}]', answers={"Content-Type": JSON}),
    made("", JSON),
    made("*/*", JSON),
    made("application/*", JSON),
    made("text/*", CSV),
    made("application/json", JSON),
    made("APPLICATION/JSON; Charset=UTF-8", JSON),
    made("application/json;charset=utf-8;q=0.3", JSON),
    made("application/vnd.pgrst.array", JSON),
    made("application/vnd.pgrst.array+json", JSON),
    made("application/vnd.pgrst.array+json;nulls=stripped", STRIPPED),
    made("application/vnd.pgrst.array;nulls=stripped", STRIPPED),
    made("Application/Vnd.Pgrst.Array+JSON; Nulls=Stripped", STRIPPED),
    made('application/vnd.pgrst.array+json;nulls="stripped"', STRIPPED),
    made("application/vnd.pgrst.array+json;nulls=kept", JSON),
    made("application/vnd.pgrst.object", OBJECT),
    made("application/vnd.pgrst.object+json", OBJECT),
    made("application/vnd.pgrst.object+json;nulls=stripped", STRIPPED_OBJECT),
    made("application/vnd.pgrst.object;nulls=stripped", STRIPPED_OBJECT),
    made("text/csv", CSV),
    made("text/csv; version=1", CSV),
    made("Text/CSV;header=present", CSV),
    made("application/x-ndjson", LINES),
    made("application/ndjson", "application/ndjson; charset=utf-8"),
    made("application/jsonl", "application/jsonl; charset=utf-8"),
    # By quality, then the more specific, then as they stand; what cannot be made is passed over.
    made("text/csv, application/json", CSV),
    made("application/json, text/csv", JSON),
    made("text/csv;q=0.5, application/json;q=0.6", JSON),
    made("application/json;q=0.999, text/csv", CSV),
    made("*/*, text/csv", CSV),
    made("*/*;q=0.1, text/csv;q=0.2", CSV),
    made("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", JSON),
    made("image/png, application/x-ndjson;q=0.1", LINES),
    made("application/geo+json;q=1, application/vnd.pgrst.object+json;q=0.1", OBJECT),
    made(f"{PLAN}+json, text/csv", CSV),
    # A quality of 0 refuses.
    made("application/json;q=0, */*", CSV),
    made("application/*;q=0, */*", CSV),
    made("application/json;q=0, application/*", LINES),
    made("application/json;q=0, text/*;q=0, */*", LINES),
    made("*/*;q=0, text/csv", CSV),
    made("application/json, */*;q=0", JSON),
    made("text/csv;q=0, application/json", JSON),
    made("text/*;q=0, application/json;q=0.1", JSON),
    unacceptable("application/json;q=0"),
    unacceptable("*/*;q=0"),
    unacceptable("text/*;q=0, text/*"),
    unacceptable("application/vnd.pgrst.object;q=0"),
    unacceptable("image/png"),
    unacceptable("text/html", mentions=("text/html",), hint="text/csv"),
    unacceptable("application/jsonx"),
    unacceptable("json/application"),
    unacceptable("image/*"),
    # What is no Accept header at all asks for nothing.
    made("json", JSON),
    made("text/csv;q=2", JSON),
]
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
GEOJSON = "application/geo+json"


def text(url: str, expected: str, **more: Any) -> Case:
    """A read as plain text gives exactly this."""
    headers = {"Accept": "text/plain", **more.pop("headers", {})}
    answers = {"Content-Type": TEXT, "X-Content-Type-Options": "nosniff", **more.pop("answers", {})}
    return Case(url, headers=headers, answers=answers, text=expected, **more)


def raw(url: str, content: bytes, **more: Any) -> Case:
    """A read as bytes gives exactly these."""
    headers = {"Accept": BYTES, **more.pop("headers", {})}
    answers = {"Content-Type": BYTES, "X-Content-Type-Options": "nosniff", **more.pop("answers", {})}
    return Case(url, headers=headers, answers=answers, content=content, **more)


def no_text(url: str, **more: Any) -> Case:
    return refused(url, 406, "PGRST107", headers={"Accept": "text/plain"}, hint="one selected value", **more)


def no_bytes(url: str, **more: Any) -> Case:
    return refused(url, 406, "PGRST107", headers={"Accept": BYTES}, hint="one selected column of bytes", **more)


VALUES = [
    # A value is sent as it is, one of several rows on a line of its own.
    text("items?select=name&id=eq.1", "anvil"),
    text("items?select=id&order=id&id=lt.4", "1\n2\n3"),
    text("items?select=other:name&order=id&limit=2", "anvil\nAnchor", answers={"Content-Range": "0-1/*"}),
    text("items?select=note&id=lt.4&order=id", "\nheavy\nsmall, round"),
    text("items?select=note&id=in.(1,5)", "\n"),
    text("items?select=note&id=eq.1", ""),
    text("nothing?select=id", ""),
    text("texts?select=body&id=eq.2", "naïve Größe 東京 😀👩‍🚀"),
    text("texts?select=body&id=eq.4", "line\nfeed\ttab\rreturn"),
    text("texts?select=fixed&id=eq.1", "ab   "),
    text("items?select=active&id=lt.5&order=id", "t\nf\nt\n"),
    text("items?select=active::text&id=eq.1", "true"),
    text("integers?select=big&order=id", "-9223372036854775808\n9223372036854775807\n9007199254740993\n"),
    text("reals?select=double&id=in.(1,2,4)&order=id", "0.1\n0.30000000000000004\n5e-324"),
    text("decimals?select=free&id=eq.3", "1.10", on=POSTGRESQL),
    text("documents?select=doc->>name&id=lt.4&order=id", "ann\nbob\ncy"),
    text("documents?select=doc->tags&id=eq.3", '["c"]'),
    text("binaries?select=data&id=eq.1", "\\x00ff10"),
    text("items?select=id.count()", "8", app="aggregates"),
    text("items?select=count", "8"),
    text("items?select=id&order=id", "1\n2", status=206, headers={"Range": "0-1", **EXACT},
         answers={"Content-Range": "0-1/8"}),
    text("many?select=id&order=id", "1\n2\n3", app="limited", answers={"Content-Range": "0-2/*"}),
    Case("items?select=id", method="HEAD", headers={"Accept": "text/plain"},
         answers={"Content-Type": TEXT, "Content-Range": "0-7/*", "Content-Length": None}),
    # Bytes are not looked into; of several rows they are joined with nothing between.
    raw("binaries?select=data&id=eq.1", b"\x00\xff\x10"),
    raw("binaries?select=data&order=id", b"\x00\xff\x10h\xc3\xa9llo", answers={"Content-Range": "0-3/*"}),
    raw("binaries?select=data&order=id.desc", b"h\xc3\xa9llo\x00\xff\x10"),
    raw("binaries?select=file:data&id=eq.2", b""),
    raw("binaries?select=data&id=eq.3", b""),
    raw("binaries?select=data&id=eq.99", b""),
    raw("items?select=name::bytea&id=eq.1", b"anvil", on=POSTGRESQL),
    Case("binaries?select=data", method="HEAD", headers={"Accept": BYTES},
         answers={"Content-Type": BYTES, "Content-Range": "0-3/*", "Content-Length": None}),
    # What is no one value is something else, if that was asked for too.
    no_text("items?id=eq.1"),
    no_text("items?select=*&id=eq.1"),
    no_text("items?select=id,name&id=eq.1"),
    no_text("items?select=&id=eq.1"),
    no_text("nodes?select=below:nodes!parent_id(id)"),
    no_text("nodes?select=...parent_id(name)"),
    no_bytes("items?select=name&id=eq.1"),
    no_bytes("binaries"),
    no_bytes("binaries?select=id,data"),
    no_bytes("binaries?select=data::text"),
    no_bytes("documents?select=doc->a"),
    no_bytes("items?select=count"),
    refused(ONE, 406, "PGRST107", headers={"Accept": GEOJSON}, hint="PostGIS"),
    made("text/plain, */*;q=0.1", TEXT),
    made("text/plain, */*;q=0.1", JSON, url="items?limit=1"),
    made("application/json, text/plain, */*", JSON),
    made("text/plain;q=0.1, application/json;q=0", TEXT),
    made("text/*, text/plain;q=0", CSV),
    made("application/octet-stream, text/csv;q=0.1", CSV),
    made("application/octet-stream, text/csv;q=0.1", BYTES, url="binaries?select=data"),
    made("application/*", JSON, url="binaries?select=data"),
    refused("nope?select=a", 404, "PGRST205", headers={"Accept": BYTES}),
    refused("items?select=nope", 400, "42703", headers={"Accept": BYTES}),
    refused("items?select=nope", 400, "42703", headers={"Accept": "text/plain"}),
    refused("items?select=id&id=eq.x", 400, "22P02", headers={"Accept": "text/plain"}, answers={"Content-Type": JSON}),
    refused("items?select=name::bytea", 400, "42704", headers={"Accept": BYTES}, on=SQLITE),
]  # fmt: skip
ONE_ROW = {"Accept": "application/vnd.pgrst.object+json"}
ONE_STRIPPED = {"Accept": "application/vnd.pgrst.object+json;nulls=stripped"}
SINGLE = [
    rows("items?id=eq.1&select=id,note", '{"id":1,"note":null}', headers=ONE_ROW, answers={"Content-Range": "0-0/*"}),
    rows("items?id=eq.1&select=id,note", '{"id":1}', headers=ONE_STRIPPED),
    rows("items?select=id&order=id&limit=1", '{"id":1}', headers=ONE_ROW),
    rows("items?select=id&order=id", '{"id":3}', headers={**ONE_ROW, "Range": "2-2"}),
    rows("nodes?id=eq.4&select=name,up:parent_id(name)", '{"name":"leaf","up":{"name":"left"}}', headers=ONE_ROW),
    rows("items?select=id&limit=1&order=id", '{"id":1}', status=206, headers={**ONE_ROW, "Prefer": "count=exact"}),
    refused("items?id=eq.99", 406, "PGRST116", headers=ONE_ROW, mentions=("0 rows",)),
    refused("items?id=in.(1,2)", 406, "PGRST116", headers=ONE_ROW, mentions=("2 rows",)),
    refused("items", 406, "PGRST116", headers=ONE_STRIPPED, mentions=("8 rows",)),
    refused("nothing", 406, "PGRST116", headers=ONE_ROW),
    refused("items?limit=0", 406, "PGRST116", headers=ONE_ROW),
    refused("items?offset=9", 406, "PGRST116", headers={**ONE_ROW, "Prefer": "count=exact"}),
    Case("items?id=eq.1", method="HEAD", headers=ONE_ROW, answers={"Content-Type": OBJECT, "Content-Range": "0-0/*"}),
    Case("items?id=in.(1,2)", method="HEAD", headers=ONE_ROW, status=406),
]
NO_NULLS = {"Accept": "application/vnd.pgrst.array+json;nulls=stripped"}
WITHOUT_NULLS = [
    rows("items?select=id,note&id=lt.3&order=id", '[{"id":1},{"id":2,"note":"heavy"}]', headers=NO_NULLS),
    rows("items?select=note&id=eq.1", "[{}]", headers=NO_NULLS),
    rows("nothing", "[]", headers=NO_NULLS),
    rows("items?select=note&id=eq.5", '[{"note":""}]', headers=NO_NULLS),
    rows("documents?select=doc&id=eq.3", '[{"doc":{"name":"cy","tags":["c"],"flag":true}}]', headers=NO_NULLS),
    rows("documents?select=id,doc&id=in.(6,7)&order=id", '[{"id":6},{"id":7}]', headers=NO_NULLS),
    rows("documents?select=doc->big&id=eq.8", '[{"big":9007199254740993}]', headers=NO_NULLS),
    rows("lists?select=words&id=eq.2", '[{"words":[null,"null",""]}]', headers=NO_NULLS),
    rows("integers?id=eq.3", '[{"id":3,"small":0,"medium":0,"big":9007199254740993}]', headers=NO_NULLS),
    rows("decimals?select=fixed&id=eq.1", '[{"fixed":19.99}]', headers=NO_NULLS, on=SQLITE),
    rows("decimals?select=free&id=eq.3", '[{"free":1.10}]', headers=NO_NULLS),
    rows("texts?id=eq.4&select=body", r'[{"body":"line\nfeed\ttab\rreturn"}]', headers=NO_NULLS),
    rows("nodes?select=id,up:parent_id(id,parent_id)&order=id&id=lt.3",
         '[{"id":1},{"id":2,"up":{"id":1}}]', headers=NO_NULLS),
    rows("nodes?select=id,below:nodes!parent_id(id,parent_id,up:parent_id(parent_id))&id=eq.1",
         '[{"id":1,"below":[{"id":2,"parent_id":1,"up":{}},{"id":3,"parent_id":1,"up":{}}]}]', headers=NO_NULLS),
    Case("items", method="HEAD", headers=NO_NULLS, answers={"Content-Type": STRIPPED, "Content-Range": "0-7/*"}),
]  # fmt: skip
AS_CSV = [
    csv("items?id=lt.6&order=id",
        'id,name,price,quantity,active,note\n1,anvil,19.99,3,t,\n2,Anchor,100.00,0,f,heavy\n'
        '3,bolt,0.05,5000,t,"small, round"\n4,nut,0.03,4800,,"fits ""bolt"""\n5,screw,,1200,t,""', on=POSTGRESQL),
    csv("items?id=lt.6&order=id&select=id,price,active,note",
        'id,price,active,note\n1,19.99,t,\n2,100,f,heavy\n3,0.05,t,"small, round"\n4,0.03,,"fits ""bolt"""\n5,,t,""',
        on=SQLITE),
    csv("items?select=name,note&id=in.(6,7,8)&order=id",
        "name,note\nwrench,size (10)\nspare_part,50% off\nnaïve ☃,back\\slash"),
    # RFC 4180: a comma, a quote or a line break stands in quotes, and nothing else needs them.
    csv("texts?select=body&id=eq.2", "body\nnaïve Größe 東京 😀👩‍🚀"),
    csv("texts?select=body,short&id=eq.3", 'body,short\n"quote "" apostrophe \' backslash \\ slash /",""""'),
    csv("texts?select=body,short,fixed&id=eq.4", 'body,short,fixed\n"line\nfeed\ttab\rreturn","\n",\t    '),
    csv("texts?select=fixed&id=eq.1", "fixed\nab   "),
    csv("texts?select=body,short,fixed&id=eq.8", 'body,short,fixed\n"{not,an,array}","(a,b)","[1,2]"'),
    # NULL is empty, an empty text is in quotes, and the word is a word.
    csv("texts?select=body,short&id=in.(6,7,9)&order=id", 'body,short\n"",""\n,\nnull,NULL'),
    csv("no_key?select=a&order=b.nullsfirst", "a\ny\nx\nx\n"),
    csv("integers?order=id",
        "id,small,medium,big\n1,-32768,-2147483648,-9223372036854775808\n2,32767,2147483647,9223372036854775807\n"
        "3,0,0,9007199254740993\n4,,,"),
    csv("decimals?select=id,fixed,free&id=in.(2,3)&order=id",
        "id,fixed,free\n2,-0.0000000001,123456789012345678901234567890.123456789\n3,100.0000000000,1.10",
        on=POSTGRESQL),
    csv("reals?select=double&id=in.(1,2,4,5,6,8)&order=id",
        "double\n0.1\n0.30000000000000004\n5e-324\nInfinity\n-Infinity\n"),
    csv("reals?select=single,double&id=eq.7", "single,double\nNaN,NaN", on=POSTGRESQL),
    csv("binaries?order=id", "id,data\n1,\\x00ff10\n2,\\x\n3,\n4,\\x68c3a96c6c6f"),
    csv("tokens?select=id&label=eq.random", "id\na0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    csv("moments?id=eq.1&select=day,clock,at,zoned,span",
        "day,clock,at,zoned,span\n2024-02-29,12:34:56.789,2024-02-29 12:34:56.789,2024-02-29 10:34:56.789+00,"
        "1 day 02:03:04", on=POSTGRESQL),
    csv("moments?id=eq.4&select=day,at", "day,at\ninfinity,-infinity", on=POSTGRESQL),
    csv("moments?id=eq.3&select=day,clock", "day,clock\n,"),
    csv("documents?select=doc&id=in.(2,5,6,7)&order=id",
        'doc\n"{""name"":""bob"",""age"":7,""tags"":[],""address"":{""city"":""Bergen""}}"\n"""text"""\n\nnull'),
    csv("documents?select=doc->name,doc->>age&id=lt.4&order=id", 'name,age\n"""ann""",31\n"""bob""",7\n"""cy""",'),
    csv("lists?order=id",
        'id,numbers,words,grid\n1,"{1,2,3}","{""a b"",""c,d"",""e\\""f""}","{{1,2},{3,4}}"\n'
        '2,"{3,4}","{NULL,""null"",""""}",\n3,{},{},{}\n4,,,', on=POSTGRESQL),
    csv("spans?select=id,span&id=in.(1,4)&order=id", 'id,span\n1,"[1,5)"\n4,'),
    csv("people?select=mood,email,spot&order=id",
        'mood,email,spot\nhappy,ann@example.org,"(1,2)"\nsad,bob@example.org,"(30,4)"\nok,,', on=POSTGRESQL),
    csv("items?select=a:active::text,b:active::int,c:price::int&id=in.(1,4)&order=id", "a,b,c\ntrue,1,20\n,,0"),
    # Related rows are JSON in a field.
    csv("nodes?select=id,up:parent_id(id,parent_id)&order=id",
        'id,up\n1,\n2,"{""id"":1,""parent_id"":null}"\n3,"{""id"":1,""parent_id"":null}"\n'
        '4,"{""id"":2,""parent_id"":1}"'),
    csv("nodes?select=name,below:nodes!parent_id(id)&id=in.(2,4)&order=id", 'name,below\nleft,"[{""id"":4}]"\nleaf,[]'),
    csv("nodes?select=name,...parent_id(up:name)&id=lt.3&order=id", "name,up\nroot,\nleft,root"),
    # The head line has the keys, whatever they are.
    csv("odd name?id=eq.1",
        'id,select,order,or,a.b,"quo""te",Ünïcode,UPPER,with space,paren(s),"comma,x",a:b,limit,count\n'
        "1,10,first,x,dotted,quoted,über,up,spaced,bracketed,listed,typed,capped,7"),
    csv(r'items?select="a,b":id,"say \"so\"":name&id=eq.1', '"a,b","say ""so"""\n1,anvil'),
    csv("wide?select=id,c001,c120", "id,c001,c120\n1,1,120"),
    csv("wide", "id," + ",".join(f"c{n:03}" for n in range(1, 121)) + "\n1," + ",".join(map(str, range(1, 121)))),
    # No rows.
    csv("nothing", "id,name", answers={"Content-Range": "*/*"}),
    csv("items?select=id&limit=0", "id"),
    csv("nothing", "id,name", headers=EXACT, answers={"Content-Range": "*/0"}),
]  # fmt: skip
AS_LINES = [
    lines("items?select=id,note&id=lt.4&order=id",
          '{"id":1,"note":null}\n{"id":2,"note":"heavy"}\n{"id":3,"note":"small, round"}\n'),
    lines("texts?select=body&id=eq.4", '{"body":"line\\nfeed\\ttab\\rreturn"}\n'),
    lines("nodes?select=name,up:parent_id(name)&order=id&limit=2",
          '{"name":"root","up":null}\n{"name":"left","up":{"name":"root"}}\n'),
    lines("nodes?select=below:nodes!parent_id(id)&id=eq.1", '{"below":[{"id":2},   {"id":3}]}\n', on=POSTGRESQL),
    lines("nodes?select=below:nodes!parent_id(id)&id=eq.1", '{"below":[{"id":2},{"id":3}]}\n', on=SQLITE),
    lines("nothing", "", answers={"Content-Range": "*/*"}),
    lines("nodes?select=parent_id()&id=lt.3", "{}\n{}\n"),
    lines("items?select=id&limit=0", ""),
    Case("items?select=id&id=eq.1", headers={"Accept": "application/jsonl"}, text='{"id":1}\n'),
]  # fmt: skip
PAGES = [
    csv("many?select=id&order=id&limit=2", "id\n1\n2", answers={"Content-Range": "0-1/*"}),
    csv("many?select=id&order=id&limit=2&offset=4", "id\n5\n6", answers={"Content-Range": "4-5/*"}),
    csv("many?select=id&order=id", "id\n11\n12", headers={"Range": "10-11"}, answers={"Content-Range": "10-11/*"}),
    csv("many?select=id&order=id&offset=4998", "id\n4999\n5000", answers={"Content-Range": "4998-4999/*"}),
    csv("many?select=id&order=id&limit=2", "id\n1\n2", status=206, headers=EXACT,
        answers={"Content-Range": "0-1/5000", "Preference-Applied": "count=exact"}),
    csv("items?select=id&order=id&id=lt.3", "id\n1\n2", headers=EXACT, answers={"Content-Range": "0-1/2"}),
    csv("many?select=id&order=id&limit=2", "id\n1\n2", status=206, headers={"Prefer": "count=planned"},
        answers={"Content-Range": "0-1/5000"}),
    lines("many?select=id&order=id&limit=1", '{"id":1}\n', status=206, headers={"Prefer": "count=estimated"},
          answers={"Content-Range": "0-0/5000"}),
    # More than is sent in one piece: where the page ends is known before it is sent only if all were counted.
    Case("many", headers={"Accept": "text/csv"}, answers={"Content-Range": None, "Content-Length": None, "ETag": None}),
    Case("many", headers={"Accept": "text/csv", **EXACT}, answers={"Content-Range": "0-4999/5000"}),
    Case("many?limit=4990&offset=5", headers={"Accept": "text/csv", **EXACT}, status=206,
         answers={"Content-Range": "5-4994/5000"}),
    Case("many", headers={"Accept": "application/x-ndjson", "Prefer": "count=planned"}, on=POSTGRESQL,
         answers={"Content-Range": "*/5000"}),
    Case("many", headers={"Accept": "application/x-ndjson", "Prefer": "count=planned"}, on=SQLITE,
         answers={"Content-Range": "0-4999/5000"}),
    refused("many?offset=5001", 416, "PGRST103", headers={"Accept": "text/csv", **EXACT},
            answers={"Content-Range": "*/5000"}),
    # DB_MAX_ROWS is for what is held in memory.
    csv("many?select=id&order=id&id=lt.6", "id\n1\n2\n3\n4\n5", app="limited"),
    *(Case("items", method="HEAD", headers={"Accept": accept},
           answers={"Content-Type": told, "Content-Range": "0-7/*", "Content-Length": None})
      for accept, told in [("text/csv", CSV), ("application/x-ndjson", LINES), ("application/json", JSON)]),
    Case("many", method="HEAD", headers={"Accept": "text/csv", **EXACT}, answers={"Content-Range": "0-4999/5000"}),
    Case("many?limit=10", method="HEAD", status=206, headers={"Accept": "text/csv", **EXACT},
         answers={"Content-Range": "0-9/5000"}),
]  # fmt: skip
ERRORS = [
    *(refused(url, status, code, headers={"Accept": accept}, answers={"Content-Type": JSON})
      for accept in ("text/csv", "application/x-ndjson", "application/vnd.pgrst.object+json")
      for url, status, code in [("nope", 404, "PGRST205"), ("items?nope=eq.1", 400, "42703"),
                                ("items?id=eq.x", 400, "22P02"), ("items?limit=-1", 416, "PGRST103")]),
]  # fmt: skip
VARY = [
    *(Case(ONE, headers={"Accept": accept}, answers={"Vary": "Accept, Prefer, Range, Accept-Encoding"})
      for accept in ("*/*", "text/csv", "application/x-ndjson", "application/vnd.pgrst.object")),
    Case(ONE, headers={"Accept-Profile": "public"}, on=POSTGRESQL,
         answers={"Vary": "Accept, Prefer, Range, Accept-Encoding, Accept-Profile"}),
]  # fmt: skip


def plan(accept: str, content_type: str, **more: Any) -> Case:
    return made(accept, content_type, app="plans", **more)


FOR_JSON = 'for="application/json"'
PLANS = [
    plan(PLAN, f"{PLAN}+text; {FOR_JSON}; charset=utf-8"),
    plan(f"{PLAN}+text", f"{PLAN}+text; {FOR_JSON}; charset=utf-8"),
    plan(f"{PLAN}+json", f"{PLAN}+json; {FOR_JSON}; charset=utf-8"),
    plan(f"{PLAN.upper()}+JSON", f"{PLAN}+json; {FOR_JSON}; charset=utf-8"),
    plan(f'{PLAN}+json; for="text/csv"', f'{PLAN}+json; for="text/csv"; charset=utf-8'),
    plan(f"{PLAN}+json; for=text/csv", f'{PLAN}+json; for="text/csv"; charset=utf-8'),
    plan(f'{PLAN}; for="application/vnd.pgrst.object"',
         f'{PLAN}+text; for="application/vnd.pgrst.object+json"; charset=utf-8'),
    plan(f'{PLAN}; for="application/vnd.pgrst.array+json;nulls=stripped"',
         f'{PLAN}+text; for="application/vnd.pgrst.array+json;nulls=stripped"; charset=utf-8'),
    plan(f'{PLAN}; for="text/plain"', f'{PLAN}+text; for="text/plain"; charset=utf-8'),
    plan(f'{PLAN}; for="application/octet-stream"', f"{PLAN}+text; {FOR_JSON}; charset=utf-8"),
    plan(f'{PLAN}; for="application/geo+json"', f"{PLAN}+text; {FOR_JSON}; charset=utf-8"),
    plan(f'{PLAN}; for="image/png"', f"{PLAN}+text; {FOR_JSON}; charset=utf-8"),
    # As clients send it that have no option set.
    plan(f"{PLAN}+text; {FOR_JSON}; options=;", f"{PLAN}+text; {FOR_JSON}; charset=utf-8"),
    plan(f"{PLAN}+json; {FOR_JSON}; options=verbose|analyze;",
         f"{PLAN}+json; {FOR_JSON}; options=analyze|verbose; charset=utf-8", on=POSTGRESQL),
    plan(f"{PLAN}+json; options=analyze|verbose|settings|buffers|wal",
         f"{PLAN}+json; {FOR_JSON}; options=analyze|verbose|settings|buffers|wal; charset=utf-8", on=POSTGRESQL),
    plan(f"{PLAN}+json; options=costly", f"{PLAN}+json; {FOR_JSON}; charset=utf-8"),
    Case("items?id=eq.1", app="plans", on=SQLITE, headers={"Accept": PLAN},
         text="CO-ROUTINE _row\n  SEARCH main.items USING INTEGER PRIMARY KEY (rowid=?)\nSCAN _row"),
    refused(ONE, 400, "PGRST127", app="plans", on=SQLITE, headers={"Accept": f"{PLAN}; options=analyze"},
            mentions=("analyze",)),
    refused("items?nope=eq.1", 400, "42703", app="plans", headers={"Accept": PLAN}),
    *(unacceptable(accept) for accept in (PLAN, f"{PLAN}+json", f"{PLAN}+text; options=analyze")),
]  # fmt: skip
CASES = CHOICE + VALUES + SINGLE + WITHOUT_NULLS + AS_CSV + AS_LINES + PAGES + ERRORS + VARY + PLANS
