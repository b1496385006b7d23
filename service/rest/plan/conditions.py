"""Conditions with every name resolved: on columns, on aggregates, and on whether there is a related row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from service.errors import EmbeddingError, UnknownColumnError
from service.rest.plan.scope import Found, Scope
from service.rest.plan.terms import Combination, Condition, Exists, IsTest, Node, Target, Test
from service.rest.plan.wanted import Wanted
from service.rest.terms import OPERATORS, Field, Filter, Is, Logic

Shown = Callable[[Found], Node]
"""The rows that an embed shows, as far as it takes to tell whether there are any."""


class Names(Protocol):
    """What a condition can be about."""

    number: int

    def embedded(self, name: str) -> Found | None: ...

    def target(self, field: Field) -> Target: ...


def conditions_of(scope: Scope, wanted: Wanted, shown: Shown) -> tuple[Condition, ...]:
    """What a row must fulfil: the filters asked for, and to have a related row for each `!inner`.

    Raises:
        PlanError: a name that does not exist; PGRST120, an embed is compared.
    """
    asked = tuple(condition_on(scope, each, shown) for each in wanted.where)
    inner = tuple(Exists(found.relationship, shown(found), scope.number) for found in scope.embeds if found.item.inner)
    return asked + inner


def condition_on(names: Names, asked: Filter | Logic, shown: Shown) -> Condition:
    """A condition, with all below it.

    Raises:
        PlanError: as of `conditions_of`.
    """
    if isinstance(asked, Logic):
        conditions = tuple(condition_on(names, each, shown) for each in asked.conditions)
        return Combination(asked.operator, conditions, asked.negated)
    embed = None if asked.field.path else names.embedded(asked.field.name)
    if embed is not None and asked.is_ in (Is.NULL, Is.NOT_NULL):
        is_absent = (asked.is_ is Is.NULL) is not asked.negated
        return Exists(embed.relationship, shown(embed), names.number, is_absent)
    try:
        target = names.target(asked.field)
    except UnknownColumnError:
        if embed is None:
            raise
        raise _compared(embed.key) from None
    if asked.is_ is not None:
        return IsTest(target, asked.is_, asked.negated)
    return Test(
        target=target,
        operator=OPERATORS[asked.operator],
        value=-1 if asked.value is None else asked.value,
        negated=asked.negated,
        quantifier=asked.quantifier,
        language=asked.language,
    )


def _compared(key: str) -> EmbeddingError:
    return EmbeddingError(
        f"Whether there is something in {key!r} is all that can be asked of it here",
        code="PGRST120",
        hint=f"{key}=is.null, {key}=not.is.null, or filter its columns: {key}.column=eq.value",
    )
