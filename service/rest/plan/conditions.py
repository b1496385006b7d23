"""Conditions with every name resolved: on columns, and on whether there is a related row."""

from __future__ import annotations

from service.catalog.relationships import Relationships
from service.errors import EmbeddingError, UnknownColumnError
from service.rest.plan.scope import Found, Scope, open_scope
from service.rest.plan.terms import Combination, Condition, Exists, IsTest, Test
from service.rest.plan.wanted import Wanted
from service.rest.terms import OPERATORS, Filter, Is, Logic


def conditions_of(relationships: Relationships, scope: Scope, wanted: Wanted) -> tuple[Condition, ...]:
    """What a row must fulfil: the filters asked for, and to have a related row for each `!inner`.

    Raises:
        PlanError: a name that does not exist; PGRST120, an embed is compared.
    """
    asked = tuple(_condition(relationships, scope, each) for each in wanted.where)
    inner = tuple(_exists(relationships, scope, found) for found in scope.embeds if found.item.inner)
    return asked + inner


def _condition(relationships: Relationships, scope: Scope, asked: Filter | Logic) -> Condition:
    if isinstance(asked, Logic):
        conditions = tuple(_condition(relationships, scope, each) for each in asked.conditions)
        return Combination(asked.operator, conditions, asked.negated)
    embed = None if asked.field.path else scope.embedded(asked.field.name)
    if embed is not None and asked.is_ in (Is.NULL, Is.NOT_NULL):
        is_absent = (asked.is_ is Is.NULL) is not asked.negated
        return _exists(relationships, scope, embed, negated=is_absent)
    try:
        target = scope.target(asked.field)
    except UnknownColumnError:
        if embed is None:
            raise
        raise EmbeddingError(
            f"Whether there is something in {embed.key!r} is all that can be asked of it here",
            code="PGRST120",
            hint=f"{embed.key}=is.null, {embed.key}=not.is.null, or filter its columns: {embed.key}.column=eq.value",
        ) from None
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


def _exists(relationships: Relationships, scope: Scope, found: Found, *, negated: bool = False) -> Exists:
    """There is a related row that the embed would show."""
    below = open_scope(relationships, found.relationship.target, found.item.items, found.wanted)
    where = conditions_of(relationships, below, found.wanted)
    return Exists(found.relationship, where, scope.number, negated)
