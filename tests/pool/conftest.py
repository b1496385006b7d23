"""Real databases for the pool's tests, with the least driver each needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

import aiosqlite
import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from service.pool import Pool, Store


class SqliteDriver:
    async def fetch(self, connection: Any, sql: str, args: Sequence[Any]) -> Any:
        return await connection.execute_fetchall(sql, args)

    async def fetchrow(self, connection: Any, sql: str, args: Sequence[Any]) -> Any:
        return next(iter(await connection.execute_fetchall(sql, args)), None)

    async def execute(self, connection: Any, sql: str, args: Sequence[Any]) -> int:
        return (await connection.execute(sql, args)).rowcount

    async def script(self, connection: Any, sql: str) -> None:
        await connection.execute_fetchall(sql)

    def begin(self, *, readonly: bool, lasting: float | None = None, isolation: str | None = None) -> str:
        return "begin" if readonly else "begin immediate"

    def wait(self, connection: Any, seconds: float | None) -> None:
        """Nothing: the time limit is the connection's own."""

    def is_closed(self, connection: Any) -> bool:
        return not connection._running or connection._connection is None

    def may_be_gone(self, connection: Any) -> bool:
        return False

    def in_transaction(self, connection: Any) -> bool:
        return connection.in_transaction

    async def reset(self, connection: Any) -> None:
        await connection.rollback()

    def is_touched(self, connection: Any) -> bool:
        return False

    async def renew(self, connection: Any) -> None:
        raise AssertionError("nothing was touched")

    async def interrupt(self, connection: Any) -> None:
        await connection.interrupt()

    abort = interrupt

    def is_write_refused(self, error: BaseException) -> bool:
        return "readonly" in str(error)


class PostgresqlDriver:
    async def fetch(self, connection: Any, sql: str, args: Sequence[Any]) -> Any:
        return await connection.fetch(sql, *args)

    async def fetchrow(self, connection: Any, sql: str, args: Sequence[Any]) -> Any:
        return await connection.fetchrow(sql, *args)

    async def execute(self, connection: Any, sql: str, args: Sequence[Any]) -> int:
        await connection.execute(sql, *args)
        return -1

    async def script(self, connection: Any, sql: str) -> None:
        await connection.execute(sql)

    def begin(self, *, readonly: bool, lasting: float | None = None, isolation: str | None = None) -> str:
        return "begin read only" if readonly else "begin read write"

    def wait(self, connection: Any, seconds: float | None) -> None:
        """Nothing: the time limit is the connection's own."""

    def is_closed(self, connection: Any) -> bool:
        return connection.is_closed()

    def may_be_gone(self, connection: Any) -> bool:
        return False

    def in_transaction(self, connection: Any) -> bool:
        return connection.is_in_transaction()

    async def reset(self, connection: Any) -> None:
        await connection.execute("select")  # asyncpg first waits for its cancel request to land
        if connection.is_in_transaction():
            await connection.execute("rollback")

    def is_touched(self, connection: Any) -> bool:
        return False

    async def renew(self, connection: Any) -> None:
        raise AssertionError("nothing was touched")

    async def interrupt(self, connection: Any) -> None:
        pass

    async def abort(self, connection: Any) -> None:
        connection._cancel_current_command(sent := asyncio.get_running_loop().create_future())
        await sent

    def is_write_refused(self, error: BaseException) -> bool:
        return False


@dataclass
class Real:
    """A real database under test.

    Args:
        make: a pool over it, with the limits given.
        seen: connections of that pool the database sees, counted from outside.
        slow: a statement that runs for the seconds given, as `$1`.
    """

    make: Callable[..., Pool]
    seen: Callable[[], Awaitable[int]]
    slow: str


SPIN = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ? * 2000000) select count(*) from n"


@pytest.fixture
def sqlite(tmp_path: Path) -> Real:
    made: WeakSet[aiosqlite.Connection] = WeakSet()

    async def connect() -> aiosqlite.Connection:
        connection = aiosqlite.connect(tmp_path / "pool.db", isolation_level=None)
        connection._thread.daemon = True
        made.add(connection)
        return await connection

    def make(**limits: Any) -> Pool:
        engine = create_async_engine("sqlite+aiosqlite:///file", async_creator=connect, poolclass=Store)
        return Pool(engine, SqliteDriver(), **limits)

    async def seen() -> int:
        # Not the threads: one may draw its last breath after its file is closed, beside that of the next connection.
        return sum(each._connection is not None for each in made)

    return Real(make, seen, SPIN)


@pytest.fixture
def postgresql(postgresql_url: str) -> Real:
    connect = partial(asyncpg.connect, postgresql_url, server_settings={"application_name": "pool"})

    def make(**limits: Any) -> Pool:
        engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=Store)
        return Pool(engine, PostgresqlDriver(), **limits)

    async def seen() -> int:
        connection = await asyncpg.connect(postgresql_url)
        try:
            count = "select count(*) from pg_stat_activity where application_name = 'pool'"
            return await connection.fetchval(count)
        finally:
            await connection.close()

    return Real(make, seen, "select pg_sleep($1)")


@pytest.fixture(params=["sqlite", "postgresql"])
def real(request: pytest.FixtureRequest) -> Real:
    """Each database in turn."""
    return request.getfixturevalue(request.param)
