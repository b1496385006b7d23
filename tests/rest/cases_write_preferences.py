"""`Prefer` on writes: which apply, in which order the answer lists them, and what they do."""

from __future__ import annotations

from case import POSTGRESQL
from write_case import DEFAULT, MERGE, REP, ROLLBACK, STRICT, WriteCase, delete, kind, patch, post, put, refused

ONE = '-items [1, "anvil", 19.99, 3, true, null]'
SAW = '+items [4, "saw", null, 1, true, "none"]'
CHANGED = (ONE, '+items [1, "saw", 19.99, 3, true, null]')
COMMIT = "tx=commit"


def applied(prefer: str | None, **more: str) -> dict[str, str | None]:
    return {"Preference-Applied": prefer, **more}


ORDER = [
    post("items", '{"name":"saw"}', SAW, prefer="count=exact, return=minimal",
         answers=applied("return=minimal, count=exact")),
    post("items?select=id", '{"name":"saw"}', SAW, answer='[{"id":4}]',
         on=POSTGRESQL,
         prefer=f"max-affected=5, timezone=Europe/Oslo, {STRICT}, {COMMIT}, count=exact, {REP}, {DEFAULT}, {MERGE}",
         answers=applied(f"{MERGE}, {DEFAULT}, {REP}, count=exact, {COMMIT}, {STRICT}, timezone=Europe/Oslo",
                         **{"Content-Range": "*/1"})),
    patch("items?id=eq.1&select=id", '{"name":"saw"}', *CHANGED, answer='[{"id":1}]',
          on=POSTGRESQL,
          prefer=f"max-affected=5, timezone=Europe/Oslo, {STRICT}, {COMMIT}, count=exact, {REP}, {DEFAULT}",
          answers=applied(f"{DEFAULT}, {REP}, count=exact, {COMMIT}, {STRICT}, timezone=Europe/Oslo, max-affected=5")),
    patch("items?id=eq.1&select=id", '{"name":"saw"}', *CHANGED, answer='[{"id":1}]',
          prefer=f"max-affected=5, {STRICT}, {COMMIT}, count=exact, {REP}, {DEFAULT}",
          answers=applied(f"{DEFAULT}, {REP}, count=exact, {COMMIT}, {STRICT}, max-affected=5")),
    post("items", '{"name":"saw"}', SAW, prefer="return=minimal, return=representation",
         answers=applied("return=minimal")),
    post("items", '{"name":"saw"}', SAW, prefer="return=everything, return=minimal", answers=applied("return=minimal")),
    post("items", '{"name":"saw"}', SAW, prefer="anything", answers=applied(None)),
    post("items", '{"name":"saw"}', SAW, prefer="handling=lenient, anything", answers=applied("handling=lenient")),
    post("items", '{"name":"saw"}', SAW, prefer=STRICT, answers=applied(STRICT)),
    patch("items?id=eq.1", '{"name":"saw"}', *CHANGED, prefer=MERGE, answers=applied(None)),
    delete("items?id=eq.1", ONE, prefer=MERGE, answers=applied(None)),
    refused("POST", "items", '{"name":"saw"}', 400, "PGRST122", prefer=f"{STRICT}, anything", mentions=("anything",)),
    refused("PATCH", "items?id=eq.1", '{"name":"saw"}', 400, "PGRST122", prefer=f"{STRICT}, a, b=c",
            mentions=("a, b=c",)),
    refused("DELETE", "items?id=eq.1", "", 400, "PGRST122", prefer=f"{STRICT}, max-affected=x"),
    refused("PUT", "only_key?id=eq.7", '{"id":7}', 400, "PGRST122", prefer=f"{STRICT}, return=all"),
]  # fmt: skip

TRANSACTION = [
    post("items", '{"name":"saw"}', prefer=ROLLBACK, answers=applied(ROLLBACK)),
    post("items?select=id,name", '{"name":"saw"}', prefer=f"{ROLLBACK}, {REP}", answers=applied(f"{REP}, {ROLLBACK}"),
         answer='[{"id":4,"name":"saw"}]'),
    post("items", '{"name":"saw"}', SAW, prefer=COMMIT, answers=applied(COMMIT)),
    patch("items?id=eq.1&select=name", '{"name":"saw"}', prefer=f"{ROLLBACK}, {REP}", answer='[{"name":"saw"}]'),
    patch("items", '{"name":"saw"}', prefer=ROLLBACK, answers=applied(ROLLBACK, **{"Content-Range": "0-2/*"})),
    delete("items?select=id&order=id", prefer=f"{ROLLBACK}, {REP}, count=exact", answer='[{"id":1},{"id":2},{"id":3}]',
           answers=applied(f"{REP}, count=exact, {ROLLBACK}", **{"Content-Range": "*/3"})),
    delete("boxes?id=eq.1", prefer=ROLLBACK),
    put("countries?code=eq.dk", '{"code":"dk","name":"D"}', prefer=f"{ROLLBACK}, {REP}", status=201,
        answer='[{"code":"dk","name":"D","people":null}]'),
    post("countries", '[{"code":"no","name":"N"},{"code":"dk","name":"D"}]', prefer=f"{ROLLBACK}, {MERGE}"),
    refused("POST", "later", '{"id":7,"next":99}', 409, "23503", prefer=ROLLBACK, on=POSTGRESQL),
    refused("POST", "items", '{"id":1,"name":"saw"}', 409, "23505", prefer=ROLLBACK),
    post("items", '{"name":"saw"}', SAW, prefer=ROLLBACK, answers=applied(None), app="commits"),
    post("items", '{"name":"saw"}', SAW, prefer=COMMIT, answers=applied(None), app="commits"),
    delete("items?id=eq.1", ONE, prefer=ROLLBACK, app="commits"),
    post("items", '{"name":"saw"}', app="rolls back"),
    post("items?select=id", '{"name":"saw"}', prefer=f"{COMMIT}, {REP}", answers=applied(REP), answer='[{"id":4}]',
         app="rolls back"),
    patch("items?id=eq.1", '{"name":"saw"}', app="rolls back"),
    delete("items", app="rolls back"),
    refused("POST", "later", '{"id":7,"next":99}', 409, "23503", app="rolls back", on=POSTGRESQL),
    post("items", '{"name":"saw"}', app="rolls back unless told"),
    post("items", '{"name":"saw"}', SAW, prefer=COMMIT, answers=applied(COMMIT), app="rolls back unless told"),
    post("items", '{"name":"saw"}', prefer=ROLLBACK, answers=applied(ROLLBACK), app="rolls back unless told"),
]  # fmt: skip

