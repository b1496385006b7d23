"""Statements for SQLite.

SQLite writes JSON after rules of its own, so each value of an answer is written by its type here: booleans and JSON as
what they are, REAL with all its digits, BLOB in PostgreSQL's hex form. Conditions are in `sqlite_conditions`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from sqlalchemy import FromClause, case, cast, func, literal_column, select, types
from sqlalchemy.dialects.sqlite import aiosqlite

from service.catalog.model import Kind
from service.catalog.relationships import Relationship
from service.errors import NotImplementedHereError
from service.rest.plan.aggregates import made_by
from service.rest.plan.media import Explain
from service.rest.plan.terms import Aggregate, Count, Embed, Form, Ordering, Output, ReadPlan, Spread
from service.rest.sql.after import limited
from service.rest.sql.builder import Rows, directed
from service.rest.sql.keyset import Branch, Key
from service.rest.sql.source import Expression, Source
from service.rest.sql.sqlite_conditions import SqliteConditions
from service.rest.sql.sqlite_csv import csv_line, text_lines
from service.rest.sql.sqlite_groups import aggregate_value
from service.rest.sql.sqlite_json import cast_value, json_rank_of, json_text, json_value_of
from service.rest.sql.statement import Statement
from service.rest.sql.writer import Cell

_FEW = 40
"""Members of an object that is written with `||`, by which the expression gets deeper, and it may be 1,000 deep in all.
One of more is written by printf: the parser keeps more in mind for it, so that fewer can be embedded in each other."""
_MOST_ARGUMENTS = 120  # of a function; SQLITE_MAX_FUNCTION_ARG is 127 as it comes


class SqliteBuilder(SqliteConditions):
    # Numbered, so that a placeholder which stands in several places is filled once.
    dialect = aiosqlite.dialect(paramstyle="numeric_dollar")
    unlimited = -1

    def read(self, plan: ReadPlan) -> Statement:
        return super().read(counted(plan))

    def total(self, plan: ReadPlan) -> Statement | None:
        return super().total(counted(plan))

    def estimate(self, plan: ReadPlan) -> Statement | None:
        """None: SQLite's planner has no idea of the total."""
        return None

    def cost(self, of: Statement) -> Statement | None:
        """None: SQLite's planner does not tell."""
        return None

    def explain(self, plan: ReadPlan, explain: Explain) -> Statement:
        """The statement that says how the rows would be found."""
        if explain.options:
            raise NotImplementedHereError(f"SQLite's execution plans have no option {explain.options[0]!r}")
        of = self.read(plan)
        return Statement(f"EXPLAIN QUERY PLAN {of.text}", of.fills)

    def body(self, rows: Rows, cells: Sequence[Cell]) -> Rows:
        row = rows.subquery("_row")
        total = func.count().label("page_total")
        if not self.plan.rows:
            return select(literal_column("NULL").label("body"), total).select_from(row)
        # As bytes: a text that is not UTF-8 would make Python refuse the whole answer.
        body = cast(self._body(row, cells), types.BLOB())
        if self.plan.form is Form.STRIPPED:
            body = cast(func.pg_strip_nulls(body), types.BLOB())
        return select(body.label("body"), total).select_from(row)

    def _body(self, row: FromClause, cells: Sequence[Cell]) -> Expression:
        empty: Expression = literal_column("''")
        match self.plan.form:
            case Form.FEATURES:
                raise NotImplementedHereError("SQLite has no PostGIS")
            case Form.TEXT:
                return func.coalesce(text_lines(cells[0]), empty)
            case Form.BYTES:  # joined as they are: SQLite looks into no text
                return func.coalesce(func.group_concat(row.c[cells[0].label], empty), empty)
            case _:
                return _array(self._object(cells))

    def sort_keys(self, ordering: Ordering) -> list[Key]:
        return [
            Key(ordering, value, _term(value, ordering), _term(value, ordering, nulls=False), value.is_(None))
            for value in self._sorted_by(ordering, self.target(ordering.target))
        ]

    def sort_again(self, key: Key, value: Expression) -> Expression:
        return _term(value, key.ordering)

    def key_out(self, value: Expression) -> Expression:
        # A text as bytes, for one that is not UTF-8 Python would refuse; the letter before them says what they are.
        kind = func.typeof(value)
        tagged = cast(func.substr(kind, literal_column("1"), literal_column("1")).concat(value), types.BLOB())
        return case((kind.in_([literal_column("'text'"), literal_column("'blob'")]), tagged), else_=value)

    def key_in(self, key: Key, slot: int) -> Expression:
        # As it was stored: a column holds values of any type, and orders them all.
        return self.binds.value(slot, type_=types.NULLTYPE)

    def left_over(self, part: Rows, branch: Branch, keys: Sequence[Key], most: Expression, left: Expression) -> Rows:
        return limited(part, left)

    def lines(self, rows: Rows, cells: Sequence[Cell]) -> Rows:
        if self.plan.form is Form.CSV:
            line = csv_line(cells)
        else:  # a document's own line breaks are white space: those in its strings are escaped
            line = func.replace(self._object(cells), literal_column("char(10)"), literal_column("' '"))
        return select(cast(line, types.BLOB()).label("line")).select_from(rows.subquery("_row"))

    def label(self, key: str, number: int) -> Any:
        return f"c{number}"

    def value(self, output: Output) -> Expression:
        expression = self.stored(output.target)
        return expression if output.cast is None else cast_value(expression, output.target.kind, output.cast)

    def aggregate(self, aggregate: Aggregate, argument: Expression | None) -> Expression:
        return func.count() if argument is None else aggregate_value(aggregate, argument)

    def cast_result(self, aggregate: Aggregate, value: Expression) -> Expression:
        cast_to = aggregate.result_cast
        return value if cast_to is None else cast_value(value, made_by(aggregate).kind, cast_to)

    def as_array(self, rows: Rows, cells: Sequence[Cell]) -> Expression:
        # NULL where there is none; see `_text`.
        listed = literal_column("'['").concat(func.group_concat(self._object(cells))).concat(literal_column("']'"))
        return select(listed).select_from(rows.subquery("_row")).scalar_subquery()

    def as_object(self, rows: Rows, cells: Sequence[Cell]) -> Expression:
        return select(self._object(cells)).select_from(rows.subquery("_row")).scalar_subquery()

    def as_columns(self, rows: Rows, cells: Sequence[Cell]) -> Expression:
        arrays = [_array(_text(cell)) for cell in cells]
        whole = _joined(["'['", *_between(arrays, "','"), "']'"])
        return select(whole).select_from(rows.subquery("_row")).scalar_subquery()

    def made(self, rows: Rows, name: str) -> FromClause:
        return rows.cte(name, nesting=True).prefix_with("MATERIALIZED")

    def element(self, array: Expression, index: int) -> Expression:
        return array.op("->")(literal_column(f"'$[{index}]'"))

    def groupable(self, value: Expression, output: Output | Embed | Spread) -> Expression:
        return value

    def group_keys(self, value: Expression, output: Output | Embed | Spread) -> list[Expression]:
        if not isinstance(output, Output) or output.cast is not None or output.target.kind is not Kind.JSON:
            return [value]
        # Documents are equal by what they mean; what is none has its text alone.
        meaning = func.pg_jsonb(value)
        return [meaning, case((meaning.is_(None), value))]

    def ungrouped(self, value: Expression, output: Output | Embed | Spread) -> Expression:
        return value

    def computed(self, schema: str, name: str, row: Expression) -> Expression:
        raise NotImplementedError("SQLite has no functions of rows, and no catalog has one")

    def related_by_function(self, relationship: Relationship, row: Expression) -> Source:
        raise NotImplementedError("SQLite has no functions of rows, and no catalog has one")

    def is_row(self, source: Source) -> Expression:
        raise NotImplementedError("SQLite has no functions of rows, and no catalog has one")

    def whole_row(self, source: Source) -> Expression:
        raise NotImplementedError("SQLite has no functions of rows, and no catalog has one")

    def ordering(self, ordering: Ordering, expression: Expression | None = None) -> list[Expression]:
        found = self.target(ordering.target) if expression is None else expression
        return [_term(value, ordering) for value in self._sorted_by(ordering, found)]

    @staticmethod
    def _sorted_by(ordering: Ordering, found: Expression) -> list[Expression]:
        return [json_rank_of(found), json_value_of(found)] if ordering.target.kind is Kind.JSON else [found]

    def _object(self, cells: Sequence[Cell]) -> Expression:
        """One row's JSON object as text. What would be too long is an error, not a row that is missing."""
        if not 0 < len(cells) <= _FEW:
            return self._wide_object(cells)
        keys = [f"{',' if number else '{'}{_json_key(cell.key)}:" for number, cell in enumerate(cells)]
        named = zip(map(self.binds.constant, keys), map(_text, cells), strict=True)
        return _joined([*chain.from_iterable(named), "'}'"])

    def _wide_object(self, cells: Sequence[Cell]) -> Expression:
        """One of any number of members; in pieces, for a function takes so many arguments and no more."""
        starts = range(0, len(cells), _MOST_ARGUMENTS) or range(1)
        pieces = []
        for start in starts:
            piece = cells[start : start + _MOST_ARGUMENTS]
            members = ",".join(f"{_json_key(cell.key).replace('%', '%%')}:%s" for cell in piece)
            template = f"{'{' if start == 0 else ','}{members}{'}' if start == starts[-1] else ''}"
            # Of what would be too long printf makes NULL; this is the error for it.
            made = func.printf(self.binds.constant(template), *map(_text, piece))
            pieces.append(func.coalesce(made, literal_column("zeroblob(2147483647)")))
        return _joined(pieces)


