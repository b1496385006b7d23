"""What SQLite's connections keep of what ran on them: nothing."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Awaitable, Callable

import pytest

from service.pool import Lease
from tests.database.opened import opened

TIMES = 1000
NOTED = 400
"""The standard library forgets cursors that are gone when it has made two hundred more, on each of two connections."""


WAYS: dict[str, Callable[[Lease], Awaitable[object]]] = {
    "fetch": lambda lease: lease.fetch("select 1"),
    "fetchrow": lambda lease: lease.fetchrow("select 1"),
    "fetchval": lambda lease: lease.fetchval("select 1"),
    "execute": lambda lease: lease.execute("update t set a = 1"),
    "fetchvals": lambda lease: lease.fetchvals([("select 1", ()), ("select 2", ())]),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_statement_leaves_nothing_behind(way: str, sqlite_url: str) -> None:
    """However many statements a connection has run, what it holds of them does not grow: a worker lives for months."""
    async with opened(sqlite_url, "create table t (a)") as database:
        before = gone()
        for _ in range(TIMES):
            async with database.pool.lease(readonly=way != "execute") as lease:
                await WAYS[way](lease)
        assert gone() - before <= NOTED


def gone() -> int:
    """References to what is no more."""
    gc.collect()
    return sum(type(each) is weakref.ref and each() is None for each in gc.get_objects())
