"""An open file of SQLite's, and the one hop to the thread that works on it; or none, for what is done at once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, TypeVar

import aiosqlite

from service.database.sqlite.complaints import take_complaint
from service.database.sqlite.limited import HastyStatement, LimitedConnection, Statement

T = TypeVar("T")

SETTLE = 2.0
"""Seconds a statement may take to notice that it was stopped; then the connection is given up."""


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
        self._sent = 0  # jobs, counted by the loop
        self._ended = 0  # counted by the thread
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
        answer = self._hop(partial(self._perform, statement, job))
        try:
            return await answer
        except asyncio.CancelledError:
            statement.stop()
            await self.halt()
            raise

    @property
    def only_reads(self) -> bool:
        """Whether it cannot write."""
        return self._connection is not None and self.raw.only_reads

    @property
    def is_free(self) -> bool:
        """Whether what only reads can be run by `run_here`: nothing is under way on it, open on it or set on it."""
        raw = self._connection
        if raw is None or self._sent != self._ended or not self._running or self.given_up:
            return False
        raw = self.raw
        try:
            return raw.only_reads and not (raw.in_transaction or raw.is_touched or raw.left_open)
        except sqlite3.ProgrammingError:  # closed by somebody who has it from here
            return False

    def run_here(self, statement: HastyStatement, job: Callable[[LimitedConnection], T]) -> T:
        """Runs a job at once, in the thread of the caller, who has seen that it `is_free`. What fails so may well
        succeed by `run`.

        Args:
            job: as for `run`; changes nothing.
        """
        raw = self.raw
        raw.hasten(True)
        raw.running = statement
        try:
            return job(raw)
        finally:
            take_complaint()

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
        await self._execute(self._reopen)

    def _reopen(self) -> None:
        self.raw.close()  # first: it may have locked the file for itself
        try:
            self._connection = self._connector()
        except BaseException:
            self.given_up = True
            raise

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._running or self._connection is None:
            raise ValueError("Connection closed")  # in its words
        return await self._hop(partial(fn, *args, **kwargs))

    def _hop(self, job: Callable[[], T]) -> asyncio.Future[T]:
        # As aiosqlite's `_execute`, which asks the system each time which loop runs.
        answer: asyncio.Future[T] = self._loop.create_future()
        self._sent += 1
        self._tx.put_nowait((answer, partial(self._work, job)))
        return answer

    def _work(self, job: Callable[[], T]) -> T:
        try:
            if self._connection is not None:
                with suppress(sqlite3.ProgrammingError):  # closed by somebody who has it from here
                    self.raw.hasten(False)
            return job()
        finally:
            self._ended += 1

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
        ended = asyncio.ensure_future(self._execute(int))
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
