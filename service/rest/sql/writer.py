"""How a database writes the values of rows, and rows as JSON or CSV: methods that each builder fills in."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import FromClause, Label

from service.catalog.model import Kind
from service.rest.plan.terms import Aggregate, Embed, Output, ReadPlan, Spread
from service.rest.sql.builder import Builder, Rows
from service.rest.sql.source import Expression


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a node's rows, in the answer's order.

    Args:
        label: its name in the statement.
        kind: what its values are; None where they are finished JSON.
        cast: the type that the values were cast to, if they were.
        empty: the JSON of a related row or rows that are not there.
    """

    key: str
    label: str
    kind: Kind | None
    cast: str | None = None
    empty: str = "null"


class Writer(Builder):
    """The part of the builder that writes.

    Attributes:
        plan: what is built.
        ending: where a page ends that is told by keys, as columns of the statement's row.
    """

    plan: ReadPlan
    ending: Sequence[Label[Any]] = ()

    @abstractmethod
    def body(self, rows: Rows, cells: Sequence[Cell]) -> Rows:
        """The page's rows as one `body`, JSON or what the plan says, and their number `page_total`."""

    @abstractmethod
    def lines(self, rows: Rows, cells: Sequence[Cell]) -> Rows:
        """Each of the page's rows as one text, JSON or CSV as the plan says."""

    @abstractmethod
    def label(self, key: str, number: int) -> Any:
        """The name of a node's column in the statement."""

    @abstractmethod
    def value(self, output: Output) -> Expression:
        """A value of a row, cast as was asked."""

    @abstractmethod
    def aggregate(self, aggregate: Aggregate, argument: Expression | None) -> Expression:
        """A value of a group, before it is cast itself."""

    @abstractmethod
    def cast_result(self, aggregate: Aggregate, value: Expression) -> Expression:
        """An aggregate's value, cast as was asked."""

    @abstractmethod
    def as_array(self, rows: Rows, cells: Sequence[Cell]) -> Expression:
        """Rows as one JSON array of objects."""

    @abstractmethod
    def as_object(self, rows: Rows, cells: Sequence[Cell]) -> Expression:
        """The one row there may be as a JSON object, or null."""

    @abstractmethod
    def as_columns(self, rows: Rows, cells: Sequence[Cell]) -> Expression:
        """Rows as one JSON array that has, for each column, the array of its values."""

    @abstractmethod
    def made(self, rows: Rows, name: str) -> FromClause:
        """Rows in a FROM that the planner makes as they stand: it would run a subquery anew for each use of a value."""

    @abstractmethod
    def element(self, array: Expression, index: int) -> Expression:
        """An element of a JSON array."""

    @abstractmethod
    def groupable(self, value: Expression, output: Output | Embed | Spread) -> Expression:
        """A value in a form that rows can be grouped by."""

    @abstractmethod
    def group_keys(self, value: Expression, output: Output | Embed | Spread) -> list[Expression]:
        """What `groupable` made, as terms of GROUP BY."""

    @abstractmethod
    def ungrouped(self, value: Expression, output: Output | Embed | Spread) -> Expression:
        """What `groupable` made, as the value that it was."""
