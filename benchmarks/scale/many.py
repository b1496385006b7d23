"""A table of a million rows, the ones of `item` over and over, and the proof that a stream has each of them."""

from __future__ import annotations

import asyncio
import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from typing import Any

import asyncpg

from benchmarks.cases import WrongAnswerError
from benchmarks.data import COLUMNS, ROWS, Databases, same

_FILL = """
create table many (id integer primary key, name text not null, price numeric(10,2) not null,
    created timestamptz not null, active boolean not null, attributes jsonb not null, note text);
with recursive turn (number) as (select 0 union all select number + 1 from turn where number < {turns})
    insert into many select number * {of} + id, name, price, created, active, attributes, note
    from turn cross join item where number * {of} + id <= {rows} order by 1;
"""


def fill(databases: Databases, names: list[str], rows: int) -> None:
    """Make the table in these databases.

    Args:
        rows: how many.
    """
    script = _FILL.format(turns=(rows - 1) // ROWS, of=ROWS, rows=rows)
    if "sqlite" in names:
        with closing(sqlite3.connect(databases.urls["sqlite"].removeprefix("sqlite:///"))) as connection:
            connection.executescript(script)
            connection.commit()
    if "postgresql" in names:
        asyncio.run(_fill_postgresql(databases.urls["postgresql"], script))


async def _fill_postgresql(url: str, script: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
        await connection.execute("vacuum analyze many")
    finally:
        await connection.close()


def from_json(line: bytes) -> dict[str, Any]:
    """A row as NDJSON has it."""
    found: dict[str, Any] = json.loads(line, parse_float=Decimal)
    return found


def from_csv(line: bytes) -> dict[str, Any]:
    """A row as CSV has it; the text of each value is read as what the column is of."""
    found: dict[str, Any] = dict(zip(COLUMNS, next(csv.reader([line.decode()])), strict=True))
    return found | {
        "id": int(found["id"]),
        "active": found["active"] in ("t", "true", "1"),
        "attributes": json.loads(found["attributes"]),
        "note": found["note"] or None,
    }


class Watched:
    """Looks at rows as they come, and whether each is the next one.

    The first 10,000 are read, value by value. Those after them have the same values but for their key, so their bytes
    have to be the same: reading a million rows would take longer than the service takes to send them.

    Args:
        read: makes a row of a line.
        begin: what stands before a line's key.
        head: the first line is no row.
    """

    def __init__(self, read: Callable[[bytes], dict[str, Any]], begin: bytes, *, head: bool = False) -> None:
        self._read = read
        self._begin = begin
        self._skip = int(head)
        self._rest = b""
        self._tails: list[bytes] = []
        self.rows = 0

    def feed(self, part: bytes) -> None:
        """The next bytes.

        Raises:
            WrongAnswerError: a row is not the next one.
        """
        *lines, self._rest = (self._rest + part).split(b"\n")
        skipped, self._skip = self._skip, max(0, self._skip - len(lines))
        for line in lines[skipped:]:
            self.rows += 1
            if not self._is_next(line.rstrip(b"\r")):
                raise WrongAnswerError(f"row {self.rows}: {line[:300]!r}")

    def _is_next(self, line: bytes) -> bool:
        key, _, tail = line.partition(b",")
        if key != b"%s%d" % (self._begin, self.rows):
            return False
        if self.rows > ROWS:
            return tail == self._tails[(self.rows - 1) % ROWS]
        self._tails.append(tail)
        return same(self._read(line), self.rows)

    def end(self) -> int:
        """How many rows there were; a last line may lack its end."""
        if self._rest:
            self.feed(b"\n")
        return self.rows


def watched(form: str) -> Watched:
    """For `ndjson` or `csv`."""
    return Watched(from_csv, b"", head=True) if form == "csv" else Watched(from_json, b'{"id":')
