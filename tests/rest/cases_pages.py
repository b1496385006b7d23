"""Which rows and how many: `limit`, `offset`, Range, counts, 200/206/416, HEAD, the server's own limit."""

from __future__ import annotations

from case import BOTH, JSON, POSTGRESQL, Case, refused, rows

EXACT = {"Prefer": "count=exact"}
PLANNED = {"Prefer": "count=planned"}
ESTIMATED = {"Prefer": "count=estimated"}


def page(
    url: str,
    body: str | None,
    content_range: str,
    status: int = 200,
    *,
    on: tuple[str, ...] = BOTH,
    app: str = "plain",
    **headers: str,
) -> Case:
    """A read of a page; keywords are request headers."""
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    return Case(url, body, status, headers=asked, answers={"Content-Range": content_range}, on=on, app=app)


def listed(*numbers: int) -> str:
    """Rows of `id` alone."""
    return "[" + ",".join(f'{{"id":{number}}}' for number in numbers) + "]"


ALL = listed(1, 2, 3, 4, 5, 6, 7, 8)
PARAMETERS = [
    page("items?select=id&order=id", ALL, "0-7/*"),
    page("items?select=id&order=id&limit=3", listed(1, 2, 3), "0-2/*"),
    page("items?select=id&order=id&limit=3&offset=2", listed(3, 4, 5), "2-4/*"),
    page("items?select=id&order=id&offset=6", listed(7, 8), "6-7/*"),
    page("items?select=id&order=id&limit=100&offset=6", listed(7, 8), "6-7/*"),
    page("items?select=id&order=id&offset=0", ALL, "0-7/*"),
    page("items?select=id&order=id&offset=-4", ALL, "0-7/*"),
    page("items?select=id&limit=0", "[]", "*/*"),
    page("items?select=id&offset=100", "[]", "*/*"),
    page("items?id=eq.99", "[]", "*/*"),
    page("items?select=id&id=eq.5", listed(5), "0-0/*"),
    page("nothing", "[]", "*/*"),
    page("many?select=id&order=id&offset=4998", listed(4999, 5000), "4998-4999/*"),
    page("many?select=id&order=id.desc&limit=2", listed(5000, 4999), "0-1/*"),
    page("many", None, "0-4999/*"),
    refused("items?limit=-1", 416, "PGRST103"),
]
RANGES = [
    page("many?select=id&order=id", listed(1, 2), "0-1/*", Range="0-1", Range_Unit="items"),
    page("many?select=id&order=id", listed(1, 2), "0-1/*", Range="0-1"),
    page("many?select=id&order=id", listed(11, 12, 13), "10-12/*", Range="10-12"),
    page("many?select=id&order=id", listed(1), "0-0/*", Range="0-0"),
    page("items?select=id&order=id", ALL, "0-7/*", Range="0-"),
    page("items?select=id&order=id", listed(7, 8), "6-7/*", Range="6-"),
    page("items?select=id&order=id", listed(7, 8), "6-7/*", Range="6-100"),
    page("items?select=id&order=id&limit=3", listed(1, 2), "0-1/*", Range="0-1"),
    page("items?select=id&order=id&limit=2", listed(1, 2), "0-1/*", Range="0-5"),
    page("items?select=id&order=id&limit=5&offset=2", listed(3, 4), "2-3/*", Range="0-3"),
    page("items?select=id&order=id&offset=2", listed(5, 6), "4-5/*", Range="4-5"),
    page("nothing", "[]", "*/*", Range="0-1"),
    page("items?select=id", "[]", "*/*", Range="100-199"),
    refused("items", 416, "PGRST103", headers={"Range": "5-2"}),
    refused("items?limit=5&offset=10", 416, "PGRST103", headers={"Range": "0-3"}),
]
COUNTS = [
    page("items?select=id&order=id", ALL, "0-7/8", Prefer="count=exact"),
    page("items?select=id&order=id&limit=8", ALL, "0-7/8", Prefer="count=exact"),
    page("items?select=id&order=id&limit=3", listed(1, 2, 3), "0-2/8", 206, Prefer="count=exact"),
    page("items?select=id&order=id&offset=6", listed(7, 8), "6-7/8", 206, Prefer="count=exact"),
    page("items?select=id&order=id&id=gt.4", listed(5, 6, 7, 8), "0-3/4", Prefer="count=exact"),
    page("items?select=id&order=id&id=gt.4&limit=1&offset=1", listed(6), "1-1/4", 206, Prefer="count=exact"),
    page("items?or=(id.eq.1,id.gt.6)&select=id&order=id&limit=2", listed(1, 7), "0-1/3", 206, Prefer="count=exact"),
    page("items?select=id&order=id", listed(3, 4), "2-3/8", 206, Prefer="count=exact", Range="2-3"),
    page("items?id=eq.99", "[]", "*/0", Prefer="count=exact"),
    page("nothing", "[]", "*/0", Prefer="count=exact"),
    page("items?offset=8", "[]", "*/8", 206, Prefer="count=exact"),
    page("no_key?select=b&limit=1&order=b", '[{"b":1}]', "0-0/4", 206, Prefer="count=exact"),
    page("many?select=id&order=id&limit=2", listed(1, 2), "0-1/5000", 206, Prefer="count=exact"),
    page("many?select=id&order=id&limit=1&parity=eq.even", listed(2), "0-0/2500", 206, Prefer="count=exact"),
    page("many?select=id&order=id&limit=2", listed(1, 2), "0-1/5000", 206, Prefer="count=planned"),
    page("many?select=id&order=id&limit=2", listed(1, 2), "0-1/5000", 206, Prefer="count=estimated"),
    page("items?select=id&order=id&limit=2", listed(1, 2), "0-1/8", 206, Prefer="count=estimated"),
    page("items?select=id&order=id", ALL, "0-7/*", Prefer="count=none"),
    page("items?select=id&order=id", ALL, "0-7/8", Prefer="count=exact, count=none"),
    refused("items?offset=9", 416, "PGRST103", headers=EXACT, answers={"Content-Range": "*/8"}),
    refused("nothing?offset=1", 416, "PGRST103", headers=EXACT, answers={"Content-Range": "*/0"}),
    refused("items", 416, "PGRST103", headers={**EXACT, "Range": "100-199"}, answers={"Content-Range": "*/8"}),
    rows("items?select=id&id=eq.1", '[{"id":1}]', headers=EXACT, answers={"Preference-Applied": "count=exact"}),
    rows("items?select=id&id=eq.1", '[{"id":1}]', headers=ESTIMATED, answers={"Preference-Applied": "count=estimated"}),
    rows("items?select=id&id=eq.1", '[{"id":1}]', answers={"Preference-Applied": None}),
]
HEADS = [
    Case("items", "", method="HEAD", answers={"Content-Range": "0-7/*", "Content-Type": JSON, "Content-Length": None}),
    Case("items?limit=3&offset=2", "", method="HEAD", answers={"Content-Range": "2-4/*"}),
    Case("items?limit=3", "", 206, method="HEAD", headers=EXACT, answers={"Content-Range": "0-2/8"}),
    Case("items", "", 206, method="HEAD", headers={**EXACT, "Range": "2-3"}, answers={"Content-Range": "2-3/8"}),
    Case("nothing", "", method="HEAD", headers=EXACT, answers={"Content-Range": "*/0"}),
    Case("many", "", method="HEAD", headers=PLANNED, answers={"Content-Range": "0-4999/5000"}),
    Case("items?offset=9", "", 416, method="HEAD", headers=EXACT, answers={"Content-Range": "*/8"}),
    Case("nope", "", 404, method="HEAD"),
]
LIMITED = [
    page("items?select=id&order=id", listed(1, 2, 3), "0-2/*", app="limited"),
    page("items?select=id&order=id&limit=2", listed(1, 2), "0-1/*", app="limited"),
    page("items?select=id&order=id&limit=100", listed(1, 2, 3), "0-2/*", app="limited"),
    page("items?select=id&order=id&limit=100&offset=6", listed(7, 8), "6-7/*", app="limited"),
    page("items?select=id&order=id", listed(3, 4, 5), "2-4/*", app="limited", Range="2-"),
    page("items?select=id&order=id", listed(1), "0-0/*", app="limited", Range="0-0"),
    page("items?select=id&order=id", listed(1, 2, 3), "0-2/8", 206, app="limited", Prefer="count=exact"),
    page("items?select=id&order=id&id=lt.3", listed(1, 2), "0-1/2", app="limited", Prefer="count=estimated"),
    page("many?select=id&order=id", listed(1, 2, 3), "0-2/5000", 206, app="limited", Prefer="count=estimated"),
    page("items?select=id&limit=0", "[]", "*/*", app="limited"),
    page(
        "items?select=id&order=id", listed(1, 2, 3), "0-2/8", 206, app="limited", on=POSTGRESQL, Prefer="count=planned"
    ),
]
CASES = PARAMETERS + RANGES + COUNTS + HEADS + LIMITED
