"""PUT: the one row that the URL names by its whole key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from service.catalog.model import Column, Relation
from service.errors import MethodError, PlanError
from service.rest.plan.terms import Condition, Test
from service.rest.terms import Asked

Identified = tuple[tuple[Column, int], ...]
"""Columns, each with the index of the value that it must have."""


def identified_by(
    asked: Asked, relation: Relation, where: Sequence[Condition], columns: Sequence[Column]
) -> Identified:
    """The row's key, as the URL has it.

    Raises:
        MethodError: PGRST105, the filters are not just the whole key by `eq`.
        PlanError: PGRST115, the body has not the key in it.
    """
    found: dict[str, Test] = {}
    for condition in where:
        if not _is_equal(condition) or condition.target.column.name in found:
            raise _not_the_key(relation)
        found[condition.target.column.name] = condition
    if set(found) != set(relation.primary_key) or len(asked.read.where) != len(found):
        raise _not_the_key(relation)
    if missing := [name for name in relation.primary_key if name not in {column.name for column in columns}]:
        raise PlanError(
            "The body of a PUT has the key that its URL has",
            code="PGRST115",
            details=f"The body has no {', '.join(missing)}.",
        )
    return tuple(
        (condition.target.column, condition.value) for condition in found.values() if isinstance(condition.value, int)
    )


def _is_equal(condition: Condition) -> TypeGuard[Test]:
    return (
        isinstance(condition, Test)
        and condition.operator.name == "eq"
        and not condition.negated
        and condition.quantifier is None
        and not condition.target.path
    )


def _not_the_key(relation: Relation) -> MethodError:
    key = "&".join(f"{name}=eq.value" for name in relation.primary_key)
    return MethodError(
        "A PUT names one row by its whole primary key and nothing else",
        code="PGRST105",
        hint=f"{relation.name}?{key}",
    )
