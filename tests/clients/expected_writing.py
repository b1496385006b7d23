"""What writes must come to, the rows that they find, and the rows that they must leave. The calls: `writing.*`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outcome import JAVASCRIPT, PYTHON, Case, fails, tells

Row = Mapping[str, Any]
Rows = tuple[Row, ...]


def note(number: int, title: str = "one", **more: Any) -> Row:
    """A whole row."""
    return {
        "id": number, "title": title, "kind": "plain", "stars": None, "code": None, "room_id": 1, "meta": None,
    } | more  # fmt: skip


@dataclass(frozen=True)
class Writing:
    """A write.

    Args:
        number: its rows have this and the nine next ones for keys.
        case: what the client is told.
        before: the rows that are there.
        left: those that are there then; None: the same.
    """

    number: int
    case: Case
    before: Rows = ()
    left: Rows | None = None


def nothing(**more: Any) -> Case:
    """No rows come back: which is null in JavaScript, and an empty list in Python."""
    return tells(lambda data: not data, **more)


def one(number: int, case: Case, *left: Row) -> Writing:
    """A row is there, and what it becomes."""
    return Writing(number, case, (note(number),), left)


def two(number: int, case: Case, **more: Any) -> Writing:
    """Two rows are there; `more` is what both have then."""
    before = (note(number), note(number + 1, "two"))
    return Writing(number, case, before, tuple({**row, **more} for row in before))


def added(number: int, *rows: Row, status: int = 201) -> Writing:
    """What is returned of new rows is what is there."""
    return Writing(number, tells(list(rows), status=status), left=rows)


INSERTS: dict[str, Writing] = {
    "insert": Writing(10, nothing(status=201), left=(note(10),)),
    "insert, returned": added(20, note(20, stars=3)),
    "insert several": added(30, note(30), note(31, "two")),
    "insert several, counted": Writing(40, nothing(status=201, count=2), left=(note(40), note(41, "two"))),
    "insert, columns chosen": Writing(
        50,
        tells([{"id": 50, "kind": "plain"}, {"id": 51, "kind": "plain"}], status=201),
        left=(note(50, "a"), note(51, "b")),
    ),
    "insert, some with more": added(60, note(60), note(61, "two", stars=5)),
    "insert, what is missing is the default": added(70, note(70), note(71, "two", kind="fancy")),
    "insert, what is missing is null": Writing(80, fails("23502", 400, "kind")),
    "insert with an embed": Writing(
        90, tells([{"id": 90, "rooms": {"name": "attic"}}], status=201), left=(note(90, room_id=2),)
    ),
    "insert, single": Writing(100, tells({"id": 100, "title": "one"}, status=201), left=(note(100),)),
    "insert, as CSV": Writing(
        110,
        tells(lambda text: text.splitlines() == ["id,title", '110,"one, two"'], status=201),
        left=(note(110, "one, two"),),
    ),
    "insert a document": Writing(
        120,
        tells([{"meta": {"a": [1, {"b": None}], "ö": "ü"}}], status=201),
        left=(note(120, meta={"a": [1, {"b": None}], "ö": "ü"}),),
    ),
    "insert what is there": one(130, fails("23505", 409), note(130)),
    "insert, one of several is there": one(140, fails("23505", 409), note(140)),
    "insert, an unknown column": Writing(150, fails("PGRST204", 400, "titel")),
    "insert, an unknown table": Writing(160, fails("PGRST205", 404, "notes")),
    "insert, what it refers to is not there": Writing(170, fails("23503", 409)),
    "insert, a value that is none": Writing(180, fails("22P02", 400, "many")),
    "insert, a value is missing": Writing(190, fails("23502", 400, "title")),
    "insert nothing": Writing(200, tells([], status=201)),
    "insert into a view": Writing(210, fails("PGRST117", 405, "note_kinds")),
    "insert as an upsert": one(220, tells([{"id": 220, "title": "new"}], status=200, clients=PYTHON), note(220, "new")),
    "insert, rolled back": Writing(550, tells([{"id": 550, "title": "one"}], status=201, clients=JAVASCRIPT)),
    "insert, thrown": one(560, fails("23505", 409, clients=JAVASCRIPT), note(560)),
}
UPSERTS: dict[str, Writing] = {
    "upsert": one(
        230,
        tells([{"id": 230, "title": "new"}, {"id": 231, "title": "new"}], status=201),
        note(230, "new"),
        note(231, "new"),
    ),
    "upsert, all are there": Writing(
        240,
        tells([{"id": 240, "title": "new", "stars": 2}], status=200),
        (note(240, stars=2),),
        (note(240, "new", stars=2),),
    ),
    "upsert, not returned": one(250, nothing(status=200), note(250, "new")),
    "upsert, ignoring": one(260, tells([{"id": 261, "title": "new"}], status=201), note(260), note(261, "new")),
    "upsert on another key": Writing(
        270,
        tells([{"id": 270, "title": "new", "code": "c270"}], status=200),
        (note(271, code="c270"),),
        (note(270, "new", code="c270"),),
    ),
    "upsert on what is not unique": Writing(280, fails("42P10", 400)),
    "upsert, counted": one(290, nothing(status=201, count=2), note(290, "new"), note(291, "new")),
    "upsert, what is missing is the default": one(
        300,
        tells([{"id": 300, "kind": "plain"}, {"id": 301, "kind": "fancy"}], status=201),
        note(300, "new"),
        note(301, "new", kind="fancy"),
    ),
}
UPDATES: dict[str, Writing] = {
    "update": one(310, nothing(status=204), note(310, "new")),
    "update, returned": two(320, tells([{"id": 320, "stars": 4}, {"id": 321, "stars": 4}]), stars=4),
    "update, of none": one(330, tells([]), note(330)),
    "update, counted": two(340, nothing(status=204, count=2), stars=4),
    "update to nothing": Writing(
        350,
        tells([{"id": 350, "stars": None}]),
        (note(350, stars=3), note(351, stars=3)),
        (note(350), note(351, stars=3)),
    ),
    "update nothing": one(360, tells([]), note(360)),
    "update, at most one": two(370, fails("PGRST124", 400)),
    "update, at most two": two(380, nothing(status=204), stars=4),
    "update by what it refers to": Writing(
        390, tells([{"id": 391}]), (note(390), note(391, room_id=2)), (note(390), note(391, room_id=2, stars=4))
    ),
    "update, single": one(400, tells({"id": 400, "stars": 4}), note(400, stars=4)),
    "update, single, of several": two(410, fails("PGRST116", 406)),
    "update, maybe single, of none": one(420, tells(None), note(420)),
    "update, or": Writing(
        430,
        tells([{"id": 430}, {"id": 431}]),
        (note(430), note(431, "two", stars=2), note(432, "three")),
        (note(430, stars=4), note(431, "two", stars=4), note(432, "three")),
    ),
    "update, an unknown column": one(440, fails("PGRST204", 400, "titel"), note(440)),
    "update, to what is there": Writing(450, fails("23505", 409), (note(450, code="c450"), note(451))),
    "update, with a limit": two(460, fails("PGRST127", 400, "max-affected")),
}
DELETES: dict[str, Writing] = {
    "delete": one(470, nothing(status=204)),
    "delete, returned": Writing(
        480,
        tells([{"id": 481, "rooms": {"name": "attic"}}, {"id": 480, "rooms": {"name": "hall"}}]),
        (note(480), note(481, room_id=2)),
        (),
    ),
    "delete, of none": one(490, tells([]), note(490)),
    "delete, counted": Writing(500, nothing(status=204, count=2), (note(500), note(501)), ()),
    "delete, at most one": two(510, fails("PGRST124", 400)),
    "delete, maybe single": one(520, tells({"id": 520})),
    "delete, what is referred to": Writing(530, fails("23503", 409)),
    "delete all of a table without a key": Writing(540, tells([{"line": "a"}, {"line": "b"}])),
    "delete, rolled back": one(570, tells([{"id": 570}], clients=JAVASCRIPT), note(570)),
}
WRITES = INSERTS | UPSERTS | UPDATES | DELETES

_TABLES = """
create table rooms (id integer primary key, name text not null);
insert into rooms values (1, 'hall'), (2, 'attic');
create table notes (
  id integer primary key, title text not null, kind text not null default 'plain', stars integer, code text unique,
  room_id integer not null default 1 references rooms, meta {json}
);
create view note_kinds as select kind, count(*) as notes from notes group by kind;
create table lines (line text);
insert into lines values ('a'), ('b');
"""


def schema(database: str) -> str:
    """The SQL of the tables and of the rows that are there before.

    Args:
        database: "sqlite" or "postgresql".
    """
    rows = ",\n".join(
        f"({row['id']}, '{row['title']}', {row['stars'] or 'null'}, {_text(row['code'])}, {row['room_id']})"
        for each in WRITES.values()
        for row in each.before
    )
    tables = _TABLES.format(json={"sqlite": "json", "postgresql": "jsonb"}[database])
    return f"{tables}insert into notes (id, title, stars, code, room_id) values {rows};"


def _text(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"
