"""The stock: the connections themselves. What may be done with them is decided here, and nowhere else.

A connection is always in one of four states: being opened, idle, in use (being cleaned included), being closed.

- No connection is opened inside a request. A caller who finds none idle joins the queue; if the pool may grow, one is
  opened in a task of the pool's own; the caller takes whichever comes first, that one or one that is given back. A
  caller's cancellation or deadline thus never throws a half-made connection away.
- Nothing lies idle while somebody waits: what comes free is offered to the gate first.
- Every change of state is one synchronous function. Cleaning and closing happen outside, in tasks of the pool, each
  with a hard deadline; what is still being closed counts against `max_size`, so the server never sees more.
- A dead idle connection is found, by `Driver.is_closed`, when it is taken; it costs no other connection its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from types import MappingProxyType
from typing import Any

from service.errors import PoolClosedError, PoolFullError, PoolTimeoutError
from service.events import Observe, Reason
from service.pool.chores import Chores
from service.pool.cleaner import Cleaner
from service.pool.closer import Closer
from service.pool.driver import Driver
from service.pool.gate import Gate
from service.pool.home import Home
from service.pool.ledger import Ledger
from service.pool.limits import Limits
from service.pool.opener import Opener, Translate
from service.pool.record import Record, State
from service.pool.stats import PoolStats


class Stock:
    """The connections of one engine.

    Args:
        make: opens a connection; runs in SQLAlchemy's greenlet.
        dialect: SQLAlchemy's.
        observe, translate: see `Pool`.
    """

    _home: Home

    def __init__(
        self,
        make: Callable[[], Record],
        dialect: Any,
        driver: Driver,
        limits: Limits,
        observe: Observe,
        translate: Translate,
    ) -> None:
        self.state = State.NEW
        self.limits = limits
        self._driver = driver
        self._gate: Gate[Record] = Gate(self._free)
        self._idle: list[Record] = []
        self._in_use: set[Record] = set()
        self._drained = asyncio.Event()
        self._ledger = Ledger(observe)
        self._chores = Chores()
        self._cleaner = Cleaner(driver, self._chores, self._ledger, limits.reset_timeout, self._cleaned)
        self._closer = Closer(dialect, driver, self._chores, limits.close_timeout, self._settle)
        self._opener = Opener(
            make, self._chores, self._ledger, limits.connect_timeout, translate, self._shelve, self._connect_failed
        )

    # What callers do.

    async def take(self, timeout: float | None = None) -> Record:
        """A live connection of the caller's own; of several idle ones, the one used last.

        Args:
            timeout: seconds to wait; None for `limits.acquire_timeout`.

        Raises:
            PoolTimeoutError, PoolFullError, PoolClosedError, PoolLoopError: as their names say.
            DatabaseAwayError: a connection had to be opened and could not be.
        """
        self.check()
        record = self._take_idle()
        if record is None:
            return await self._take_in_turn(self.limits.acquire_timeout if timeout is None else timeout)
        return self._taken(record, 0.0)

    def put_back(self, record: Record, *, unclean: bool = False) -> asyncio.Task[None] | None:
        """Takes a connection back from its caller.

        Args:
            unclean: a call on it was cancelled, so a statement may be running still.

        Returns:
            The task that cleans it, where something has to be ended on it first.
        """
        if record not in self._in_use:  # it was abandoned when the pool was closed
            return None
        self._ledger.released(monotonic() - record.taken_at)
        reason = self._unfit(record)
        if reason is not None:
            self._discard(record, reason)
        elif unclean or self._driver.in_transaction(record.driver_connection):
            return self._cleaner.start(record, unclean)
        else:
            self._shelve(record)
        return None

    def invalidate(self, record: Record) -> None:
        """Closes a connection instead of taking it back."""
        if record in self._in_use:
            self._ledger.released(monotonic() - record.taken_at)
            self._discard(record, self._unfit(record) or Reason.INVALIDATED)

    def check(self) -> None:
        """Raises PoolClosedError unless the stock is open, PoolLoopError unless it was opened here."""
        if self.state is not State.OPEN:
            raise PoolClosedError("the pool is not open yet" if self.state is State.NEW else "the pool is closed")
        self._home.check()

    def returned(self, record: Record) -> None:
        """Takes a connection back from SQLAlchemy, which may have invalidated or detached it: then its room only."""
        if record.dbapi_connection is not None:
            self.put_back(record)
        elif record in self._in_use:
            self._ledger.released(monotonic() - record.taken_at)
            self._in_use.discard(record)
            self._settle()

    def dispose(self) -> None:
        """Closes what lies idle."""
        while self._idle:
            self._discard(self._idle.pop(), Reason.DISPOSED)

    def run(self, step: Callable[..., None], *args: Any) -> None:
        """Takes a step of the stock's from whatever thread."""
        self._home.run(step, *args)

    # What can be seen.

    @property
    def idle(self) -> int:
        return len(self._idle)

    @property
    def in_use(self) -> int:
        return len(self._in_use)

    @property
    def size(self) -> int:
        return len(self._idle) + len(self._in_use)

    def status(self) -> str:
        """The state at a glance."""
        text = f"{self.state} size={self.size}/{self.limits.max_size} idle={self.idle} in_use={self.in_use}"
        text += f" waiting={len(self._gate)}"
        under_way = {"connecting": self._opener.under_way, "closing": self._closer.under_way}
        return text + "".join(f" {name}={number}" for name, number in under_way.items() if number)

    def stats(self) -> PoolStats:
        count = self._ledger.count
        return PoolStats(
            state=str(self.state),
            min_size=self.limits.min_size,
            max_size=self.limits.max_size,
            size=self.size,
            idle=self.idle,
            in_use=self.in_use,
            connecting=self._opener.under_way,
            closing=self._closer.under_way,
            waiting=len(self._gate),
            **count.numbers(),
            closed=MappingProxyType(dict(count.closed)),
        )

    # Changes of state; none of them waits.

    def _take_idle(self) -> Record | None:
        while self._idle:
            record = self._idle.pop()
            reason = self._unfit(record)
            if reason is None:
                self._in_use.add(record)
                return record
            self._discard(record, reason)
        return None

    def _taken(self, record: Record, waited: float) -> Record:
        record.waited = waited
        record.taken_at = monotonic()
        self._ledger.acquired(waited, len(self._in_use))
        return record

    def _unfit(self, record: Record) -> Reason | None:
        if record._is_hard_or_soft_invalidated():
            return Reason.INVALIDATED
        return Reason.LOST if self._driver.is_closed(record.driver_connection) else None

    def _free(self, record: Record) -> None:
        reason = self._unfit(record)
        if reason is None:
            self._shelve(record)
        else:
            self._discard(record, reason)

    def _shelve(self, record: Record) -> None:
        if self.state is not State.OPEN:
            self._discard(record, Reason.CLOSING)
        elif self._gate.offer(record):
            self._in_use.add(record)
        else:
            self._in_use.discard(record)
            self._idle.append(record)

    def _cleaned(self, record: Record, in_time: bool) -> None:
        if record not in self._in_use:  # abandoned meanwhile
            return
        reason = self._unfit(record)
        if reason is None and (not in_time or self._driver.in_transaction(record.driver_connection)):
            reason = Reason.RESET_FAILED
        if reason is None:
            self._shelve(record)
        else:
            self._discard(record, reason)

    def _discard(self, record: Record, reason: Reason) -> None:
        self._in_use.discard(record)
        connection, record.dbapi_connection = record.dbapi_connection, None
        if connection is not None:
            self.send_off(connection, reason)
        self._settle()

    def send_off(self, connection: Any, reason: Reason) -> None:
        self._ledger.closed(reason)
        if reason is Reason.LOST or not self._home.loop.is_running():
            self._closer.cut(connection)
        else:
            self._closer.close(connection, reason)

    def _settle(self) -> None:
        """Room came free, or soon will."""
        if self.state is not State.OPEN:
            if not self._in_use:
                self._drained.set()
        elif self._gate:
            # Not at once: SQLAlchemy detaches a connection first and closes it then, and both are one step to us.
            self._home.loop.call_soon(self._grow)

    def _grow(self) -> None:
        for _ in range(self._wanted()):
            self._opener.start()

    def _wanted(self) -> int:
        if self.state is not State.OPEN:
            return 0
        room = self.limits.max_size - self.size - self._opener.under_way - self._closer.under_way
        return min(room, len(self._gate) - self._opener.under_way)

    def _connect_failed(self, away: Exception) -> None:
        """With connections in use the queue waits for those; with none, each failure is the answer to one caller."""
        if not self._in_use and self._gate.fail_first(away):
            self._grow()

    # What takes time.

    async def _take_in_turn(self, timeout: float) -> Record:
        most = self.limits.max_waiting + self.limits.max_size - self.in_use
        try:
            place = self._gate.join(self._home.loop.time() + timeout, most)
        except PoolFullError:
            self._ledger.shed(len(self._gate))
            raise
        self._grow()
        try:
            record = await self._gate.wait(place)
        except PoolTimeoutError as error:
            self._ledger.timed_out(monotonic() - place.since)
            error.details = self.status()
            raise error from self._opener.last_error
        except asyncio.CancelledError:
            self._ledger.cancelled(monotonic() - place.since)
            raise
        waited = monotonic() - place.since
        self._ledger.queued(waited)
        return self._taken(record, waited)

    async def finish(self, release: Coroutine[Any, Any, None]) -> None:
        """Sees SQLAlchemy's release of a connection through, the caller's cancellation notwithstanding.

        At the deadline it is cancelled, whereupon SQLAlchemy invalidates the connection.
        """
        await asyncio.shield(self._chores.start(self._chores.within(self.limits.reset_timeout, release)))

    # The beginning and the end.

    def open(self) -> None:
        """Makes the running loop the stock's home and lets callers in."""
        if self.state is State.NEW:
            self._home = Home()
            self.state = State.OPEN
        self.check()

    async def warm(self) -> None:
        """Opens connections up to `min_size`."""
        missing = self.limits.min_size - self.size - self._opener.under_way
        # The first alone: with the database away that is one failed attempt, not `min_size`.
        for batch in (min(missing, 1), missing - 1):
            for error in await asyncio.gather(*(self._opener.start() for _ in range(batch))):
                if error is not None:
                    raise error

    async def close(self, timeout: float | None) -> None:
        """Lets nobody in, waits until nothing is in use, at most `timeout` seconds, then closes everything."""
        if self.state in (State.NEW, State.CLOSED):
            self.state = State.CLOSED
            return
        self._home.check()
        self._begin_closing()
        try:
            async with asyncio.timeout(timeout):
                await self._drained.wait()
        except TimeoutError:
            for record in tuple(self._in_use):
                self._discard(record, Reason.ABANDONED)
        await self._chores.finish(self.limits.close_timeout + 1)
        self.state = State.CLOSED

    def _begin_closing(self) -> None:
        self.state = State.CLOSING
        self._gate.fail_all(lambda: PoolClosedError("the pool is closing"))
        self._opener.stop()
        while self._idle:
            self._discard(self._idle.pop(), Reason.CLOSING)
        self._settle()
