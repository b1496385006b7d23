"""Rows in rows: a node's page first, then for each row of it what is embedded, all in one statement.

The page is a subquery of its own, so that what is embedded is looked up for the page's rows alone and not for every row
that a sort has to see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import BigInteger, FromClause, and_, func, literal_column, select

from service.rest.plan.aggregates import made_by
from service.rest.plan.terms import (
    ANY,
    Aggregate,
    Combination,
    Condition,
    Count,
    Embed,
    Exists,
    Form,
    Joined,
    Node,
    Output,
    ReadPlan,
    Spread,
)
from service.rest.sql.after import KeysetBuilder
from service.rest.sql.builder import Rows
from service.rest.sql.groups import GroupBuilder
from service.rest.sql.source import Carried, Expression, Row, Scope, Source, relation_table
from service.rest.sql.statement import Statement
from service.rest.sql.writer import Cell


class NodeBuilder(GroupBuilder, KeysetBuilder):
    """The part of the builder that nests rows.

    Attributes:
        origin: where the rows come from, if not from their relation.
    """

    origin: Source | None = None

    def read(self, plan: ReadPlan) -> Statement:
        """The page's rows: as one row of `body` and `page_total`, or as lines; and `total` where it was asked for."""
        self.plan = plan
        rows, cells = self.rows(plan.node if plan.rows else _without_outputs(plan.node))
        if plan.rows and plan.form in (Form.LINES, Form.CSV):
            found = self.binds.compile(self.lines(rows, cells), self.dialect)
            return replace(found, keys=tuple(cell.key for cell in cells))
        result = self.body(rows, cells if plan.rows else [])
        total = self._total(plan)
        if total is not None:
            result = result.add_columns(total.label("total"))
        result = result.add_columns(*self.ending)
        found = self.binds.compile(self.bounded(result) if plan.rows else result, self.dialect)
        binary = self.in_bytes or plan.form is Form.BYTES
        return replace(found, ending=tuple(label.name for label in self.ending), binary=binary)

    def total(self, plan: ReadPlan) -> Statement | None:
        """The statement that counts by itself, for rows that are sent as lines; None where no count is wanted."""
        self.plan = plan
        total = self._total(plan)
        return None if total is None else self.binds.compile(select(total.label("total")), self.dialect)

    # Nodes

    def rows(self, node: Node) -> tuple[Rows, list[Cell]]:
        """The rows of the relation that is read: its page."""
        with self.within(self._root(node)) as scope:
            return self._rows(node, scope, *self.root_page())

    def root_page(self) -> tuple[Expression | None, Expression | None]:
        """Limit and offset of the relation's own rows."""
        limit, offset = self.plan.paged
        # Not without an OFFSET: PostgreSQL would take the page apart, and plan its parts with what is around it.
        return self._root_limit(limit), self.binds.offset() if offset else literal_column("0")

    def _root_limit(self, limit: int | None) -> Expression | None:
        if limit is None:
            return None
        return self.binds.limit(self.unlimited) if limit == ANY else literal_column(str(limit))

    def _rows(
        self, node: Node, scope: Scope, limit: Expression | None, offset: Expression | None
    ) -> tuple[Rows, list[Cell]]:
        self._join(node, scope)
        where = [*scope.where, *(self.condition(condition) for condition in node.where)]
        if node.keyset is not None:
            return self.after_key(node, node.keyset, scope, where)
        if node.grouped:
            groups, cells = self.groups(node, scope, where)
            return self._page(groups, limit, offset), cells
        if node.embeds:
            return self._embedding(node, scope, where, limit, offset)
        cells = [self._cell(output, number) for number, output in enumerate(_own(node))]
        columns = [self.value(output).label(cell.label) for output, cell in zip(_own(node), cells, strict=True)]
        rows = select(*(columns or [literal_column("1").label("one")])).select_from(scope.clause).where(*where)
        return self._page(rows.order_by(*self._order(node)), limit, offset), cells

    def _embedding(
        self, node: Node, scope: Scope, where: list[Expression], limit: Expression | None, offset: Expression | None
    ) -> tuple[Rows, list[Cell]]:
        name = self.alias("p")
        row = Carried(name)
        found = self.found(node, row)
        columns = self.page_values(node, scope, row)
        page = select(*(columns or [literal_column("1").label("one")])).select_from(scope.clause).where(*where)
        page = self._page(page.order_by(*self._order(node)), limit, offset)
        return self.answer(node, page.subquery(name), found)

    def found(self, node: Node, row: Carried) -> list[Expression]:
        return [
            self.embedded(output, row) if isinstance(output, Embed | Spread) else row.value(number)
            for number, output in enumerate(node.outputs)
        ]

    def page_values(self, node: Node, scope: Scope, row: Carried) -> list[Expression]:
        own: list[Expression] = [
            self.value(output).label(f"v{number}")
            for number, output in enumerate(node.outputs)
            if isinstance(output, Output)
        ]
        return own + [self._carried(scope, *place).label(label) for place, label in row.labels.items()]

    def answer(self, node: Node, page: FromClause, found: Sequence[Expression]) -> tuple[Rows, list[Cell]]:
        if any(isinstance(output, Spread) for output in node.outputs):
            return self._taken_apart(node, page, found)
        final, cells = self.final(node, found)
        return select(*(final or [literal_column("1").label("one")])).select_from(page), cells

    def _taken_apart(self, node: Node, rows: FromClause, found: Sequence[Expression]) -> tuple[Rows, list[Cell]]:
        """The page with what was found for each output, of which a spread's is then taken apart: found once, not once
        for each of its columns."""
        name = self.alias("s")
        whole = select(*(value.label(f"e{number}") for number, value in enumerate(found))).select_from(rows)
        final, cells = self.final(node, [literal_column(f"{name}.e{number}") for number in range(len(found))])
        return select(*final).select_from(self.made(whole, name)), cells

    def final(self, node: Node, found: Sequence[Expression]) -> tuple[list[Expression], list[Cell]]:
        """The columns of the answer: what was found for each output, the spread ones taken apart."""
        columns: list[Expression] = []
        cells: list[Cell] = []
        for output, value in zip(node.outputs, found, strict=True):
            if not isinstance(output, Spread):
                cells.append(self._cell(output, len(cells)))
                columns.append(value.label(cells[-1].label))
                continue
            for key, index in output.lifted:
                cells.append(Cell(key, self.label(key, len(cells)), None))
                columns.append(self.element(value, index).label(cells[-1].label))
        return columns, cells

    def _cell(self, output: Output | Aggregate | Embed, number: int) -> Cell:
        label = self.label(output.key, number)
        match output:
            case Output():
                return Cell(output.key, label, output.target.kind, output.cast)
            case Aggregate():
                return Cell(output.key, label, made_by(output).kind, output.result_cast)
            case Embed():
                return Cell(output.key, label, None, empty="null" if output.relationship.to_one else "[]")

    def embedded(self, output: Embed | Spread, row: Row) -> Expression:
        """What is embedded in one row, as JSON."""
        node, to_one = output.node, output.relationship.to_one
        with self.within(self.related(output.relationship, row, output.source)) as scope:
            limit, offset = self._embed_page(node, to_one)
            rows, cells = self._rows(node, scope, limit, offset)
        if isinstance(output, Spread):
            return self.as_columns(rows, cells)
        return self.as_object(rows, cells) if to_one else self.as_array(rows, cells)

    def exists(self, condition: Exists) -> Expression:
        node, relationship = condition.node, condition.relationship
        with self.within(self.related(relationship, self.own_row(self.scope), condition.source)) as scope:
            limit, offset = (None, None) if node.page is None else self._embed_page(node, relationship.to_one)
            rows, _ = self._rows(node, scope, limit, offset)
        return rows.exists()

    # Parts of a SELECT

    def _root(self, node: Node) -> Scope:
        if self.origin is not None:
            return Scope([self.origin], self.origin.table)
        relation = node.relation
        table = relation_table(relation)
        if node.is_flat and not any(map(_has_subquery, node.where)):
            return self._shown(Source(relation, table))
        alias = self.alias()
        return self._shown(Source(relation, table.alias(alias), alias))

    def _shown(self, source: Source) -> Scope:
        return Scope([source], source.table, self.visible(source))

    def _join(self, node: Node, scope: Scope) -> None:
        """Adds the to-one relations that the node's rows take columns from."""
        for joined in node.joined:
            scope.sources.append(self._joinable(joined, scope))
            source = scope.sources[-1]
            start = scope.sources[joined.above]
            equal = [source.column(other) == start.column(own) for own, other in joined.relationship.pairs]
            if joined.relationship.function is not None:
                equal.append(self.is_row(source))
            on = [*equal, *self.visible(source), *(self.condition(each) for each in joined.where)]
            scope.clause = scope.clause.outerjoin(source.table, and_(*on) if on else literal_column("1 = 1"))

    def _joinable(self, joined: Joined, scope: Scope) -> Source:
        relationship = joined.relationship
        if relationship.function is not None:
            return self.related_by_function(relationship, self.whole_row(scope.sources[joined.above]))
        return self.aliased(relationship)

    def _carried(self, scope: Scope, number: int, name: str | None) -> Expression:
        source = scope.sources[number]
        return self.whole_row(source) if name is None else source.column(name)

    def _order(self, node: Node) -> Iterator[Expression]:
        for ordering in node.order:
            yield from self.ordering(ordering)

    def _embed_page(self, node: Node, to_one: bool) -> tuple[Expression | None, Expression | None]:
        most = 1 if to_one else self.plan.most
        if node.page is None:
            return None if most is None else literal_column(str(most)), None
        return self.binds.embed_limit(node.page, most, self.unlimited), self.binds.embed_offset(node.page)

    @staticmethod
    def _page(rows: Rows, limit: Expression | None, offset: Expression | None) -> Rows:
        if limit is not None and offset is None:
            offset = literal_column("0")  # or SQLAlchemy binds one for SQLite that nothing here would fill
        return rows.limit(limit).offset(offset)

    def _total(self, plan: ReadPlan) -> Expression | None:
        """The number of rows behind the page, as far as it is counted."""
        match plan.count:
            case Count.EXACT if plan.node.grouped:
                return select(func.count()).select_from(self.every(plan).subquery("_all")).scalar_subquery()
            case Count.EXACT:
                return self.every(plan).with_only_columns(func.count(), maintain_column_froms=True).scalar_subquery()
            case Count.ESTIMATED:
                some = self.every(plan)
                if plan.count_limit is not None:
                    some = some.limit(self.binds.constant(plan.count_limit + 1, BigInteger()))
                return select(func.count()).select_from(some.subquery("_some")).scalar_subquery()
            case _:
                return None

    def every(self, plan: ReadPlan) -> Rows:
        """All rows, without a page; their number alone counts."""
        node = plan.node
        if node.grouped:
            with self.within(self._root(node)) as scope:
                return self._rows(node, scope, None, None)[0].order_by(None)
        with self.within(self._root(node)) as scope:
            where = [*scope.where, *(self.condition(condition) for condition in node.where)]
        return select(literal_column("1").label("one")).select_from(scope.clause).where(*where)


def _without_outputs(node: Node) -> Node:
    return node if node.grouped else replace(node, outputs=())


def _own(node: Node) -> list[Output]:
    return [output for output in node.outputs if isinstance(output, Output)]


def _has_subquery(condition: Condition) -> bool:
    match condition:
        case Exists():
            return True
        case Combination():
            return any(map(_has_subquery, condition.conditions))
        case _:
            return False