MOST = [
    patch("items?id=eq.1", '{"name":"saw"}', *CHANGED, prefer=f"{STRICT}, max-affected=1",
          answers=applied(f"{STRICT}, max-affected=1")),
    patch("items?id=eq.99", '{"name":"saw"}', prefer=f"{STRICT}, max-affected=0"),
    patch("items?id=eq.1", '{"name":"saw"}', *CHANGED, prefer="max-affected=0", answers=applied(None)),
    patch("items?id=eq.1", '{"name":"saw"}', *CHANGED, prefer="handling=lenient, max-affected=0",
          answers=applied("handling=lenient")),
    delete("items?id=eq.1", ONE, prefer=f"{STRICT}, max-affected=1", answers=applied(f"{STRICT}, max-affected=1")),
    delete("items?id=eq.1", ONE, prefer=f"{STRICT}, max-affected=99999999999999999999"),
    refused("PATCH", "items", '{"name":"saw"}', 400, "PGRST124", prefer=f"{STRICT}, max-affected=2", mentions=("3",)),
    refused("PATCH", "items?id=eq.1", '{"name":"saw"}', 400, "PGRST124", prefer=f"{STRICT}, max-affected=0"),
    refused("PATCH", "items", '{"name":"saw"}', 400, "PGRST124", prefer=f"{STRICT}, max-affected=2, {REP}"),
    refused("DELETE", "items", "", 400, "PGRST124", prefer=f"{STRICT}, max-affected=2", mentions=("3",)),
    refused("DELETE", "items", "", 400, "PGRST124", prefer=f"{STRICT}, max-affected=2, {REP}"),
    refused("DELETE", "items", "", 400, "PGRST124", prefer=f"{STRICT}, max-affected=2, {ROLLBACK}"),
    refused("DELETE", "boxes", "", 400, "PGRST124", prefer=f"{STRICT}, max-affected=1"),
]  # fmt: skip

ZONE = [
    post("kinds?select=zoned", '{"id":7,"zoned":"2024-02-29T12:00:00+00:00"}',
         kind(id=7, zoned="2024-02-29T12:00:00+00:00"),
         prefer=f"{REP}, timezone=America/Los_Angeles", answers=applied(f"{REP}, timezone=America/Los_Angeles"),
         answer='[{"zoned":"2024-02-29T04:00:00-08:00"}]', on=POSTGRESQL),
    post("kinds", '{"id":7,"zoned":"2024-02-29T12:00:00"}',
         kind(id=7, zoned="2024-02-29T20:00:00+00:00"),
         prefer="timezone=America/Los_Angeles", on=POSTGRESQL),
    refused("POST", "items", '{"name":"saw"}', 400, "22023", prefer="timezone=Jupiter/Red_Spot", on=POSTGRESQL),
    refused("DELETE", "items", "", 400, "22023", prefer=f"{STRICT}, timezone=Jupiter/Red_Spot", on=POSTGRESQL),
]  # fmt: skip

COUNTS = [
    post("items", '{"name":"saw"}', SAW, prefer="count=planned",
         answers=applied("count=planned", **{"Content-Range": "*/1"})),
    patch("items?id=eq.1", '{"name":"saw"}', *CHANGED, prefer="count=estimated",
          answers=applied("count=estimated", **{"Content-Range": "0-0/1"})),
    delete("items?id=gte.1", ONE, '-items [2, "bolt", 0.05, 500, false, "small"]',
           '-items [3, "nut", null, 12, null, ""]',
           prefer="count=exact", answers=applied("count=exact", **{"Content-Range": "*/3"})),
]  # fmt: skip

CASES: list[WriteCase] = [*ORDER, *TRANSACTION, *MOST, *ZONE, *COUNTS]
