"""The face of the pool: what the rest of the house, and a developer's own views, take connections from.

One `Pool` stands before the connections of one engine or, on SQLite, of two: readers, and the one that writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from types import TracebackType
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.events import Observe, ignore
from service.pool.driver import Driver, Row
from service.pool.lease import Lease
from service.pool.limits import Limits
from service.pool.opener import Translate, no_translation
from service.pool.stats import PoolStats
from service.pool.store import Store


class Pool:
    """The one pool of a process, shared by every coroutine on its loop.

    Args:
        engine: made with `poolclass=Store`.
        driver: how to talk to the engine's connections.
        writer: a second engine for what writes, where one connection does all the writing (SQLite).
        min_size: connections opened by `open`.
        max_size: connections there may ever be at once, the writer's one not counted.
        acquire_timeout: seconds a caller waits for a connection unless it says otherwise.
        max_waiting: callers who may wait while every connection is in use; one more is turned away at once.
        connect_timeout: seconds opening a connection may take.
        reset_timeout: seconds a connection may take to end what a caller left open on it.
        close_timeout: seconds a connection may take to close politely before it is cut off.
        observe: called with each event; must not block.
        translate: turns a driver's error at connecting into the house's own; None leaves it to DatabaseAwayError.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        driver: Driver,
        *,
        writer: AsyncEngine | None = None,
        min_size: int = 2,
        max_size: int = 10,
        acquire_timeout: float = 5.0,
        max_waiting: int = 100,
        connect_timeout: float = 10.0,
        reset_timeout: float = 2.0,
        close_timeout: float = 2.0,
        observe: Observe = ignore,
        translate: Translate = no_translation,
    ) -> None:
        times = (acquire_timeout, connect_timeout, reset_timeout, close_timeout)
        self.engine = engine
        self.writer = engine if writer is None else writer
        self._driver = driver
        self._stock = _store_of(engine).bind(
            driver, Limits(min_size, max_size, max_waiting, *times), observe, translate
        )
        self._writing = self._stock
        if writer is not None:
            limits = Limits(min(min_size, 1), 1, max_waiting, *times)
            self._writing = _store_of(writer).bind(driver, limits, observe, translate)
        self._stocks = tuple(dict.fromkeys((self._stock, self._writing)))

    async def open(self) -> None:
        """Binds the pool to the running loop and opens its first connections.

        Raises:
            DatabaseAwayError: none could be opened, or what `translate` made of it. The pool is open all the same and
                connects when asked to; close it to give up.
        """
        for stock in self._stocks:
            stock.open()
        for stock in self._stocks:
            await stock.warm()

    async def close(self, timeout: float | None = None) -> None:
        """Lets nobody in any more, waits for the connections in use and closes all. May be called again.

        Args:
            timeout: seconds to wait before the connections still in use are closed as they are; None waits for ever.
        """
        await asyncio.gather(*(stock.close(timeout) for stock in self._stocks))

    def acquire(self, *, timeout: float | None = None, readonly: bool = False) -> Acquire:
        """An SQLAlchemy connection: `async with pool.acquire() as connection`, or `await` it and `release` it later.

        Args:
            timeout: seconds to wait; None for the pool's `acquire_timeout`.
            readonly: nothing will be written. SQLite then need not wait for the one writing connection.
        """
        return Acquire(self, self.engine if readonly else self.writer, timeout)

    async def release(self, connection: AsyncConnection) -> None:
        """Gives back what `await pool.acquire()` gave; an open transaction is rolled back. May be called again.

        A cancelled caller does not interrupt it, and a connection that does not answer is closed.
        """
        if not connection.closed:
            await _store_of(connection.engine).stock.finish(connection.close())

    def lease(self, *, timeout: float | None = None, readonly: bool = True) -> Lease:
        """The driver's own connection, for work of one trip: `async with pool.lease() as lease`.

        Args:
            timeout: seconds to wait; None for the pool's `acquire_timeout`.
            readonly: nothing will be written. SQLite then need not wait for the one writing connection.
        """
        return Lease(self._stock if readonly else self._writing, self._driver, timeout)

    async def fetch(self, sql: str, *args: Any, timeout: float | None = None) -> list[Row]:
        """All rows of one statement; `timeout` is how many seconds to wait for a connection."""
        return await self._fetch("fetch", sql, args, timeout)  # type: ignore[no-any-return] # Lease.fetch says so

    async def fetchrow(self, sql: str, *args: Any, timeout: float | None = None) -> Row | None:
        """The first row of one statement, or None."""
        return await self._fetch("fetchrow", sql, args, timeout)  # type: ignore[no-any-return] # as above

    async def fetchval(self, sql: str, *args: Any, timeout: float | None = None) -> Any:
        """The first column of the first row, or None."""
        return await self._fetch("fetchval", sql, args, timeout)

    async def execute(self, sql: str, *args: Any, timeout: float | None = None) -> int:
        """Runs one statement that may write; the rows it affected, -1 if the database does not say."""
        async with self.lease(timeout=timeout, readonly=False) as lease:
            return await lease.execute(sql, *args)

    async def _fetch(self, how: str, sql: str, args: tuple[Any, ...], timeout: float | None) -> Any:
        lease = self.lease(timeout=timeout)
        try:
            async with lease:
                return await getattr(lease, how)(sql, *args)
        except Exception as error:
            if self._writing is self._stock or not self._driver.is_write_refused(error):
                raise
        # `insert … returning` and the like: the reader did nothing, so it is not done twice.
        left = None if timeout is None else timeout - lease.waited
        async with self.lease(timeout=left, readonly=False) as lease:
            return await getattr(lease, how)(sql, *args)

    def get_size(self) -> int:
        """Live connections, idle and in use."""
        return sum(stock.size for stock in self._stocks)

    def get_idle_size(self) -> int:
        """Connections nobody uses."""
        return sum(stock.idle for stock in self._stocks)

    def get_min_size(self) -> int:
        """Connections `open` makes."""
        return sum(stock.limits.min_size for stock in self._stocks)

    def get_max_size(self) -> int:
        """Connections there may be at once."""
        return sum(stock.limits.max_size for stock in self._stocks)

    def stats(self) -> PoolStats:
        """The pool at this moment, a snapshot that does not change any more."""
        stats = self._stock.stats()
        return stats if self._writing is self._stock else stats.with_writer(self._writing.stats())

    def __repr__(self) -> str:
        writer = "" if self._writing is self._stock else f" writer({self._writing.status()})"
        return f"<Pool {self._stock.status()}{writer}>"

    async def __aenter__(self) -> Pool:
        await self.open()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()


class Acquire:
    """What `Pool.acquire` returns: to be awaited, or entered with `async with`."""

    __slots__ = ("_connection", "_engine", "_pool", "_timeout")

    def __init__(self, pool: Pool, engine: AsyncEngine, timeout: float | None) -> None:
        self._pool = pool
        self._engine = engine
        self._timeout = timeout

    def __await__(self) -> Generator[Any, None, AsyncConnection]:
        return self._acquire().__await__()

    async def __aenter__(self) -> AsyncConnection:
        self._connection = await self._acquire()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.release(self._connection)

    async def _acquire(self) -> AsyncConnection:
        """Waits outside SQLAlchemy's greenlet, with this caller's own deadline; the engine then finds it laid out."""
        store = _store_of(self._engine)
        store.hand_over(await store.stock.take(self._timeout))
        try:
            return await self._engine.connect().start()
        finally:
            if (unused := store.hand_over(None)) is not None:
                store.stock.put_back(unused)


def _store_of(engine: AsyncEngine) -> Store:
    store = engine.sync_engine.pool
    if not isinstance(store, Store):
        raise TypeError("the pool's engine is made with create_async_engine(…, poolclass=Store)")
    return store
