"""Statements for SQLite.

SQLite compares values of any type with any other and writes JSON after rules of its own, so two things are made
explicit here: a value is converted to its column's type before it is bound, and each value of an answer is written by
its type (booleans and JSON as what they are, REAL with all its digits, BLOB in PostgreSQL's hex form).
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, case, cast, func, literal_column, not_, or_, select, types
from sqlalchemy.dialects.sqlite import aiosqlite

from service.catalog.model import Kind, RelationKind
from service.errors import DatabaseError, NotImplementedHereError
from service.rest.plan.terms import Count, IsTest, Ordering, ReadPlan, Target, Test
from service.rest.sql.builder import Builder, Expression, Rows, directed
from service.rest.sql.postgresql import star_to_percent
from service.rest.sql.sqlite_json import (
    cast_value,
    json_rank_of,
    json_text,
    json_value_of,
    path_json,
    path_text,
    valid_json,
)
from service.rest.sql.sqlite_search import SEARCHES
from service.rest.sql.sqlite_values import (
    blob_hex,
    converter,
    json_list,
    json_rank,
    json_scalar,
    like_to_glob,
    number_or_null,
    number_or_text,
)
from service.rest.sql.statement import Statement
from service.rest.terms import Group, Is

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "isdistinct": lambda left, right: left.op("IS NOT", is_comparison=True)(right),
}
# 1 and 0, not TRUE and FALSE: those take any number and any text for one of the two, and no index.
_IS = {Is.NULL: "NULL", Is.NOT_NULL: "NOT NULL", Is.TRUE: "1", Is.FALSE: "0", Is.UNKNOWN: "NULL"}
_MOST_ARGUMENTS = 120  # of a function; SQLITE_MAX_FUNCTION_ARG is 127 as it comes


class SqliteBuilder(Builder):
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
            (output.key, json_text(row.c[f"c{number}"], output.target.kind, output.cast))
            for number, output in enumerate(plan.outputs)
        ]
        rows = func.coalesce(func.group_concat(self._object(texts)), literal_column("''"))
        # As bytes: a text that is not UTF-8 would make Python refuse the whole answer.
        body = cast(literal_column("'['").concat(rows).concat(literal_column("']'")), types.BLOB())
        return select(body.label("body"), total).select_from(row)

    def outputs(self, plan: ReadPlan) -> list[Expression]:
        columns: list[Expression] = []
        for number, output in enumerate(plan.outputs):
            expression = self._output(output.target)
            if output.cast is not None:
                expression = cast_value(expression, output.target.kind, output.cast)
            columns.append(expression.label(f"c{number}"))
        return columns

    def target(self, target: Target) -> Expression:
        expression = self._output(target)
        return valid_json(expression) if target.kind is Kind.JSON and not target.path else expression

    def ordering(self, ordering: Ordering) -> list[Expression]:
        expression = self.target(ordering.target)
        if ordering.target.kind is Kind.JSON:
            return [directed(json_rank_of(expression), ordering), directed(json_value_of(expression), ordering)]
        if ordering.target.path or ordering.target.column.nullable:
            return [directed(expression, ordering)]
        # Without a null there is no first and last, and the plain form finds an index.
        return [expression.desc() if ordering.descending else expression.asc()]

    def tests(self) -> dict[Group, Callable[[Test], Expression]]:
        return {
            Group.COMPARISON: self._quantified(self._compare),
            Group.PATTERN: self._quantified(self._pattern),
            Group.REGEX: self._quantified(self._regex),
            Group.SET: self._in,
            Group.FULL_TEXT: self._full_text,
            Group.CONTAINMENT: self._absent,
            Group.RANGE: self._absent,
        }

    def is_test(self, test: IsTest) -> Expression:
        if test.operand in (Is.TRUE, Is.FALSE, Is.UNKNOWN) and test.target.kind is not Kind.BOOLEAN:
            raise DatabaseError(
                "42804",
                f"argument of IS {test.operand.name} must be type boolean, not type {test.target.column.type or 'any'}",
            )
        return self._output(test.target).op("IS", is_comparison=True)(literal_column(_IS[test.operand]))

    def _output(self, target: Target) -> Expression:
        expression = self.column(target.column.name)
        if not target.path:
            return expression
        path = self.binds.constant(_json_path(target))
        return path_text(expression, path) if target.path[-1].as_text else path_json(expression, path)

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

    def _quantified(
        self, render: Callable[[Test, Callable[..., Expression]], Expression]
    ) -> Callable[[Test], Expression]:
        """`op(any).{…}` and `op(all).{…}` as EXISTS over the list."""

        def with_quantifier(test: Test) -> Expression:
            if test.quantifier is None:
                return render(test, lambda convert=str: self.binds.value(test.value, convert, types.NULLTYPE))
            return self._over_list(test, render)

        return with_quantifier

    def _over_list(self, test: Test, render: Callable[[Test, Callable[..., Expression]], Expression]) -> Expression:
        items: list[Any] = []

        def operand(convert: Callable[[str], Any] = str) -> Expression:
            listed = func.json_each(self.binds.value(test.value, json_list(convert))).table_valued("value", "key")
            items.append(listed)
            return listed.c.value

        condition = render(test, operand)
        if len(items) != 1:
            raise NotImplementedHereError(f"{test.operator.name}({test.quantifier}) is not available on this column")
        wanted = condition if test.quantifier == "any" else not_(condition)
        found = select(literal_column("1")).select_from(items[0]).where(wanted).exists()
        return case(
            (self.target(test.target).is_(None), literal_column("NULL")),
            else_=found if test.quantifier == "any" else not_(found),
        )

    def _compare(self, test: Test, operand: Callable[..., Expression]) -> Expression:
        compare = _COMPARE[test.operator.name]
        left = self.target(test.target)
        match self._kind(test.target):
            case Kind.JSON:
                return self._compare_json(test, operand)
            case Kind.OTHER:
                return self._compare_untyped(left, compare, operand)
            case kind:
                result: Expression = compare(left, operand(converter(kind)))
                return result

    def _kind(self, target: Target) -> Kind:
        """The columns of a full-text table have no type: what was put in comes out."""
        untyped = self.relation.kind is RelationKind.FULL_TEXT_TABLE and not target.path
        return Kind.OTHER if untyped else target.kind

    def _compare_json(self, test: Test, operand: Callable[..., Expression]) -> Expression:
        left = self.target(test.target)
        if test.operator.name in ("eq", "neq", "isdistinct"):
            equal = _COMPARE[test.operator.name]
            result: Expression = equal(func.pg_jsonb(left), func.pg_jsonb(operand(converter(Kind.JSON))))
            return result
        strict = operator.gt if test.operator.name.startswith("g") else operator.lt
        rank, wanted = json_rank_of(left), operand(json_rank)
        same = and_(rank == wanted, _COMPARE[test.operator.name](json_value_of(left), operand(json_scalar)))
        return or_(strict(rank, wanted), same)

    def _compare_untyped(
        self, left: Expression, compare: Callable[[Any, Any], Any], operand: Callable[..., Expression]
    ) -> Expression:
        """A column without a type, or a view's expression: numbers compare as numbers, text as text."""
        number = func.typeof(left).in_([literal_column("'integer'"), literal_column("'real'")])
        return case((number, compare(left, operand(number_or_null))), else_=compare(left, operand()))

    def _pattern(self, test: Test, operand: Callable[..., Expression]) -> Expression:
        left = self._as_text(test.target)
        if test.operator.name == "like":
            return left.op("GLOB", is_comparison=True)(operand(like_to_glob))
        return func.pg_ilike(operand(star_to_percent), _bytes(left))

    def _regex(self, test: Test, operand: Callable[..., Expression]) -> Expression:
        match = func.regexp if test.operator.name == "match" else func.iregexp
        return match(operand(), _bytes(self._as_text(test.target)))

    def _as_text(self, target: Target) -> Expression:
        if target.kind not in (Kind.TEXT, Kind.OTHER):
            raise DatabaseError(
                "42883", f"operator does not exist: {target.column.type or target.kind.value} ~~ text", status=404
            )
        return self._output(target)

    def _in(self, test: Test) -> Expression:
        kind = self._kind(test.target)
        convert = {Kind.OTHER: number_or_text, Kind.BLOB: blob_hex}.get(kind, converter(kind))
        listed = func.json_each(self.binds.value(test.value, json_list(convert))).table_valued("value")
        # JSON, by which the list is bound, holds no bytes: they are compared in their hex form.
        left: Expression = self.target(test.target)
        item: Expression = listed.c.value
        if kind is Kind.BLOB:
            left = func.hex(left)
        elif kind is Kind.JSON:
            left, item = func.pg_jsonb(left), func.pg_jsonb(item)
        return left.in_(select(item))

    def _full_text(self, test: Test) -> Expression:
        relation = self.relation
        if relation.kind is not RelationKind.FULL_TEXT_TABLE or test.target.path:
            raise NotImplementedHereError(
                f"{test.operator.name} needs a full-text table on SQLite, and {relation.name!r} is none",
                hint="Make one: create virtual table … using fts5(…).",
            )
        if test.language is not None:
            raise NotImplementedHereError(
                "A full-text search on SQLite takes no language: the table's tokenizer has it"
            )
        column = self.column(test.target.column.name)
        matching = column.op("MATCH")(self.binds.value(test.value, SEARCHES[test.operator.name]))
        # By rowid, for MATCH alone is refused behind OR and NOT.
        rowid: Expression = literal_column("rowid")
        return rowid.in_(select(rowid).select_from(self.source).where(matching))

    def _absent(self, test: Test) -> Expression:
        raise NotImplementedHereError(
            f"The operator {test.operator.name!r} works on arrays and ranges, which SQLite does not have",
            hint="It is available on PostgreSQL.",
        )


def _json_key(key: str) -> str:
    """A key as JSON, safe in a printf template."""
    return json.dumps(key, ensure_ascii=False).replace("%", "%%")


def _json_path(target: Target) -> str:
    """The steps as SQLite writes them: `$."key"[0]`, and `[#-1]` from the end."""
    path = "$"
    for step in target.path:
        if isinstance(step.key, int):
            path += f"[{step.key}]" if step.key >= 0 else f"[#{step.key}]"
        elif '"' in step.key:
            raise NotImplementedHereError("SQLite cannot look up a JSON key that has a double quote in it")
        else:
            path += f".{json.dumps(step.key, ensure_ascii=False)}"
    return path


def _bytes(text: Expression) -> Expression:
    """The argument of a function in Python: of a text that is not UTF-8 it would be handed nothing."""
    return cast(text, types.BLOB())
