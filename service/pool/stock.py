"""The stock: what callers do with the connections, and the beginning and the end of them.

No connection is opened inside a request. A caller who finds none idle joins the queue; if the pool may grow, one is
opened in a task of the pool's own; the caller takes whichever comes first, that one or one that is given back. A
caller's cancellation or deadline thus never throws a half-made connection away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from time import monotonic
from typing import Any

from service.errors import PoolClosedError, PoolFullError, PoolShareError, PoolTimeoutError
from service.events import Reason
from service.pool import glance
from service.pool.home import Home
from service.pool.record import Record, State
from service.pool.upkeep import KeptShelf
from service.pool.where import Where, here

_OPEN = State.OPEN  # Python 3.11 takes its time to find a member


class Stock(KeptShelf):
    """The connections of one engine, as they are used."""

    async def take(
        self,
        timeout: float | None = None,
        identity: Hashable | None = None,
        *,
        trusted: bool = False,
        where: Where | None = None,
    ) -> Record:
        """A live connection of the caller's own; of several idle ones, the one used last.

        Args:
            timeout: seconds to wait; None for `limits.acquire_timeout`.
            identity: whose share of the pool it counts against.
            trusted: the caller sets nothing for the session.
            where: the caller's place; None to look for it.

        Raises:
            PoolTimeoutError, PoolFullError, PoolShareError, PoolClosedError, PoolLoopError: as their names say.
            DatabaseAwayError: no connection is there and none can be opened.
        """
        self.check()
        record = self._take_idle()
        if record is None:
            record = await self._take_in_turn(self.limits.acquire_timeout if timeout is None else timeout, identity)
        else:
            record.waited = 0.0
            self._enter(record, identity)
        record.trusted = trusted
        record.where = here(1) if where is None else where
        self.ledger.acquired(record.waited, len(self.in_use))
        return record

    def check(self) -> None:
        """Raises PoolClosedError unless the stock is open, PoolLoopError unless it was opened here."""
        if self.state is not _OPEN:
            raise PoolClosedError("the pool is not open yet" if self.state is State.NEW else "the pool is closed")
        self._home.check()

    async def finish(self, release: Coroutine[Any, Any, None]) -> None:
        """Sees SQLAlchemy's release of a connection through, the caller's cancellation notwithstanding.

        At the deadline it is cancelled, whereupon SQLAlchemy invalidates the connection.
        """
        await asyncio.shield(self._chores.start(self._chores.within(self.limits.reset_timeout, release)))

    def run(self, step: Callable[..., None], *args: Any) -> None:
        """Takes a step of the stock's from whatever thread."""
        self._home.run(step, *args)

    async def _take_in_turn(self, timeout: float, identity: Hashable | None) -> Record:
        if self.away and (self.opener.under_way or self.retry_in()):
            raise self.opener.answer(self.retry_in())
        if not self.gate:
            self._step = 1
        most = self.limits.max_waiting + self.limits.max_size - len(self.in_use)
        try:
            place = self.gate.join(self._home.loop.time() + timeout, most, identity)
        except (PoolFullError, PoolShareError):
            self.ledger.shed(len(self.gate))
            raise
        self._grow()
        try:
            record = await self.gate.wait(place)
        except PoolTimeoutError as error:
            self.ledger.timed_out(monotonic() - place.since)
            error.details = glance.status(self)
            raise error from self.opener.last_error
        except asyncio.CancelledError:
            self.ledger.cancelled(monotonic() - place.since)
            raise
        record.waited = monotonic() - place.since
        self.ledger.queued(record.waited)
        return record

    # The beginning and the end.

    def open(self) -> None:
        """Makes the running loop the stock's home and lets callers in."""
        if self.state is State.NEW:
            self._home = Home()
            self.state = State.OPEN
        self.check()

    async def warm(self) -> None:
        """Opens connections up to `min_size`, and has the keeper keep them from then on."""
        try:
            while self.state is State.OPEN and (missing := self.limits.min_size - self.size) > 0:
                # The first alone: with the database away that is one failed attempt, not `min_size`.
                attempts = self.opener.attempts or {self.opener.start() for _ in range(missing if self.size else 1)}
                done, _ = await asyncio.wait(attempts)
                for error in [task.result() for task in done if not task.cancelled()]:
                    if error is not None:
                        raise error
        finally:
            if self.state is State.OPEN and self.limits.keep:
                self._keeper.start()

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
            for record in tuple(self.in_use):
                self._discard(record, Reason.ABANDONED)
        await self._chores.finish(self.limits.close_timeout + 1)
        self.state = State.CLOSED

    def _begin_closing(self) -> None:
        self.state = State.CLOSING
        self.gate.fail_all(lambda: PoolClosedError("the pool is closing"))
        self._keeper.stop()
        self.opener.stop()
        for record in (*self.idle, *self.checking, *self.renewing):
            self._discard(record, Reason.CLOSING)
        self.idle.clear()
        self.checking.clear()
        self.renewing.clear()
        self._settle()
