"""How the pool talks to aiosqlite: each call is one hop to the connection's thread and back."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from time import thread_time
from typing import Any, TypeVar

from service.database.sqlite.connection import FileConnection
from service.database.sqlite.errors import name_of
from service.database.sqlite.limited import BEGIN, HastyStatement, LimitedConnection
from service.database.sqlite.short import LONGEST, Short
from service.errors import AnswerTooLargeError
from service.pool import Cursor, Row

T = TypeVar("T")
_NAMES = tuple(str(number) for number in range(1, 32_767))  # SQLite's own most


def bound(sql: str, args: Sequence[Any]) -> Sequence[Any] | Mapping[str, Any]:
    """The arguments as sqlite3 wants them: `$1` is a name to SQLite, `?` a position."""
    return dict(zip(_NAMES, args, strict=False)) if args and "$1" in sql else args


def statements(script: str) -> Iterator[str]:
    """The single statements of a script. `executescript` was rejected: it commits first."""
    part = ""
    for piece in script.split(";"):
        part += f"{piece};"
        if sqlite3.complete_statement(part):
            if part.strip(" \t\r\n;"):
                yield part
            part = ""
    if part.strip(" \t\r\n;"):
        yield part


def _cursor(raw: LimitedConnection) -> sqlite3.Cursor:
    cursor = raw.plain()
    cursor.row_factory = sqlite3.Row
    return cursor


class _at_most:  # noqa: N801  # used as a function; a generator would cost ten times as much
    """While a row is made of values that may not have more bytes: SQLite stops before it has them in memory."""

    __slots__ = ("_before", "_most", "_raw")

    def __init__(self, raw: LimitedConnection, most: int | None) -> None:
        self._raw = raw
        self._most = most

    def __enter__(self) -> None:
        if self._most is not None:
            self._before = self._raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, self._most)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._most is None:
            return
        self._raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, self._before)
        if error is not None and name_of(error) == "SQLITE_TOOBIG":
            raise AnswerTooLargeError from error


def _timed(job: Callable[[LimitedConnection], T], raw: LimitedConnection) -> tuple[T, float]:
    """A job's result and how long the thread worked on it; while others have the interpreter's lock it does not."""
    began = thread_time()
    return job(raw), thread_time() - began


def _close_left_open(raw: LimitedConnection) -> None:
    if raw.left_open is not None:
        raw.left_open.close()
        raw.left_open = None


class _Cursor:
    """A cursor of the standard library, used in its connection's thread."""

    def __init__(self, connection: FileConnection, cursor: sqlite3.Cursor) -> None:
        self._connection = connection
        self._cursor = cursor

    async def fetch(self, count: int) -> list[Row]:
        return await self._connection.run(lambda _: self._cursor.fetchmany(count))

    async def close(self) -> None:
        await self._connection.run(_close_left_open)


class SqliteDriver:
    """The driver protocol of `service.pool` over `FileConnection`; arguments bind to `$1`, `$2`, … or to `?`.

    Args:
        most: bytes that a value may have in a row that is fetched by itself; None for as many as SQLite takes.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._short = Short()

    async def fetch(self, connection: FileConnection, sql: str, args: Sequence[Any]) -> list[Row]:
        def job(raw: LimitedConnection) -> list[Row]:
            return _cursor(raw).execute(raw.look_at(sql), bound(sql, args)).fetchall()

        return await self._run(connection, sql, job)

    async def fetchrow(self, connection: FileConnection, sql: str, args: Sequence[Any]) -> Row | None:
        def job(raw: LimitedConnection) -> Row | None:
            with _at_most(raw, self._most):
                cursor = _cursor(raw).execute(raw.look_at(sql), bound(sql, args))
                row: Row | None = cursor.fetchone()
                cursor.close()  # ends `insert … returning` too: its writes were done before its first row
                return row

        return await self._run(connection, sql, job)

    async def _run(self, connection: FileConnection, sql: str, job: Callable[[LimitedConnection], T]) -> T:
        """One statement: here if it is known to be short, else in the connection's thread."""
        if not connection.only_reads or (runs := self._short.runs(sql)) is None:
            return await connection.run(job)
        if not runs.left:
            if self._short.has_had_its_turn():
                await asyncio.sleep(0)
            if connection.is_free:
                statement = HastyStatement(LONGEST)
                try:
                    found = connection.run_here(statement, job)
                except Exception:  # whatever it is, in the thread it is what it always was
                    runs.fails(statement)
                else:
                    runs.on_the_loop(statement)
                    return found
                finally:
                    self._short.spend(statement.took())
        try:
            found, took = await connection.run(partial(_timed, job))
        except BaseException:
            runs.in_the_thread(math.inf)
            raise
        runs.in_the_thread(took)
        return found

    async def fetchvals(self, connection: FileConnection, statements: Iterable[tuple[str, Sequence[Any]]]) -> list[Any]:
        def job(raw: LimitedConnection) -> list[Any]:
            found: list[Any] = []
            cursor = raw.plain()
            for sql, args in statements:
                found += [row[0] for row in cursor.execute(raw.look_at(sql), bound(sql, args))]
            return found

        return await connection.run(job)

    async def open_cursor(self, connection: FileConnection, sql: str, args: Sequence[Any]) -> Cursor:
        def job(raw: LimitedConnection) -> sqlite3.Cursor:
            raw.left_open = cursor = _cursor(raw).execute(sql, bound(sql, args))
            return cursor

        return _Cursor(connection, await connection.run(job))

    async def execute(self, connection: FileConnection, sql: str, args: Sequence[Any]) -> int:
        def job(raw: LimitedConnection) -> int:
            cursor = _cursor(raw).execute(raw.look_at(sql), bound(sql, args))
            cursor.fetchall()
            return cursor.rowcount

        return await connection.run(job)

    async def script(self, connection: FileConnection, sql: str) -> None:
        def job(raw: LimitedConnection) -> None:
            cursor = _cursor(raw)
            for statement in statements(sql):
                cursor.execute(raw.look_at(statement)).fetchall()

        await connection.run(job)

    def begin(self, *, readonly: bool, lasting: float | None = None, isolation: str | None = None) -> str:
        # IMMEDIATE: a deferred one that reads first and writes later fails when another process wrote in between,
        # and no waiting helps.
        return "BEGIN" if readonly else BEGIN

    def wait(self, connection: Any, seconds: float | None) -> None:
        """Nothing: the time limit is the connection's own."""

    def is_closed(self, connection: FileConnection) -> bool:
        return not connection.is_open

    def may_be_gone(self, connection: FileConnection) -> bool:
        return False

    def in_transaction(self, connection: FileConnection) -> bool:
        raw = connection.raw
        return raw.in_transaction or raw.left_open is not None

    async def reset(self, connection: FileConnection) -> None:
        def job(raw: LimitedConnection) -> None:
            _close_left_open(raw)
            if raw.in_transaction:
                raw.rollback()

        await connection.run(job)

    def is_touched(self, connection: FileConnection) -> bool:
        return connection.is_touched

    async def renew(self, connection: FileConnection) -> None:
        await connection.renew()

    async def interrupt(self, connection: FileConnection) -> None:
        await connection.halt()

    async def abort(self, connection: FileConnection) -> None:
        if connection.is_open:
            await connection.interrupt()

    def is_write_refused(self, error: BaseException) -> bool:
        return name_of(error).startswith("SQLITE_READONLY")
