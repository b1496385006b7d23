"""A network that says nothing any more, in the middle of a caller's work: whatever the way, a 503, and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from service import create_app
from service.database import Database, open_database
from service.database.postgresql.target import target_of
from service.errors import DatabaseAwayError
from service.events import Reason
from service.settings import load_settings
from service.testing import client, running
from tests.database.opened import until
from tests.pool.network import Network, network

LIMIT = 0.3
GRACE = 0.5
"""Seconds after the statement timeout when nobody waits any longer."""
Way = Callable[[Database, Network], Awaitable[Any]]


async def by_lease(database: Database, line: Network) -> None:
    async with database.pool.lease() as lease:
        line.unplug()
        await lease.fetchval("select 1")


async def by_transaction(database: Database, line: Network) -> None:
    async with database.pool.lease() as lease, lease.transaction(readonly=True):
        line.unplug()
        await lease.fetchval("select 1")


async def by_acquire(database: Database, line: Network) -> None:
    async with database.pool.acquire() as connection:
        line.unplug()
        await connection.execute(text("select 1"))


async def by_begin(database: Database, line: Network) -> None:
    async with database.pool.acquire() as connection, connection.begin():
        await connection.execute(text("select 1"))
        line.unplug()
        await connection.execute(text("select 2"))


async def by_engine(database: Database, line: Network) -> None:
    async with database.pool.engine.connect() as connection:
        await connection.execute(text("select 1"))
        line.unplug()
        await connection.commit()


async def by_session(database: Database, line: Network) -> None:
    async with AsyncSession(database.pool.engine) as session:
        await session.execute(text("select 1"))
        line.unplug()
        await session.execute(text("select 2"))


async def by_stream(database: Database, line: Network) -> None:
    async with database.pool.acquire() as connection:
        rows = await connection.stream(text("select n from generate_series(1, 100000) n"))
        line.unplug()
        async for _ in rows:
            pass


@pytest.mark.parametrize("way", [by_lease, by_transaction, by_acquire, by_begin, by_engine, by_session, by_stream])
async def test_a_silent_network(way: Way, postgresql_url: str) -> None:
    """Half a second after the statement timeout the caller has an error that is a 503 with `Retry-After`, has given its
    connection back, and the connection is closed; afterwards the pool serves on."""
    async with network(postgresql_url) as (line, url):
        settings = load_settings(database_url=url, pool_min_size=1, pool_max_size=1, statement_timeout=LIMIT)
        database = open_database(settings)
        async with database.pool as pool:
            began = monotonic()
            with pytest.raises(DatabaseAwayError) as caught:
                await way(database, line)
            assert LIMIT + GRACE <= monotonic() - began <= LIMIT + GRACE + 0.5
            assert (caught.value.status, caught.value.headers["Retry-After"]) == (503, "1")
            assert pool.stats().in_use == 0
            line.plug()
            await until(lambda: pool.stats().closing == 0)
            assert await pool.fetchval("select 1") == 1
            assert pool.stats().closed == {Reason.INVALIDATED: 1}


async def test_a_views_answer(postgresql_url: str) -> None:
    """A view that is in the middle of SQLAlchemy's statement then answers 503 with `Retry-After`, not 500."""
    async with network(postgresql_url) as (line, url):
        app = create_app(load_settings(database_url=url, pool_min_size=1, pool_max_size=1, statement_timeout=LIMIT))
        pool = app.extensions["poolgate"].database.pool

        @app.get("/ask")
        async def ask() -> dict[str, int]:
            async with pool.acquire() as connection:
                line.unplug()
                return {"value": (await connection.execute(text("select 1"))).scalar_one()}

        async with running(app), client(app) as http:
            answer = await asyncio.wait_for(http.get("/ask"), 5)
            line.plug()
        assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "PGRST000", "1")


def test_how_long_the_driver_waits() -> None:
    """asyncpg waits half a second longer than the server lets a statement run; where the URL sets another limit on the
    server, which we do not know, it waits for ever."""
    url = "postgresql://u@127.0.0.1/d"
    for statement_timeout in (0.2, 10):
        arguments = target_of(url, statement_timeout=statement_timeout, connect_timeout=1).arguments
        assert arguments["command_timeout"] == statement_timeout + GRACE
    own = target_of(f"{url}?options=-c%20statement_timeout%3D60s", statement_timeout=10, connect_timeout=1)
    assert own.arguments["command_timeout"] is None
