"""How a new schema gets into a running service."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from poolgate_process import Process, Start, make_shop, until

pytestmark = pytest.mark.slow

NEW = "create table novel (id integer primary key)"


def has_novel(process: Process) -> bool:
    return process.get("/rest/v1/novel").status_code == 200


async def order(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def test_sigusr1_reads_the_schema_anew(serve: Start, postgresql_url: str) -> None:
    """A table made while the service runs is there after SIGUSR1, and not before."""
    process = serve(database_url=postgresql_url, anonymous="read")
    assert not has_novel(process)
    asyncio.run(order(postgresql_url, NEW))
    assert not has_novel(process)
    process.signal(signal.SIGUSR1)
    until(lambda: has_novel(process))
    assert process.lines_with("(SIGUSR1)")
    assert process.stop() == 0


def test_notify_reads_the_schema_anew(serve: Start, postgresql_url: str) -> None:
    """A table made while the service runs is there after PostgREST's own notification."""
    process = serve(database_url=postgresql_url, anonymous="read")
    assert not has_novel(process)
    asyncio.run(order(postgresql_url, NEW, "notify pgrst, 'reload schema'"))
    until(lambda: has_novel(process))
    assert process.stop() == 0


def test_sqlite_needs_no_telling(serve: Start, tmp_path: Path) -> None:
    """On SQLite a new table is noticed without being told; SIGUSR1 does it too, and failing to read ends nothing."""
    process = serve(database_url=make_shop(tmp_path / "shop.db"), anonymous="read")
    assert not has_novel(process)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.execute(NEW)
    process.signal(signal.SIGUSR1)
    until(lambda: has_novel(process))
    assert process.stop() == 0
