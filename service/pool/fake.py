"""A fake database whose connections a test opens and closes by hand; everything above the wire is real.

    fake = FakeDatabase()
    pool = fake.pool(min_size=0, max_size=1)
    await pool.open()
    asking = asyncio.create_task(take_one(pool))
    await fake.settle()
    assert repr(pool) == "<Pool open size=0/1 idle=0 in_use=0 waiting=1 connecting=1>"
    fake.connect()                     # or fake.refuse(OSError("no route"))
    fake.clock.advance(30.0)           # connections age by this clock alone

The seam is the driver's connection: the gate, the store and SQLAlchemy's engine are those that serve.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import URL
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection, AsyncAdapt_dbapi_cursor, AsyncAdapt_terminate
from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from service.pool.driver import Cursor, Row
from service.pool.pool import Pool
from service.pool.store import Store

Rows = Sequence[Sequence[Any]]
Answer = Callable[[str, Sequence[Any]], Rows]


class FakeTimer:
    """What `FakeClock` will do."""

    def __init__(self, when: float, step: Callable[[], None]) -> None:
        self.when = when
        self.step = step
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class FakeClock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._timers: list[FakeTimer] = []

    def time(self) -> float:
        return self._now

    def call_at(self, when: float, step: Callable[[], None]) -> FakeTimer:
        self._timers.append(timer := FakeTimer(when, step))
        return timer

    def advance(self, seconds: float) -> None:
        """Moves time on and does what has become due; `FakeDatabase.settle` next, to see what comes of it."""
        self._now += seconds
        due = [timer for timer in self._timers if timer.when <= self._now or timer.cancelled]
        self._timers = [timer for timer in self._timers if timer not in due]
        for timer in due:
            if not timer.cancelled:
                timer.step()

    @property
    def next(self) -> float | None:
        """Seconds until something is due."""
        return min((timer.when - self._now for timer in self._timers if not timer.cancelled), default=None)


class FakeError(Exception):
    """What the fake database raises."""


class FakeConnection:
    """The driver's connection, as a lease hands it out.

    Args:
        number: 1 for the first of the database, then 2, …
    """

    def __init__(self, database: FakeDatabase, number: int) -> None:
        self.database = database
        self.number = number
        self.closed = False
        self.in_transaction = False
        self.ran: list[str] = []
        """The statements it was given, and `interrupt`, `abort`, `reset`, `close`, `terminate`, in order."""
        self.running: asyncio.Future[Rows] | None = None
        """A statement's answer that the test has not given yet, while `database.hold` is set."""

    async def run(self, sql: str, args: Sequence[Any] = ()) -> Rows:
        if self.closed:
            raise FakeError("the connection is closed")
        self.ran.append(sql)
        words = sql.lower().split()
        if words[:1] in (["begin"], ["commit"], ["rollback"]):
            self.in_transaction = words[0] == "begin"
            return []
        if not self.database.hold:
            return self.database.answer(sql, args)
        self.running = asyncio.get_running_loop().create_future()
        return await self.running

    async def close(self) -> None:
        self.ran.append("close")
        if self.database.hold_closes:
            closing = asyncio.get_running_loop().create_future()
            self.database.closing.append(closing)
            await closing
        self.drop()

    def terminate(self) -> None:
        self.ran.append("terminate")
        self.drop()

    def drop(self) -> None:
        """The network takes it away; what runs on it fails."""
        self.closed = True
        self.database.live.discard(self)
        if self.running is not None and not self.running.done():
            self.running.set_exception(FakeError("the connection is closed"))

    async def rollback(self) -> None:
        if self.in_transaction:
            await self.run("rollback")

    async def commit(self) -> None:
        if self.in_transaction:
            await self.run("commit")

    def cursor(self) -> FakeCursor:
        return FakeCursor(self)

    def __repr__(self) -> str:
        return f"<FakeConnection {self.number}{' closed' if self.closed else ''}>"


