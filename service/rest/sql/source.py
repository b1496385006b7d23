"""Where the names in one SELECT come from: its tables, and how a subquery speaks of the row that it is run for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnClause, ColumnElement, FromClause, column, literal_column, quoted_name, table

from service.catalog.model import Relation
from service.rest.plan.narrowed import whole

Expression = ColumnElement[Any]
Row = Callable[[int, str | None], Expression]
"""The row that a subquery is run for: a column of one of its sources, or with None the source's whole row."""

WRITTEN = "_written"


@dataclass(frozen=True)
class Source:
    """One relation in a FROM.

    Args:
        alias: its name in the statement; None where it goes by its own.
    """

    relation: Relation
    table: FromClause
    alias: str | None = None

    def column(self, name: str) -> Expression:
        return self.table.c[name]

    def whole(self) -> None:
        """All of its row is used."""


@dataclass(frozen=True)
class Written(Source):
    """The rows that a statement has changed, which gives back of them what is used.

    Args:
        used: the columns that are.
    """

    used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, relation: Relation) -> Written:
        quoted: list[ColumnClause[Any]] = [column(quoted_name(name, quote=True)) for name in relation.columns]
        return cls(relation, table(WRITTEN, *quoted), WRITTEN)

    def column(self, name: str) -> Expression:
        self.used.add(name)
        return super().column(name)

    def whole(self) -> None:
        self.used.update(self.relation.columns)


@dataclass(frozen=True)
class Groups(Source):
    """What a group is asked about: its aggregates by their keys."""

    values: Mapping[str, Expression] = field(default_factory=dict)

    def column(self, name: str) -> Expression:
        return self.values[name]


@dataclass
class Scope:
    """The FROM of one SELECT.

    Args:
        sources: by the numbers that the plan has for them.
        clause: all of them joined.
        where: what ties the rows to the one that the SELECT is run for.
    """

    sources: list[Source]
    clause: FromClause
    where: list[Expression] = field(default_factory=list)


def relation_table(relation: Relation, columns: Iterable[str] | None = None) -> FromClause:
    """A relation as SQLAlchemy has it, with all its columns or those named: also such as are not for who asks to see,
    for conditions may be on them.

    Always in quotes: SQLAlchemy's lists of reserved words are never quite those of the database at hand.
    """
    names = whole(relation).columns if columns is None else columns
    quoted: list[ColumnClause[Any]] = [column(quoted_name(name, quote=True)) for name in names]
    return table(quoted_name(relation.name, quote=True), *quoted, schema=quoted_name(relation.schema, quote=True))


class Carried:
    """The values that a page carries along for the subqueries that are run for its rows.

    Args:
        page: the page's name in the statement.
    """

    def __init__(self, page: str) -> None:
        self._page = page
        self.labels: dict[tuple[int, str | None], str] = {}

    def __call__(self, source: int, name: str | None) -> Expression:
        """A `Row`. As text, for SQLAlchemy would put the page into the subquery's own FROM."""
        label = self.labels.setdefault((source, name), f"k{len(self.labels)}")
        return literal_column(f"{self._page}.{label}")

    def value(self, number: int) -> Expression:
        """The page's value for its output of that number."""
        return literal_column(f"{self._page}.v{number}")
