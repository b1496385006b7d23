"""SQLite's connections: a file opened for reading or for writing, and the one hop to the thread that works on it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

import aiosqlite

from service.database.sqlite.complaints import take_complaint

T = TypeVar("T")

STEPS = 20_000
"""Virtual machine steps between two looks at the clock: well under a millisecond, and too far apart to be felt."""
SETTLE = 2.0
"""Seconds a statement may take to notice that it was stopped; then the connection is given up."""


class Statement:
    """A running statement, with the moment on the monotonic clock at which it must end."""

    __slots__ = ("deadline",)

    def __init__(self, limit: float) -> None:
        self.deadline = monotonic() + limit

    def stop(self) -> None:
        self.deadline = 0.0


class LimitedConnection(sqlite3.Connection):
    """A `sqlite3.Connection` whose statements have a time limit, by whatever way they come.

    Args:
        limit: seconds a statement may run.
    """

    def __init__(self, *args: Any, limit: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limit = limit
        self.running = Statement(limit)
        self.set_progress_handler(self._over, STEPS)

    def _over(self) -> bool:
        return monotonic() >= self.running.deadline

    @property
    def isolation_level(self) -> None:
        return None

    @isolation_level.setter
    def isolation_level(self, value: str | None) -> None:
        """Ignored: SQLAlchemy sets it to leave AUTOCOMMIT, and then sqlite3 would open transactions by itself."""

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or LimitedCursor)


class LimitedCursor(sqlite3.Cursor):
    """The cursor that SQLAlchemy gets. A fetch in parts gets its time anew each time, as in PostgreSQL."""

    connection: LimitedConnection

    def _begin(self) -> None:
        self.connection.running = Statement(self.connection.limit)

    def execute(self, *args: Any) -> LimitedCursor:
        self._begin()
        super().execute(*args)
        return self

    def executemany(self, *args: Any) -> LimitedCursor:
        self._begin()
        super().executemany(*args)
        return self

    def fetchone(self) -> Any:
        self._begin()
        return super().fetchone()

    def fetchmany(self, *args: Any, **kwargs: Any) -> list[Any]:
        self._begin()
        return super().fetchmany(*args, **kwargs)


class FileConnection(aiosqlite.Connection):
    """An `aiosqlite.Connection` with one hop per call, a time limit, and a way to stop what runs.

    It uses aiosqlite's `_execute`, `_connect`, `_conn` and `_thread`, which are not documented: there is no other way
    to run more than one sqlite3 call per hop. A test names them.

    Args:
        connector: opens the file; runs in the connection's own thread.
        limit: seconds a statement may run.
    """

    def __init__(self, connector: Callable[[], LimitedConnection], limit: float) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self.limit = limit
        self.given_up = False
        self._thread.daemon = True  # else a connection nobody closed keeps the process alive

    async def _connect(self) -> aiosqlite.Connection:
        try:
            return await super()._connect()
        except (sqlite3.Error, asyncio.CancelledError):
            # aiosqlite has told its thread to end but does not wait, and it would call a loop that may be closed.
            await asyncio.to_thread(self._thread.join, SETTLE)
            raise

    @property
    def raw(self) -> LimitedConnection:
        """The connection of the standard library, to be used in its own thread only.

        Raises:
            ValueError: it is closed.
        """
        return self._conn  # type: ignore[return-value]  # the connector above makes no other

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        return self._running and self._connection is not None and not self.given_up

    async def run(self, job: Callable[[LimitedConnection], T], limit: float | None = None) -> T:
        """Runs a job in the connection's thread: one hop there, one back. Cancelling it stops the statement.

        Args:
            job: gets the standard library's connection; leaves no open cursor behind.
            limit: seconds it may take; None for the connection's own.

        Raises:
            sqlite3.Error: as SQLite answers; "interrupted" past the time limit.
        """
        statement = Statement(self.limit if limit is None else limit)
        try:
            return await self._execute(self._perform, statement, job)  # type: ignore[no-any-return, no-untyped-call]  # aiosqlite's own is untyped
        except asyncio.CancelledError:
            statement.stop()
            await self.halt()
            raise

    def _perform(self, statement: Statement, job: Callable[[LimitedConnection], T]) -> T:
        raw = self.raw
        if monotonic() >= statement.deadline:  # stopped before it began
            raise sqlite3.OperationalError("interrupted")
        raw.running = statement
        try:
            return job(raw)
        except sqlite3.OperationalError as error:
            error.__cause__ = take_complaint()
            raise

    async def halt(self) -> None:
        """Stops what runs and waits until it has ended; gives the connection up if that takes too long."""
        self._interrupt()
        if not self.is_open:
            return
        ended = asyncio.ensure_future(self._execute(int))  # type: ignore[no-untyped-call]  # aiosqlite's own is untyped
        try:
            done, _ = await asyncio.wait({ended}, timeout=SETTLE)
        except asyncio.CancelledError:
            self.given_up = not ended.done()
            raise
        self.given_up = not done

    def stop(self) -> asyncio.Future[Any] | None:
        self._interrupt()
        return super().stop()

    async def close(self) -> None:
        """Stops what runs, then closes."""
        self._interrupt()
        await super().close()

    def _interrupt(self) -> None:
        if self._connection is not None:
            self.raw.running.stop()
            self.raw.interrupt()