class FakeCursor:
    """What SQLAlchemy's engine works with."""

    lastrowid = 0
    arraysize = 1

    def __init__(self, connection: FakeConnection) -> None:
        self._connection = connection
        self._rows: deque[Any] = deque()
        self.description: Any = None

    async def __aenter__(self) -> FakeCursor:
        return self

    @property
    def rowcount(self) -> int:
        return len(self._rows)

    async def execute(self, sql: str, args: Sequence[Any] = ()) -> None:
        self._rows = deque(await self._connection.run(sql, args))
        width = len(self._rows[0]) if self._rows else 0
        self.description = [(f"column{i}", None, None, None, None, None, None) for i in range(width)] or None

    async def fetchall(self) -> list[Any]:
        return list(self._rows)

    async def close(self) -> None:
        pass


class FakeRows:
    """Rows handed out in parts."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    async def fetch(self, count: int) -> list[Row]:
        part, self._rows = self._rows[:count], self._rows[count:]
        return part

    async def close(self) -> None:
        self._rows = []


class FakeDriver:
    """The pool's view of `FakeConnection`."""

    async def fetch(self, connection: FakeConnection, sql: str, args: Sequence[Any]) -> list[Row]:
        return list(await connection.run(sql, args))

    async def fetchrow(self, connection: FakeConnection, sql: str, args: Sequence[Any]) -> Row | None:
        rows = await connection.run(sql, args)
        return rows[0] if rows else None

    async def fetchvals(self, connection: FakeConnection, statements: Iterable[tuple[str, Sequence[Any]]]) -> list[Any]:
        return [row[0] for sql, args in statements for row in await connection.run(sql, args)]

    async def open_cursor(self, connection: FakeConnection, sql: str, args: Sequence[Any]) -> Cursor:
        return FakeRows(list(await connection.run(sql, args)))

    async def execute(self, connection: FakeConnection, sql: str, args: Sequence[Any]) -> int:
        return len(await connection.run(sql, args))

    async def script(self, connection: FakeConnection, sql: str) -> None:
        await connection.run(sql)

    def begin(self, *, readonly: bool, lasting: float | None = None, isolation: str | None = None) -> str:
        return "begin read only" if readonly else "begin"

    def wait(self, connection: Any, seconds: float | None) -> None:
        """Nothing: the time limit is the connection's own."""

    def is_closed(self, connection: FakeConnection) -> bool:
        return connection.closed

    def may_be_gone(self, connection: FakeConnection) -> bool:
        return connection.database.silent

    def in_transaction(self, connection: FakeConnection) -> bool:
        return connection.in_transaction

    async def reset(self, connection: FakeConnection) -> None:
        connection.ran.append("reset")
        if connection.database.hold_resets:
            await asyncio.get_running_loop().create_future()
        connection.in_transaction = False

    def is_touched(self, connection: FakeConnection) -> bool:
        return connection.database.touchy

    async def renew(self, connection: FakeConnection) -> None:
        connection.ran.append("renew")
        if connection.database.hold_renewals is not None:
            await connection.database.hold_renewals.wait()

    async def interrupt(self, connection: FakeConnection) -> None:
        connection.ran.append("interrupt")

    async def abort(self, connection: FakeConnection) -> None:
        connection.ran.append("abort")
        if connection.running is not None and not connection.running.done():
            connection.running.set_exception(FakeError("aborted"))

    def is_write_refused(self, error: BaseException) -> bool:
        return isinstance(error, FakeError) and str(error) == "read-only"


