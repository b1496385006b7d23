"""SQLite's connections as the standard library has them, with a limit on the time that their statements take."""

from __future__ import annotations

import re
import sqlite3
from functools import lru_cache
from time import monotonic, sleep, thread_time
from typing import Any

from service.database.sqlite.log import Log

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
STEPS_IN_HASTE = 5_000
"""The same on the event loop: a tenth of a millisecond. Each look takes the interpreter's lock; where threads wanted it
too, looks every 500 steps cost more than the statement."""
MOST_WAITING = 0.02
"""Seconds that a statement may take on the loop beyond what it may work."""


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

    def is_over(self) -> bool:
        return monotonic() >= self.deadline

    def stop(self) -> None:
        self.deadline = 0.0


class HastyStatement(Statement):
    """One that runs on the event loop: what counts is how long it works, for on a busy machine it may have to wait for
    its turn in the middle of a microsecond's work. But for ever it does not wait either, as for a disk.

    Args:
        limit: seconds it may work.
    """

    __slots__ = ("_began", "_limit")

    def __init__(self, limit: float) -> None:
        super().__init__(limit)
        self._limit = limit
        self._began = thread_time()

    def is_over(self) -> bool:
        late = monotonic() - self.deadline
        return late >= 0.0 and (late >= MOST_WAITING or self.worked() >= self._limit)

    def is_late(self) -> bool:
        """Whether it took longer than it may work."""
        return monotonic() >= self.deadline

    def took(self) -> float:
        """Seconds since it began."""
        return monotonic() - self.deadline + self._limit

    def worked(self) -> float:
        """Seconds of work until now."""
        return thread_time() - self._began


class LimitedConnection(sqlite3.Connection):
    """A `sqlite3.Connection` whose statements have a time limit, by whatever way they come.

    Args:
        limit: seconds a statement may run.

    Attributes:
        left_open: a cursor whose rows may not all have been fetched; until it is closed it holds its snapshot.
        log: of one that writes.
        only_reads: it cannot write.
        in_haste: see `hasten`.
    """

    left_open: sqlite3.Cursor | None = None
    log: Log | None = None
    only_reads = False
    in_haste = False

    def __init__(self, *args: Any, limit: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limit = limit
        self._patience = float(kwargs.get("timeout", 0.0))
        self.running = Statement(limit)
        self.is_touched = False
        """Whether a statement may have changed it for whoever comes next."""
        self.set_progress_handler(self._over, STEPS)

    def _over(self) -> bool:
        return self.running.is_over()

    def hasten(self, in_haste: bool) -> None:
        """Has statements end soon, and not wait for another process's lock; or has them take their time again.

        Shorter values (SQLITE_LIMIT_LENGTH) would bound a single step too, but SQLite's printf makes a longer one NULL
        and says nothing.
        """
        if in_haste is self.in_haste:
            return
        self.in_haste = in_haste
        self.set_progress_handler(self._over, STEPS_IN_HASTE if in_haste else STEPS)
        self._wait_for_locks(0.0 if in_haste else self._patience)

    def _wait_for_locks(self, seconds: float) -> None:
        self.plain().execute(f"PRAGMA busy_timeout={round(seconds * 1000)}")

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
        self._wait_for_locks(0.0)
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
            self._wait_for_locks(self._patience)

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
