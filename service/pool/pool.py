"""The face of the pool: what the rest of the house, and a developer's own views, take connections from.

One `Pool` stands before the connections of one engine or, on SQLite, of two: readers, and the one that writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.events import Observe, ignore
from service.pool import glance
from service.pool.acquire import Acquire, store_of
from service.pool.clock import Clock, MonotonicClock
from service.pool.driver import Driver, Row
from service.pool.lease import Lease
from service.pool.limits import Limits
from service.pool.opener import Translate, no_translation
from service.pool.stats import Holder, PoolStats
from service.pool.where import Where


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
        max_lifetime: seconds after which a connection is replaced, up to 2.5 % sooner by chance; None for never.
        max_idle: seconds that a connection beyond `min_size` may lie unused before it is closed; None for ever.
        keepalive: seconds that a connection may lie idle before it is asked whether it is there; None for ever.
        leak_threshold: seconds that one may be held before that is reported, with the place where it was taken.
        reclaim_after: seconds that one may be held before it is taken away from its holder and closed; None for ever.
        share: the part of the connections, and of the queue, that one `identity` may have while others wait.
        renew: undo what a caller's own SQL may have left for the whole session (a setting, a lock, a temporary table)
            before anybody else gets the connection; an open transaction is ended in any case.
        per_request: keep no connection: open one for each caller and close it afterwards, a baseline to compare with.
        observe: called with each event; must not block.
        translate: turns a driver's error at connecting into the house's own; None leaves it to DatabaseAwayError.
        clock: by which connections age.
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
        max_lifetime: float | None = 1800.0,
        max_idle: float | None = 300.0,
        keepalive: float | None = 30.0,
        leak_threshold: float | None = 30.0,
        reclaim_after: float | None = None,
        share: float | None = None,
        renew: bool = True,
        per_request: bool = False,
        observe: Observe = ignore,
        translate: Translate = no_translation,
        clock: Clock | None = None,
    ) -> None:
        limits = Limits(
            min_size=min_size,
            max_size=max_size,
            max_waiting=max_waiting,
            acquire_timeout=acquire_timeout,
            connect_timeout=connect_timeout,
            reset_timeout=reset_timeout,
            close_timeout=close_timeout,
            max_lifetime=max_lifetime,
            max_idle=max_idle,
            keepalive=keepalive,
            leak_threshold=leak_threshold,
            reclaim_after=reclaim_after,
            share=share,
            renew=renew,
            keep=not per_request,
        )
        clock = clock or MonotonicClock()
        self.engine = engine
        self.writer = engine if writer is None else writer
        self._driver = driver
        self._stock = store_of(engine).bind(driver, limits, observe, translate, clock)
        self._writing = self._stock
        if writer is not None:
            limits = replace(limits, min_size=min(min_size, 1), max_size=1)
            self._writing = store_of(writer).bind(driver, limits, observe, translate, clock)
        self._stocks = tuple(dict.fromkeys((self._stock, self._writing)))
        self._use = self._writing.use = self._stock.use

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

    def acquire(
        self, *, timeout: float | None = None, readonly: bool = False, identity: Hashable | None = None
    ) -> Acquire:
        """An SQLAlchemy connection: `async with pool.acquire() as connection`, or `await` it and `release` it later.

        Args:
            timeout: seconds to wait; None for the pool's `acquire_timeout`.
            readonly: nothing will be written. SQLite then need not wait for the one writing connection.
            identity: who asks, for the pool's `share` and for `holders`.
        """
        return Acquire(self.engine if readonly else self.writer, self.release, timeout, identity)

    async def release(self, connection: AsyncConnection) -> None:
        """Gives back what `await pool.acquire()` gave; an open transaction is rolled back. May be called again.

        A cancelled caller does not interrupt it, and a connection that does not answer is closed.
        """
        if not connection.closed:
            await store_of(connection.engine).stock.finish(connection.close())

    def lane(self, connection: Any) -> Lease:
        """The calls of a lease, on a driver's connection that is in hand already; it is not for this to give back."""
        lease = Lease(self._stock, self._driver, None)
        lease.connection = connection
        return lease

    def lease(
        self,
        *,
        timeout: float | None = None,
        readonly: bool = True,
        identity: Hashable | None = None,
        trusted: bool = False,
        where: Where | None = None,
    ) -> Lease:
        """The driver's own connection, for work of one trip: `async with pool.lease() as lease`.

        Args:
            timeout: seconds to wait; None for the pool's `acquire_timeout`.
            readonly: nothing will be written. SQLite then need not wait for the one writing connection.
            identity: who asks, for the pool's `share` and for `holders`.
            trusted: what runs on it changes nothing for the session, so that nothing need be undone afterwards.
            where: the caller's place in the code, for `holders` and reports of leaks; None to look for it, which is
                among the dearest steps of taking a connection.
        """
        return Lease(self._stock if readonly else self._writing, self._driver, timeout, identity, trusted, where)

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

    def expire_connections(self) -> None:
        """Has every connection replaced: the idle ones now, those in use as they come back; callers notice nothing."""
        for stock in self._stocks:
            stock.expire()

    def resize(self, min_size: int, max_size: int) -> None:
        """Sets other sizes while the pool is in use; SQLite's one writing connection stays one.

        Connections beyond `max_size` are closed: idle ones now, those in use as they come back.

        Raises:
            ValueError: the sizes contradict each other.
        """
        self._stock.resize(min_size, max_size)

    def get_size(self) -> int:
        """Live connections, idle and in use."""
        return sum(stock.size for stock in self._stocks)

    def get_idle_size(self) -> int:
        """Connections nobody uses."""
        return sum(len(stock.idle) for stock in self._stocks)

    def get_min_size(self) -> int:
        """Connections `open` makes."""
        return sum(stock.limits.min_size for stock in self._stocks)

    def get_max_size(self) -> int:
        """Connections there may be at once."""
        return sum(stock.limits.max_size for stock in self._stocks)

    def take_peak(self) -> int:
        """The most connections that were in use at once since this was last asked."""
        return self._use.take_peak()

    def stats(self) -> PoolStats:
        """The pool at this moment, a snapshot that does not change any more."""
        stats = glance.stats(self._stock)
        return stats if self._writing is self._stock else stats.with_writer(glance.stats(self._writing))

    def holders(self) -> list[Holder]:
        """Who holds a connection now, the longest first."""
        held = [holder for stock in self._stocks for holder in glance.holders(stock)]
        return sorted(held, key=lambda holder: holder.since, reverse=True)

    def __repr__(self) -> str:
        writer = "" if self._writing is self._stock else f" writer({glance.status(self._writing)})"
        return f"<Pool {glance.status(self._stock)}{writer}>"

    async def __aenter__(self) -> Pool:
        await self.open()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()
