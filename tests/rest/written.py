"""The database that the cases of writes are asked of: filled anew for each, and looked at beside the service."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import asyncpg

DATA = Path(__file__).parent / "data"
ROWS = (DATA / "writes_rows.sql").read_text("utf-8")
TABLES = (
    *(
        "things",
        "boxes",
        "cities",
        "countries",
        "items",
        "pairs",
        "no_key",
        "only_key",
        "uniques",
        "documents",
        "kinds",
    ),
    *("made", "nodes", "later", "odd name", "lists", "greetings"),
)
DOCUMENTS = {"documents": ("doc", "tree"), "lists": ("numbers", "words")}
SQLITE_TABLES = (*TABLES, "articles", "strictly", "shadow", "blobs", "stamped", "untyped")
POSTGRESQL_TABLES = (*TABLES, "richer", "parted", "v1.notes", "v1.boxes")
Rows = Counter[str]
"""`table [values as JSON]`, each as often as there is such a row."""


class Written(Protocol):
    """A database with the rows of `writes_rows.sql`."""

    async def fill(self) -> None:
        """Its rows as they were in the beginning, whatever was done to it."""

    async def rows(self) -> Rows:
        """All rows of all tables."""

    async def close(self) -> None: ...


def emptied(tables: tuple[str, ...]) -> str:
    return "".join(f"delete from {quoted(name)};" for name in tables)


def quoted(name: str) -> str:
    """A table's name, with its schema's where it has one, as a statement has it."""
    return ".".join(f'"{part}"' for part in name.split("."))


def changes(before: Rows, after: Rows) -> Counter[str]:
    """What is gone, with a minus, and new, with a plus."""
    gone, new = before - after, after - before
    return Counter({f"-{row}": times for row, times in gone.items()} | {f"+{row}": times for row, times in new.items()})


def spelled(lines: tuple[str, ...]) -> Counter[str]:
    """Changes as a case has them, in the spelling of `changes`: `True` is 1, as SQLite has it, and 1.50 is 1.5."""
    found: Counter[str] = Counter()
    for line in lines:
        table, _, values = line.partition(" [")
        found[_row(table, json.loads("[" + values))] += 1
    return found


def _row(table: str, values: list[Any]) -> str:
    return f"{table} {json.dumps([_plain(value) for value in values], ensure_ascii=False, sort_keys=True)}"


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return "\\x" + value.hex() if isinstance(value, bytes) else value


class SqliteWritten:
    def __init__(self, url: str) -> None:
        self.path = urlsplit(url).path

    async def fill(self) -> None:
        with closing(sqlite3.connect(self.path, timeout=10)) as raw:
            raw.executescript(f"begin immediate; {emptied(SQLITE_TABLES)} delete from sqlite_sequence; {ROWS} commit;")

    async def rows(self) -> Rows:
        found = Rows()
        with closing(sqlite3.connect(self.path, timeout=10)) as raw:
            raw.row_factory = sqlite3.Row
            for table in SQLITE_TABLES:
                for row in raw.execute(f'select * from "{table}"'):
                    values = dict(row)
                    for name in DOCUMENTS.get(table, ()):
                        values[name] = json.loads(row[name]) if isinstance(row[name], str) else row[name]
                    found[_row(table, list(values.values()))] += 1
        return found

    async def close(self) -> None:
        """Every look was on a connection of its own."""


class PostgresqlWritten:
    def __init__(self, raw: asyncpg.Connection[Any]) -> None:
        self.raw = raw

    @classmethod
    async def open(cls, url: str) -> PostgresqlWritten:
        return cls(await asyncpg.connect(url))

    async def fill(self) -> None:
        # Without triggers, those of foreign keys among them: the order of tables is of no account.
        await self.raw.execute(
            f"begin; set local session_replication_role = replica; {emptied(POSTGRESQL_TABLES)} {ROWS} "
            "select setval('items_id_seq', 3), setval('richer_id_seq', 1, false); commit"
        )

    async def rows(self) -> Rows:
        one = "select '{}' as t, to_json(r)::text as r from {} r"
        every = " union all ".join(one.format(name, quoted(name)) for name in POSTGRESQL_TABLES)
        return Rows(_row(row["t"], list(json.loads(row["r"]).values())) for row in await self.raw.fetch(every))

    async def close(self) -> None:
        await self.raw.close()
