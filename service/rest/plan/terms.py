"""A read with every name resolved. Frozen; values are still left out and pointed at by index.

A read is a tree of nodes: the root's rows, and below it those of each embed. A node's rows come from its *sources*:
source 0 is its own relation, the others are to-one relations that are joined to it because columns of theirs are lifted
into its rows (a spread) or its rows are ordered by them.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from service.catalog.model import Column, Kind, Relation
from service.catalog.relationships import Relationship
from service.rest.terms import Is, Operator, Page, Step


class Count(enum.Enum):
    """How the total is to be found, `Prefer: count=`."""

    NONE = "none"
    EXACT = "exact"
    PLANNED = "planned"
    ESTIMATED = "estimated"


class Form(enum.Enum):
    """What the database makes of the rows.

    ARRAY: one JSON array of objects; STRIPPED: the same without what is null; LINES: a JSON object for each row; CSV: a
    line for each row; FEATURES: one GeoJSON object; TEXT: each row's one value as text; BYTES: each row's one value.
    """

    ARRAY = "array"
    STRIPPED = "array without nulls"
    LINES = "lines"
    CSV = "csv"
    FEATURES = "features"
    TEXT = "text"
    BYTES = "bytes"

    __hash__ = object.__hash__  # in C: it is looked up by for each request


@dataclass(frozen=True, slots=True)
class Target:
    """A column, or a path into its value.

    Args:
        source: which of the node's sources has it.
        computed_in: the schema of the function that computes the column from the row; None for a stored one.
    """

    column: Column
    path: tuple[Step, ...] = ()
    source: int = 0
    computed_in: str | None = None

    @property
    def kind(self) -> Kind:
        """The kind of the value that the path ends at: text after `->>`, JSON after `->`."""
        if not self.path:
            return self.column.kind
        return Kind.TEXT if self.path[-1].as_text else Kind.JSON

    @property
    def may_be_null(self) -> bool:
        """Whether it may be NULL in a row: not if it is a column that the database keeps it out of."""
        plain = not self.path and self.source == 0 and self.computed_in is None
        # A text that is no JSON counts as NULL where the database takes it for a document's column.
        return not plain or self.column.nullable or self.column.kind is Kind.JSON


@dataclass(frozen=True, slots=True)
class Output:
    """One key of the answer's objects: a value of the row."""

    key: str
    target: Target
    cast: str | None = None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One key of the answer's objects: of all values in a group.

    Args:
        target: what is aggregated; None counts rows.
        source: for `count()` of a spread relation, whose rows are counted.
        cast: of each value.
        result_cast: of the result.
    """

    key: str
    function: str
    target: Target | None
    source: int = 0
    cast: str | None = None
    result_cast: str | None = None


@dataclass(frozen=True, slots=True)
class Embed:
    """One key of the answer's objects: the related rows, as an object (or null) or an array.

    Args:
        source: the source of the node above that the relationship starts at.
    """

    key: str
    relationship: Relationship
    node: Node
    source: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """Several keys: of a to-many relation, for each of its node's keys the array of its values.

    Args:
        lifted: the keys, each with its place among the node's; one that something else is called by is missing.
    """

    relationship: Relationship
    node: Node
    source: int = 0
    lifted: tuple[tuple[str, int], ...] = ()


AnyOutput = Output | Aggregate | Embed | Spread


def keys_of(output: AnyOutput) -> tuple[str, ...]:
    """The keys of the answer's objects that an output gives."""
    return tuple(key for key, _ in output.lifted) if isinstance(output, Spread) else (output.key,)


@dataclass(frozen=True, slots=True)
class Joined:
    """A to-one relation joined to a node.

    Args:
        above: the source that the relationship starts at.
        where: what the joined row must fulfil not to be NULL.
    """

    relationship: Relationship
    above: int
    where: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a caller's token says under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Held:
    """A value that is none of the request's: a text, a claim, or a list of such."""

    value: str | Claim | tuple[str | Claim, ...]

    @property
    def is_claimed(self) -> bool:
        """Whether there is a claim in it."""
        parts = self.value if isinstance(self.value, tuple) else (self.value,)
        return any(isinstance(each, Claim) for each in parts)


