"""DELETE: which rows go, and what comes back of them."""

from __future__ import annotations

from case import POSTGRESQL
from write_case import REP, WriteCase, delete, refused

ONE = '-items [1, "anvil", 19.99, 3, true, null]'
TWO = '-items [2, "bolt", 0.05, 500, false, "small"]'
THREE = '-items [3, "nut", null, 12, null, ""]'
RED = ('-boxes [1, "red"]', '-things [1, 1, "ring"]', '-things [2, 1, "coin"]')
OBJECT = {"Accept": "application/vnd.pgrst.object+json"}
MINIMAL: dict[str, str | None] = {
    "Content-Range": "*/*", "Content-Length": None, "Content-Type": None, "Preference-Applied": None,
}  # fmt: skip

ROWS = [
    delete("items?id=eq.1", ONE, answers=MINIMAL),
    delete("items?id=eq.1&select=id", ONE, answers=MINIMAL),
    delete("items?id=eq.1", ONE, prefer="return=minimal", answers={"Preference-Applied": "return=minimal"}),
    delete("items?id=eq.1", ONE, prefer="count=exact", answers={"Content-Range": "*/1",
           "Preference-Applied": "count=exact"}),
    delete("items?id=eq.1", ONE, prefer=REP, answers={"Content-Range": "*/*", "Preference-Applied": REP},
           answer='[{"id":1,"name":"anvil","price":19.99,"quantity":3,"active":true,"note":null}]'),
    delete("items?id=eq.1&select=name", ONE, prefer=REP, answer='[{"name":"anvil"}]'),
    delete("items?select=id&order=id.desc", ONE, TWO, THREE, prefer=f"{REP}, count=exact",
           answers={"Content-Range": "*/3"}, answer='[{"id":3},{"id":2},{"id":1}]'),
    delete("items", ONE, TWO, THREE, answers=MINIMAL),
    delete("items?id=eq.99", answers=MINIMAL),
    delete("items?id=eq.99", prefer=REP, answer="[]"),
    delete("items?id=eq.99", prefer="count=exact", answers={"Content-Range": "*/0"}),
    delete("items?select=n:name,i:id::text&id=lt.2", ONE, prefer=REP, answer='[{"n":"anvil","i":"1"}]'),
    delete("items?select=count()", ONE, TWO, THREE, prefer=REP, answer='[{"count":3}]'),
    delete("no_key?a=eq.x", '-no_key ["x", 1]', '-no_key ["x", 1]'),
    delete("no_key?a=eq.x", '-no_key ["x", 1]', '-no_key ["x", 1]', prefer=REP,
           answer='[{"a":"x","b":1},{"a":"x","b":1}]'),
    delete("no_key?b=is.null", '-no_key ["y", null]', prefer=REP, answer='[{"a":"y","b":null}]'),
    delete("only_key?id=in.(1,2)", "-only_key [1]", "-only_key [2]"),
    delete("pairs?a=eq.1&b=eq.2", '-pairs [1, 2, "one-two"]', prefer=REP, answer='[{"a":1,"b":2,"label":"one-two"}]'),
    delete("pairs?a=eq.1", '-pairs [1, 1, "one-one"]', '-pairs [1, 2, "one-two"]', prefer="count=exact",
           answers={"Content-Range": "*/2"}),
    delete('odd name?"a.b"=eq.d&select="100%25"', '-odd name [1, "x", "q", "d", "p", "u"]', prefer=REP,
           answer='[{"100%":"p"}]'),
    delete("documents?doc->a=eq.1&select=doc->a", '-documents [1, {"a": 1}, {"b": [1, 2]}]', prefer=REP,
           answer='[{"a":1}]'),
    delete("made?twice=eq.42", "-made [1, 21, 42]"),
    delete("boxes?id=eq.1", *RED, answers=MINIMAL),
    delete("boxes?id=eq.1", *RED, prefer="count=exact", answers={"Content-Range": "*/1"}),
    delete("countries?code=eq.fi", '-countries ["fi", "Finland", 0]'),
    delete("nodes?id=eq.2", '-nodes [2, 1, "leaf"]'),
    delete("nodes", '-nodes [2, 1, "leaf"]', '-nodes [1, null, "root"]'),
    delete("later?id=eq.1", "-later [1, 1]"),
]  # fmt: skip

