"""A saved function's call on SQLite: one that reads is a table of the statement that reads what it gives; one that
writes is run first, and its rows come back as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from typing import cast as typed

from sqlalchemy import CTE, BindParameter, ColumnClause, cast, column, func, literal_column, quoted_name, select, types

from service.catalog.model import Column, Kind, Relation
from service.catalog.saved import SavedRoutine
from service.rest.asked.arguments import Style
from service.rest.asked.payload_json import JsonValue, rows_of
from service.rest.plan.call import Call
from service.rest.plan.media import Explain
from service.rest.plan.terms import Form, Node, ReadPlan
from service.rest.sql.saved import Filled, Verbatim
from service.rest.sql.source import Scope, Source
from service.rest.sql.sqlite import SqliteBuilder, counted
from service.rest.sql.sqlite_stored import stored
from service.rest.sql.sqlite_values import number_or_text
from service.rest.sql.statement import Statement

_NOTHING = Statement("select '[]' as body, 0 as page_total, null as told_status, null as told_headers", ())


class SqliteSavedCaller(SqliteBuilder):
    """Builds a call of a saved function; made anew for each statement."""

    def __init__(self, call: Call, *, bare: bool, first_value: int, most: int | None = None) -> None:
        super().__init__(most)
        self._call = call
        self._routine = typed(SavedRoutine, call.routine)
        self._first_value = first_value
        self._filled: dict[str, BindParameter[Any]] = {}
        self._table: CTE | None = None

    def read(self, plan: ReadPlan) -> Statement:
        """A statement of one row: `body`, `page_total`, two NULLs (it says nothing of the answer), and `total`."""
        if self._routine.result is None:
            return _NOTHING
        self.plan = plan
        if plan.rows and plan.form in (Form.LINES, Form.CSV):
            rows, cells = self.rows(plan.node)
            lines = self.lines(rows, cells).subquery("_line")
            body = func.group_concat(literal_column("_line.line"), literal_column("char(10)"))
            result = select(cast(body, types.BLOB()).label("body"), func.count().label("page_total"))
            result = result.select_from(lines)
        else:
            node = plan.node if plan.rows or plan.node.grouped else replace(plan.node, outputs=())
            rows, cells = self.rows(node)
            result = self.body(rows, cells if plan.rows else [])
        result = result.add_columns(*(literal_column("NULL").label(name) for name in ("told_status", "told_headers")))
        total = self._total(counted(plan))
        if total is not None:
            result = result.add_columns(total.label("total"))
        found = self.binds.compile(result, self.dialect)
        return replace(found, keys=tuple(cell.key for cell in cells), binary=plan.form is Form.BYTES)

    def explain(self, plan: ReadPlan, explain: Explain) -> Statement:
        """The statement that says how the rows would be found; of what writes, how the rows that it changes are."""
        write = self.write()
        if write is None or explain.options:
            return super().explain(plan, explain)
        return Statement(f"EXPLAIN QUERY PLAN {write.text}", write.fills)

    def write(self) -> Statement | None:
        """What is run before; None where there is nothing."""
        if self._routine.reads_only:
            return None
        clause = Verbatim().add_parts(self._routine.query.parts, self._fill).clause()
        return self.binds.compile(clause, self.dialect)

    def _root(self, node: Node) -> Scope:
        if self._table is None:
            self._table = self._called()
        alias = self.alias()
        source = Source(node.relation, self._table.alias(alias), alias)
        return Scope([source], source.table)

    def _called(self) -> CTE:
        routine = self._routine
        shown = typed(Relation, routine.result).columns
        names: list[ColumnClause[Any]] = [column(quoted_name(name, quote=True)) for name in shown]
        if routine.reads_only:
            found = Verbatim().add_parts(routine.query.parts, self._fill).add("\n")
            # Run once, whatever is read of it; and what it orders by stays a matter of its own.
            return found.clause().columns(*names).cte("_result")
        quote = self.dialect.identifier_preparer.quote_identifier
        values = ", ".join(f"{_carried(number)} as {quote(each.name)}" for number, each in enumerate(names))
        rows = self.binds.value(self._first_value + len(self._call.values))
        carried = Verbatim().add(f"select {values} from json_each(", rows, ")")  # noqa: S608  # names, quoted
        return carried.clause().columns(*names).cte("_result")

    def _fill(self, name: str) -> list[Filled]:
        if name not in self._filled:
            self._filled[name] = self._bind(name)
        return [self._filled[name]]

    def _bind(self, name: str) -> BindParameter[Any]:
        given = {each.name: number for number, each in enumerate(self._call.given)}
        of = next(each.column for each in self._routine.parameters if each.name == name)
        if name not in given:
            default = self._routine.defaults[name]
            return self.binds.constant(None if default is None else _from_text(of, default), types.NULLTYPE)
        if self._call.style is Style.OBJECT:
            read = partial(_from_object, of, first=self._call.first)
            return self.binds.value(self._first_value, read, types.NULLTYPE)
        return self.binds.value(self._first_value + given[name], partial(_from_text, of), types.NULLTYPE)


def carry(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as JSON that loses nothing of what SQLite stores: bytes are `{"x": "68656c6c6f"}`."""
    return f"[{','.join(_row(row) for row in rows)}]"


def _row(row: Sequence[Any]) -> str:
    return f"[{','.join(_value(value) for value in row)}]"


def _value(value: Any) -> str:
    if isinstance(value, bytes):
        return json.dumps({"x": value.hex()})
    if isinstance(value, float) and math.isinf(value):
        return "9e999" if value > 0 else "-9e999"  # JSON has no word for it, and SQLite reads these so
    return json.dumps(value)


def _carried(number: int) -> str:
    path = f"'$[{number}]'"
    return (
        f"case json_type(value, {path}) when 'object' then pg_bytes(json_extract(value, '$[{number}].x'))"
        f" else json_extract(value, {path}) end"
    )


def _from_text(of: Column, text: str) -> Any:
    return number_or_text(text) if of.kind is Kind.OTHER else stored(of, textual=True)(text)


def _from_object(of: Column, body: str, *, first: bool) -> Any:
    value = next(iter(rows_of(body, known=True)))
    if isinstance(value, list) and first:
        value = value[0]
    return stored(of, textual=False)(typed(dict[str, JsonValue], value)[of.name])
