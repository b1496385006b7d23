"""The nouns of the URL dialect, frozen. Pure: no I/O, no Flask, no engine.

A request is split in two. Its *shape* (`Read` and what hangs from it) says which columns, which operators, which
order; it is hashable, and two requests of one shape run one and the same compiled statement. Its *values* stand
apart, in order, and the shape points at them by index (`Filter.value`): no value can ever reach a statement's text.

A shape is hashed and compared for each request, so its nouns are tuples with names: that is done in C.
Tuples of equal items are equal whatever their class: nouns that may stand in one place differ in length.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

Value = str | tuple[str, ...]
"""A literal as it stood in the URL: one text, or the texts of a list."""

KeyValue = str | int | float | bytes | None
"""A value that rows are ordered by, as a database gives it."""


class Group(enum.Enum):
    """Operators that are written, bound and rendered alike."""

    COMPARISON = "comparison"
    PATTERN = "pattern"
    REGEX = "regex"
    SET = "set"
    IS = "is"
    FULL_TEXT = "full text"
    CONTAINMENT = "containment"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of the dialect.

    Args:
        name: as written in the URL.
        group: how it is written, bound and rendered.
        quantifiable: whether `op(any)` and `op(all)` exist.
    """

    name: str
    group: Group
    quantifiable: bool = False


OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        operator.name: operator
        for operator in (
            Operator("eq", Group.COMPARISON, quantifiable=True),
            Operator("neq", Group.COMPARISON),
            Operator("gt", Group.COMPARISON, quantifiable=True),
            Operator("gte", Group.COMPARISON, quantifiable=True),
            Operator("lt", Group.COMPARISON, quantifiable=True),
            Operator("lte", Group.COMPARISON, quantifiable=True),
            Operator("isdistinct", Group.COMPARISON),
            Operator("like", Group.PATTERN, quantifiable=True),
            Operator("ilike", Group.PATTERN, quantifiable=True),
            Operator("match", Group.REGEX, quantifiable=True),
            Operator("imatch", Group.REGEX, quantifiable=True),
            Operator("in", Group.SET),
            Operator("is", Group.IS),
            Operator("fts", Group.FULL_TEXT),
            Operator("plfts", Group.FULL_TEXT),
            Operator("phfts", Group.FULL_TEXT),
            Operator("wfts", Group.FULL_TEXT),
            Operator("cs", Group.CONTAINMENT),
            Operator("cd", Group.CONTAINMENT),
            Operator("ov", Group.CONTAINMENT),
            Operator("sl", Group.RANGE),
            Operator("sr", Group.RANGE),
            Operator("nxr", Group.RANGE),
            Operator("nxl", Group.RANGE),
            Operator("adj", Group.RANGE),
        )
    }
)
AGGREGATES = frozenset({"avg", "count", "max", "min", "sum"})


class Step(NamedTuple):
    """One `->key` or `->>key`; a whole number is an index, anything else a name."""

    key: str | int
    as_text: bool = False


class Field(NamedTuple):
    """A column, or a path into its JSON (or its composite or array value)."""

    name: str
    path: tuple[Step, ...] = ()

    @property
    def key(self) -> str:
        """The name in the answer: the path's last name (numeric tails are skipped), else the column's."""
        return next((step.key for step in reversed(self.path) if isinstance(step.key, str)), self.name)


class SelectField(NamedTuple):
    """`alias:field::cast`, with an aggregate `alias:field::cast.sum()::cast`; `name` is "*" for all columns.

    `count()` alone has `field` None.
    """

    field: Field | None
    alias: str | None = None
    cast: str | None = None
    aggregate: str | None = None
    aggregate_cast: str | None = None


class SelectEmbed(NamedTuple):
    """`alias:relation!hint!inner(items)`; `...relation(items)` is a spread."""

    relation: str
    items: tuple[SelectItem, ...]
    alias: str | None = None
    hint: str | None = None
    inner: bool = False
    spread: bool = False


