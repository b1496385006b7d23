"""How each write is asked with the Python client, alike in both its kinds. As `writing.mjs` has it.

Each case has ten numbers to itself, which its rows have for keys: all may be asked at once.
"""

from __future__ import annotations

from typing import Any

from asking import Ask
from postgrest import CountMethod, ReturnMethod

MINIMAL = ReturnMethod.minimal


def notes(c: Any) -> Any:
    return c.from_("notes")


def between(call: Any, first: int) -> Any:
    return call.gte("id", first).lt("id", first + 10)


INSERTS: dict[str, Ask] = {
    "insert": lambda c: notes(c).insert({"id": 10, "title": "one"}, returning=MINIMAL),
    "insert, returned": lambda c: notes(c).insert({"id": 20, "title": "one", "stars": 3}),
    "insert several": lambda c: notes(c).insert([{"id": 30, "title": "one"}, {"id": 31, "title": "two"}]),
    "insert several, counted": lambda c: notes(c).insert(
        [{"id": 40, "title": "one"}, {"id": 41, "title": "two"}], count=CountMethod.exact, returning=MINIMAL
    ),
    "insert, columns chosen": lambda c: (
        notes(c).insert([{"id": 51, "title": "b"}, {"id": 50, "title": "a"}]).select("id", "kind").order("id")
    ),
    "insert, some with more": lambda c: notes(c).insert(
        [{"id": 60, "title": "one"}, {"id": 61, "title": "two", "stars": 5}]
    ),
    "insert, what is missing is the default": lambda c: notes(c).insert(
        [{"id": 70, "title": "one"}, {"id": 71, "title": "two", "kind": "fancy"}], default_to_null=False
    ),
    "insert, what is missing is null": lambda c: notes(c).insert(
        [{"id": 80, "title": "one", "kind": "fancy"}, {"id": 81, "title": "two"}]
    ),
    "insert with an embed": lambda c: (
        notes(c).insert({"id": 90, "title": "one", "room_id": 2}).select("id", "rooms(name)")
    ),
    "insert, single": lambda c: notes(c).insert({"id": 100, "title": "one"}).select("id", "title").single(),
    "insert, as CSV": lambda c: notes(c).insert({"id": 110, "title": "one, two"}).select("id", "title").csv(),
    "insert a document": lambda c: (
        notes(c).insert({"id": 120, "title": "one", "meta": {"a": [1, {"b": None}], "ö": "ü"}}).select("meta")
    ),
    "insert what is there": lambda c: notes(c).insert({"id": 130, "title": "other"}),
    "insert, one of several is there": lambda c: notes(c).insert(
        [{"id": 141, "title": "x"}, {"id": 140, "title": "x"}]
    ),
    "insert, an unknown column": lambda c: notes(c).insert({"id": 150, "titel": "one"}),
    "insert, an unknown table": lambda c: c.from_("note").insert({"id": 160}),
    "insert, what it refers to is not there": lambda c: notes(c).insert({"id": 170, "title": "one", "room_id": 99}),
    "insert, a value that is none": lambda c: notes(c).insert({"id": 180, "title": "one", "stars": "many"}),
    "insert, a value is missing": lambda c: notes(c).insert({"id": 190}),
    "insert nothing": lambda c: notes(c).insert([]),
    "insert into a view": lambda c: c.from_("note_kinds").insert({"kind": "x"}),
    "insert as an upsert": lambda c: notes(c).insert({"id": 220, "title": "new"}, upsert=True).select("id", "title"),
}
UPSERTS: dict[str, Ask] = {
    "upsert": lambda c: (
        notes(c).upsert([{"id": 230, "title": "new"}, {"id": 231, "title": "new"}]).select("id", "title").order("id")
    ),
    "upsert, all are there": lambda c: notes(c).upsert({"id": 240, "title": "new"}).select("id", "title", "stars"),
    "upsert, not returned": lambda c: notes(c).upsert({"id": 250, "title": "new"}, returning=MINIMAL),
    "upsert, ignoring": lambda c: (
        notes(c)
        .upsert([{"id": 260, "title": "new"}, {"id": 261, "title": "new"}], ignore_duplicates=True)
        .select("id", "title")
    ),
    "upsert on another key": lambda c: (
        notes(c).upsert({"id": 270, "title": "new", "code": "c270"}, on_conflict="code").select("id", "title", "code")
    ),
    "upsert on what is not unique": lambda c: notes(c).upsert({"id": 280, "title": "x"}, on_conflict="title"),
    "upsert, counted": lambda c: notes(c).upsert(
        [{"id": 290, "title": "new"}, {"id": 291, "title": "new"}], count=CountMethod.exact, returning=MINIMAL
    ),
    "upsert, what is missing is the default": lambda c: (
        notes(c)
        .upsert([{"id": 300, "title": "new"}, {"id": 301, "title": "new", "kind": "fancy"}], default_to_null=False)
        .select("id", "kind")
        .order("id")
    ),
}
UPDATES: dict[str, Ask] = {
    "update": lambda c: notes(c).update({"title": "new"}, returning=MINIMAL).eq("id", 310),
    "update, returned": lambda c: between(notes(c).update({"stars": 4}), 320).select("id", "stars").order("id"),
    "update, of none": lambda c: notes(c).update({"title": "new"}).eq("id", 339),
    "update, counted": lambda c: between(
        notes(c).update({"stars": 4}, count=CountMethod.exact, returning=MINIMAL), 340
    ),
    "update to nothing": lambda c: notes(c).update({"stars": None}).eq("id", 350).select("id", "stars"),
    "update nothing": lambda c: notes(c).update({}).eq("id", 360),
    "update, at most one": lambda c: between(notes(c).update({"stars": 4}), 370).max_affected(1),
    "update, at most two": lambda c: between(notes(c).update({"stars": 4}, returning=MINIMAL), 380).max_affected(2),
    "update by what it refers to": lambda c: (
        between(notes(c).update({"stars": 4}), 390).eq("rooms.name", "attic").select("id", "rooms!inner()")
    ),
    "update, single": lambda c: notes(c).update({"stars": 4}).eq("id", 400).select("id", "stars").single(),
    "update, single, of several": lambda c: between(notes(c).update({"stars": 4}), 410).single(),
    "update, maybe single, of none": lambda c: notes(c).update({"stars": 4}).eq("id", 429).maybe_single(),
    "update, or": lambda c: (
        between(notes(c).update({"stars": 4}), 430).or_("title.eq.one,stars.eq.2").select("id").order("id")
    ),
    "update, an unknown column": lambda c: notes(c).update({"titel": "x"}).eq("id", 440),
    "update, to what is there": lambda c: notes(c).update({"code": "c450"}).eq("id", 451),
    "update, with a limit": lambda c: between(notes(c).update({"stars": 4}), 460).limit(1),
}
DELETES: dict[str, Ask] = {
    "delete": lambda c: notes(c).delete(returning=MINIMAL).eq("id", 470),
    "delete, returned": lambda c: between(notes(c).delete(), 480).select("id", "rooms(name)").order("id", desc=True),
    "delete, of none": lambda c: notes(c).delete().eq("id", 499),
    "delete, counted": lambda c: between(notes(c).delete(count=CountMethod.exact, returning=MINIMAL), 500),
    "delete, at most one": lambda c: between(notes(c).delete(), 510).max_affected(1),
    "delete, maybe single": lambda c: notes(c).delete().eq("id", 520).select("id").maybe_single(),
    "delete, what is referred to": lambda c: c.from_("rooms").delete().eq("id", 1),
    "delete all of a table without a key": lambda c: c.from_("lines").delete(),
}
ASKED = INSERTS | UPSERTS | UPDATES | DELETES
