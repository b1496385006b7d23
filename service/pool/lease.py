"""The lease: one driver connection in hand, with no greenlet and no SQLAlchemy object in the way.

This is the lane for work that is one trip to the database. Taking an idle connection and giving it back are two
synchronous steps; only a connection on which something has to be ended first goes back by way of a task of the pool's,
which a cancelled caller does not wait for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Coroutine, Hashable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, TypeVar

from service.errors import DatabaseAwayError
from service.pool.driver import Driver, Row
from service.pool.record import Record
from service.pool.stock import Stock
from service.pool.where import Where

T = TypeVar("T")
SILENT = "the database did not answer in time"
"""What callers are told where the driver gave up waiting."""
_MOST_ROWS = 1000  # of one part: the next rows may be longer than those by which its size was chosen
_A_TRIP = 0.02  # seconds: what a connection may take to be renewed while its last holder stands aside
_MOST_SECONDS = 0.25  # for one part: the database's time limit is each part's


class Lease:
    """One connection, for as long as `async with pool.lease() as lease` lasts.

    The queries take `$1`, `$2`, … on every database. What the driver raises is raised as it is.
    """

    __slots__ = (
        *("_driver", "_identity", "_record", "_stock", "_timeout", "_trusted", "_unclean", "_unwanted", "_where"),
        "connection",
    )

    connection: Any
    """The driver's own: `asyncpg.Connection` or `aiosqlite.Connection`."""

    _record: Record

    def __init__(
        self,
        stock: Stock,
        driver: Driver,
        timeout: float | None,
        identity: Hashable | None = None,
        trusted: bool = False,
        where: Where | None = None,
    ) -> None:
        self._stock = stock
        self._driver = driver
        self._timeout = timeout
        self._identity = identity
        self._trusted = trusted
        self._where = where
        self._unclean = False
        self._unwanted = False

    @property
    def waited(self) -> float:
        """Seconds spent waiting for the connection, opening one included."""
        return self._record.waited

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """All rows of one statement."""
        return await self._call(self._driver.fetch(self.connection, sql, args))

    def fetchrow(self, sql: str, *args: Any) -> Coroutine[Any, Any, Row | None]:
        """The first row of one statement, or None."""
        return self._call(self._driver.fetchrow(self.connection, sql, args))

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """The first column of the first row, or None."""
        row = await self._call(self._driver.fetchrow(self.connection, sql, args))
        return None if row is None else row[0]

    async def fetchvals(self, statements: Iterable[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The first columns of the rows of several statements, run one after the other.

        Args:
            statements: each with its arguments; taken one at a time, so that they can be made as they are run.
        """
        return await self._call(self._driver.fetchvals(self.connection, statements))

    async def stream(
        self, sql: str, *args: Any, part: int = 100, most_bytes: int = 65_536
    ) -> AsyncGenerator[list[Row], None]:
        """The rows of one statement in parts, none but the last empty; inside `transaction`.

        Args:
            part: rows of the first part; of the others as many as fill about `most_bytes`, and do not take long.
            most_bytes: the size that parts should have, counted by the length of each row's first column.
        """
        cursor = await self._call(self._driver.open_cursor(self.connection, sql, args))
        while True:
            began = time.perf_counter()
            rows = await self._call(cursor.fetch(part))
            took = time.perf_counter() - began
            if len(rows) < part:
                await self._call(cursor.close())
                yield rows
                return
            yield rows
            size = sum(len(row[0]) for row in rows) // part + 1
            part = max(1, min(most_bytes // size, _MOST_ROWS, int(part * _MOST_SECONDS / took)))

    async def execute(self, sql: str, *args: Any) -> int:
        """Runs one statement; the rows it affected, -1 if the database does not say."""
        return await self._call(self._driver.execute(self.connection, sql, args))

    async def script(self, sql: str) -> None:
        """Runs several statements without arguments."""
        await self._call(self._driver.script(self.connection, sql))

    @asynccontextmanager
    async def transaction(
        self,
        *,
        readonly: bool,
        lasting: float | None = None,
        commit: bool = True,
        isolation: str | None = None,
        patience: float | None = None,
    ) -> AsyncIterator[None]:
        """A transaction around the block: committed at its end, rolled back if it raises.

        Args:
            lasting: seconds that it may last, where that is longer than others may; see `Driver.begin`.
            commit: False rolls back at its end too.
            isolation: see `Driver.begin`.
            patience: seconds that its statements may run, where that is longer than others may.
        """
        await self.script(self._driver.begin(readonly=readonly, lasting=lasting, isolation=isolation))
        try:
            with self.patient(patience):
                yield
        except Exception:
            # A cancellation does not come here: no statement could be awaited then. The pool rolls back in its place.
            if not self._unwanted:  # else it is closed, and a rollback could wait for a network that says nothing
                await self._roll_back()
            raise
        await self.script("commit" if commit else "rollback")

    @contextmanager
    def patient(self, seconds: float | None) -> Iterator[None]:
        """Statements may run that long in the block; None: as long as others may."""
        if seconds is None:
            yield
            return
        self._driver.wait(self.connection, seconds)
        try:
            yield
        finally:
            self._driver.wait(self.connection, None)

    def invalidate(self) -> None:
        """Has the connection closed at the end of the lease instead of given to somebody else."""
        self._unwanted = True

    async def _roll_back(self) -> None:
        try:
            await self.script("rollback")
        except Exception:  # the error that led here says more; the connection is not to be trusted
            self.invalidate()

    async def _call(self, call: Awaitable[T]) -> T:
        self._unclean = True
        try:
            result = await call
        except TimeoutError as error:  # the driver gave up waiting: the network, or the server, says nothing any more
            self.invalidate()
            raise DatabaseAwayError(SILENT) from error
        except Exception:
            self._unclean = False
            raise
        self._unclean = False
        return result

    async def __aenter__(self) -> Lease:
        self._record = record = await self._stock.take(
            self._timeout, self._identity, trusted=self._trusted, where=self._where
        )
        self.connection = record.raw
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._unwanted:
            self._stock.invalidate(self._record)
            return
        # Whoever uses `connection` itself may have been cancelled in a call that this object did not see.
        cut_short = kind is not None and not issubclass(kind, Exception)
        wanted = bool(self._stock.gate)
        cleaning = self._stock.put_back(self._record, unclean=self._unclean or cut_short)
        if cut_short:
            return
        if cleaning is not None:
            await asyncio.shield(cleaning)
        elif wanted:
            # The one who was handed the connection sends a statement first, and this caller's answer is written while
            # the database works: the other way round every connection idles for as long as an answer takes.
            if (renewal := self._record.renewal) is not None:
                await asyncio.wait({renewal}, timeout=_A_TRIP)
            await asyncio.sleep(0)
