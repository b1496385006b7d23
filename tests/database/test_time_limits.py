"""The time limits of PostgreSQL's connections: set by the first message, and left out where the server has them not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from service.database import open_database
from service.database.postgresql.connecting import Connector
from service.database.postgresql.target import target_of
from service.errors import DatabaseError
from service.settings import load_settings
from tests.database.opened import opened
from tests.database.test_postgresql_engine import error_message

LIMITS = (
    ("statement_timeout", "8s"),
    ("lock_timeout", "4s"),
    ("idle_in_transaction_session_timeout", "8s"),
    ("transaction_timeout", "24s"),
    ("client_connection_check_interval", "1s"),
)


@pytest.mark.parametrize("mode", ["shared", "per-request"])
async def test_every_limit_stands_on_the_server(postgresql_url: str, mode: str) -> None:
    """Security 12: each limit is in force on a pooled connection, by `lease` and by `acquire`; no query has set it."""
    async with opened(postgresql_url, statement_timeout=8, pool_mode=mode) as database:
        for name, value in LIMITS:
            assert await database.pool.fetchval(f"show {name}") == value
        async with database.pool.acquire() as connection:
            shown = [(await connection.exec_driver_sql(f"show {name}")).scalar_one() for name, _ in LIMITS]
            assert shown == [value for _, value in LIMITS]


async def test_the_url_has_the_last_word(postgresql_url: str) -> None:
    """What `options` in the URL says is what stands on the server."""
    url = f"{postgresql_url}&options=-c%20lock_timeout%3D9s%20-c%20transaction_timeout%3D0"
    async with opened(url, statement_timeout=8) as database:
        assert await database.pool.fetchval("show lock_timeout") == "9s"
        assert await database.pool.fetchval("show transaction_timeout") == "0"


async def test_a_lock_is_told_from_a_slow_statement(postgresql_url: str) -> None:
    """Who waits for another's lock gets 55P03 and 503, sooner than a slow statement its 57014; the connection stays."""
    async with opened(postgresql_url, "create table t (i int)", statement_timeout=0.6) as database:
        pool = database.pool
        async with pool.lease(readonly=False) as holder, holder.transaction(readonly=False):
            await holder.execute("lock table t")
            with pytest.raises(asyncpg.LockNotAvailableError) as caught:
                await pool.fetch("select * from t")
        error = database.translate(caught.value)
        assert isinstance(error, DatabaseError)
        assert (error.code, error.status, error.headers["Retry-After"]) == ("55P03", 503, "1")
        assert pool.stats().closed == {}


@asynccontextmanager
async def old_server(refused: dict[str, bytes]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that refuses settings by name, as an older one does, and is else starting up; and what it was sent."""
    received: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        packet = await reader.read(4000)
        received.append(packet)
        named = [answer for name, answer in refused.items() if name.encode() in packet]
        writer.write(named[0] if named else error_message("57P03", "the database system is starting up"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], received


async def test_an_older_server() -> None:
    """What the server does not know, or PgBouncer does not pass on, is left out from then on; the rest is sent."""
    refused = {
        "transaction_timeout": error_message("42704", 'unrecognized configuration parameter "transaction_timeout"'),
        "client_connection_check_interval": error_message(
            "22023", 'invalid value for parameter "client_connection_check_interval": 1000'
        ),
    }
    async with old_server(refused) as (port, received):
        url = f"postgresql://u@127.0.0.1:{port}/db?sslmode=disable"
        connector = Connector(target_of(url, statement_timeout=1, connect_timeout=1))
        for attempts in (3, 4):
            with pytest.raises(asyncpg.CannotConnectNowError):
                await connector.connect()
            assert len(received) == attempts
        assert b"lock_timeout" in received[-1]
        assert b"statement_timeout" in received[-1]
        assert not any(name.encode() in received[-1] for name in refused)


async def test_what_is_needed_is_not_left_out() -> None:
    """A server that refuses a limit we cannot do without is not connected to."""
    refused = {"statement_timeout": error_message("08P01", "unsupported startup parameter: statement_timeout")}
    async with old_server(refused) as (port, received):
        url = f"postgresql://u@127.0.0.1:{port}/db?sslmode=disable"
        with pytest.raises(asyncpg.ProtocolViolationError):
            await Connector(target_of(url, statement_timeout=1, connect_timeout=1)).connect()
        assert len(received) == 1


def test_the_settings_reach_the_pool(sqlite_url: str, postgresql_url: str) -> None:
    """Each setting of the pool is the pool's own limit, on each database, for the writer too."""
    for url in (sqlite_url, postgresql_url):
        settings = load_settings(
            database_url=url, pool_max_lifetime="1h", pool_max_idle="2min", pool_leak_threshold="7s", pool_max_waiting=3
        )
        for stock in open_database(settings).pool._stocks:
            limits = stock.limits
            assert (limits.max_lifetime, limits.max_idle, limits.leak_threshold) == (3600.0, 120.0, 7.0)
            assert (limits.max_waiting, limits.keep) == (3, True)


async def test_a_connection_per_request(sqlite_url: str, postgresql_url: str) -> None:
    """`POOL_MODE=per-request` opens and closes a connection for each request, on each database."""
    for url in (sqlite_url, postgresql_url):
        async with opened(url, pool_mode="per-request") as database:
            for _ in range(3):
                assert await database.pool.fetchval("select 1") == 1
            assert database.pool.stats().connects == 3
