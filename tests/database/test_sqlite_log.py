"""SQLite's write-ahead log: as long as it may be, whoever reads."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic

import pytest

from database.opened import opened
from service.database import Database
from service.database.sqlite import log

SCHEMA = "create table item (id integer primary key, text text); insert into item values (1, '')"
ENDLESS = """
    with recursive n (i) as (select count(*) from item union all select i + 1 from n) select max(i) from n
"""
LIMIT = 0.2
SMALL = 256 * 1024


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LONGEST", SMALL)


async def read_on(database: Database) -> None:
    """Reads that never come to their end by themselves, one after the other."""
    while True:
        with suppress(sqlite3.OperationalError):
            await database.pool.fetch(ENDLESS)


async def write(database: Database) -> None:
    async with database.pool.lease(readonly=False) as lease, lease.transaction(readonly=False):
        await lease.execute("insert into item (text) values ($1)", "x" * 10_000)


@pytest.mark.slow
async def test_the_log_stays_short(tmp_path: Path) -> None:
    """Fault 33: beside reads that overlap without a moment between them the log grows to its bound and little more."""
    wal = tmp_path / "a.db-wal"
    async with opened(
        f"sqlite:///{tmp_path}/a.db", SCHEMA, statement_timeout=LIMIT, pool_min_size=3, pool_max_size=6
    ) as database:
        reading = []
        for _ in range(2):
            reading.append(asyncio.create_task(read_on(database)))
            await asyncio.sleep(LIMIT / 2)
        peak, began, written = 0, monotonic(), 0
        while written < 120:
            await write(database)
            written += 1
            peak = max(peak, wal.stat().st_size)
        assert monotonic() - began < 30
        for each in reading:
            each.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
    assert peak <= 3 * SMALL < 120 * 10_000


@pytest.mark.slow
async def test_a_reader_from_elsewhere(tmp_path: Path) -> None:
    """A reader that no time limit of ours ends makes writes slow from time to time, and fails none."""
    path = tmp_path / "a.db"
    async with opened(f"sqlite:///{path}", SCHEMA, statement_timeout=LIMIT) as database:
        with closing(sqlite3.connect(path)) as other:
            other.execute("begin")
            other.execute("select count(*) from item").fetchall()
            took = []
            for _ in range(30):
                began = monotonic()
                await write(database)
                took.append(monotonic() - began)
            assert sum(duration > 2 * LIMIT for duration in took) <= 30 // 3
            assert max(took) < 2 * LIMIT + log._GRACE + 1
            assert path.with_name("a.db-wal").stat().st_size > SMALL
        await write(database)
        await write(database)
        assert await database.pool.fetchval("select count(*) from item") == 33
        assert await database.pool.fetchval("pragma busy_timeout") == 5000


async def test_a_statement_has_its_time_after_the_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a write waits for others' reads is not taken from the time that its own statement has."""
    monkeypatch.setattr(log, "LONGEST", 1)
    path = tmp_path / "a.db"
    rows = "with recursive n (i) as (select 1 union all select i + 1 from n limit $1) select i from n"
    async with opened(f"sqlite:///{path}", SCHEMA, statement_timeout=LIMIT) as database:
        with closing(sqlite3.connect(path)) as other:
            other.execute("begin")
            other.execute("select count(*) from item").fetchall()
            await write(database)
            assert await database.pool.execute(f"insert into item (text) {rows}", 20_000) == 20_000
