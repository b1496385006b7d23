"""A node of a read: its outputs and its order, and the nodes that are embedded in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.catalog.model import Relation
from service.catalog.relationships import Relationships
from service.errors import EmbeddingError, PlanError, UnknownColumnError
from service.rest.plan.aggregates import made_by
from service.rest.plan.budget import MOST_JOINED, Budget, too_complex
from service.rest.plan.conditions import condition_on, conditions_of
from service.rest.plan.groups import Groups, not_grouped
from service.rest.plan.keys import one_of_each_key
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
    keys_of,
)
from service.rest.plan.wanted import Wanted
from service.rest.terms import STAR, Field, OrderTerm, SelectEmbed, SelectField, SelectItem


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
        self._budget = Budget()

    def node(self, relation: Relation, items: Sequence[SelectItem], wanted: Wanted) -> Node:
        """The rows of `relation`, with all below them.

        Raises:
            PlanError: a name that does not exist, or something that cannot be done.
        """
        self._budget.subquery(wanted)
        return _Planning(self, relation, items, wanted).node()

    def scope(self, relation: Relation, items: Sequence[SelectItem], wanted: Wanted, number: int = 0) -> Scope:
        """As `open_scope`; says so where a parameter used a name that is going out of use."""
        scope = open_scope(self.relationships, relation, items, wanted, number)
        for name in scope.legacy:
            self.warnings.append(f"The embed {name!r} has an alias; parameters should call it by that")
        return scope

    def shown(self, found: Found) -> Node:
        """The rows that an embed shows, as far as it takes to tell whether there are any."""
        relation, items, wanted = found.relationship.target, found.item.items, found.wanted
        self._budget.subquery(wanted)
        if wanted.having:
            return _Planning(self, relation, items, wanted, bare=True).node()
        where = conditions_of(open_scope(self.relationships, relation, items, wanted), wanted, self.shown)
        return Node(relation, (), where=where, page=wanted.page)


class _Planning:
    """One node in the making.

    Args:
        bare: without what is embedded in it.
    """

    def __init__(
        self,
        planner: NodePlanner,
        relation: Relation,
        items: Sequence[SelectItem],
        wanted: Wanted,
        *,
        bare: bool = False,
    ) -> None:
        self._planner = planner
        self._bare = bare
        self._items = items
        self._wanted = wanted
        self._own = planner.scope(relation, items, wanted)
        self._joined: list[Joined] = []

    def node(self) -> Node:
        shown = self._planner.shown
        where = conditions_of(self._own, self._wanted, shown)
        outputs = tuple(one_of_each_key(tuple(self._outputs(self._own, self._items))))
        groups = Groups(outputs)
        grouped = bool(groups.aggregates)
        order = tuple(self._group_ordering(term, groups) if grouped else self._ordering(term) for term in self._order)
        having = tuple(condition_on(groups, each, shown) for each in self._wanted.having)
        return Node(self._own.relation, outputs, tuple(self._joined), where, order, self._wanted.page, grouped, having)

    @property
    def _order(self) -> Sequence[OrderTerm]:
        return () if self._bare and self._wanted.page is None else self._wanted.order

    def _outputs(self, scope: Scope, items: Sequence[SelectItem]) -> Iterator[AnyOutput]:
        embeds = iter(scope.embeds)  # one for each SelectEmbed among the items, in their order
        starred = False
        for item in items:
            if isinstance(item, SelectEmbed):
                yield from self._embed(scope, next(embeds))
            elif item != STAR or not starred:  # a thousand stars are one
                starred = starred or item == STAR
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
        if self._bare:
            raise _having_over(found)
        node = self._planner.node(relationship.target, item.items, found.wanted)
        if not node.outputs and (item.spread or not item.items):
            return  # it takes part in conditions alone
        if item.spread:
            keys = (key for output in node.outputs for key in keys_of(output))
            lifted = tuple((key, number) for number, key in enumerate(keys))
            yield Spread(relationship, node, scope.number, lifted)
        else:
            yield Embed(found.key, relationship, node, scope.number)

    def _join(self, scope: Scope, found: Found) -> Scope:
        """The source that a to-one embed is joined as."""
        number = len(self._joined) + 1
        if number > MOST_JOINED:
            raise too_complex()
        below = self._planner.scope(found.relationship.target, found.item.items, found.wanted, number)
        where = conditions_of(below, found.wanted, self._planner.shown)
        self._joined.append(Joined(found.relationship, scope.number, where))
        found.source = number
        return below

    def _ordering(self, term: OrderTerm) -> Ordering:
        scope = self._own if term.relation is None else self._related(term.relation)
        return Ordering(scope.target(term.field), bool(term.descending), term.nulls_first)

    def _group_ordering(self, term: OrderTerm, groups: Groups) -> Ordering:
        """By what the rows are grouped by or, where there is no such thing, by the aggregate that is called so."""
        aggregate = groups.called(term)
        try:
            ordering = self._ordering(term)
        except UnknownColumnError:
            if aggregate is None:
                raise
        else:
            if groups.are_told_apart_by(ordering.target):
                return ordering
        if aggregate is None:
            raise not_grouped(term.field.name)
        target = Target(made_by(aggregate))
        return Ordering(target, bool(term.descending), term.nulls_first, aggregate.key)

    def _related(self, name: str) -> Scope:
        found = self._own.embedded(name)
        if found is None:
            raise not_embedded(name, self._own)
        if not found.relationship.to_one:
            raise EmbeddingError(
                f"{self._own.relation.name!r} cannot be ordered by {name!r}",
                code="PGRST118",
                details=f"A row of {self._own.relation.name!r} may have many of {name!r}.",
            )
        if found.source is None:
            return self._join(self._own, found)
        return Scope(found.relationship.target, found.source)


def _is_old_count(field: Field, scope: Scope) -> bool:
    """`select=count`: older than aggregates, and in use with clients; a column of that name comes first."""
    known = field.name in scope.relation.columns or field.name in scope.relation.computed
    return field.name == "count" and not field.path and not known


def _having_over(found: Found) -> PlanError:
    return PlanError(
        f"having cannot be asked here of rows that are grouped by what is embedded in them ({found.key!r})",
        code="PGRST127",
        hint="Leave out !inner and is.null, or lift columns of a to-one relation with a spread: ...relation(column)",
    )
