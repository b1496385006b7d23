"""Rows as groups: the rows first, then GROUP BY around them, then what is asked of the groups."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence

from sqlalchemy import FromClause, literal_column, select

from service.rest.plan.terms import Aggregate, Embed, Node, Ordering, Output, Spread
from service.rest.sql.builder import Rows, directed
from service.rest.sql.source import Expression, Groups, Row, Scope
from service.rest.sql.writer import Cell, Writer


class GroupBuilder(Writer):
    """The part of the builder that groups rows."""

    @abstractmethod
    def embedded(self, output: Embed | Spread, row: Row) -> Expression:
        """What is embedded in one row, as JSON."""

    @abstractmethod
    def final(self, node: Node, found: Sequence[Expression]) -> tuple[list[Expression], list[Cell]]:
        """The columns of the answer: what was found for each output, the spread ones taken apart."""

    def groups(self, node: Node, scope: Scope, where: Sequence[Expression]) -> tuple[Rows, list[Cell]]:
        """The node's groups in their order, without a page."""
        name, row = self.alias("g"), self.own_row(scope)
        columns: list[Expression] = []
        values: list[Expression] = []
        keys: list[Expression] = []
        for number, output in enumerate(node.outputs):
            place: Expression = literal_column(f"{name}.v{number}")
            if isinstance(output, Aggregate):
                argument: Expression | None = self._argument(output, node, scope)
                values.append(self.aggregate(output, None if argument is None else place))
            else:
                value = self.value(output) if isinstance(output, Output) else self.embedded(output, row)
                argument = self.groupable(value, output)
                values.append(place)
                keys += self.group_keys(place, output)
            if argument is not None:
                columns.append(argument.label(f"v{number}"))
        every = select(*(columns or [literal_column("1").label("one")])).select_from(scope.clause).where(*where)
        clause = self.made(every, name) if node.embeds else every.subquery(name)
        chosen: list[Expression] = []
        if node.having:
            clause, values = self._made(select(*_labelled(values)).select_from(clause).group_by(*keys), len(values))
            keys, chosen = [], self._having(node, clause, values)
        found = [
            self.cast_result(output, value) if isinstance(output, Aggregate) else self.ungrouped(value, output)
            for output, value in zip(node.outputs, values, strict=True)
        ]
        final, cells = self.final(node, found)
        rows = select(*final).select_from(clause).where(*chosen).group_by(*keys)
        return rows.order_by(*self._order_of_groups(node, found, values)), cells

    def _made(self, groups: Rows, width: int) -> tuple[FromClause, list[Expression]]:
        """Groups as rows to choose from: SQLite takes an aggregate in a subquery of HAVING for that one's."""
        name = self.alias("h")
        return groups.subquery(name), [literal_column(f"{name}.f{number}") for number in range(width)]

    def _having(self, node: Node, clause: FromClause, values: Sequence[Expression]) -> list[Expression]:
        aggregates = {
            output.key: value
            for output, value in zip(node.outputs, values, strict=True)
            if isinstance(output, Aggregate)
        }
        with self.within(Scope([Groups(node.relation, clause, None, aggregates)], clause)):
            return [self.condition(condition) for condition in node.having]

    def _argument(self, aggregate: Aggregate, node: Node, scope: Scope) -> Expression | None:
        """What is aggregated; None counts rows."""
        if aggregate.target is not None:
            return self.value(Output(aggregate.key, aggregate.target, aggregate.cast))
        if aggregate.source == 0:
            return None
        # A related row that is not there must not be counted: count what is never NULL in one that is.
        source, pairs = scope.sources[aggregate.source], node.joined[aggregate.source - 1].relationship.pairs
        return source.column(pairs[0][1]) if pairs else self.whole_row(source)

    def _order_of_groups(
        self, node: Node, found: Sequence[Expression], values: Sequence[Expression]
    ) -> Iterator[Expression]:
        for ordering in node.order:
            for output, final, value in zip(node.outputs, found, values, strict=True):
                if ordering.aggregate is not None and isinstance(output, Aggregate):
                    if output.key == ordering.aggregate:
                        yield directed(value, ordering)
                elif isinstance(output, Output) and output.target == ordering.target:
                    yield from self._order_of_output(ordering, output, final)
                    break

    def _order_of_output(self, ordering: Ordering, output: Output, value: Expression) -> list[Expression]:
        if output.cast is not None:
            return [directed(value, ordering)]
        return self.ordering(ordering, self.comparable(value, output.target))


def _labelled(values: Sequence[Expression]) -> list[Expression]:
    return [value.label(f"f{number}") for number, value in enumerate(values)]
