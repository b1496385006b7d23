"""A function's call on PostgreSQL: what it gives is a table of the statement, and all else is a read of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnClause,
    FromClause,
    Function,
    String,
    cast,
    column,
    func,
    literal_column,
    quoted_name,
    select,
)

from service.catalog.model import Parameter, Relation, RelationKind
from service.rest.asked.arguments import Style
from service.rest.plan.call import Call
from service.rest.plan.terms import Form, Node, ReadPlan
from service.rest.sql.builder import Rows
from service.rest.sql.postgresql import PostgresqlBuilder, in_utf8
from service.rest.sql.postgresql_conditions import Named
from service.rest.sql.source import Expression, Scope, Source
from service.rest.sql.statement import Statement
from service.rest.sql.writer import Cell

_GIVEN = "_given"  # the arguments, as a row
TOLD = ("status", "headers")
"""What a function may tell about the answer, as the settings `response.status` and `response.headers`."""


class PostgresqlCaller(PostgresqlBuilder):
    """Builds a call; made anew for each.

    Args:
        bare: its values are told as they are, not as objects.
        first_value: the index of the first argument among the request's values.
        most: bytes that an answer may have.
    """

    def __init__(self, call: Call, *, bare: bool, first_value: int, most: int | None = None) -> None:
        super().__init__(most)
        self._call = call
        self._relation = call.rows
        self._bare = bare
        self._first_value = first_value
        self._table: CTE | None = None

    def read(self, plan: ReadPlan) -> Statement:
        """A statement of one row: `body`, `page_total`, `told_status`, `told_headers`, and `total` if it is counted."""
        self.plan = plan
        if plan.rows and plan.form in (Form.LINES, Form.CSV):
            rows, cells = self.rows(plan.node)
            lines = self.lines(rows, cells).subquery("_line")
            text = func.string_agg(literal_column("_line.line"), literal_column("E'\\n'"))
            result = select(in_utf8(text).label("body"), func.count().label("page_total")).select_from(lines)
        else:
            node = plan.node if plan.rows or plan.node.grouped else replace(plan.node, outputs=())
            rows, cells = self.rows(node)
            result = self.body(rows, cells if plan.rows else [])
        # Settings are looked up when the rows have been counted, and so after the call.
        if not self._call.routine.reads_only:
            result = result.add_columns(self._whole().label("given"))
        for name in TOLD:
            setting: Expression = literal_column(f"current_setting('response.{name}', true)")
            result = result.add_columns(setting.label(f"told_{name}"))
        total = self._total(plan)
        if total is not None:
            result = result.add_columns(total.label("total"))
        found = self.binds.compile(self.bounded(result) if plan.rows else result, self.dialect)
        return replace(found, keys=tuple(cell.key for cell in cells), binary=self.in_bytes)

    def _whole(self) -> Expression:
        """How many rows it gives: who asks for few, or none, has called it as well, and to its end."""
        if self._table is None:
            self._table = self._called()
        return select(func.count()).select_from(self._table.alias(self.alias())).scalar_subquery()

    def _body(self, row: FromClause, cells: Sequence[Cell]) -> Expression:
        if not self._bare or self.plan.form not in (Form.ARRAY, Form.STRIPPED):
            return super()._body(row, cells)
        return self.array(row.c[cells[0].label])

    def _root(self, node: Node) -> Scope:
        if self._table is None:
            self._table = self._called()
        alias = self.alias()
        source = Source(node.relation, self._table.alias(alias), alias)
        return Scope([source], source.table)

    def _called(self) -> CTE:
        """What the function gives. Nowhere but here is it called: a count must not call it again."""
        call, relation = self._call, self._relation
        arguments, given = self._arguments()
        function: Function[Any] = Function(self._name(), *arguments)
        if isinstance(call.routine.result, Relation):
            names: list[ColumnClause[Any]] = [column(quoted_name(name, quote=True)) for name in relation.columns]
            table = function.table_valued(*names, name="_called")
            # The columns of a row type that is no table's are known by their place: OUT parameters may have no names.
            derived = table.render_derived() if relation.kind is RelationKind.RESULT else table
            found: Rows = select(*(derived.c[name] for name in relation.columns)).select_from(*given, derived)
            return found.cte("_result")
        (name,) = relation.columns
        value: Rows = select(function.label(quoted_name(name, quote=True)))
        if given:
            value = value.select_from(*given)
        # Else it were not called where nobody looks at its value.
        return value.cte("_result").prefix_with("MATERIALIZED")

    def _name(self) -> quoted_name:
        routine = self._call.routine
        name = f"{self._quoted(routine.schema)}.{self._quoted(routine.name)}"
        return quoted_name(name.replace("%", "%%"), quote=False)  # in a function's name alone it is SQLAlchemy's own

    def _arguments(self) -> tuple[list[Expression], list[FromClause]]:
        """The function's arguments, and where those come from that are in a JSON object."""
        call = self._call
        if not call.given:
            return [], []
        if call.style is Style.BODY:
            return [cast(self.binds.value(self._first_value), Named(call.given[0].column.type))], []
        if call.style is Style.TEXTS:
            return list(self._texts()), []
        body: Expression = cast(self.binds.value(self._first_value), Named("json"))
        if call.first:
            body = body.op("->")(literal_column("0"))
        names: list[ColumnClause[Any]] = [
            column(quoted_name(each.name, quote=True), Named(each.column.type)) for each in call.given
        ]
        row = func.json_to_record(body).table_valued(*names, name=_GIVEN).render_derived(with_types=True)
        return [self._named(each, row.c[each.name]) for each in call.given], [row]

    def _texts(self) -> Iterator[Expression]:
        for number, each in enumerate(self._call.given, self._first_value):
            bound = self.binds.value(number, list, ARRAY(String)) if each.variadic else self.binds.value(number)
            yield self._named(each, cast(bound, Named(each.column.type)))

    def _named(self, parameter: Parameter, value: Expression) -> Expression:
        variadic = "VARIADIC " if parameter.variadic else ""
        return literal_column(f"{variadic}{self._quoted(parameter.name)}").op("=>")(value)

    def _quoted(self, name: str) -> str:
        quoted: str = self.dialect.identifier_preparer.quote_identifier(name)
        return quoted
