"""Where the connections come from: how many are opened and when, and what becomes of the queue if none can be.

While the database is away one attempt at a time is made, with pauses, and callers are told so at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from service.events import Observe, Reason
from service.pool.clock import Clock
from service.pool.driver import Driver
from service.pool.growth import Demand, wanted
from service.pool.keeper import LIFETIME_SPREAD
from service.pool.limits import Limits
from service.pool.opener import Opener, Translate
from service.pool.record import Record, State
from service.pool.retry import Retry
from service.pool.shelf import Shelf


class SuppliedShelf(Shelf):
    """A shelf that fills.

    Args:
        make: opens a connection; runs in SQLAlchemy's greenlet.
        dialect: SQLAlchemy's.
        observe, translate, clock: see `Pool`.
    """

    def __init__(
        self,
        make: Callable[[], Record],
        dialect: Any,
        driver: Driver,
        limits: Limits,
        observe: Observe,
        translate: Translate,
        *,
        clock: Clock,
    ) -> None:
        super().__init__(dialect, driver, limits, observe, clock=clock)
        self.retry = Retry()
        self._make = make
        self._step = 1
        self.opener = Opener(
            self._made, self._chores, self.ledger, limits.connect_timeout, translate, self._opened, self._connect_failed
        )

    @property
    def away(self) -> bool:
        """Whether no connection is there and none can be opened."""
        return self.retry.failures > 0 and not self.size

    def retry_in(self) -> float:
        """Seconds until connecting is tried again; 0.0 unless it failed."""
        return self.retry.left(self._time())

    def _made(self) -> Record:
        generation = self.generation  # as it was when connecting began
        record = self._make()
        record.generation = generation
        return record

    def _opened(self, record: Record) -> None:
        now = self._time()
        record.raw = record.driver_connection
        record.used = record.seen = now
        if (lifetime := self.limits.max_lifetime) is not None:
            lifetime *= 1 - LIFETIME_SPREAD * random.random()  # noqa: S311  # spreads work, guards nothing
            record.expires = now + lifetime
        self.retry.succeeded()
        if record.generation != self.generation:
            record.unwanted = Reason.EXPIRED
        elif self.size >= self.limits.max_size:
            record.unwanted = Reason.RESIZED
        self._free(record)
        self._step = self._step + 1 if self.gate else 1
        self._grow()
        self._stir()

    def _connect_failed(self) -> None:
        """With live connections the queue waits for those; with none, the failure is the answer to all."""
        self.retry.failed(self._time())
        self._settle()
        self._stir()

    def _settle(self) -> None:
        """Room came free, or soon will."""
        if self.state is not State.OPEN:
            if not self.in_use:
                self._drained.set()
        elif self.gate or self.size < self.limits.min_size:
            # Not at once: SQLAlchemy detaches a connection first and closes it then, and both are one step to us.
            self._home.loop.call_soon(self._grow)
            self._stir()

    def _grow(self) -> None:
        if self.state is not State.OPEN:
            return
        for _ in range(wanted(self._demand())):
            self.opener.start()
        if self.away and not self.opener.under_way:
            self.gate.fail_all(lambda: self.opener.answer(self.retry_in()))

    def _demand(self) -> Demand:
        return Demand(
            limits=self.limits,
            size=self.size,
            opening=self.opener.under_way,
            closing=self.closer.under_way,
            checking=len(self.checking) + len(self.renewing),
            waiting=len(self.gate),
            step=self._step,
            retry=self.retry_in() if self.retry.failures else None,
        )
