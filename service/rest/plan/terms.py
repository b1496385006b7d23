"""A read with every name resolved. Frozen and hashable; values are still left out and pointed at by index."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from service.catalog.model import Column, Kind, Relation
from service.rest.terms import Is, Operator, Step


class Count(enum.Enum):
    """How the total is to be found, `Prefer: count=`."""

    NONE = "none"
    EXACT = "exact"
    PLANNED = "planned"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Target:
    """A column, or a path into its value."""

    column: Column
    path: tuple[Step, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind of the value that the path ends at: text after `->>`, JSON after `->`."""
        if not self.path:
            return self.column.kind
        return Kind.TEXT if self.path[-1].as_text else Kind.JSON


@dataclass(frozen=True, slots=True)
class Output:
    """One key of the answer's objects."""

    key: str
    target: Target
    cast: str | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on a target; `value` is an index into the request's values."""

    target: Target
    operator: Operator
    value: int
    negated: bool = False
    quantifier: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class IsTest:
    """`is.null` and its like, whose operand is part of the shape."""

    target: Target
    operand: Is
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Combination:
    """Conditions joined by "and" or "or"."""

    operator: str
    conditions: tuple[Condition, ...]
    negated: bool = False


Condition = Test | IsTest | Combination


@dataclass(frozen=True, slots=True)
class Ordering:
    target: Target
    descending: bool = False
    nulls_first: bool | None = None


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """Rows of one relation.

    Args:
        count_limit: an estimated count counts this many rows and one more, then asks the planner; None is no limit.
        rows: whether the rows themselves are wanted; a HEAD wants their number alone.
    """

    relation: Relation
    outputs: tuple[Output, ...]
    where: tuple[Condition, ...]
    order: tuple[Ordering, ...]
    count: Count = Count.NONE
    count_limit: int | None = None
    rows: bool = True
