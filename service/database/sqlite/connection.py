"""SQLite's connections: a file opened for reading or for writing, and the one hop to the thread that works on it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, partial
from time import monotonic, sleep
from typing import Any, TypeVar

import aiosqlite

from service.database.sqlite.complaints import take_complaint
from service.database.sqlite.log import Log

T = TypeVar("T")

_LASTING = re.compile(r"\b(?:pragma|attach|detach|temp|temporary)\b", re.IGNORECASE)
_READ = (
    *("table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list"),
    *("foreign_key_check", "integrity_check", "quick_check", "wal_checkpoint", "optimize"),
)
_READS = re.compile(rf"\s*pragma\s+(?:\w+\.)?(?:\w+|(?:{'|'.join(_READ)})\s*[(=][^;]*)[\s;]*", re.IGNORECASE)

BEGIN = "BEGIN IMMEDIATE"
"""Not a deferred one: that fails where another process writes between its first read and its first write."""
STEPS = 20_000
"""Virtual machine steps between two looks at the clock: well under a millisecond, and too far apart to be felt."""
SETTLE = 2.0
"""Seconds a statement may take to notice that it was stopped; then the connection is given up."""


@lru_cache(maxsize=1024)
def lasts(sql: str) -> bool:
    """Whether a statement may change the connection for whoever comes next; in SQLite its text shows that.

    A pragma that only reads does not.
    """
    return _LASTING.search(sql) is not None and _READS.fullmatch(sql) is None


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

    Attributes:
        left_open: a cursor whose rows may not all have been fetched; until it is closed it holds its snapshot.
        log: of one that writes.
    """

    left_open: sqlite3.Cursor | None = None
    log: Log | None = None

    def __init__(self, *args: Any, limit: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limit = limit
        self._patience = float(kwargs.get("timeout", 0.0))
        self.running = Statement(limit)
        self.is_touched = False
        """Whether a statement may have changed it for whoever comes next."""
        self.set_progress_handler(self._over, STEPS)

    def _over(self) -> bool:
        return monotonic() >= self.running.deadline

    @property
    def isolation_level(self) -> None:
        return None

    @isolation_level.setter
    def isolation_level(self, value: str | None) -> None:
        """Ignored: SQLAlchemy sets it to leave AUTOCOMMIT, and then sqlite3 would open transactions by itself."""

    def look_at(self, sql: str) -> str:
        """Before each statement: has the log be short, and notes whether it changes the connection; returns what is to
        be run of it."""
        if self.log is not None and not self.in_transaction:
            began = monotonic()
            self.log.trim(self)
            self.running.deadline += monotonic() - began
        if sql.rstrip(";") == BEGIN:
            self._begin_to_write()
            return "-- it has begun"
        self.is_touched = self.is_touched or lasts(sql)
        return sql

    def _begin_to_write(self) -> None:
        """Opens a transaction as soon as nobody else writes. SQLite's own wait for that cannot be stopped, and a
        caller who hangs up would take the connection with it."""
        cursor, until, pause = self.plain(), monotonic() + self._patience, 0.001
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    cursor.execute(BEGIN)
                except sqlite3.OperationalError as error:
                    is_busy = error.sqlite_errorname.startswith("SQLITE_BUSY")
                    if not is_busy or self._over() or monotonic() >= until:
                        raise
                    sleep(pause)
                    pause = min(2 * pause, 0.02)
                else:
                    return
        finally:
            cursor.execute(f"PRAGMA busy_timeout={round(self._patience * 1000)}")

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or LimitedCursor)

    def plain(self) -> sqlite3.Cursor:
        """A cursor without a time limit of its own: that is the whole call's.

        `sqlite3.Cursor(self)` would leak: a connection notes each of its cursors, and only its own way to make one
        forgets those that are gone.
        """
        return super().cursor(sqlite3.Cursor)

    # The standard library's own would take a plain cursor.

    def execute(self, *args: Any) -> LimitedCursor:
        cursor: LimitedCursor = self.cursor()
        return cursor.execute(*args)

    def executemany(self, *args: Any) -> LimitedCursor:
        cursor: LimitedCursor = self.cursor()
        return cursor.executemany(*args)

    def executescript(self, *args: Any) -> LimitedCursor:
        cursor: LimitedCursor = self.cursor()
        return cursor.executescript(*args)


