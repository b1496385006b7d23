"""A saved function's call on PostgreSQL: its statement is a table of the one that reads what it gives."""

from __future__ import annotations

from typing import Any
from typing import cast as typed

from sqlalchemy import CTE, BindParameter, ColumnClause, column, quoted_name

from service.catalog.model import Column
from service.catalog.saved import SavedRoutine
from service.rest.asked.arguments import Style
from service.rest.plan.call import Call
from service.rest.sql.postgresql_call import PostgresqlCaller
from service.rest.sql.saved import Filled, Verbatim

_GIVEN, _DONE = "_poolgate_given", "_poolgate_done"


class PostgresqlSavedCaller(PostgresqlCaller):
    """Builds a call of a saved function; made anew for each."""

    def __init__(self, call: Call, *, bare: bool, first_value: int, most: int | None = None) -> None:
        super().__init__(call, bare=bare, first_value=first_value, most=most)
        self._routine = typed(SavedRoutine, call.routine)
        self._filled: dict[str, BindParameter[object]] = {}

    def write(self) -> None:
        """None: nothing is run before."""

    def _called(self) -> CTE:
        """What the statement gives. What it names by WITH stands before it: only there may it change anything."""
        routine, query = self._routine, self._routine.query
        before = Verbatim().add(*self._row_of_arguments())
        main = query.parts
        if query.with_place is not None and not routine.reads_only:
            before.add("),").add_parts(query.between(query.with_place, query.verb_place), self._fill)
            before.add(f", {_DONE}_ as (select")  # a last one, behind whatever the names end with
            main = query.between(query.verb_place)
        if routine.result is None:
            before.add(f"), {_DONE} as (").add_parts(main, self._fill).add("\n")
            rows = Verbatim().add(f"select null as {self._quoted(routine.name)}")
        else:
            rows = Verbatim().add_parts(main, self._fill).add("\n")
        recursive = "RECURSIVE " if query.recursive and main is not query.parts else ""
        # One table as SQLAlchemy sees it, several as PostgreSQL does.
        first = before.clause().columns().cte(quoted_name(f"{recursive}{_GIVEN}", quote=False))
        names: list[ColumnClause[Any]] = [column(quoted_name(name, quote=True)) for name in self._relation.columns]
        return rows.clause().columns(*names).add_cte(first).cte("_result")

    def _row_of_arguments(self) -> list[Filled]:
        if self._call.style is not Style.OBJECT or not self._call.given:
            return ["select"]
        body = self.binds.value(self._first_value)
        names = ", ".join(f"{self._quoted(each.name)} {each.column.type}" for each in self._call.given)
        first = ["cast(", body, " as json)", " -> 0" if self._call.first else ""]
        return ["select * from json_to_record(", *first, f") as _given({names})"]

    def _fill(self, name: str) -> list[Filled]:
        given = {each.name: number for number, each in enumerate(self._call.given)}
        if name in given and self._call.style is Style.OBJECT:
            # With a cast around it, for `any((select …))` means the rows and not the array.
            of = self._parameter(name).type
            return [f"cast((select {self._quoted(name)} from {_GIVEN}) as {of})"]  # noqa: S608  # names, quoted
        if name not in self._filled:
            if name in given:
                bind = self.binds.value(self._first_value + given[name])
            else:
                bind = self.binds.constant(self._routine.defaults[name])
            self._filled[name] = bind
        return ["cast(", self._filled[name], f" as {self._parameter(name).type})"]

    def _parameter(self, name: str) -> Column:
        return next(each.column for each in self._routine.parameters if each.name == name)
