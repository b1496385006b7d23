"""What a write means, said a second time: over rows as Python values, in the order a database looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Row = dict[str, Any]
COLUMNS = ("id", "n", "t", "k", "j")
DEFAULTS = {"n": 7, "t": "none"}
NOT_NULL = ("id", "t")
MOST = 100


class RefusedError(Exception):
    """A write that changes nothing.

    Args:
        status: of the answer.
        code: of the answer's error.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Model:
    """A table of `id` (key), `n` (below 100), `t` (not null), `k` (unique), `j` (any); a write is all or nothing."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}

    def insert(
        self,
        body: Sequence[Row],
        *,
        columns: Sequence[str] | None = None,
        defaults: bool = False,
        conflict: str | None = None,
        merge: bool = False,
    ) -> tuple[list[Row], int]:
        """The rows that were written, and how many of them are new.

        Args:
            columns: those that are written; None: the keys of the body's objects.
            defaults: what an object lacks of them gets its default, else null.
            conflict: the column by which a row is known that is there already.
            merge: it gets the values, else it stays as it is.
        """
        rows, written, new = dict(self.rows), list[Any](), 0
        for values in body:
            given = given_by(values, values if columns is None else columns, defaults)
            row = dict.fromkeys(COLUMNS) | DEFAULTS | given
            check(row)
            there = next((each for each in rows.values() if conflict and same(each, row, conflict)), None)
            if there and merge:
                del rows[there["id"]]
                row = there | given
                check(row)
            elif there:
                continue
            check_unique(row, rows.values())
            rows[row["id"]] = row
            written.append(row["id"])
            new += not there
        self.rows = rows
        return [rows[each] for each in written], new

    def update(self, wanted: Callable[[Row], bool], values: Row) -> list[Row]:
        """The rows that were changed."""
        changed = [row | values for row in self.rows.values() if wanted(row)] if values else []
        for row in changed[:1]:  # the others get the same values
            check(row)
        others = [row for row in self.rows.values() if not wanted(row)] if values else list(self.rows.values())
        for at, row in enumerate(changed):
            check_unique(row, [*others, *changed[:at]])
        self.rows = {row["id"]: row for row in [*others, *changed]}
        return changed

    def delete(self, wanted: Callable[[Row], bool]) -> list[Row]:
        """The rows that are gone."""
        gone = [row for row in self.rows.values() if wanted(row)]
        self.rows = {row["id"]: row for row in self.rows.values() if not wanted(row)}
        return gone


def given_by(values: Row, columns: Sequence[str] | Row, defaults: bool) -> Row:
    """What is written of `columns`."""
    return {name: values[name] if name in values else DEFAULTS.get(name) if defaults else None for name in columns}


def check(row: Row) -> None:
    """What a row has to fulfil by itself."""
    if any(row[name] is None for name in NOT_NULL):
        raise RefusedError(400, "23502")
    if row["n"] is not None and row["n"] >= MOST:
        raise RefusedError(400, "23514")


def check_unique(row: Row, others: Iterable[Row]) -> None:
    """What it has to fulfil beside others."""
    if any(same(each, row, "id") or same(each, row, "k") for each in others):
        raise RefusedError(409, "23505")


def same(one: Row, other: Row, column: str) -> bool:
    """Whether two rows cannot be beside each other where the column is unique."""
    return one[column] is not None and one[column] == other[column]
