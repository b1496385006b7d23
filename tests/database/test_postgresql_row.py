"""One row of PostgreSQL by the shortest way through asyncpg: all that asyncpg's own way promises holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.database.opened import opened

ASKED = "select name from pet where id = $1"


@pytest.fixture
async def connection(postgresql_url: str) -> AsyncIterator[Any]:
    """A connection that has prepared `ASKED`."""
    pets = "create table pet (id integer primary key, name text); insert into pet values (1, 'Rex'), (2, null)"
    async with opened(postgresql_url, pets, pool_max_size=1) as database, database.pool.lease(readonly=False) as lease:
        connection = lease.connection
        await connection.fetchrow(ASKED, 1)
        yield connection


async def test_rows(connection: Any) -> None:
    """The first row, a NULL in it, and None where there is no row; an argument that does not fit is asyncpg's error."""
    assert (await connection.fetchrow(ASKED, 1))["name"] == "Rex"
    assert (await connection.fetchrow(ASKED, 2))["name"] is None
    assert await connection.fetchrow(ASKED, 3) is None
    assert (await connection.fetchrow("select id from pet order by id"))["id"] == 1
    with pytest.raises(asyncpg.DataError):
        await connection.fetchrow(ASKED, "one")
    with pytest.raises(asyncpg.InterfaceError):
        await connection.fetchrow(ASKED)
    assert (await connection.fetchrow(ASKED, 1))["name"] == "Rex"


async def test_a_changed_result_is_prepared_anew(connection: Any) -> None:
    """Where a column's type has changed the statement is prepared and run again; in a transaction, which the error has
    ended, the caller is told, and the next time it is prepared anew."""
    await connection.execute("alter table pet alter column name type varchar(10)")
    assert (await connection.fetchrow(ASKED, 1))["name"] == "Rex"
    await connection.execute("alter table pet alter column name type text")
    with pytest.raises(asyncpg.InvalidCachedStatementError):
        async with connection.transaction():
            await connection.fetchrow(ASKED, 1)
    assert (await connection.fetchrow(ASKED, 1))["name"] == "Rex"


async def test_one_at_a_time(connection: Any) -> None:
    """While a statement runs no other can be begun, whichever way the two go."""
    slow = "select pg_sleep(60), $1::int"
    await connection.fetchrow("select pg_sleep(0), $1::int", 1)
    statement = asyncio.ensure_future(connection.fetchrow(slow, 1))
    try:
        await asyncio.sleep(0)  # it is sent in its task's first step
        for call in (connection.fetchrow(ASKED, 1), connection.fetch(ASKED, 1), connection.execute("select 1")):
            with pytest.raises(asyncpg.InterfaceError, match="another operation"):
                await call
    finally:
        statement.cancel()
        await asyncio.gather(statement, return_exceptions=True)
    assert (await connection.fetchrow(ASKED, 1))["name"] == "Rex"


async def test_a_cancelled_call_is_stopped_in_the_server(connection: Any) -> None:
    """Whoever goes away while the server works has that stopped, and the next call waits for its end."""
    slow = "select pg_sleep($1)"
    await connection.fetchrow(slow, 0.0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await connection.fetchrow(slow, 60.0)
    assert (await asyncio.wait_for(connection.fetchrow(ASKED, 1), 10))["name"] == "Rex"


async def test_the_time_limit_holds(connection: Any) -> None:
    """The driver gives up waiting after the connection's time, as for any other statement."""
    slow = "select pg_sleep($1)"
    await connection.fetchrow(slow, 0.0)
    connection._config = connection._config._replace(command_timeout=0.05)
    with pytest.raises(TimeoutError):
        await connection.fetchrow(slow, 60.0)
    connection.wait(None)
    assert (await asyncio.wait_for(connection.fetchrow(ASKED, 1), 10))["name"] == "Rex"


async def test_loggers_hear_of_it(connection: Any) -> None:
    """A view's query logger is told of each statement."""
    heard: list[str] = []
    with connection.query_logger(lambda record: heard.append(record.query)):
        await connection.fetchrow(ASKED, 1)
        await asyncio.sleep(0)
    assert heard == [ASKED]


async def test_a_closed_connection_says_so(connection: Any) -> None:
    """One that was closed, or cut off, says that it is closed."""
    connection.terminate()
    with pytest.raises(asyncpg.InterfaceError, match="closed"):
        await connection.fetchrow(ASKED, 1)
