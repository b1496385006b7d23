"""What comes out of an aggregate: a type of its own, by the function and what goes in."""

from __future__ import annotations

from service.catalog.model import Column, Kind
from service.rest.plan.terms import Aggregate

KINDS: dict[str, Kind] = {
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
"""The kinds of the types that a URL casts to, by their names in PostgreSQL."""

_SUMS = {
    **dict.fromkeys(("int", "integer", "smallint", "int2", "int4"), "bigint"),
    **dict.fromkeys(("real", "float4"), "real"),
    **dict.fromkeys(("double precision", "float", "float8"), "double precision"),
    "interval": "interval",
    "money": "money",
}
_AVERAGES = {
    **dict.fromkeys(("real", "float4", "double precision", "float", "float8"), "double precision"),
    "interval": "interval",
}


def kind_named(name: str) -> Kind | None:
    """The kind of a type by its name, or None for one that is PostgreSQL's alone."""
    return KINDS.get(" ".join(name.casefold().split()))


def made_by(aggregate: Aggregate) -> Column:
    """An aggregate's values as a column called by its key: their type and kind, before they are cast themselves."""
    type_, kind = _result(aggregate)
    return Column(aggregate.key, type_, type_, kind)


def _result(aggregate: Aggregate) -> tuple[str, Kind]:
    if aggregate.function == "count" or aggregate.target is None:
        return "bigint", Kind.INTEGER
    type_, kind = _argument(aggregate)
    name = type_.casefold()
    match aggregate.function:
        case "avg":
            found = _AVERAGES.get(name, "numeric")
            return found, Kind.OTHER if found == "interval" else Kind.REAL
        case "sum":
            return _SUMS.get(name, "numeric"), kind
        case _:
            return type_, kind


def _argument(aggregate: Aggregate) -> tuple[str, Kind]:
    """The type and kind of what goes in."""
    if aggregate.cast is not None:
        return aggregate.cast, kind_named(aggregate.cast) or Kind.OTHER
    target = aggregate.target
    if target is None:
        return "", Kind.OTHER
    if target.path:
        return "text" if target.kind is Kind.TEXT else "jsonb", target.kind
    return target.column.cast, target.kind
