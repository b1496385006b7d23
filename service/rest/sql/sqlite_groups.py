"""Aggregates on SQLite, which adds up anything: texts as 0, and decimals as the binary fractions that they are not."""

from __future__ import annotations

from sqlalchemy import Float, case, cast, func, literal_column

from service.catalog.model import Kind
from service.errors import DatabaseError
from service.rest.plan.aggregates import kind_named
from service.rest.plan.terms import Aggregate
from service.rest.sql.source import Expression

_ADDED = (Kind.INTEGER, Kind.REAL, Kind.NUMERIC, Kind.OTHER)
"""What can be added up; of OTHER, a view's expression, nobody knows."""
_UNORDERED = (Kind.BOOLEAN, Kind.JSON, Kind.UUID)
"""What PostgreSQL has no least and greatest of."""


def aggregate_value(aggregate: Aggregate, argument: Expression) -> Expression:
    """An aggregate of `argument`.

    Raises:
        DatabaseError: 42883, there is none for its type.
    """
    _check(aggregate)
    found: Expression = getattr(func, aggregate.function)(argument)
    if aggregate.function != "sum" or _kind(aggregate) is not Kind.NUMERIC:
        return found
    # Fifteen digits are what a double has of a decimal: 0.1 and 0.2 are 0.3.
    rounded = cast(func.printf(literal_column("'%!.15g'"), found), Float())
    return case((func.typeof(found) == literal_column("'real'"), rounded), else_=found)


def _check(aggregate: Aggregate) -> None:
    kind = _kind(aggregate)
    match aggregate.function:
        case "sum" | "avg":
            known = kind in _ADDED
        case "min" | "max":
            known = kind not in _UNORDERED
        case _:
            known = True
    if not known:
        raise DatabaseError(
            "42883",
            f"function {aggregate.function}({kind.value}) does not exist",
            hint=f"Cast the values to a type that it takes: column::integer.{aggregate.function}()",
        )


def _kind(aggregate: Aggregate) -> Kind:
    if aggregate.cast is not None:
        return kind_named(aggregate.cast) or Kind.OTHER
    return Kind.OTHER if aggregate.target is None else aggregate.target.kind
