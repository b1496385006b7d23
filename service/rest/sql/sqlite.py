"""Statements for SQLite.

SQLite writes JSON after rules of its own, so each value of an answer is written by its type here: booleans and JSON as
what they are, REAL with all its digits, BLOB in PostgreSQL's hex form. Conditions are in `sqlite_conditions`.
"""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import cast, func, literal_column, select, types
from sqlalchemy.dialects.sqlite import aiosqlite

from service.catalog.model import Kind
from service.rest.plan.terms import Count, Ordering, ReadPlan
from service.rest.sql.builder import Expression, Rows, directed
from service.rest.sql.sqlite_conditions import SqliteConditions
from service.rest.sql.sqlite_json import cast_value, json_rank_of, json_text, json_value_of
from service.rest.sql.statement import Statement

_MOST_ARGUMENTS = 120  # of a function; SQLITE_MAX_FUNCTION_ARG is 127 as it comes


class SqliteBuilder(SqliteConditions):
    # Numbered, so that a placeholder which stands in several places is filled once.
    dialect = aiosqlite.dialect(paramstyle="numeric_dollar")
    unlimited = -1

    def read(self, plan: ReadPlan) -> Statement:
        # SQLite's planner does not tell a number of rows: every count is an exact one.
        return super().read(plan if plan.count is Count.NONE else replace(plan, count=Count.EXACT))

    def estimate(self, plan: ReadPlan) -> Statement | None:
        return None

    def rows(self, page: Rows, plan: ReadPlan) -> Rows:
        row = page.subquery("_row")
        total = func.count().label("page_total")
        if not plan.rows:
            return select(literal_column("NULL").label("body"), total).select_from(row)
        texts = [
            (output.key, json_text(f"_row.c{number}", output.target.kind, output.cast))
            for number, output in enumerate(plan.outputs)
        ]
        rows = func.coalesce(func.group_concat(self._object(texts)), literal_column("''"))
        # As bytes: a text that is not UTF-8 would make Python refuse the whole answer.
        body = cast(literal_column("'['").concat(rows).concat(literal_column("']'")), types.BLOB())
        return select(body.label("body"), total).select_from(row)

    def outputs(self, plan: ReadPlan) -> list[Expression]:
        columns: list[Expression] = []
        for number, output in enumerate(plan.outputs):
            expression = self.value(output.target)
            if output.cast is not None:
                expression = cast_value(expression, output.target.kind, output.cast)
            columns.append(expression.label(f"c{number}"))
        return columns

    def ordering(self, ordering: Ordering) -> list[Expression]:
        expression = self.target(ordering.target)
        if ordering.target.kind is Kind.JSON:
            return [directed(json_rank_of(expression), ordering), directed(json_value_of(expression), ordering)]
        if ordering.target.path or ordering.target.column.nullable:
            return [directed(expression, ordering)]
        # Without a null there is no first and last, and the plain form finds an index.
        return [expression.desc() if ordering.descending else expression.asc()]

    def _object(self, texts: list[tuple[str, Expression]]) -> Expression:
        """One row's JSON object as text; in pieces, for a function takes so many arguments and no more."""
        pieces = []
        for start in range(0, len(texts), _MOST_ARGUMENTS):
            piece = texts[start : start + _MOST_ARGUMENTS]
            template = ",".join(f"{_json_key(key)}:%s" for key, _ in piece)
            pieces.append(func.printf(self.binds.constant(template), *(text for _, text in piece)))
        whole: Expression = literal_column("'{'")
        for number, each in enumerate(pieces):
            whole = whole.concat(literal_column("','")).concat(each) if number else whole.concat(each)
        return whole.concat(literal_column("'}'"))


def _json_key(key: str) -> str:
    """A key as JSON, safe in a printf template."""
    return json.dumps(key, ensure_ascii=False).replace("%", "%%")