SelectItem = SelectField | SelectEmbed
STAR = SelectField(Field("*"))


class Is(enum.Enum):
    """What `is.` may be followed by."""

    NULL = "null"
    NOT_NULL = "not_null"
    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class Filter(NamedTuple):
    """`field=not.op(quantifier).value`.

    Args:
        value: index into `Asked.values`; None where `is_` holds the operand.
        quantifier: "any", "all" or None; the value is then a tuple of texts.
        language: of a full-text operator, `fts(english)`.
    """

    field: Field
    operator: str
    value: int | None
    negated: bool = False
    quantifier: str | None = None
    language: str | None = None
    is_: Is | None = None


class Logic(NamedTuple):
    """`and(...)` or `or(...)`, nested at will."""

    operator: str
    conditions: tuple[Condition, ...]
    negated: bool = False


Condition = Filter | Logic
EmbedPath = tuple[str, ...]
"""The embeds from the root down to where a parameter applies: `a.b.order=` has ("a", "b"), the root ()."""


class OrderTerm(NamedTuple):
    """`field.desc.nullslast`, or `relation(field).desc` by a to-one relation."""

    field: Field
    descending: bool | None = None
    nulls_first: bool | None = None
    relation: str | None = None


class Page(NamedTuple):
    """Which rows: `limit` None is without limit."""

    offset: int = 0
    limit: int | None = None


class Read(NamedTuple):
    """The shape of a read: everything that was asked but the values and the page.

    An empty `select` (`select=`) asks for rows without a single column: `{}` each.

    Args:
        having: conditions on the keys of aggregates.
    """

    select: tuple[SelectItem, ...] = (STAR,)
    where: tuple[tuple[EmbedPath, Condition], ...] = ()
    order: tuple[tuple[EmbedPath, tuple[OrderTerm, ...]], ...] = ()
    having: tuple[tuple[EmbedPath, Logic], ...] = ()


@dataclass(frozen=True, slots=True)
class Preferences:
    """The `Prefer` header's preferences (RFC 7240); None where not given.

    Args:
        unknown: names that are no preference of the dialect; an error under `handling=strict`.
    """

    resolution: str | None = None
    representation: str | None = None
    missing: str | None = None
    count: str | None = None
    transaction: str | None = None
    handling: str | None = None
    timezone: str | None = None
    max_affected: int | None = None
    unknown: tuple[str, ...] = ()


class MediaRange(NamedTuple):
    """One entry of `Accept`, parameters in lower case, best first in `Asked.accept`; quality 0 means "not this"."""

    type: str
    parameters: tuple[tuple[str, str], ...] = ()
    quality: float = 1.0


class Cursor(NamedTuple):
    """Where a page begins: after the row with these values.

    Args:
        mark: stands for the order that the values are of.
        values: as the database gave them; None for the beginning.
    """

    mark: str
    values: tuple[KeyValue, ...] | None


class Asked(NamedTuple):
    """One request in the dialect, as asked; nothing in it has been held against a schema yet.

    Args:
        method: GET, HEAD, POST, ...
        relation: the table's or view's name.
        profile: the schema asked for by Accept-Profile or Content-Profile, or None.
        values: what the shape's indices point at.
        page: of the root, `limit`/`offset` and the Range header intersected.
        pages: of embeds.
        cursor: where the page begins, where pages are told apart by keys.
        columns: `columns=`, and `on_conflict=`: for writes.
    """

    method: str
    relation: str
    profile: str | None
    read: Read
    values: tuple[Value, ...]
    page: Page = Page()
    pages: tuple[tuple[EmbedPath, Page], ...] = ()
    preferences: Preferences = Preferences()
    accept: tuple[MediaRange, ...] = ()
    columns: tuple[str, ...] | None = None
    on_conflict: tuple[str, ...] | None = None
    arguments: tuple[tuple[str, str], ...] = ()
    cursor: Cursor | None = None
