"""A read as asked, held against the catalog: what comes out has nothing unresolved in it."""

from __future__ import annotations

from service.catalog.model import Relation
from service.errors import EmbeddingError, NotImplementedHereError, PlanError
from service.rest.plan.names import resolve_column
from service.rest.plan.terms import Combination, Condition, Count, IsTest, Ordering, Output, ReadPlan, Target, Test
from service.rest.terms import (
    OPERATORS,
    EmbedPath,
    Field,
    Filter,
    Logic,
    OrderTerm,
    Read,
    SelectEmbed,
    SelectField,
)


def plan_read(
    asked: Read,
    relation: Relation,
    *,
    count: Count = Count.NONE,
    count_limit: int | None = None,
    rows: bool = True,
) -> ReadPlan:
    """The plan of a read.

    Args:
        asked: the request's shape.
        relation: what is read.
        count: how the total is to be found.
        count_limit: how far an estimated count counts.
        rows: False where only their number is wanted.

    Raises:
        PlanError: a name that does not exist, or something that cannot be done.
    """
    return ReadPlan(
        relation=relation,
        outputs=_outputs(asked, relation),
        where=tuple(_condition(condition, relation) for path, condition in asked.where if of_root(path)),
        order=tuple(_ordering(term, relation) for path, terms in asked.order if of_root(path) for term in terms),
        count=count,
        count_limit=count_limit,
        rows=rows,
    )


def of_root(path: EmbedPath) -> bool:
    """True for what applies to the relation itself.

    Raises:
        EmbeddingError: PGRST108, it applies to something that is not embedded.
    """
    if path:
        raise EmbeddingError(
            f"{'.'.join(path)!r} is not embedded in this request",
            code="PGRST108",
            hint=f"Embed it in the select parameter to filter or order it: select=*,{path[0]}(*)",
        )
    return True


def _outputs(asked: Read, relation: Relation) -> tuple[Output, ...]:
    outputs: dict[str, Output] = {}
    for item in asked.select:
        if isinstance(item, SelectEmbed):
            raise NotImplementedHereError(
                f"Embedding ({item.relation!r}) is not available yet",
                hint="Read the related table with a request of its own.",
            )
        for output in _fields(item, relation):
            # The first of two equal keys stands: a JSON object has each key once.
            outputs.setdefault(output.key, output)
    return tuple(outputs.values())


def _fields(item: SelectField, relation: Relation) -> tuple[Output, ...]:
    if item.aggregate is not None or item.field is None:
        raise PlanError(
            "Aggregate functions are not available",
            code="PGRST123",
            hint="Count rows with the header 'Prefer: count=exact'.",
        )
    if item.field.name == "*" and not item.field.path:
        return tuple(Output(name, Target(column)) for name, column in relation.columns.items())
    target = _target(item.field, relation)
    return (Output(item.alias or item.field.key, target, item.cast),)


def _target(field: Field, relation: Relation) -> Target:
    return Target(resolve_column(relation, field.name), field.path)


def _condition(condition: Filter | Logic, relation: Relation) -> Condition:
    if isinstance(condition, Logic):
        conditions = tuple(_condition(each, relation) for each in condition.conditions)
        return Combination(condition.operator, conditions, condition.negated)
    target = _target(condition.field, relation)
    if condition.is_ is not None:
        return IsTest(target, condition.is_, condition.negated)
    return Test(
        target=target,
        operator=OPERATORS[condition.operator],
        value=-1 if condition.value is None else condition.value,
        negated=condition.negated,
        quantifier=condition.quantifier,
        language=condition.language,
    )


def _ordering(term: OrderTerm, relation: Relation) -> Ordering:
    if term.relation is not None:
        raise EmbeddingError(
            f"{term.relation!r} is not embedded in this request",
            code="PGRST108",
            hint=f"Embed it in the select parameter to order by it: select=*,{term.relation}(*)",
        )
    return Ordering(_target(term.field, relation), bool(term.descending), term.nulls_first)