class FakeDatabase:
    """A server made of futures.

    Args:
        by_hand: each connect waits for `connect()` or `refuse()`; else it succeeds at once.
        hold: each statement waits until the test sets the result of its connection's `running`.
        hold_closes: each close waits for its future in `closing`.
        hold_resets: a reset never ends.
        silent: the network may take connections without a sign.
        touchy: whatever runs may leave something for the session.
        answer: what statements return, from their text and arguments.
    """

    def __init__(
        self,
        *,
        by_hand: bool = True,
        hold: bool = False,
        hold_closes: bool = False,
        hold_resets: bool = False,
        silent: bool = False,
        touchy: bool = False,
        answer: Answer = lambda _sql, _args: [(1,)],
    ) -> None:
        self.by_hand = by_hand
        self.hold = hold
        self.hold_closes = hold_closes
        self.hold_resets = hold_resets
        self.silent = silent
        self.touchy = touchy
        self.hold_renewals: asyncio.Event | None = None
        """Renewals wait for it, if there is one."""
        self.answer = answer
        self.driver = FakeDriver()
        self.clock = FakeClock()
        """The time of this database's pools."""
        self.asked: deque[asyncio.Future[FakeConnection]] = deque()
        """Connects the test has not answered yet, oldest first."""
        self.closing: deque[asyncio.Future[None]] = deque()
        self.live: set[FakeConnection] = set()
        """Connections the server sees."""
        self.peak = 0
        """The most it ever saw, those being made included."""
        self._made = 0

    def engine(self) -> AsyncEngine:
        """A real engine over this database."""
        return create_async_engine(URL.create("poolgate_fake"), poolclass=Store, connect_args={"database": self})

    def pool(self, **limits: Any) -> Pool:
        """A real pool, not yet open, with the limits that `Pool` takes."""
        return Pool(self.engine(), self.driver, **{"clock": self.clock, **limits})

    def connect(self) -> FakeConnection:
        """Lets the oldest connect succeed."""
        connection = self._make()
        self._next().set_result(connection)
        return connection

    def refuse(self, error: Exception | None = None) -> None:
        """Lets the oldest connect fail."""
        self._next().set_exception(error or FakeError("the connection was refused"))

    async def settle(self) -> None:
        """Lets everything run that can run."""
        for _ in range(50):
            await asyncio.sleep(0)

    async def open(self) -> FakeConnection:
        """What the driver's `connect` does."""
        asked: asyncio.Future[FakeConnection] = asyncio.get_running_loop().create_future()
        self.asked.append(asked)
        if not self.by_hand:
            self.connect()
        self.peak = max(self.peak, len(self.live) + len(self.asked))
        try:
            return await asked
        except asyncio.CancelledError:
            if asked in self.asked:
                self.asked.remove(asked)
            raise

    def _make(self) -> FakeConnection:
        self._made += 1
        connection = FakeConnection(self, self._made)
        self.live.add(connection)
        return connection

    def _next(self) -> asyncio.Future[FakeConnection]:
        while (asked := self.asked.popleft()).done():
            pass
        return asked


class _AdaptedCursor(AsyncAdapt_dbapi_cursor):
    pass


class _AdaptedConnection(AsyncAdapt_terminate, AsyncAdapt_dbapi_connection):
    _cursor_cls = _AdaptedCursor
    _connection: Any

    async def _terminate_graceful_close(self) -> None:
        await self._connection.close()

    def _terminate_force_close(self) -> None:
        self._connection.terminate()


class FakeDialect(DefaultDialect):
    """The least that SQLAlchemy's engine needs; knows no SQL of its own."""

    driver = "poolgate_fake"
    is_async = True
    has_terminate = True
    supports_statement_cache = True
    default_paramstyle = "numeric_dollar"

    @classmethod
    def import_dbapi(cls) -> Any:
        return SimpleNamespace(Error=FakeError, paramstyle="numeric_dollar", connect=cls._open)

    @staticmethod
    def _open(*, database: FakeDatabase) -> _AdaptedConnection:
        connection: Any = await_only(database.open())
        return _AdaptedConnection(None, connection)

    def create_connect_args(self, url: URL) -> Any:
        return [], {}

    def get_driver_connection(self, connection: Any) -> Any:
        return connection._connection

    def do_terminate(self, dbapi_connection: Any) -> None:
        dbapi_connection.terminate()

    def initialize(self, connection: Any) -> None:
        pass


registry.register("poolgate_fake", __name__, "FakeDialect")
