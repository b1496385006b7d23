"""Saved functions held against PostgreSQL: it is asked for the types of what they take and give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from service.catalog.holes import Hole, Piece
from service.catalog.model import Column
from service.catalog.saved import SavedRoutine, routine_of, twice
from service.catalog.saved_file import SavedFile, SavedParameter
from service.database.postgresql.types import TYPES, Type, Types
from service.pool import Pool

_ROWS = "_rows"
_VERBS = ("select", "values", "table", "insert", "update", "delete", "merge")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What PostgreSQL says of a file: its parameters' types and its columns, by their numbers."""

    file: SavedFile
    parameters: dict[str, int]
    columns: tuple[tuple[str, int], ...]


class _FaultError(Exception):
    """What is wrong with a file, as a line for people."""


async def check(pool: Pool, files: Sequence[SavedFile], schema: str) -> tuple[list[SavedRoutine], list[str]]:
    """The functions, and a line for each fault of the files that are none. Nothing is run.

    Raises:
        asyncpg.PostgresError, UnavailableError: the database cannot be asked.
    """
    shapes, faults = [], []
    async with pool.lease(trusted=True) as lease:
        for file in files:
            try:
                shapes.append(await _shape(lease.connection, file))
            except _FaultError as fault:
                faults.append(str(fault))
        numbers = {oid for each in shapes for oid in (*each.parameters.values(), *(oid for _, oid in each.columns))}
        rows: list[Any] = await lease.fetch(TYPES, [], sorted(numbers))
        types = Types(rows)
    return [_routine(shape, types, schema) for shape in shapes], faults


async def _shape(connection: Any, file: SavedFile) -> _Shape:
    if file.query.verb not in _VERBS:
        wanted = ", ".join(_VERBS)
        raise _FaultError(file.fault(f"It begins with {file.query.verb}; expected {wanted}", file.query.verb_place))
    parameters = {name: await _type_of(connection, file, each) for name, each in file.parameters.items()}
    columns = await _prepare(connection, file, [*file.query.parts])
    if (name := twice([name for name, _ in columns])) is not None:
        raise _FaultError(file.fault(f"Two columns are called {name}", file.query.verb_place))
    # Once more as it is run; of what is declared to read, PostgreSQL then refuses what would change anything.
    if columns:
        await _prepare(connection, file, _as_source(file))
    return _Shape(file, parameters, columns)


def _as_source(file: SavedFile) -> list[Piece | Hole]:
    query = file.query
    if file.readonly:
        return [Piece("select * from (", -1), *query.parts, Piece(f"\n) {_ROWS}", -1)]
    tail = Piece(f"\n) table {_ROWS}", -1)
    if query.with_place is None:
        return [Piece(f"with {_ROWS} as (", -1), *query.parts, tail]
    named = query.between(query.with_place, query.verb_place)
    head = Piece("with recursive" if query.recursive else "with", -1)
    return [head, *named, Piece(f", {_ROWS} as (", -1), *query.between(query.verb_place), tail]


async def _type_of(connection: Any, file: SavedFile, parameter: SavedParameter) -> int:
    try:
        statement = await connection.prepare(f"select cast(null as {parameter.type})")
    except asyncpg.PostgresError as error:
        raise _FaultError(file.fault(_message(error), line=parameter.line)) from error
    oid: int = statement.get_attributes()[0].type.oid
    return oid


async def _prepare(connection: Any, file: SavedFile, parts: Sequence[Piece | Hole]) -> tuple[tuple[str, int], ...]:
    numbers = {name: number for number, name in enumerate(file.parameters, 1)}
    sql, places = "", []
    for part in parts:
        places.append((len(sql), part.place))
        if isinstance(part, Hole):
            sql += f"cast(${numbers[part.name]}::text as {file.parameters[part.name].type})"
        else:
            sql += part.text
    try:
        statement = await connection.prepare(sql)
    except asyncpg.PostgresError as error:
        raise _FaultError(file.fault(_message(error), _place(file, error, places))) from error
    return tuple((column.name, column.type.oid) for column in statement.get_attributes())


def _place(file: SavedFile, error: asyncpg.PostgresError, places: list[tuple[int, int]]) -> int:
    """Where in the file it is; where the statement begins, if PostgreSQL does not say."""
    if not error.position:
        return file.query.verb_place
    said = int(error.position) - 1
    start, place = max(each for each in places if each[0] <= said)
    return file.query.verb_place if place < 0 else min(place + said - start, len(file.text))


def _message(error: asyncpg.PostgresError) -> str:
    hint = getattr(error, "hint", None)
    return f"{error.args[0]} ({hint})" if hint else str(error.args[0])


def _routine(shape: _Shape, types: Types, schema: str) -> SavedRoutine:
    file = shape.file
    parameters = {
        name: _column(name, types[oid], file.parameters[name].type, file.parameters[name].description)
        for name, oid in shape.parameters.items()
    }
    columns = tuple(_column(name, types[oid], types[oid].cast, None) for name, oid in shape.columns)
    return routine_of(file, schema, parameters, columns or None)


def _column(name: str, type_: Type, declared: str, comment: str | None) -> Column:
    return Column(name, declared, type_.cast, type_.kind, type_.element, enum=type_.labels, comment=comment)
