"""Faults done for real to PostgreSQL's connections: killed backends, and a network that is unplugged or cut."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import asyncpg
import pytest

from service.database import open_database
from service.errors import DatabaseAwayError, PoolTimeoutError
from service.events import Reason
from service.settings import load_settings
from tests.pool.network import network
from tests.pool.test_storm import until

LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
pytestmark = pytest.mark.slow
MINE = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


async def kill_all(url: str) -> None:
    """Ends every backend of the database but its own, and waits until they are gone."""
    admin = await asyncpg.connect(url)
    try:
        await admin.execute(f"select pg_terminate_backend(pid, 5000) from ({MINE}) as others")
    finally:
        await admin.close()


async def test_idle_connections_killed(postgresql: Any, postgresql_url: str) -> None:
    """All idle backends ended at once by the server: no request notices, and the pool is full again."""
    async with postgresql.make(min_size=5, max_size=5) as pool:
        await kill_all(postgresql_url)
        assert await asyncio.gather(*(pool.fetchval("select 1") for _ in range(20))) == [1] * 20
        await until(lambda: pool.get_idle_size() == 5)
        stats = pool.stats()
        assert stats.connects == 10
        assert sum(stats.closed.values()) == 5


async def test_one_busy_connection_of_ten_killed(postgresql: Any) -> None:
    """Fault 1: one backend killed in a statement: one request fails, within a second; one connection is opened."""
    async with postgresql.make(min_size=11, max_size=11) as pool:

        async def sleep() -> Any:
            return await pool.fetchval("select pg_backend_pid() from pg_sleep(0.3)")

        tasks = [asyncio.create_task(sleep()) for _ in range(10)]
        await until(lambda: pool.stats().in_use == 10)
        victim = "select pid from pg_stat_activity where query like '%pg_sleep(0.3)%' and pid <> pg_backend_pid()"
        began = monotonic()
        await pool.fetch(f"select pg_terminate_backend(pid) from ({victim} limit 1) as one")
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(end, Exception) for end in ends) == 1
        assert monotonic() - began < 1
        for _ in range(1000):
            await pool.fetchval("select 1")
        await until(lambda: pool.get_size() == 11)
        assert pool.stats().connects == 12


async def test_network_unplugged(postgresql_url: str) -> None:
    """Fault 4: with the network dead every request ends within its timeout, and is served within two seconds of its
    return; no connection is lost to the pool."""
    async with network(postgresql_url) as (line, url):
        settings = load_settings(database_url=url, pool_min_size=2, pool_max_size=4, pool_acquire_timeout=1)
        database = open_database(settings)
        async with database.pool as pool:
            assert await pool.fetchval("select 1") == 1
            line.unplug()

            async def ask(seconds: float) -> str:
                began = monotonic()
                try:
                    async with asyncio.timeout(seconds), pool.lease(timeout=1) as lease:
                        await lease.fetchval("select 1")
                except Exception as error:
                    assert monotonic() - began < 1.5 + seconds
                    return type(error).__name__
                return "served"

            ends = await asyncio.gather(*(ask(1.5) for _ in range(20)))
            assert set(ends) <= {"TimeoutError", PoolTimeoutError.__name__, DatabaseAwayError.__name__}
            assert await ask(1.5) != "served"
            line.plug()
            began = monotonic()
            while await ask(1.0) != "served":
                assert monotonic() - began < 2
                await asyncio.sleep(0.02)
            await until(lambda: pool.stats().in_use == 0)
            held = [pool.lease(timeout=2) for _ in range(4)]
            await asyncio.gather(*(lease.__aenter__() for lease in held))
            for lease in held:
                await lease.__aexit__(None, None, None)


async def test_network_cut(postgresql_url: str) -> None:
    """Fault 6: every connection reset at once: only statements that were running fail, and the pool is full again."""
    async with network(postgresql_url) as (line, url):
        database = open_database(load_settings(database_url=url, pool_min_size=3, pool_max_size=3))
        async with database.pool as pool:
            running = asyncio.create_task(pool.fetchval("select pg_sleep(5)"))
            await until(lambda: pool.stats().in_use == 1)
            await asyncio.sleep(0.05)
            line.cut()
            with pytest.raises(LOST):
                await running
            assert await asyncio.gather(*(pool.fetchval("select 1") for _ in range(10))) == [1] * 10
            await until(lambda: pool.get_idle_size() == 3)
            assert set(pool.stats().closed) <= {Reason.LOST, Reason.VALIDATION}


async def test_asked_over_tcp_only(postgresql_url: str) -> None:
    """A connection over a network is asked before use when it lay idle for half a second; one over a socket is not."""
    async with network(postgresql_url) as (_, url):
        for target, asked in ((url, True), (postgresql_url, False)):
            database = open_database(load_settings(database_url=target, pool_min_size=1))
            async with database.pool as pool, pool.lease() as lease:
                assert database.pool._driver.may_be_gone(lease.connection) is asked
                assert pool.stats().size == 1


async def test_backends_killed_under_load(postgresql: Any, postgresql_url: str) -> None:
    """Backends ended again and again under load: each costs no more than the request it was serving."""
    killed, failed, served, ended = 0, 0, 0, asyncio.Event()
    async with postgresql.make(min_size=4, max_size=4) as pool:

        async def ask() -> None:
            nonlocal failed, served
            while not ended.is_set():
                try:
                    await pool.fetchval("select pg_sleep(0.002)")
                    served += 1
                except LOST:
                    failed += 1

        tasks = [asyncio.create_task(ask()) for _ in range(8)]
        for _ in range(5):
            await asyncio.sleep(0.1)
            await kill_all(postgresql_url)
            killed += 4
        ended.set()
        await asyncio.gather(*tasks)
        assert failed <= killed
        assert served > 100
        await until(lambda: pool.get_idle_size() == 4)
        assert pool.stats().connect_errors == 0
