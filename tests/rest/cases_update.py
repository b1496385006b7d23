"""PATCH: which rows are changed, to what, and what comes back."""

from __future__ import annotations

from case import POSTGRESQL
from write_case import DEFAULT, REP, WriteCase, patch, refused

ONE = '-items [1, "anvil", 19.99, 3, true, null]'
TWO = '-items [2, "bolt", 0.05, 500, false, "small"]'
THREE = '-items [3, "nut", null, 12, null, ""]'
CSV = {"Content-Type": "text/csv"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OBJECT = {"Accept": "application/vnd.pgrst.object+json"}
MINIMAL: dict[str, str | None] = {
    "Content-Range": "0-0/*", "Content-Length": None, "Content-Type": None, "Preference-Applied": None,
}  # fmt: skip
NONE: dict[str, str | None] = {"Content-Range": "*/*", "Content-Length": None, "Content-Type": None}

ROWS = [
    patch("items?id=eq.1", '{"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]', answers=MINIMAL),
    patch("items?id=eq.1&select=id", '{"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]', answers=MINIMAL),
    patch("items?id=eq.1", '[{"name":"saw"}]', ONE, '+items [1, "saw", 19.99, 3, true, null]', answers=MINIMAL),
    patch("items?id=eq.1", '{"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]', prefer="return=minimal",
          answers={"Preference-Applied": "return=minimal"}),
    patch("items?id=eq.1", '{"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]', prefer=REP,
          answers={"Content-Range": "0-0/*", "Preference-Applied": REP,
          "Content-Type": "application/json; charset=utf-8"},
          answer='[{"id":1,"name":"saw","price":19.99,"quantity":3,"active":true,"note":null}]'),
    patch("items?id=eq.1&select=name", '{"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]', prefer=REP,
          answer='[{"name":"saw"}]'),
    patch("items?id=eq.2", '{"id":42}', TWO, '+items [42, "bolt", 0.05, 500, false, "small"]', answers=MINIMAL),
    patch("items?id=eq.2&select=id", '{"id":42}', TWO, '+items [42, "bolt", 0.05, 500, false, "small"]', prefer=REP,
          answer='[{"id":42}]'),
    patch("items?id=eq.2&select=id", '{"id":2}', prefer=REP, answer='[{"id":2}]', answers={"Content-Range": "0-0/*"}),
    patch("items?id=gte.2", '{"quantity":7,"note":"x"}', TWO, THREE, '+items [2, "bolt", 0.05, 7, false, "x"]',
          '+items [3, "nut", null, 7, null, "x"]', answers={"Content-Range": "0-1/*"}),
    patch("items", '{"quantity":0}', ONE, TWO, THREE, '+items [1, "anvil", 19.99, 0, true, null]',
          '+items [2, "bolt", 0.05, 0, false, "small"]', '+items [3, "nut", null, 0, null, ""]',
          answers={"Content-Range": "0-2/*"}),
    patch("items?select=id&order=id.desc", '{"quantity":0}', ONE, TWO, THREE,
          '+items [1, "anvil", 19.99, 0, true, null]', '+items [2, "bolt", 0.05, 0, false, "small"]',
          '+items [3, "nut", null, 0, null, ""]', prefer=REP, answer='[{"id":3},{"id":2},{"id":1}]',
          answers={"Content-Range": "0-2/*"}),
    patch("items?select=count()", '{"active":false}', ONE, THREE, '+items [1, "anvil", 19.99, 3, false, null]',
          '+items [3, "nut", null, 12, false, ""]', prefer=REP, answer='[{"count":3}]'),
    patch("items?id=eq.99", '{"name":"saw"}', answers=NONE),
    patch("items?id=eq.99", '{"name":"saw"}', prefer=REP, answer="[]", answers={"Content-Range": "*/*"}),
    patch("items?id=eq.99", '{"name":"saw"}', prefer="count=exact", answers={"Content-Range": "*/0"}),
    patch("items?id=eq.1", '{"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]', prefer="count=exact",
          answers={"Content-Range": "0-0/1", "Preference-Applied": "count=exact"}),
    patch("items?id=gt.1&select=id&order=id", '{"name":"saw"}', TWO, THREE,
          '+items [2, "saw", 0.05, 500, false, "small"]',
          '+items [3, "saw", null, 12, null, ""]', prefer=f"{REP}, count=exact", answers={"Content-Range": "0-1/2"},
          answer='[{"id":2},{"id":3}]'),
    patch("only_key?id=eq.1", '{"id":5}', "-only_key [1]", "+only_key [5]"),
    patch("no_key?a=eq.x", '{"b":2}', '-no_key ["x", 1]', '-no_key ["x", 1]', '+no_key ["x", 2]', '+no_key ["x", 2]',
          answers={"Content-Range": "0-1/*"}),
    patch("no_key?a=eq.x", '{"b":2}', '-no_key ["x", 1]', '-no_key ["x", 1]', '+no_key ["x", 2]', '+no_key ["x", 2]',
          prefer=REP, answer='[{"a":"x","b":2},{"a":"x","b":2}]'),
    patch("pairs?a=eq.1", '{"label":"z"}', '-pairs [1, 1, "one-one"]', '-pairs [1, 2, "one-two"]', '+pairs [1, 1, "z"]',
          '+pairs [1, 2, "z"]', prefer=f"{REP}", answer='[{"a":1,"b":1,"label":"z"},{"a":1,"b":2,"label":"z"}]'),
    patch("pairs?a=eq.1&b=eq.2&select=a,b", '{"a":9,"b":9}', '-pairs [1, 2, "one-two"]', '+pairs [9, 9, "one-two"]',
          prefer=REP, answer='[{"a":9,"b":9}]'),
    patch("made?id=eq.1&select=twice", '{"base":5}', "-made [1, 21, 42]", "+made [1, 5, 10]", prefer=REP,
          answer='[{"twice":10}]'),
    patch('odd name?"a.b"=eq.d&select="quo\\"te","100%25"', '{"quo\\"te":"%s","100%":"$1"}',
          '-odd name [1, "x", "q", "d", "p", "u"]', '+odd name [1, "x", "%s", "d", "$1", "u"]', prefer=REP,
          answer='[{"quo\\"te":"%s","100%":"$1"}]'),
    patch("documents?id=eq.1", '{"doc":{"n":[1,{"m":null}]},"tree":null}', '-documents [1, {"a": 1}, {"b": [1, 2]}]',
          '+documents [1, {"n": [1, {"m": null}]}, null]'),
    patch("documents?doc->>a=eq.1", '{"doc":[]}', '-documents [1, {"a": 1}, {"b": [1, 2]}]',
          '+documents [1, [], {"b": [1, 2]}]'),
    patch("items?id=eq.1", '{"price":null,"note":""}', ONE, '+items [1, "anvil", null, 3, true, ""]'),
    patch("items?id=eq.1", "name=saw&quantity=4", ONE, '+items [1, "saw", 19.99, 4, true, null]', headers=FORM),
    patch("items?id=eq.1", "name,note\nsaw,NULL", ONE, '+items [1, "saw", 19.99, 3, true, null]', headers=CSV),
    patch("nodes?id=eq.2", '{"parent_id":2}', '-nodes [2, 1, "leaf"]', '+nodes [2, 2, "leaf"]'),
]  # fmt: skip

FILTERS = [
    patch("items?name=in.(anvil,nut)", '{"active":false}', ONE, THREE, '+items [1, "anvil", 19.99, 3, false, null]',
          '+items [3, "nut", null, 12, false, ""]', answers={"Content-Range": "0-1/*"}),
    patch("items?or=(id.eq.1,note.eq.small)&active=is.true", '{"quantity":1}', ONE,
          '+items [1, "anvil", 19.99, 1, true, null]'),
    patch("items?not.or=(id.eq.1,id.eq.2)", '{"quantity":1}', THREE, '+items [3, "nut", null, 1, null, ""]'),
    patch("items?price=is.null", '{"price":1.5}', THREE, '+items [3, "nut", 1.5, 12, null, ""]'),
    patch("items?name=like.*n*&quantity=lt.10", '{"quantity":1}', ONE, '+items [1, "anvil", 19.99, 1, true, null]'),
    patch("items?name=eq.%27%20or%201=1%20--", '{"quantity":1}', answers=NONE),
    patch("items?id=in.()", '{"quantity":1}', answers=NONE),
    patch("cities?select=id,countries!inner(name)&countries.name=eq.Sweden", '{"name":"X"}',
          '-cities [3, "Lund", "se"]',
          '+cities [3, "X", "se"]', prefer=REP, answer='[{"id":3,"countries":{"name":"Sweden"}}]'),
    patch("cities?select=id,countries!inner(name)&countries.name=eq.Sweden", '{"name":"X"}',
          '-cities [3, "Lund", "se"]',
          '+cities [3, "X", "se"]', answers=MINIMAL),
    patch("cities?select=id,countries(name)&countries=is.null", '{"name":"X"}', '-cities [4, "Atlantis", null]',
          '+cities [4, "X", null]', prefer=REP, answer='[{"id":4,"countries":null}]'),
    refused("PATCH", "items?nam=eq.1", '{"name":"saw"}', 400, "42703"),
    refused("PATCH", "items?id=1", '{"name":"saw"}', 400, "PGRST100"),
    refused("PATCH", "items?id=eq.x", '{"name":"saw"}', 400, "22P02"),
    refused("PATCH", "items?id", '{"name":"saw"}', 400, "PGRST100"),
    refused("PATCH", "items?limit=1", '{"name":"saw"}', 400, None),
    refused("PATCH", "items?id=eq.1&offset=1", '{"name":"saw"}', 400, None),
]  # fmt: skip

EMPTY = [
    *(
        patch(f"items{query}", body, answers=NONE)
        for body in ("{}", "[]", "[{}]")
        for query in ("", "?id=eq.1", "?select=id")
    ),
    *(
        patch(
            f"items{query}", body, prefer=REP, answer="[]", answers={"Content-Range": "*/*", "Preference-Applied": REP}
        )
        for body in ("{}", "[]", "[{}]")
        for query in ("", "?select=id")
    ),
    patch("items?columns=name", "[]", answers=NONE),
    patch("items", "{}", prefer="count=exact", answers={"Content-Range": "*/0"}),
]

COLUMNS = [
    patch("items?id=eq.1&columns=name", '{"name":"saw","quantity":9,"smth":"here"}', ONE,
          '+items [1, "saw", 19.99, 3, true, null]'),
    patch("items?id=eq.2&columns=name,note", '{"name":"saw"}', TWO, '+items [2, "saw", 0.05, 500, false, null]'),
    patch("items?id=eq.2&columns=name,note", '{"name":"saw"}', TWO, '+items [2, "saw", 0.05, 500, false, "none"]',
          prefer=DEFAULT, answers={"Preference-Applied": DEFAULT}),
    patch("items?id=eq.2&columns=note,active,quantity", '{"quantity":4}', TWO,
          '+items [2, "bolt", 0.05, 4, true, "none"]',
          prefer=DEFAULT),
    patch("items?id=eq.2&columns=name,note", '{"name":"saw","note":null}', TWO,
          '+items [2, "saw", 0.05, 500, false, null]',
          prefer=DEFAULT),
    refused("PATCH", "items?id=eq.1&columns=helicopter", '{"name":"saw"}', 400, "PGRST204", mentions=("helicopter",)),
    refused("PATCH", "garlic?columns=helicopter", '{"name":"saw"}', 404, "PGRST205"),
]  # fmt: skip

EMBEDS = [
    patch("boxes?id=eq.1&select=id,things(name)&things.order=id", '{"name":"green"}', '-boxes [1, "red"]',
          '+boxes [1, "green"]', prefer=REP, answer='[{"id":1,"things":[{"name":"ring"},{"name":"coin"}]}]'),
    patch("cities?id=eq.4&select=name,countries(name)", '{"country":"fi"}', '-cities [4, "Atlantis", null]',
          '+cities [4, "Atlantis", "fi"]', prefer=REP, answer='[{"name":"Atlantis","countries":{"name":"Finland"}}]'),
    patch("things?id=eq.3&select=name,boxes(name)", '{"box_id":1}', '-things [3, 2, "key"]', '+things [3, 1, "key"]',
          prefer=REP, answer='[{"name":"key","boxes":{"name":"red"}}]'),
    patch("cities?select=id,countries(name)&country=eq.no&order=id", '{"name":"X"}', '-cities [1, "Oslo", "no"]',
          '-cities [2, "Bergen", "no"]', '+cities [1, "X", "no"]', '+cities [2, "X", "no"]', prefer=REP,
          answer='[{"id":1,"countries":{"name":"Norway"}},{"id":2,"countries":{"name":"Norway"}}]'),
    patch("cities?id=eq.1&select=id,...countries(land:name)", '{"name":"X"}', '-cities [1, "Oslo", "no"]',
          '+cities [1, "X", "no"]', prefer=REP, answer='[{"id":1,"land":"Norway"}]'),
]  # fmt: skip

MEDIA = [
    patch("items?id=eq.1&select=name", '{"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]', prefer=REP,
          headers=OBJECT, answer='{"name":"saw"}'),
    refused("PATCH", "items?select=name", '{"name":"saw"}', 406, "PGRST116", prefer=REP, headers=OBJECT),
    refused("PATCH", "items?id=eq.99&select=name", '{"name":"saw"}', 406, "PGRST116", prefer=REP, headers=OBJECT),
    patch("items?id=eq.1&select=id,name", '{"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]', prefer=REP,
          headers={"Accept": "text/csv"}, text="id,name\n1,saw", status=200),
]  # fmt: skip

VIEWS = [
    patch("item_names?id=eq.1", '{"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]'),
    patch("item_names?id=eq.1&select=name", '{"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]',
          prefer=REP,
          answer='[{"name":"saw"}]', on=POSTGRESQL),
    refused("PATCH", "item_count", '{"items":7}', 405, "PGRST117"),
]  # fmt: skip

ERRORS = [
    refused("PATCH", "garlic", '{"name":"saw"}', 404, "PGRST205"),
    refused("PATCH", "items?id=eq.1", '{"nam":"saw"}', 400, "PGRST204", mentions=("nam",)),
    refused("PATCH", "items?id=eq.1", "", 400, "PGRST102"),
    refused("PATCH", "items?id=eq.1", '[{"name":"a"},{"name":"b"}]', 400, "PGRST102", mentions=("2",)),
    refused("PATCH", "items?id=eq.1", "}{", 400, "PGRST102"),
    refused("PATCH", "items?id=eq.1", '{"name":null}', 400, "23502"),
    refused("PATCH", "items?id=eq.1", '{"id":2}', 409, "23505"),
    refused("PATCH", "items", '{"id":7}', 409, "23505"),
    refused("PATCH", "cities?id=eq.1", '{"country":"xx"}', 409, "23503"),
    refused("PATCH", "boxes?id=eq.1", '{"id":7}', 409, "23503"),
    refused("PATCH", "later?id=eq.1", '{"next":9}', 409, "23503"),
    refused("PATCH", "items?id=gte.1", '{"price":-1.5}', 400, "23514"),
    refused("PATCH", "items?id=eq.1", '{"price":"x"}', 400, "22P02"),
    refused("PATCH", "made?id=eq.1", '{"twice":"1"}', 400, "428C9"),
    refused("PATCH", "items?id=eq.1", '{"quantity":-1}', 400, "P0001", on=POSTGRESQL),
    refused("PATCH", "items?id=eq.1&select=nam", '{"name":"saw"}', 400, "42703", prefer=REP),
    refused("PATCH", "items?id=eq.1", '{"name":"\\u0000"}', 400, "22P05"),
    refused("PATCH", "items?id=eq.1", "x", 415, "PGRST107", headers={"Content-Type": "text/plain"}),
]  # fmt: skip

CASES: list[WriteCase] = [*ROWS, *FILTERS, *EMPTY, *COLUMNS, *EMBEDS, *MEDIA, *VIEWS, *ERRORS]
