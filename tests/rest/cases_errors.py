"""What cannot be read, is not there or is not allowed: status, code, a hint to the name that is near; and OPTIONS."""

from __future__ import annotations

from case import BOTH, JSON, POSTGRESQL, SQLITE, Case, refused, rows

FILTERS = [
    refused("items?id=5", 400, "PGRST100"),
    refused("items?id=", 400, "PGRST100"),
    refused("items?id=eq", 400, "PGRST100"),
    refused("items?id=foo.5", 400, "PGRST100", mentions=("foo",)),
    refused("items?id=not.5", 400, "PGRST100"),
    refused("items?id=not.not.eq.5", 400, "PGRST100"),
    refused("items?id=EQ.5", 400, "PGRST100"),
    refused("items?id=.5", 400, "PGRST100"),
    refused("items?id=eq(any).5", 400, "22P02"),
    refused("items?nope", 400, "PGRST100"),
    refused("items?id=eq.5&nope=1", 400, "PGRST100"),
    refused("items?id->=eq.5", 400, "PGRST100"),
    refused("items?nope=eq.1", 400, "42703", mentions=("nope",)),
    refused("items?id=eq.1&nope=is.null", 400, "42703", mentions=("nope",)),
    refused("items?other.id=eq.5", 400, "PGRST108", mentions=("other",)),
    refused("items?other.or=(id.eq.5)", 400, "PGRST108", mentions=("other",)),
]
NEAR_MISSES = [
    refused("item", 404, "PGRST205", hint="items"),
    refused("itemss", 404, "PGRST205", hint="items"),
    refused("no_keys", 404, "PGRST205", hint="no_key"),
    refused("decimal", 404, "PGRST205", hint="decimals"),
    refused("zzzz", 404, "PGRST205", mentions=("zzzz",)),
    refused("items?select=nam", 400, "42703", hint="name"),
    refused("items?quantitiy=eq.1", 400, "42703", hint="quantity"),
    refused("items?order=prise", 400, "42703", hint="price"),
    refused("items?or=(activ.is.true)", 400, "42703", hint="active"),
]
PATHS = [
    refused("items/1", 404, "PGRST125"),
    refused("items/1/name", 404, "PGRST125"),
    refused("items", 405, "PGRST117", method="PURGE"),
    refused("items", 405, "PGRST117", method="TRACE"),
    refused("nope", 404, "PGRST205", mentions=("nope",), answers={"Content-Type": JSON}),
    # A HEAD's error has no body: client libraries take its code from this header, under this name.
    refused("nope?id=gt.0", 404, "PGRST205", answers={"Proxy-Status": "PostgREST; error=PGRST205"}),
]
PREFERENCES = [
    refused("items", 400, "PGRST122", headers={"Prefer": "handling=strict, anything=odd"}, mentions=("anything",)),
    refused("items", 400, "PGRST122", headers={"Prefer": "handling=strict, count=most"}, mentions=("count=most",)),
    rows(
        "items?select=id&id=eq.1",
        '[{"id":1}]',
        headers={"Prefer": "anything=odd"},
        answers={"Preference-Applied": None},
    ),
    rows("items?select=id&id=eq.1", '[{"id":1}]', headers={"Prefer": "handling=lenient, anything=odd"}),
    rows(
        "items?select=id&id=eq.1",
        '[{"id":1}]',
        headers={"Prefer": "handling=strict, count=exact"},
        answers={"Preference-Applied": "count=exact, handling=strict", "Content-Range": "0-0/1"},
    ),
]
MEDIA_TYPES = [
    rows("items?select=id&id=eq.1", '[{"id":1}]', answers={"Content-Type": JSON}),
    rows(
        "items?select=id&id=eq.1", '[{"id":1}]', headers={"Accept": "application/json"}, answers={"Content-Type": JSON}
    ),
    rows("items?select=id&id=eq.1", '[{"id":1}]', headers={"Accept": "*/*"}, answers={"Content-Type": JSON}),
    rows(
        "items?select=id&id=eq.1", '[{"id":1}]', headers={"Accept": "text/unknown, */*"}, answers={"Content-Type": JSON}
    ),
    rows(
        "items?select=id&id=eq.1",
        '[{"id":1}]',
        headers={"Accept": "text/unknown, application/json;q=0.5"},
        answers={"Content-Type": JSON},
    ),
    refused(
        "items",
        406,
        "PGRST107",
        headers={"Accept": "text/unknown"},
        mentions=("text/unknown",),
        answers={"Content-Type": JSON},
    ),
]


def options(url: str, allow: str, on: tuple[str, ...] = BOTH) -> Case:
    """OPTIONS: 200, nothing in the body, and what may be done."""
    return Case(url, "", method="OPTIONS", answers={"Allow": allow}, on=on)


READ = "OPTIONS,GET,HEAD"
ALL = f"{READ},POST,PUT,PATCH,DELETE"
OPTIONS = [
    options("items", ALL),
    options("pairs", ALL),
    options("odd name", ALL),
    options("no_key", f"{READ},POST,PATCH,DELETE"),
    options("item_totals", READ),
    options("item_names", f"{READ},POST,PATCH,DELETE", on=POSTGRESQL),
    options("item_names", READ, on=SQLITE),
    refused("nope", 404, "PGRST205", method="OPTIONS"),
]
CASES = FILTERS + NEAR_MISSES + PATHS + PREFERENCES + MEDIA_TYPES + OPTIONS
