"""The connections and their changes of state. Each change is one synchronous function; none of them waits.

A connection is always in one of six states: being opened, idle, being checked, being renewed, in use (being cleaned
included), being closed.

- Nothing lies idle while somebody waits: what comes free is offered to the gate first.
- What takes time (`Opener`, `Checker`, `Cleaner`, `Closer`) happens outside, in tasks of the pool, each with a hard
  deadline; what is still being closed counts against `max_size`, so the server never sees more.
- A dead idle connection is found, by `Driver.is_closed`, when it is taken. One that is lost puts the idle ones in
  doubt: each is asked before anybody gets it. A lost connection costs no other its place.
- While the database is away one attempt at a time is made, with pauses, and callers are told so at once.
"""

from __future__ import annotations

import asyncio
import random
from bisect import insort
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from service.events import Observe, Reason
from service.pool.checker import Checker
from service.pool.chores import Chores
from service.pool.cleaner import Cleaner
from service.pool.clock import Clock
from service.pool.closer import Closer
from service.pool.driver import Driver
from service.pool.gate import Gate
from service.pool.growth import Demand, wanted
from service.pool.home import Home
from service.pool.keeper import LIFETIME_SPREAD
from service.pool.ledger import Ledger
from service.pool.limits import Limits
from service.pool.opener import Opener, Translate
from service.pool.record import Record, State
from service.pool.retry import Retry
from service.pool.share import Shares


