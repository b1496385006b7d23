"""The connections and their changes of state. Each change is one synchronous function; none of them waits.

A connection is always in one of six states: being opened, idle, being checked, being renewed, in use (being cleaned
included), being closed.

- Nothing lies idle while somebody waits: what comes free is offered to the gate first.
- What takes time (`Checker`, `Cleaner`, `Closer`) happens outside, in tasks of the pool, each with a hard
  deadline; what is still being closed counts against `max_size`, so the server never sees more.
- A dead idle connection is found, by `Driver.is_closed`, when it is taken. One that is lost puts the idle ones in
  doubt: each is asked before anybody gets it. A lost connection costs no other its place.

What comes onto the shelf is `supply`'s business.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Hashable
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
from service.pool.home import Home
from service.pool.ledger import Ledger
from service.pool.limits import Limits
from service.pool.record import Record, State
from service.pool.share import Shares
from service.pool.use import Use

_OPEN = State.OPEN  # Python 3.11 takes its time to find a member


class Shelf:
    """The connections of one engine.

    Args:
        dialect: SQLAlchemy's.
        observe, clock: see `Pool`.
    """

    _home: Home

    def __init__(
        self,
        dialect: Any,
        driver: Driver,
        limits: Limits,
        observe: Observe,
        *,
        clock: Clock,
    ) -> None:
        self.state = State.NEW
        self.limits = limits if limits.keep else replace(limits, min_size=0)
        self.generation = 0
        self.ledger = Ledger(observe)
        self.idle: list[Record] = []
        """The longest unused first."""
        self.in_use: set[Record] = set()
        self.use = Use()
        """Of the pool; both stocks of one have the same."""
        self.checking: set[Record] = set()
        self.renewing: set[Record] = set()
        self._driver = driver
        self._time = clock.time
        self._shares = Shares(limits.share, limits.max_size)
        self.gate: Gate[Record] = Gate(self._free, self._shares)
        self._drained = asyncio.Event()
        self._chores = Chores()
        self._checker = Checker(driver, self._chores, limits.reset_timeout, self._checked)
        self._cleaner = Cleaner(driver, self._chores, self.ledger, limits.reset_timeout, self._cleaned, self._renewed)
        self.closer = Closer(dialect, driver, self._chores, limits.close_timeout, self._settle)

    @property
    def size(self) -> int:
        """Live connections."""
        return len(self.idle) + len(self.in_use) + len(self.checking) + len(self.renewing)

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
        self.use.taken()
        record.taken_at = self._time()
        record.reported = False
        record.identity = identity
        if self._shares.bounded and identity is not None:
            self._shares.take(identity)
        if not self.limits.keep:
            record.unwanted = Reason.PER_REQUEST

    def _leave(self, record: Record) -> None:
        if record in self.in_use:
            self.in_use.discard(record)
            self.use.given()
            if self._shares.bounded and record.identity is not None:
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
        elif not record.trusted and self._is_touched(record):
            self._leave(record)
            self.renewing.add(record)
            record.renewal = self._cleaner.renew(record)
        else:
            self._shelve(record)
        return None

    def _is_touched(self, record: Record) -> bool:
        if record.trusted or not self.limits.renew or self.state is not State.OPEN:
            return False
        # Without a running loop (SQLAlchemy cleans up late) nothing can be sent, and nobody will take it.
        return self._driver.is_touched(record.raw) and self._home.loop.is_running()

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
        if self.state is not _OPEN:
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

    # Cleaned, renewed and checked.

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
        record.renewal = None
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

    def _settle(self) -> None:
        """Room came free, or soon will: whoever supplies the shelf may open others."""

    def _stir(self) -> None:
        """Something has happened that whoever keeps the shelf could not foresee."""

    def _retire(self, record: Record, reason: Reason) -> None:
        """Has it closed, now or as soon as it comes back."""
        if record in self.idle:
            self.idle.remove(record)
            self._discard(record, reason)
        elif record.dbapi_connection is not None:
            record.unwanted = reason


def _used(record: Record) -> float:
    return record.used