class LimitedCursor(sqlite3.Cursor):
    """The cursor that SQLAlchemy gets. A fetch in parts gets its time anew each time, as in PostgreSQL."""

    connection: LimitedConnection

    def _begin(self) -> None:
        self.connection.running = Statement(self.connection.limit)

    def execute(self, sql: str, *args: Any) -> LimitedCursor:
        self._begin()
        super().execute(self.connection.look_at(sql), *args)
        return self

    def executescript(self, sql: str) -> LimitedCursor:
        self._begin()
        super().executescript(self.connection.look_at(sql))
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

    It uses aiosqlite's `_execute`, `_connect`, `_conn`, `_thread` and `_tx`, which are not documented: there is no
    other way to run more than one sqlite3 call per hop. A test names them.

    Args:
        connector: opens the file; runs in the connection's own thread.
        limit: seconds a statement may run.
    """

    def __init__(self, connector: Callable[[], LimitedConnection], limit: float) -> None:
        opened: list[LimitedConnection] = []  # what the thread needs, without this object
        super().__init__(partial(_open, connector, opened), iter_chunk_size=64)
        self._opened = opened
        self.limit = limit
        self.given_up = False
        self._thread.daemon = True  # else a connection nobody closed keeps the process alive

    async def _connect(self) -> aiosqlite.Connection:
        self._loop = asyncio.get_running_loop()
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
        if not self._running or self._connection is None or self.given_up:
            return False
        try:
            self._connection.in_transaction  # noqa: B018 - asked for its error alone
        except sqlite3.ProgrammingError:  # closed by somebody who has it from here
            return False
        return True

    async def run(self, job: Callable[[LimitedConnection], T], limit: float | None = None) -> T:
        """Runs a job in the connection's thread: one hop there, one back. Cancelling it stops the statement.

        Args:
            job: gets the standard library's connection; leaves no open cursor behind.
            limit: seconds it may take; None for the connection's own.

        Raises:
            sqlite3.Error: as SQLite answers; "interrupted" past the time limit.
        """
        if not self._running or self._connection is None:
            raise ValueError("Connection closed")  # in its words
        statement = Statement(self.limit if limit is None else limit)
        answer: asyncio.Future[T] = self._loop.create_future()
        # As aiosqlite's `_execute`, which asks the system each time which loop runs.
        self._tx.put_nowait((answer, partial(self._perform, statement, job)))
        try:
            return await answer
        except asyncio.CancelledError:
            statement.stop()
            await self.halt()
            raise

    @property
    def is_touched(self) -> bool:
        """Whether a caller may have changed it for whoever comes next."""
        raw = self._connection
        if raw is None:
            return False
        return self.raw.is_touched or raw.row_factory is not None or raw.text_factory is not str

    async def renew(self) -> None:
        """Opens the file anew, in the same thread: the one way to undo whatever pragma, and it takes a millisecond.

        Raises:
            sqlite3.Error: it cannot be opened any more; the connection is given up.
        """
        await self._execute(self._reopen)  # type: ignore[no-untyped-call]  # aiosqlite's own is untyped

    def _reopen(self) -> None:
        self.raw.close()  # first: it may have locked the file for itself
        try:
            self._connection = self._connector()
        except BaseException:
            self.given_up = True
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
        # For one that was opened after its caller had given up: aiosqlite does not know of it.
        self._tx.put_nowait((None, partial(_close, self._opened)))
        return super().stop()

    async def close(self) -> None:
        """Stops what runs, then closes."""
        self._interrupt()
        await super().close()

    def _interrupt(self) -> None:
        if self._connection is not None:
            self.raw.running.stop()
            with suppress(sqlite3.ProgrammingError):  # closed by somebody who has it from here
                self.raw.interrupt()


def _open(connector: Callable[[], LimitedConnection], opened: list[LimitedConnection]) -> LimitedConnection:
    opened[:] = [connector()]  # the one before, if there was one, has been closed
    return opened[0]


def _close(opened: list[LimitedConnection]) -> None:
    while opened:
        opened.pop().close()
