"""A node of a read: its outputs and its order, and the nodes that are embedded in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.catalog.model import Relation
from service.catalog.relationships import Relationships
from service.errors import DatabaseError, EmbeddingError, PlanError
from service.rest.plan.conditions import conditions_of
from service.rest.plan.scope import Found, Scope, not_embedded, open_scope
from service.rest.plan.terms import (
    Aggregate,
    AnyOutput,
    Embed,
    Joined,
    Node,
    Ordering,
    Output,
    Spread,
    Target,
)
from service.rest.plan.wanted import Wanted
from service.rest.terms import Field, OrderTerm, SelectEmbed, SelectField, SelectItem


class NodePlanner:
    """Plans the nodes of one read.

    Args:
        aggregates: whether aggregate functions are allowed.

    Attributes:
        warnings: what the caller is to be told beside the answer.
    """

    def __init__(self, relationships: Relationships, *, aggregates: bool) -> None:
        self.relationships = relationships
        self.aggregates = aggregates
        self.warnings: list[str] = []

    def node(self, relation: Relation, items: Sequence[SelectItem], wanted: Wanted) -> Node:
        """The rows of `relation`, with all below them.

        Raises:
            PlanError: a name that does not exist, or something that cannot be done.
        """
        return _Planning(self, relation, items, wanted).node()

    def scope(self, relation: Relation, items: Sequence[SelectItem], wanted: Wanted, number: int = 0) -> Scope:
        """As `open_scope`; says so where a parameter used a name that is going out of use."""
        scope = open_scope(self.relationships, relation, items, wanted, number)
        for name in scope.legacy:
            self.warnings.append(f"The embed {name!r} has an alias; parameters should call it by that")
        return scope


class _Planning:
    """One node in the making."""

    def __init__(self, planner: NodePlanner, relation: Relation, items: Sequence[SelectItem], wanted: Wanted) -> None:
        self._planner = planner
        self._items = items
        self._wanted = wanted
        self._own = planner.scope(relation, items, wanted)
        self._joined: list[Joined] = []

    def node(self) -> Node:
        where = conditions_of(self._planner.relationships, self._own, self._wanted)
        outputs = tuple(_first_of_each_key(self._outputs(self._own, self._items)))
        order = tuple(self._ordering(term) for term in self._wanted.order)
        grouped = any(isinstance(output, Aggregate) for output in outputs)
        if grouped:
            _check_order(outputs, order)
        return Node(self._own.relation, outputs, tuple(self._joined), where, order, self._wanted.page, grouped)

    def _outputs(self, scope: Scope, items: Sequence[SelectItem]) -> Iterator[AnyOutput]:
        embeds = iter(scope.embeds)  # one for each SelectEmbed among the items, in their order
        for item in items:
            if isinstance(item, SelectEmbed):
                yield from self._embed(scope, next(embeds))
            else:
                yield from self._field(scope, item)

    def _field(self, scope: Scope, item: SelectField) -> Iterator[AnyOutput]:
        field = item.field
        if item.aggregate is not None:
            if not self._planner.aggregates:
                raise PlanError(
                    "Aggregate functions are not enabled",
                    code="PGRST123",
                    hint="The setting DB_AGGREGATES_ENABLED turns them on. Count rows with 'Prefer: count=exact'.",
                )
            target = None if field is None else scope.target(field)
            key = item.alias or item.aggregate
            yield Aggregate(key, item.aggregate, target, scope.number, item.cast, item.aggregate_cast)
        elif field is None or _is_old_count(field, scope):
            yield Aggregate(item.alias or "count", "count", None, scope.number, None, item.cast)
        elif field.name == "*" and not field.path:
            yield from (Output(name, scope.target(Field(name))) for name in scope.relation.columns)
        else:
            yield Output(item.alias or field.key, scope.target(field), item.cast)

    def _embed(self, scope: Scope, found: Found) -> Iterator[AnyOutput]:
        item, relationship = found.item, found.relationship
        if item.spread and relationship.to_one:
            yield from self._outputs(self._join(scope, found), item.items)
            return
        node = self._planner.node(relationship.target, item.items, found.wanted)
        if item.spread:
            yield Spread(relationship, node, scope.number)
        elif node.outputs:  # an embed without any takes part in conditions alone
            yield Embed(found.key, relationship, node, scope.number)

    def _join(self, scope: Scope, found: Found) -> Scope:
        """The source that a to-one embed is joined as."""
        number = len(self._joined) + 1
        below = self._planner.scope(found.relationship.target, found.item.items, found.wanted, number)
        where = conditions_of(self._planner.relationships, below, found.wanted)
        self._joined.append(Joined(found.relationship, scope.number, where))
        found.source = number
        return below

    def _ordering(self, term: OrderTerm) -> Ordering:
        scope = self._own if term.relation is None else self._related(term.relation)
        return Ordering(scope.target(term.field), bool(term.descending), term.nulls_first)

    def _related(self, name: str) -> Scope:
        found = self._own.embedded(name)
        if found is None:
            raise not_embedded(name)
        if not found.relationship.to_one:
            raise EmbeddingError(
                f"{self._own.relation.name!r} cannot be ordered by {name!r}",
                code="PGRST118",
                details=f"A row of {self._own.relation.name!r} may have many of {name!r}.",
            )
        if found.source is None:
            return self._join(self._own, found)
        return Scope(found.relationship.target, found.source)


def _first_of_each_key(outputs: Iterator[AnyOutput]) -> Iterator[AnyOutput]:
    """The first of two equal keys stands: a JSON object has each key once."""
    seen: set[str] = set()
    for output in outputs:
        keys = set(lifted_keys(output)) if isinstance(output, Spread) else {output.key}
        if isinstance(output, Spread) or not keys & seen:
            yield output
        seen |= keys


def lifted_keys(spread: Spread) -> Iterator[str]:
    """The keys that the columns of a to-many relation come out under."""
    for output in spread.node.outputs:
        if isinstance(output, Spread):
            yield from lifted_keys(output)
        else:
            yield output.key


def _is_old_count(field: Field, scope: Scope) -> bool:
    """`select=count`: older than aggregates, and in use with clients; a column of that name comes first."""
    known = field.name in scope.relation.columns or field.name in scope.relation.computed
    return field.name == "count" and not field.path and not known


def _check_order(outputs: Sequence[AnyOutput], order: Sequence[Ordering]) -> None:
    """Groups are ordered by what tells them apart."""
    targets: list[Target] = [output.target for output in outputs if isinstance(output, Output)]
    for ordering in order:
        if ordering.target not in targets:
            raise DatabaseError(
                "42803",
                f"groups cannot be ordered by {ordering.target.column.name!r}, which they are not grouped by",
                hint="Select the column too: rows are grouped by all that is selected beside the aggregates.",
            )