def _term(value: Expression, ordering: Ordering, *, nulls: bool = True) -> Expression:
    """A term of ORDER BY. Without a null there is no first and last, and the plain form finds an index."""
    if nulls and ordering.target.may_be_null:
        return directed(value, ordering)
    return value.desc() if ordering.descending else value.asc()


def _between(items: Sequence[Expression], separator: str) -> Iterator[Expression | str]:
    for number, item in enumerate(items):
        if number:
            yield separator
        yield item


def _joined(parts: Sequence[Expression | str]) -> Expression:
    """Texts one after the other; a `str` is SQL."""
    expressions = [literal_column(part) if isinstance(part, str) else part for part in parts]
    whole: Expression = expressions[0]
    for part in expressions[1:]:
        whole = whole.concat(part)
    return whole


def _text(cell: Cell) -> Expression:
    """A value of a row as JSON text; what is embedded is that already, or NULL where there is nothing.

    It is here that NULL becomes `null` or `[]` and not in the subquery: how deep they nest depends on how little SQLite
    has to keep in mind at each level.
    """
    if cell.kind is None:
        return literal_column(f"coalesce(_row.{cell.label}, '{cell.empty}')")
    return json_text(f"_row.{cell.label}", cell.kind, cell.cast)


def counted(plan: ReadPlan) -> ReadPlan:
    """SQLite's planner does not tell a number of rows: every count is an exact one."""
    return plan if plan.count is Count.NONE else replace(plan, count=Count.EXACT)


def _array(text: Expression) -> Expression:
    """The JSON texts of all rows as one array."""
    rows = func.coalesce(func.group_concat(text), literal_column("''"))
    return literal_column("'['").concat(rows).concat(literal_column("']'"))


def _json_key(key: str) -> str:
    """A key as JSON."""
    return json.dumps(key, ensure_ascii=False)
