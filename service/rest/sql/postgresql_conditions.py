"""Conditions for PostgreSQL.

Every value is bound as text and cast to the column's type in the statement, so that PostgreSQL itself says what a bad
value is (22P02) and an index is still used: a cast of a parameter is folded when the statement is planned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    String,
    cast,
    func,
    literal_column,
)
from sqlalchemy.types import UserDefinedType

from service.catalog.model import Kind
from service.rest.plan.terms import (
    IsTest,
    Target,
    Test,
)
from service.rest.sql.nodes import NodeBuilder
from service.rest.sql.source import Expression
from service.rest.terms import Group, Is

_SYMBOLS = {
    "eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "isdistinct": "IS DISTINCT FROM",
    "like": "LIKE", "ilike": "ILIKE", "match": "~", "imatch": "~*",
    "cs": "@>", "cd": "<@", "ov": "&&",
    "sl": "<<", "sr": ">>", "nxr": "&<", "nxl": "&>", "adj": "-|-",
}  # fmt: skip
_TEXT_SEARCH = {
    "fts": "to_tsquery",
    "plfts": "plainto_tsquery",
    "phfts": "phraseto_tsquery",
    "wfts": "websearch_to_tsquery",
}
_IS = {
    Is.NULL: "NULL",
    Is.NOT_NULL: "NOT NULL",
    Is.TRUE: "TRUE",
    Is.FALSE: "FALSE",
    Is.UNKNOWN: "UNKNOWN",
}


class Named(UserDefinedType[Any]):
    """A type by the name that the catalog or, in a cast, the URL's grammar let through."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        return self.name


class PostgresqlConditions(NodeBuilder):
    """The part of the builder that renders conditions."""

    def target(self, target: Target) -> Expression:
        return self.comparable(self._path(target), target)

    def comparable(self, value: Expression, target: Target) -> Expression:
        return cast(value, Named("jsonb")) if self._is_json(target) else value

    def tests(self) -> dict[Group, Callable[[Test], Expression]]:
        return {
            Group.COMPARISON: self._compare,
            Group.PATTERN: self._pattern,
            Group.REGEX: self._pattern,
            Group.CONTAINMENT: self._compare,
            Group.RANGE: self._compare,
            Group.SET: self._in,
            Group.FULL_TEXT: self._full_text,
        }

    def _path(self, target: Target) -> Expression:
        expression = self.column(target)
        if target.path and target.column.kind is not Kind.JSON:
            expression = func.to_jsonb(expression)  # a path into a composite or an array
        for step in target.path:
            key = self.binds.constant(step.key, Integer() if isinstance(step.key, int) else String())
            expression = expression.op("->>" if step.as_text else "->")(key)
        return expression

    @staticmethod
    def _is_json(target: Target) -> bool:
        """Whether the value is of type json, which knows no comparison: it is compared as jsonb."""
        return target.kind is Kind.JSON and (target.column.cast == "json" or bool(target.path))

    @staticmethod
    def _type(target: Target) -> str:
        """The type that a value held against `target` is cast to."""
        if target.kind is Kind.JSON:
            return "jsonb"
        return "text" if target.path else target.column.cast

    def _operand(self, test: Test, type_name: str, convert: Callable[[Any], Any] | None = None) -> Expression:
        if test.quantifier is None:
            return cast(self.binds.value(test.value, convert), Named(type_name))
        every = None if convert is None else (lambda items: [convert(item) for item in items])
        array = cast(self.binds.value(test.value, every or list, ARRAY(String)), Named(f"{type_name}[]"))
        return func.any(array) if test.quantifier == "any" else func.all(array)

    def _compare(self, test: Test) -> Expression:
        operand = self._operand(test, self._type(test.target))
        return self.target(test.target).op(_SYMBOLS[test.operator.name], is_comparison=True)(operand)

    def _pattern(self, test: Test) -> Expression:
        convert = star_to_percent if test.operator.group is Group.PATTERN else None
        operand = self._operand(test, "text", convert)
        return self._path(test.target).op(_SYMBOLS[test.operator.name], is_comparison=True)(operand)

    def _in(self, test: Test) -> Expression:
        array = cast(self.binds.value(test.value, list, ARRAY(String)), Named(f"{self._type(test.target)}[]"))
        return self.target(test.target).op("=", is_comparison=True)(func.any(array))

    def is_test(self, test: IsTest) -> Expression:
        return self._path(test.target).op("IS", is_comparison=True)(literal_column(_IS[test.operand]))

    def _full_text(self, test: Test) -> Expression:
        # A constant, not a placeholder: only to_tsvector('english', column) finds an index on that very expression.
        language = [] if test.language is None else [quoted(test.language)]
        document = self._path(test.target)
        if test.target.kind is not Kind.TSVECTOR:
            document = func.to_tsvector(*language, document)
        query = getattr(func, _TEXT_SEARCH[test.operator.name])(*language, self.binds.value(test.value))
        return document.op("@@", is_comparison=True)(query)


def star_to_percent(pattern: str) -> str:
    """`*` stands for `%` in patterns: a URL's `%` would have to be written `%25`."""
    return pattern.replace("*", "%")


def quoted(text: str) -> Expression:
    """A string constant in the statement's text: for a few letters that the grammar has checked, never for a value."""
    return literal_column("'" + text.replace("'", "''") + "'")
