"""Conditions for SQLite, which compares a value of any type with any other.

So a value is converted to its column's type before it is bound, and what a column holds that is not of its type (a text
that is no JSON, bytes that are no UTF-8) fits no condition instead of failing the read.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, case, cast, func, literal_column, or_, select, types

from service.catalog.model import Kind, RelationKind
from service.errors import DatabaseError, NotImplementedHereError
from service.rest.plan.terms import Held, IsTest, Target, Test
from service.rest.sql.nodes import NodeBuilder
from service.rest.sql.postgresql_conditions import star_to_percent
from service.rest.sql.source import Expression, Groups, relation_table
from service.rest.sql.sqlite_json import json_rank_of, json_value_of, path_json, path_text, valid_json
from service.rest.sql.sqlite_search import SEARCHES
from service.rest.sql.sqlite_values import (
    blob_hex,
    converter,
    json_list,
    json_rank,
    json_scalar,
    like_to_glob,
    number_or_text,
)
from service.rest.terms import Group, Is

Operand = Callable[..., Expression]
Render = Callable[[Test, Operand], Expression]
"""Renders a test, whose operand a function gives: of one value, or of each of a list."""

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


class SqliteConditions(NodeBuilder):
    """The part of the builder that renders conditions."""

    def target(self, target: Target) -> Expression:
        return self.comparable(self.stored(target), target)

    def comparable(self, value: Expression, target: Target) -> Expression:
        return valid_json(value) if target.kind is Kind.JSON and not target.path else value

    def stored(self, target: Target) -> Expression:
        """A column or what a path finds in it, as it is stored."""
        expression = self.column(target)
        if not target.path:
            return expression
        path = self.binds.constant(_json_path(target))
        return path_text(expression, path) if target.path[-1].as_text else path_json(expression, path)

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
        return self.stored(test.target).op("IS", is_comparison=True)(literal_column(_IS[test.operand]))

    def _quantified(self, render: Render) -> Callable[[Test], Expression]:
        """`op(any).{…}` and `op(all).{…}` as a subquery over the list."""

        def with_quantifier(test: Test) -> Expression:
            if test.quantifier is None:
                return render(test, lambda convert=str: self.binds.value(test.value, convert, types.NULLTYPE))
            return self._over_list(test, render)

        return with_quantifier

    def _over_list(self, test: Test, render: Render) -> Expression:
        lists: list[Any] = []

        def operand(convert: Callable[[str], Any] = str) -> Expression:
            lists.append(func.json_each(self.binds.value(test.value, json_list(convert))).table_valued("value", "key"))
            value: Expression = lists[-1].c.value
            return value

        condition = render(test, operand)
        # A condition may hold its items in several forms, each a list of its own: they go side by side.
        beside = [lists[0].c.key == other.c.key for other in lists[1:]]
        # Of nothing, "any" is false and "all" is true; else the strongest answer counts, and NULL gives NULL.
        of_none, strongest = ("0", func.max) if test.quantifier == "any" else ("1", func.min)
        answer = case((func.count() == literal_column("0"), literal_column(of_none)), else_=strongest(condition))
        return select(answer).select_from(*lists).where(*beside).scalar_subquery()

    def _compare(self, test: Test, operand: Operand) -> Expression:
        compare = _COMPARE[test.operator.name]
        left = self.target(test.target)
        match self._kind(test.target):
            case Kind.JSON:
                return self._compare_json(test, operand)
            case Kind.OTHER:
                return self._compare_untyped(left, compare, operand)
            case Kind.BLOB if test.quantifier is not None:
                hexed: Expression = compare(_hex(left), operand(blob_hex))
                return hexed
            case kind:
                result: Expression = compare(left, operand(converter(kind)))
                return result

    def _kind(self, target: Target) -> Kind:
        """The columns of a full-text table have no type: what was put in comes out."""
        source = self.scope.sources[target.source]
        if isinstance(source, Groups):
            # An aggregate has no affinity that would make a number of the text that stands for a NUMERIC.
            return Kind.REAL if target.kind is Kind.NUMERIC else target.kind
        relation = source.relation
        untyped = relation.kind is RelationKind.FULL_TEXT_TABLE and not target.path
        return Kind.OTHER if untyped else target.kind

    def _compare_json(self, test: Test, operand: Operand) -> Expression:
        left = self.target(test.target)
        if test.operator.name in ("eq", "neq", "isdistinct"):
            equal = _COMPARE[test.operator.name]
            result: Expression = equal(func.pg_jsonb(left), func.pg_jsonb(operand(converter(Kind.JSON))))
            return result
        strict = operator.gt if test.operator.name.startswith("g") else operator.lt
        rank, wanted = json_rank_of(left), operand(json_rank)
        same = and_(rank == wanted, _COMPARE[test.operator.name](json_value_of(left), operand(json_scalar)))
        return or_(strict(rank, wanted), same)

    def _compare_untyped(self, left: Expression, compare: Callable[[Any, Any], Any], operand: Operand) -> Expression:
        """A column without a type, or a view's expression: numbers compare as numbers, text as text."""
        return case((_is_number(left), compare(left, operand(number_or_text))), else_=compare(left, operand()))

    def _pattern(self, test: Test, operand: Operand) -> Expression:
        left = self._as_text(test.target)
        if test.operator.name == "like":
            return left.op("GLOB", is_comparison=True)(operand(like_to_glob))
        return self._of_seen(test, func.pg_ilike(operand(star_to_percent), _bytes(left)))

    def _regex(self, test: Test, operand: Operand) -> Expression:
        match = func.regexp if test.operator.name == "match" else func.iregexp
        return self._of_seen(test, match(operand(), _bytes(self._as_text(test.target))))

    def _of_seen(self, test: Test, matched: Expression) -> Expression:
        """What may refuse a pattern is asked about no row that is not there for who asks: that it did would tell of it,
        for SQLite holds rows against an index's columns before it holds them against a rule."""
        source = self.scope.sources[test.target.source]
        if isinstance(test.value, Held) or isinstance(source, Groups) or not (seen := self.visible(source)):
            return matched
        return case((and_(*seen), matched))

    def _as_text(self, target: Target) -> Expression:
        if target.kind not in (Kind.TEXT, Kind.OTHER):
            raise DatabaseError(
                "42883", f"operator does not exist: {target.column.type or target.kind.value} ~~ text", status=404
            )
        return self.stored(target)

    def _in(self, test: Test) -> Expression:
        left = self.target(test.target)
        match kind := self._kind(test.target):
            case Kind.BLOB:
                return _hex(left).in_(select(self._item(test, blob_hex)))
            case Kind.JSON:
                return func.pg_jsonb(left).in_(select(func.pg_jsonb(self._item(test, converter(kind)))))
            case Kind.OTHER:
                numbers, texts = select(self._item(test, number_or_text)), select(self._item(test, str))
                return case((_is_number(left), left.in_(numbers)), else_=left.in_(texts))
            case _:
                return left.in_(select(self._item(test, converter(kind))))

    def _item(self, test: Test, convert: Callable[[str], Any]) -> Expression:
        """The items of a test's list, bound as one JSON array so that their number is no part of the statement."""
        listed = func.json_each(self.binds.value(test.value, json_list(convert))).table_valued("value")
        item: Expression = listed.c.value
        return item

    def _full_text(self, test: Test) -> Expression:
        source = self.scope.sources[test.target.source]
        relation = source.relation
        if relation.kind is not RelationKind.FULL_TEXT_TABLE or test.target.path:
            raise NotImplementedHereError(
                f"{test.operator.name} needs a full-text table on SQLite, and {relation.name!r} is none",
                hint="Make one: create virtual table … using fts5(…).",
            )
        if test.language is not None:
            raise NotImplementedHereError(
                "A full-text search on SQLite takes no language: the table's tokenizer has it"
            )
        table = relation_table(relation)
        column: Expression = table.c[test.target.column.name]
        matching = column.op("MATCH")(self.binds.value(test.value, SEARCHES[test.operator.name]))
        # By rowid, for MATCH alone is refused behind OR and NOT.
        rowid: Expression = literal_column("rowid" if source.alias is None else f"{source.alias}.rowid")
        return rowid.in_(select(literal_column("rowid")).select_from(table).where(matching))

    def _absent(self, test: Test) -> Expression:
        raise NotImplementedHereError(
            f"The operator {test.operator.name!r} works on arrays and ranges, which SQLite does not have",
            hint="It is available on PostgreSQL.",
        )


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


def _is_number(value: Expression) -> Expression:
    return func.typeof(value).in_([literal_column("'integer'"), literal_column("'real'")])


def _hex(blob: Expression) -> Expression:
    """Bytes as text that compares as they do: a list is bound as JSON, which holds no bytes. `hex` makes '' of NULL."""
    return case((blob.is_not(None), func.hex(blob)))


def _bytes(text: Expression) -> Expression:
    """The argument of a function in Python: of a text that is not UTF-8 it would be handed nothing."""
    return cast(text, types.BLOB())
