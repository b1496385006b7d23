"""Saved functions held against SQLite, in the connection's thread: prepared, never run."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from itertools import dropwhile
from types import MappingProxyType

from service.catalog.holes import Hole, Piece, last_word
from service.catalog.model import Catalog, Column, Kind, Relation, RelationKind
from service.catalog.saved import SavedRoutine, routine_of, twice
from service.catalog.saved_file import SavedFile
from service.database.sqlite.tokens import Token, fold, tokens
from service.database.sqlite.types import type_of
from service.database.sqlite.views import Views

_VERBS = ("select", "values", "insert", "replace", "update", "delete")
_NEAR = re.compile(r'near "(.+)": |no such (?:column|table|function): (\S+)', re.DOTALL)
_NUMBERED = re.compile(r":\d+$")
"""What SQLite adds to a column's name where a query has it twice."""
_SCHEMA = "main"


class _FaultError(Exception):
    """What is wrong with a file, as a line for people."""


def check(
    raw: sqlite3.Connection, files: Sequence[SavedFile], catalog: Catalog
) -> tuple[list[SavedRoutine], list[str]]:
    """The functions, and a line for each fault of the files that are none.

    Args:
        raw: a connection that reads.
    """
    routines, faults = [], []
    for file in files:
        try:
            routines.append(_routine(raw, file, catalog))
        except _FaultError as fault:
            faults.append(str(fault))
    return routines, faults


def _routine(raw: sqlite3.Connection, file: SavedFile, catalog: Catalog) -> SavedRoutine:
    query = file.query
    if query.verb not in _VERBS:
        wanted = ", ".join(_VERBS)
        raise _FaultError(file.fault(f"It begins with {query.verb}; expected {wanted}", query.verb_place))
    parameters = {}
    for name, declared in file.parameters.items():
        kind, cast, length = type_of(declared.type)
        parameters[name] = Column(name, declared.type, cast, kind, max_length=length, comment=declared.description)
    _ask(raw, file, f"explain {_without_holes(query.parts)}")
    rows = _without_holes(query.parts) if query.reads else _what_it_returns(file)
    return routine_of(file, _SCHEMA, parameters, None if rows is None else _columns(raw, file, rows, catalog))


def _without_holes(parts: Sequence[Piece | Hole]) -> str:
    """The SQL with NULL in its holes, for SQLite to look at."""
    return "".join("null" if isinstance(part, Hole) else part.text for part in parts)


def _ask(raw: sqlite3.Connection, file: SavedFile, sql: str) -> list[str]:
    """The names of the columns that the SQL would give."""
    try:
        cursor = raw.execute(sql)
    except sqlite3.Error as error:
        raise _FaultError(file.fault(str(error), _place(file, error))) from error
    names = [column[0] for column in cursor.description or ()]
    cursor.close()
    return names


def _place(file: SavedFile, error: sqlite3.Error) -> int:
    """Where in the file it is, if there is but one place that it can be; else where the statement begins."""
    start = file.query.verb_place
    if found := _NEAR.search(str(error)):
        word = re.compile(rf"(?<!\w){re.escape(found[1] or found[2])}(?!\w)", re.IGNORECASE)
        places = [match.start() for match in word.finditer(file.text, file.query.parts[0].place)]
        return places[0] if len(places) == 1 else start
    return start


def _columns(raw: sqlite3.Connection, file: SavedFile, rows: str, catalog: Catalog) -> tuple[Column, ...]:
    names = _ask(raw, file, f"select * from ({rows}\n) limit 0")  # noqa: S608  # the file's own SQL
    if (name := twice([fold(_NUMBERED.sub("", name)) for name in names])) is not None:
        raise _FaultError(file.fault(f"Two columns are called {name}", file.query.verb_place))
    untyped = {name: Column(name, "any", "", Kind.OTHER) for name in names}
    shown = Relation(_SCHEMA, "", RelationKind.RESULT, MappingProxyType(untyped))
    relations = {fold(relation.name): relation for relation in catalog.relations.values()}
    origins = Views({**relations, "": shown}, {"": f"create view rows as {rows}"}).origins("")
    found = []
    for name, column in untyped.items():
        origin = origins.get(name)
        stored = (
            None if origin is None else catalog.relations[origin.schema, origin.relation].columns.get(origin.column)
        )
        found.append(column if stored is None else Column(name, stored.type, stored.cast, stored.kind, stored.element))
    return tuple(found)


def _what_it_returns(file: SavedFile) -> str | None:
    """A query with the columns of the statement's RETURNING; None where it has none."""
    query = file.query
    named = "" if query.with_place is None else _without_holes(query.between(0, query.verb_place))
    statement = _without_holes(query.between(query.verb_place))
    place = last_word(statement, "returning", bracketed=True)
    if place is None:
        return None
    target = _target(list(tokens(statement[:place])))
    return f"{named} select {statement[place + len('returning') :]}\n from {target}"  # noqa: S608  # the file's own SQL


_BEFORE_TARGET = frozenset(
    ("insert", "replace", "update", "delete", "or", "rollback", "abort", "fail", "ignore", "into", "from")
)


def _target(before: Sequence[Token]) -> str:
    """The table that a statement changes, by its own name: RETURNING knows it by no other."""
    rest = [*dropwhile(lambda token: token.text.lower() in _BEFORE_TARGET, before)]
    names = [rest[0].text]
    if len(rest) > 2 and rest[1].word == ".":
        names.append(rest[2].text)
    return ".".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
