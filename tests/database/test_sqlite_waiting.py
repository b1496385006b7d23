"""Waiting for another process to end its write, on SQLite."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from time import monotonic

import pytest

from service.database.sqlite.files import path_of
from tests.database.opened import opened, until


async def test_who_gives_up_waiting_leaves_the_connection_as_it_is(sqlite_url: str) -> None:
    """A caller who is cancelled while another process writes ends at once, and the same connection serves the next."""
    async with opened(sqlite_url, "create table t (a)") as database:
        async with database.pool.lease(readonly=False) as lease:
            before = lease.connection

        async def write() -> None:
            async with database.pool.lease(readonly=False) as lease, lease.transaction(readonly=False):
                await lease.execute("insert into t values (1)")

        with closing(sqlite3.connect(path_of(sqlite_url), isolation_level=None)) as other:
            other.execute("begin immediate")
            waiting = asyncio.create_task(write())
            await until(lambda: database.pool.stats().in_use == 1)
            began = monotonic()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await until(lambda: database.pool.stats().in_use == 0)
            assert monotonic() - began < 1
            other.execute("rollback")
        await write()
        async with database.pool.lease(readonly=False) as lease:
            assert lease.connection is before
            assert await lease.fetchval("pragma busy_timeout") == 5000
            assert await lease.fetchval("select count(*) from t") == 1
