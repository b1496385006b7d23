"""How SQLite's values are written as JSON, and how its JSON is looked into, with PostgreSQL's results."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, cast, func, literal_column, types

from service.catalog.model import Kind
from service.errors import DatabaseError

Expression = ColumnElement[Any]

_TYPES: dict[str, Kind] = {
    **dict.fromkeys(("int", "integer", "bigint", "smallint", "int2", "int4", "int8"), Kind.INTEGER),
    **dict.fromkeys(("float", "real", "double precision", "float4", "float8"), Kind.REAL),
    **dict.fromkeys(("numeric", "decimal"), Kind.NUMERIC),
    **dict.fromkeys(("text", "varchar", "character varying", "char", "character", "bpchar"), Kind.TEXT),
    **dict.fromkeys(("bool", "boolean"), Kind.BOOLEAN),
    **dict.fromkeys(("json", "jsonb"), Kind.JSON),
    "date": Kind.DATE,
    "time": Kind.TIME,
    "timestamp": Kind.TIMESTAMP,
}


def cast_kind(name: str) -> Kind:
    """The kind of a type that a URL casts to, by its name in PostgreSQL.

    Raises:
        DatabaseError: 42704, there is no such type here.
    """
    kind = _TYPES.get(" ".join(name.casefold().split()))
    if kind is None:
        raise DatabaseError("42704", f'type "{name}" does not exist', hint=f"SQLite casts to: {', '.join(_TYPES)}")
    return kind


def cast_value(expression: Expression, kind: Kind, name: str) -> Expression:
    """`expression::name`."""
    match cast_kind(name), kind:
        case Kind.TEXT, Kind.BOOLEAN:
            return _boolean(expression, cast(expression, types.Text()))
        case Kind.TEXT, Kind.REAL:
            return func.pg_real(expression)
        case Kind.TEXT, _:
            return cast(expression, types.Text())
        case Kind.INTEGER, Kind.REAL | Kind.NUMERIC:
            return cast(func.round(expression), types.Integer())  # PostgreSQL rounds, SQLite cuts off
        case Kind.INTEGER, _:
            return cast(expression, types.Integer())
        case Kind.REAL, _:
            return cast(expression, types.REAL())
        case Kind.NUMERIC, _:
            return cast(expression, types.Numeric())
        case Kind.BOOLEAN, Kind.TEXT:
            return func.lower(expression).in_(
                [literal_column(f"'{word}'") for word in ("t", "true", "y", "yes", "on", "1")]
            )
        case Kind.BOOLEAN, _:
            return expression != literal_column("0")
        case Kind.DATE, _:
            return func.date(expression)
        case Kind.TIME, _:
            return func.time(expression)
        case Kind.TIMESTAMP, _:
            return func.datetime(expression)
        case _:
            return expression


def json_text(expression: Expression, kind: Kind, cast_name: str | None) -> Expression:
    """The JSON text of a value; of a value that is not what its column's type says, what JSON has for it."""
    plain = _by_storage(expression)
    match kind if cast_name is None else cast_kind(cast_name):
        case Kind.BOOLEAN:
            return _boolean(expression, plain)
        case Kind.JSON:
            return case((func.json_valid(expression), expression), else_=plain)
        case _:
            return plain


def _boolean(expression: Expression, otherwise: Expression) -> Expression:
    return case(
        (expression == literal_column("1"), literal_column("'true'")),
        (expression == literal_column("0"), literal_column("'false'")),
        else_=otherwise,
    )


def _by_storage(expression: Expression) -> Expression:
    """By what is stored, for a column of SQLite holds values of any type."""
    hexed = literal_column("'\"\\\\x'").concat(func.lower(func.hex(expression))).concat(literal_column("'\"'"))
    stored = func.typeof(expression)
    return case(
        # json_quote would write a REAL with 15 digits and so change it.
        (stored == literal_column("'real'"), func.pg_real(expression)),
        (stored == literal_column("'blob'"), hexed),
        else_=func.json_quote(expression),
    )


def valid_json(document: Expression) -> Expression:
    """The document, or NULL for a text that is none: SQLite's functions would fail on it, and so the whole read."""
    return case((func.json_valid(document), document))


def path_json(document: Expression, path: Expression) -> Expression:
    """`->`: the JSON at `path`."""
    return case((func.json_valid(document), document.op("->")(path)))


def path_text(document: Expression, path: Expression) -> Expression:
    """`->>` with PostgreSQL's result: a string without its quotes, anything else as its JSON text, null as NULL."""
    text = case(
        (func.json_type(document, path) == literal_column("'text'"), document.op("->>")(path)),
        (func.json_type(document, path) == literal_column("'null'"), literal_column("NULL")),
        else_=document.op("->")(path),
    )
    return case((func.json_valid(document), text))


_RANKS = (
    ("null", 0), ("text", 1), ("integer", 2), ("real", 2), ("true", 3), ("false", 3), ("array", 4), ("object", 5),
)  # fmt: skip


def json_rank_of(document: Expression) -> Expression:
    """Where a JSON value stands among the types in jsonb's order; `sqlite_values.json_rank` says it of a text."""
    kind = func.json_type(document)
    return case(*((kind == literal_column(f"'{name}'"), literal_column(str(rank))) for name, rank in _RANKS))


def json_value_of(document: Expression) -> Expression:
    """The SQL value of a JSON scalar; of an array or an object its text."""
    return func.json_extract(document, literal_column("'$'"))
