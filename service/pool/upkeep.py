"""What is done to the connections while nobody asks for them: the keeper's work, and what is ordered from outside."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from service.events import Reason
from service.pool.clock import Clock
from service.pool.keeper import Keeper, View, decide
from service.pool.record import Record, State
from service.pool.supply import SuppliedShelf
from service.pool.where import in_words


class KeptShelf(SuppliedShelf):
    """A shelf with a keeper.

    Args:
        clock: by which connections age.
        parts: of the shelf.
    """

    def __init__(self, *parts: Any, clock: Clock) -> None:
        super().__init__(*parts, clock=clock)
        self._replacing: Record | None = None
        self._replaced_at = -math.inf
        self._keeper = Keeper(clock, self._chores, self._tend)

    # Ordered.

    def dispose(self) -> None:
        """Closes what lies idle."""
        for record in tuple(self.idle):
            self._retire(record, Reason.DISPOSED)

    def expire(self) -> None:
        """Has every connection there is replaced: the idle ones now, the others as they come back."""
        self.generation += 1
        self.ledger.expired(self.generation)
        for record in (*self.idle, *self.in_use, *self.checking, *self.renewing):
            self._retire(record, Reason.EXPIRED)

    def resize(self, min_size: int, max_size: int) -> None:
        """Sets other sizes, and closes what is too much: idle ones now, others as they come back."""
        self.limits = replace(self.limits, min_size=min_size, max_size=max_size)
        self._shares.size = max_size
        self.ledger.resized(min_size, max_size)
        for record in self.in_use:  # of an earlier call
            record.unwanted = None if record.unwanted is Reason.RESIZED else record.unwanted
        surplus = self.size - max_size
        for record in (*self.idle, *self.checking, *self.renewing, *self.in_use)[: max(0, surplus)]:
            self._retire(record, Reason.RESIZED)
        if self.state is State.OPEN:
            self._settle()
            self._keeper.wake()

    # What the keeper does.

    def _stir(self) -> None:
        self._keeper.wake()

    def _tend(self) -> float:
        now = self._time()
        todo = decide(self._view(), now)
        for record in todo.idle:
            self._retire(record, Reason.IDLE)
        for record in todo.leaked:
            record.reported = True
            self.ledger.leaked(self.held(record), in_words(record.where))
        for record in todo.reclaimed:
            self._discard(record, Reason.RECLAIMED)
        if todo.ping is not None:
            self.idle.remove(todo.ping)
            self._check(todo.ping)
        if todo.old is not None:
            self._replaced_at = now
            self._replace(todo.old)
        self._grow()
        return todo.next

    def _opened(self, record: Record) -> None:
        super()._opened(record)
        if self._replacing is not None:
            old, self._replacing = self._replacing, None
            self.ledger.replaced()
            self._retire(old, Reason.LIFETIME)

    def _connect_failed(self) -> None:
        self._replacing = None
        super()._connect_failed()

    def _replace(self, old: Record) -> None:
        """Where there is room its successor is opened first; where nobody needs one there is none.

        An old connection is better than none: while none can be opened it stays.
        """
        needed = self.size <= self.limits.min_size or old in self.in_use
        room = self.limits.max_size - self.size - self.opener.under_way - self.closer.under_way
        if needed and room > 0:
            self._replacing = old
            self.opener.start()
        elif not needed or not self.retry.failures:
            if needed:
                self.ledger.replaced()
            self._retire(old, Reason.LIFETIME)

    def _view(self) -> View:
        failing = self.retry.failures > 0
        return View(
            limits=self.limits,
            idle=tuple(self.idle),
            in_use=tuple(self.in_use),
            size=self.size,
            checking=len(self.checking),
            replacing=self._replacing is not None,
            replaced_at=self._replaced_at,
            retry_at=self.retry.at if failing else None,
            short=self.size + self.opener.under_way < self.limits.min_size or len(self.gate) > 0,
        )