class Shelf:
    """The connections of one engine.

    Args:
        make: opens a connection; runs in SQLAlchemy's greenlet.
        dialect: SQLAlchemy's.
        observe, translate, clock: see `Pool`.
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
        *,
        clock: Clock,
    ) -> None:
        self.state = State.NEW
        self.limits = limits if limits.keep else replace(limits, min_size=0)
        self.generation = 0
        self.ledger = Ledger(observe)
        self.retry = Retry()
        self.idle: list[Record] = []
        """The longest unused first."""
        self.in_use: set[Record] = set()
        self.checking: set[Record] = set()
        self.renewing: set[Record] = set()
        self._make = make
        self._driver = driver
        self._time = clock.time
        self._shares = Shares(limits.share, limits.max_size)
        self.gate: Gate[Record] = Gate(self._free, self._shares)
        self._drained = asyncio.Event()
        self._step = 1
        self._chores = Chores()
        self._checker = Checker(driver, self._chores, limits.reset_timeout, self._checked)
        self._cleaner = Cleaner(driver, self._chores, self.ledger, limits.reset_timeout, self._cleaned, self._renewed)
        self.closer = Closer(dialect, driver, self._chores, limits.close_timeout, self._settle)
        self.opener = Opener(
            self._made, self._chores, self.ledger, limits.connect_timeout, translate, self._opened, self._connect_failed
        )

    @property
    def size(self) -> int:
        """Live connections."""
        return len(self.idle) + len(self.in_use) + len(self.checking) + len(self.renewing)

    @property
    def away(self) -> bool:
        """Whether no connection is there and none can be opened."""
        return self.retry.failures > 0 and not self.size

    def retry_in(self) -> float:
        """Seconds until connecting is tried again; 0.0 unless it failed."""
        return self.retry.left(self._time())

    def held(self, record: Record) -> float:
        """Seconds since it was taken."""
        return self._time() - record.taken_at

    # Taken and given back.

    def _take_idle(self) -> Record | None:
        """The one used last, so that the others may age."""
        while self.idle:
            record = self.idle.pop()
            if self._driver.is_closed(record.raw):
                self._discard(record, Reason.LOST)
            elif self._time() - record.seen > self.limits.validate_after and self._driver.may_be_gone(record.raw):
                self._check(record)
                return None  # for the caller joins the queue, where it will be offered
            elif self.gate:  # somebody waits for one that is being checked: the first come is the first served
                self._shelve(record)
                return None
            else:
                return record
        return None

    def _enter(self, record: Record, identity: Hashable | None) -> None:
        self.in_use.add(record)
        record.taken_at = self._time()
        record.reported = False
        record.identity = identity
        if identity is not None:
            self._shares.take(identity)
        if not self.limits.keep:
            record.unwanted = Reason.PER_REQUEST

    def _leave(self, record: Record) -> None:
        if record in self.in_use:
            self.in_use.discard(record)
            if record.identity is not None:
                self._shares.give(record.identity)

    def put_back(self, record: Record, *, unclean: bool = False) -> asyncio.Task[None] | None:
        """Takes a connection back from its caller.

        Args:
            unclean: a call on it was cancelled, so a statement may be running still.

        Returns:
            The task that cleans it, where something has to be ended on it first. Nobody waits for it to be renewed.
        """
        if record not in self.in_use:  # it was taken away from its holder
            return None
        now = self._time()
        self.ledger.released(now - record.taken_at)
        record.used = record.seen = now
        reason = self._unfit(record)
        if reason is not None:
            self._discard(record, reason)
        elif unclean or self._driver.in_transaction(record.raw):
            return self._cleaner.start(record, unclean, self._is_touched(record))
        elif self._is_touched(record):
            self._leave(record)
            self.renewing.add(record)
            self._cleaner.renew(record)
        else:
            self._shelve(record)
        return None

    def _is_touched(self, record: Record) -> bool:
        if record.trusted or not self.limits.renew or self.state is not State.OPEN:
            return False
        return self._driver.is_touched(record.raw)

    def invalidate(self, record: Record) -> None:
        """Closes a connection instead of taking it back."""
        if record in self.in_use:
            self.ledger.released(self.held(record))
            self._discard(record, self._unfit(record) or Reason.INVALIDATED)

    def returned(self, record: Record) -> None:
        """Takes a connection back from SQLAlchemy, which may have invalidated or detached it: then its room only."""
        if record.dbapi_connection is not None:
            record.raw = record.driver_connection
            if record._is_hard_or_soft_invalidated():
                record.unwanted = Reason.INVALIDATED
            self.put_back(record)
        elif record in self.in_use:
            self.ledger.released(self.held(record))
            self._leave(record)
            self._settle()

    def _unfit(self, record: Record) -> Reason | None:
        return Reason.LOST if self._driver.is_closed(record.raw) else record.unwanted

    def _free(self, record: Record) -> None:
        """Takes back what a caller was handed who had gone."""
        reason = self._unfit(record)
        if reason is None:
            self._shelve(record)
        else:
            self._discard(record, reason)

    def _shelve(self, record: Record) -> None:
        self._leave(record)
        if self.state is not State.OPEN:
            self._discard(record, Reason.CLOSING)
        elif (place := self.gate.offer(record)) is not None:
            self._enter(record, place.identity)
            record.where = []  # not known until the caller runs again
            self.ledger.handed_over()
        elif self.idle and self.idle[-1].used > record.used:
            insort(self.idle, record, key=_used)
        else:
            self.idle.append(record)

    def _discard(self, record: Record, reason: Reason) -> None:
        self._leave(record)
        connection, record.dbapi_connection = record.dbapi_connection, None
        if connection is not None:
            self.send_off(connection, reason)
        self._settle()

    def send_off(self, connection: Any, reason: Reason) -> None:
        """Has it closed."""
        self.ledger.closed(reason)
        gone = reason in (Reason.LOST, Reason.VALIDATION)
        if gone or not self._home.loop.is_running():
            self.closer.cut(connection)
        else:
            self.closer.close(connection, reason)
        if gone:
            while self.idle:  # what took this one may have taken them
                self._check(self.idle.pop())

    # Opened, cleaned and checked.

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

    def _cleaned(self, record: Record, in_time: bool) -> None:
        if record not in self.in_use:  # taken away meanwhile
            return
        reason = self._unfit(record)
        if reason is None and (not in_time or self._driver.in_transaction(record.raw)):
            reason = Reason.RESET_FAILED
        if reason is None:
            self._shelve(record)
        else:
            self._discard(record, reason)

    def _renewed(self, record: Record, in_time: bool) -> None:
        if record not in self.renewing:  # closed meanwhile
            return
        self.renewing.discard(record)
        reason = self._unfit(record) or (None if in_time else Reason.RESET_FAILED)
        if reason is None:
            self._shelve(record)
        else:
            self._discard(record, reason)

    def _check(self, record: Record) -> None:
        self.checking.add(record)
        self._checker.start(record)

    def _checked(self, record: Record, answered: bool) -> None:
        if record not in self.checking:  # closed meanwhile
            return
        self.checking.discard(record)
        record.seen = self._time()
        reason = self._unfit(record) or (None if answered else Reason.VALIDATION)
        if reason is None:
            self._shelve(record)
        else:
            self._discard(record, reason)
        self._stir()

    def _stir(self) -> None:
        """Something has happened that whoever keeps the shelf could not foresee."""

    # More and fewer.

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

    def _retire(self, record: Record, reason: Reason) -> None:
        """Has it closed, now or as soon as it comes back."""
        if record in self.idle:
            self.idle.remove(record)
            self._discard(record, reason)
        elif record.dbapi_connection is not None:
            record.unwanted = reason


def _used(record: Record) -> float:
    return record.used
