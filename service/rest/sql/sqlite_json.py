"""How SQLite's values are written as JSON, and how its JSON is looked into, with PostgreSQL's results."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column

from service.catalog.model import Kind
from service.errors import DatabaseError
from service.rest.plan.aggregates import KINDS, kind_named

Expression = ColumnElement[Any]


def cast_kind(name: str) -> Kind:
    """The kind of a type that a URL casts to, by its name in PostgreSQL.

    Raises:
        DatabaseError: 42704, there is no such type here.
    """
    kind = kind_named(name)
    if kind is None:
        raise DatabaseError("42704", f'type "{name}" does not exist', hint=f"SQLite casts to: {', '.join(KINDS)}")
    return kind


_CASTS = {
    Kind.INTEGER: func.pg_integer,
    Kind.REAL: func.pg_double,
    Kind.NUMERIC: func.pg_numeric,
    Kind.BOOLEAN: func.pg_boolean,
    Kind.TEXT: func.pg_text,
    Kind.DATE: func.date,
    Kind.TIME: func.time,
    Kind.TIMESTAMP: func.datetime,
}
_MOMENTS = (Kind.DATE, Kind.TIME, Kind.TIMESTAMP)
_NO_MOMENTS = (Kind.INTEGER, Kind.REAL, Kind.NUMERIC, Kind.BOOLEAN, Kind.BLOB, Kind.UUID)


def cast_value(expression: Expression, kind: Kind, name: str) -> Expression:
    """`expression::name`.

    Raises:
        DatabaseError: 42704, there is no such type here; 42846, a value of this kind cannot be cast to it.
    """
    wanted = cast_kind(name)
    if (wanted in _MOMENTS and kind in _NO_MOMENTS) or (kind is Kind.BLOB and wanted is not Kind.TEXT):
        raise DatabaseError("42846", f"cannot cast type {kind.value} to {name}")
    if wanted is Kind.TEXT and kind is Kind.BOOLEAN:
        words = {"1": "'true'", "0": "'false'"}
        cases: Any = ((literal_column(number), literal_column(word)) for number, word in words.items())
        return case(*cases, value=expression, else_=func.pg_text(expression))
    if wanted is Kind.INTEGER and kind is Kind.NUMERIC:
        # NUMERIC is rounded half away from zero, REAL half to even; an integer has nothing to round, and more digits.
        is_real = func.typeof(expression) == literal_column("'real'")
        expression = case((is_real, func.round(expression)), else_=expression)
    convert = _CASTS.get(wanted)
    return expression if convert is None else convert(expression)


_AS_JSON: dict[Kind, str] = {
    Kind.BOOLEAN: "CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE {1} END",
    # Only of a text: a REAL, which SQLite makes of a number in a column of JSON, has more than 15 digits.
    Kind.JSON: "CASE WHEN typeof({0}) = 'text' AND json_valid({0}) THEN {0} ELSE {1} END",
}
# `json_quote` would write a REAL with 15 digits and so change it.
_STORED = {
    "text": "json_quote({0})",
    "integer": "{0}",
    "null": "'null'",
    "real": "{1}",
    "blob": "'\"\\\\x' || lower(hex({0})) || '\"'",
}
_USUALLY = {Kind.INTEGER: "integer", Kind.REAL: "real", Kind.NUMERIC: "real", Kind.BLOB: "blob"}


def _by_storage(first: str) -> str:
    """The JSON text of a value by how it is stored; what is looked for first costs the least."""
    order = sorted(_STORED, key=lambda each: each != first)
    cases = " ".join(f"WHEN '{each}' THEN {_STORED[each]}" for each in order)
    return f"CASE typeof({{0}}) {cases} END"


_BY_STORAGE = {first: _by_storage(first) for first in _STORED}
_REAL = "pg_real({0})"
# Most need no more than 15, and then they need no Python either: a call into it costs more than all else of a value.
# Beyond these bounds SQLite and Python write an exponent, each in its way.
_FRACTION = (
    "CASE WHEN abs({0}) BETWEEN 0.0001 AND 1e14 AND CAST(CAST({0} AS TEXT) AS REAL) = {0}"
    f" THEN CAST({{0}} AS TEXT) ELSE {_REAL} END"
)
_REALS = {Kind.REAL: _FRACTION, Kind.NUMERIC: _FRACTION}


def json_text(name: str, kind: Kind, cast_name: str | None) -> Expression:
    """The JSON text of a value; of a value that is not what its column's type says, what JSON has for it.

    Args:
        name: of the value's column, one of our own: it is part of the text, for it stands there up to nine times, and
            as so many objects a wide table would take a quarter of a second to compile.
        kind: what the value is.
        cast_name: the type that it was cast to, if it was.
    """
    given = kind if cast_name is None else cast_kind(cast_name)
    by_storage = _BY_STORAGE[_USUALLY.get(given, "text")]
    stored = by_storage.format(name, _REALS.get(given, _REAL).format(name))
    return literal_column(_AS_JSON.get(given, "{1}").format(name, stored))


def valid_json(document: Expression) -> Expression:
    """The document, or NULL for a text that is none: SQLite's functions would fail on it, and so the whole read."""
    is_real = func.typeof(document) == literal_column("'real'")
    return case((is_real, func.pg_real(document)), (func.json_valid(document), document))


def path_json(document: Expression, path: Expression) -> Expression:
    """`->`: the JSON at `path`."""
    return case((func.json_valid(document), document.op("->")(path)))


def path_text(document: Expression, path: Expression) -> Expression:
    """`->>` with PostgreSQL's result: a string without its quotes, anything else as its JSON text, null as NULL."""
    text = case(
        (literal_column("'text'"), document.op("->>")(path)),
        (literal_column("'null'"), literal_column("NULL")),
        value=func.json_type(document, path),
        else_=document.op("->")(path),
    )
    return case((func.json_valid(document), text))


_RANKS = (
    ("null", 0), ("text", 1), ("integer", 2), ("real", 2), ("true", 3), ("false", 3), ("array", 4), ("object", 5),
)  # fmt: skip


def json_rank_of(document: Expression) -> Expression:
    """Where a JSON value stands among the types in jsonb's order; `sqlite_values.json_rank` says it of a text."""
    ranks: Any = ((literal_column(f"'{name}'"), literal_column(str(rank))) for name, rank in _RANKS)
    return case(*ranks, value=func.json_type(document))


def json_value_of(document: Expression) -> Expression:
    """The SQL value of a JSON scalar, 0 of null; of an array or an object its text."""
    return case(
        (func.json_type(document) == literal_column("'null'"), literal_column("0")),
        else_=func.json_extract(document, literal_column("'$'")),
    )
