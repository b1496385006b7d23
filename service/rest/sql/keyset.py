"""The rows after a row, told apart into branches that an index can serve each.

In a branch the first keys are equal and the next one is beyond. An `or` of the branches, or a comparison of whole rows
where keys may be null or go different ways, would have the database read from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from service.errors import CursorError
from service.rest.plan.terms import Ordering
from service.rest.sql.source import Expression
from service.rest.terms import KeyValue


@dataclass(frozen=True, slots=True)
class Key:
    """One term of ORDER BY.

    Args:
        ordering: what it comes from.
        value: what is ordered by.
        term: in ORDER BY, where there may be nulls.
        present_term: in ORDER BY, where there are none.
        absent: the condition that it is NULL.
    """

    ordering: Ordering
    value: Expression
    term: Expression
    present_term: Expression
    absent: Expression


@dataclass(frozen=True, slots=True)
class Branch:
    """Rows that come after a row.

    Args:
        order: the rest of the order: what is equal in all of them needs none.
        equal: how many of the keys are equal in all of them, the first ones.
    """

    where: list[Expression]
    order: list[Expression]
    equal: int = 0


def branches(keys: Sequence[Key], ends: Sequence[Expression | None]) -> list[Branch]:
    """The branches of what comes after the row with these values, None for NULL; in the order of their rows."""
    levels = list(_levels(keys, ends))
    return [branch for level in reversed(levels) for branch in level]


def _levels(keys: Sequence[Key], ends: Sequence[Expression | None]) -> Iterator[list[Branch]]:
    """For each key the branches where those before it are equal. The more are equal, the sooner the rows come."""
    equal: list[Expression] = []
    for number, (key, end) in enumerate(zip(keys, ends, strict=True)):
        order = [key.present_term, *(each.term for each in keys[number + 1 :])]
        nulls_first = key.ordering.has_nulls_first
        if end is None:
            yield [Branch([*equal, ~key.absent], order, number)] if nulls_first else []
            equal.append(key.absent)
            continue
        beyond = key.value < end if key.ordering.descending else key.value > end
        level = [Branch([*equal, beyond], order, number)]
        if key.ordering.target.may_be_null and not nulls_first:
            level.append(Branch([*equal, key.absent], order[1:], number + 1))
        yield level
        equal.append(key.value == end)


def key_value(found: Any) -> KeyValue:
    """A key as a statement gives it: bytes have a letter before them that says what they are.

    Raises:
        CursorError: it is a text that is not UTF-8.
    """
    if not isinstance(found, bytes):
        value: KeyValue = found
        return value
    if found[:1] == b"b":
        return found[1:]
    try:
        return found[1:].decode()
    except UnicodeDecodeError:
        raise CursorError(
            "The page's last row is ordered by a text that is not UTF-8, which no cursor holds",
            hint="Take another limit, or page with limit and offset.",
        ) from None


def as_text(value: KeyValue) -> str:
    """A cursor's value where all are texts.

    Raises:
        CursorError: it is none.
    """
    if isinstance(value, str) and "\0" not in value:
        return value
    raise CursorError("The cursor is none that was handed out", hint="Begin anew with an empty one: cursor=")