Slot = int | Held
"""Where a value is: an index into the request's values, or a rule."""


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on a target."""

    target: Target
    operator: Operator
    value: Slot
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
class Exists:
    """There is a related row that an embed would show.

    Args:
        node: the embed's rows, without outputs unless it takes them to tell.
        source: the source that the relationship starts at.
    """

    relationship: Relationship
    node: Node
    source: int = 0
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Combination:
    """Conditions joined by "and" or "or"."""

    operator: str
    conditions: tuple[Condition, ...]
    negated: bool = False


Condition = Test | IsTest | Exists | Combination


@dataclass(frozen=True, slots=True)
class Ordering:
    """One term of the order.

    Args:
        aggregate: the key of the aggregate that groups are ordered by, whose values the target then is.
    """

    target: Target
    descending: bool = False
    nulls_first: bool | None = None
    aggregate: str | None = None

    @property
    def has_nulls_first(self) -> bool:
        """Where nulls stand: as told, else where PostgreSQL has them."""
        return self.descending if self.nulls_first is None else self.nulls_first


@dataclass(frozen=True, slots=True)
class Keyset:
    """A node's rows are told apart by their order, and its page begins after a row.

    Args:
        mark: stands for the order: a cursor is of use with the order that it was made for.
        nulls: which of the row's values are NULL; None where the page begins at the beginning.
        first_value: the index of its first value among the request's.
    """

    mark: str
    nulls: tuple[bool, ...] | None = None
    first_value: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """Rows of one relation, with what is embedded in them.

    Args:
        joined: the sources after the relation's own, each after the one it starts at.
        page: of an embed, the index of its page among the request's; None if it has none of its own.
        grouped: rows are groups; the outputs that are no aggregates tell them apart.
        having: what a group must fulfil; its targets are columns called by the aggregates' keys.
        keyset: its page is told by keys.
    """

    relation: Relation
    outputs: tuple[AnyOutput, ...]
    joined: tuple[Joined, ...] = ()
    where: tuple[Condition, ...] = ()
    order: tuple[Ordering, ...] = ()
    page: int | None = None
    grouped: bool = False
    having: tuple[Condition, ...] = ()
    keyset: Keyset | None = None

    @property
    def embeds(self) -> bool:
        """Whether related rows are embedded in these."""
        return any(isinstance(output, Embed | Spread) for output in self.outputs)

    @property
    def is_flat(self) -> bool:
        """Whether every output is a value of the relation's own rows."""
        return not self.joined and all(isinstance(output, Output) for output in self.outputs)


ANY = -1


class Paged(NamedTuple):
    """What of the page stands in the statement's text; the rest is filled in.

    PostgreSQL takes an unknown limit for a tenth of the rows, and so plans the statement anew each time it is run,
    which costs a quarter of a page of 100 rows. With the number in the text it keeps the plan.

    Args:
        limit: the number; None is no limit, and ANY one that is filled in.
        offset: whether there is one to be filled in.
    """

    limit: int | None = ANY
    offset: bool = True


FILLED_IN = Paged()
USUAL = frozenset({1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 100, 200, 250, 500, 1000})
"""Limits that are written out. Others are filled in: a statement for each number could be asked for by anybody."""


def paged_of(page: Page, most: int | None) -> Paged:
    """How a page stands in the text.

    Args:
        most: the limit that the service sets itself.
    """
    is_written = page.limit is None or page.limit in USUAL or page.limit == most
    return Paged(page.limit if is_written else ANY, page.offset != 0)


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """A whole read.

    Args:
        count_limit: an estimated count counts this many rows and one more, then asks the planner; None is no limit.
        rows: whether the rows themselves are wanted; a HEAD wants their number alone.
        most: rows that each embed has at most, for each row that it is in; None is no limit.
        form: what is made of the rows.
        warnings: what the caller is to be told beside the answer.
        geojson: the schema of the function that makes a feature of a row.
        paged: how the page of the relation's own rows stands in the text.
    """

    node: Node
    count: Count = Count.NONE
    count_limit: int | None = None
    rows: bool = True
    most: int | None = None
    form: Form = Form.ARRAY
    warnings: tuple[str, ...] = ()
    geojson: str | None = None
    paged: Paged = FILLED_IN
