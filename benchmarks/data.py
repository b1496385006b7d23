"""One table of 10,000 rows, the same in a SQLite file and in a PostgreSQL of the run's own."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.deep import DEPTHS, postgresql_script, sqlite_script
from benchmarks.inserts import KEYS, TABLES
from benchmarks.postgresql import admit, postgresql

ROWS = 10_000
COLUMNS = ("id", "name", "price", "created", "active", "attributes", "note")
_SCHEMA = """
create table item (
    id integer primary key,
    name text not null,
    price numeric(10,2) not null,
    created timestamptz not null,
    active boolean not null,
    attributes jsonb not null,
    note text
)
"""
_SLOW = """
create function slept() returns json language sql
    return (select json_build_object('slept_ms', 50) from pg_sleep(0.05))
"""
_COLOURS = ("red", "green", "blue", "café au lait", "grey")
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


def row(number: int) -> dict[str, Any]:
    """The row whose key is `number`, as Python has its values."""
    return {
        "id": number,
        "name": f"Item {number} in {_COLOURS[number % 5]}",
        "price": Decimal(number * 37 % 100_000) / 100,
        "created": _EPOCH + timedelta(minutes=number * 7),
        "active": number % 3 == 0,
        "attributes": {"colour": _COLOURS[number % 5], "size": number % 50, "tags": ["a", f"t{number % 7}"]},
        "note": None if number % 10 == 0 else f"What there is to say about item {number}, in one sentence.",
    }


def same(found: dict[str, Any], number: int) -> bool:
    """Whether a row of a JSON answer is the one with that key, however numbers, times and JSON are spelled in it."""
    expected = row(number)
    try:
        values = found | {
            "price": Decimal(str(found["price"])),
            "created": _time(str(found["created"])),
            "attributes": _object(found["attributes"]),
        }
    except (KeyError, ValueError, ArithmeticError):
        return False
    return values == expected


def _time(written: str) -> datetime:
    """As ISO 8601 has it, or as HTTP does, which is how Flask and Quart write one."""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return parsedate_to_datetime(written)


def _object(found: Any) -> Any:
    """JSON in JSON, or as text in it, which is how Datasette writes what is text to SQLite."""
    return json.loads(found) if isinstance(found, str) else found


@dataclass(frozen=True)
class Databases:
    """Where the data is.

    Args:
        urls: by the name that servers have for it.
        version: of PostgreSQL; empty where it does not run.
        pid: PostgreSQL's first process; 0 where it does not run.
    """

    urls: dict[str, str]
    version: str = ""
    pid: int = 0


@contextmanager
def databases(folder: Path, names: Collection[str | None]) -> Iterator[Databases]:
    """Those that are asked for by name, filled; PostgreSQL is stopped at the end.

    Args:
        folder: empty, removed by the caller.
        names: `sqlite`, `postgresql` (by its socket), `postgresql over tcp` (with a password), `large sqlite` and
            `large postgresql` (with the tables of `deep`).
    """
    file = folder / "benchmark.db"
    if "sqlite" in names:
        fill_sqlite(file)
    large = folder / "large.db"
    if "large sqlite" in names:
        fill_large_sqlite(large)
    urls = {"sqlite": f"sqlite:///{file}", "large sqlite": f"sqlite:///{large}"}
    if not {"postgresql", "postgresql over tcp", "large postgresql"} & set(names):
        yield Databases(urls)
        return
    with postgresql(folder / "postgresql") as there:
        version = asyncio.run(fill_postgresql(there.url))
        asyncio.run(admit(there))
        if "large postgresql" in names:
            asyncio.run(fill_large_postgresql(there.url))
        urls |= {"postgresql": there.url, "large postgresql": there.url, "postgresql over tcp": there.tcp_url}
        yield Databases(urls, version, there.pid)


def fill_sqlite(file: Path) -> None:
    """Make the file."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute(_SCHEMA)
        connection.executescript(TABLES.format(key=KEYS["sqlite"]))
        connection.executemany(
            f"insert into item values ({', '.join('?' * len(COLUMNS))})",
            (
                (*_head(each), float(each["price"]), each["created"].isoformat(), each["active"], *_tail(each))
                for each in map(row, range(1, ROWS + 1))
            ),
        )


def fill_large_sqlite(file: Path) -> None:
    """Make the file, some hundreds of megabytes."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        for rows in DEPTHS:
            connection.executescript(sqlite_script(rows))
        connection.execute("analyze")
        connection.commit()


async def fill_large_postgresql(url: str) -> None:
    """Make the tables, some hundreds of megabytes."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("set maintenance_work_mem = '256MB'")
        for rows in DEPTHS:
            await connection.execute(postgresql_script(rows))
            await connection.execute(f"vacuum analyze deep_{rows}")
    finally:
        await connection.close()


async def fill_postgresql(url: str) -> str:
    """Make the table and return the server's version."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_SCHEMA)
        await connection.execute(TABLES.format(key=KEYS["postgresql"]))
        await connection.copy_records_to_table(
            "item",
            records=(
                (*_head(each), each["price"], each["created"], each["active"], *_tail(each))
                for each in map(row, range(1, ROWS + 1))
            ),
        )
        await connection.execute("vacuum analyze item")
        await connection.execute(_SLOW)
        return str(await connection.fetchval("show server_version"))
    finally:
        await connection.close()


def _head(each: dict[str, Any]) -> tuple[Any, ...]:
    return each["id"], each["name"]


def _tail(each: dict[str, Any]) -> tuple[Any, ...]:
    return json.dumps(each["attributes"], ensure_ascii=False), each["note"]