FILTERS = [
    delete("items?or=(id.eq.1,name.eq.nut)", ONE, THREE),
    delete("items?active=is.null", THREE),
    delete("items?active=not.is.null", ONE, TWO),
    delete("items?name=ilike.A*", ONE),
    delete("items?id=in.()", answers=MINIMAL),
    delete("items?name=eq.x%27);%20drop%20table%20items;%20--", answers=MINIMAL),
    delete("cities?select=id,countries!inner(name)&countries.name=eq.Sweden", '-cities [3, "Lund", "se"]', prefer=REP,
           answer='[{"id":3,"countries":{"name":"Sweden"}}]'),
    delete("cities?select=id,countries!inner(name)&countries.name=eq.Sweden", '-cities [3, "Lund", "se"]'),
    delete("cities?select=id,countries(name)&countries=is.null", '-cities [4, "Atlantis", null]'),
    delete("countries?select=code,cities(id)&cities=is.null", '-countries ["fi", "Finland", 0]', prefer=REP,
           answer='[{"code":"fi","cities":[]}]'),
    refused("DELETE", "items?id=1", "", 400, "PGRST100"),
    refused("DELETE", "items?id", "", 400, "PGRST100"),
    refused("DELETE", "items?id=eq.x", "", 400, "22P02"),
    refused("DELETE", "items?nam=eq.1", "", 400, "42703"),
    refused("DELETE", "items?limit=1", "", 400, None),
    refused("DELETE", "items?offset=1", "", 400, None),
]  # fmt: skip

EMBEDS = [
    delete("cities?id=eq.1&select=name,countries(name)", '-cities [1, "Oslo", "no"]', prefer=REP,
           answer='[{"name":"Oslo","countries":{"name":"Norway"}}]'),
    delete("things?box_id=eq.1&select=name,boxes(name)&order=id", '-things [1, 1, "ring"]', '-things [2, 1, "coin"]',
           prefer=REP, answer='[{"name":"ring","boxes":{"name":"red"}},{"name":"coin","boxes":{"name":"red"}}]'),
]  # fmt: skip

MEDIA = [
    delete("items?id=eq.1&select=name", ONE, prefer=REP, headers=OBJECT, answer='{"name":"anvil"}'),
    refused("DELETE", "items?select=name", "", 406, "PGRST116", prefer=REP, headers=OBJECT),
    refused("DELETE", "items?id=eq.99&select=name", "", 406, "PGRST116", prefer=REP, headers=OBJECT),
    delete("items?select=id,name&order=id", ONE, TWO, THREE, prefer=REP, headers={"Accept": "text/csv"}, status=200,
           text="id,name\n1,anvil\n2,bolt\n3,nut"),
]  # fmt: skip

VIEWS = [
    delete("item_names?id=eq.1", ONE),
    delete("item_names?id=eq.1&select=name", ONE, prefer=REP, answer='[{"name":"anvil"}]', on=POSTGRESQL),
    refused("DELETE", "item_count", "", 405, "PGRST117"),
]  # fmt: skip

ERRORS = [
    refused("DELETE", "garlic", "", 404, "PGRST205"),
    refused("DELETE", "countries?code=eq.no", "", 409, "23503"),
    refused("DELETE", "countries", "", 409, "23503"),
    refused("DELETE", "nodes?id=eq.1", "", 409, "23503"),
    refused("DELETE", "items?id=eq.1&select=nam", "", 400, "42703", prefer=REP),
    refused("DELETE", "items?id=eq.1&order=nam", "", 400, "42703", prefer=REP),
]  # fmt: skip

CASES: list[WriteCase] = [*ROWS, *FILTERS, *EMBEDS, *MEDIA, *VIEWS, *ERRORS]
