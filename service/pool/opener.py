"""How connections begin: in tasks of the pool's own, so that no caller's deadline or cancellation wastes one."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from sqlalchemy.util import greenlet_spawn

from service.errors import DatabaseAwayError, PoolgateError
from service.pool.chores import Chores
from service.pool.ledger import Ledger

R = TypeVar("R")
Translate = Callable[[BaseException], Exception | None]


def no_translation(_error: BaseException) -> None:
    """Knows no driver's errors."""


class Opener(Generic[R]):
    """Opens connections.

    Args:
        make: opens one; runs in SQLAlchemy's greenlet.
        seconds: how long that may take.
        translate: turns a driver's error into the house's own, or gives None.
        opened: called with what was opened, when the attempt no longer counts as `under_way`.
        failed: called when it could not be, likewise; the error is `last_error`.
    """

    def __init__(
        self,
        make: Callable[[], R],
        chores: Chores,
        ledger: Ledger,
        seconds: float,
        translate: Translate,
        opened: Callable[[R], None],
        failed: Callable[[], None],
    ) -> None:
        self.last_error: Exception | None = None
        self._make = make
        self._chores = chores
        self._ledger = ledger
        self._seconds = seconds
        self._translate = translate
        self._opened = opened
        self._failed = failed
        self._tasks: set[asyncio.Task[Exception | None]] = set()

    @property
    def under_way(self) -> int:
        return len(self._tasks)

    @property
    def attempts(self) -> frozenset[asyncio.Task[Exception | None]]:
        """Those under way."""
        return frozenset(self._tasks)

    def start(self) -> asyncio.Task[Exception | None]:
        """Begins to open one connection; the task ends with the error, or None."""
        task = self._chores.start(self._open())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)  # for one that is cancelled before it ran
        return task

    def stop(self) -> None:
        """Gives up the attempts under way."""
        for task in self._tasks:
            task.cancel()

    async def _open(self) -> Exception | None:
        began = monotonic()
        task = asyncio.current_task()
        try:
            async with asyncio.timeout(self._seconds):
                thing = await greenlet_spawn(self._make)
        except Exception as error:
            self._ledger.connect_failed(error)
            self.last_error = self._away(error)
            self._tasks.discard(task)
            self._failed()
            return self.last_error
        self.last_error = None
        self._ledger.connected(monotonic() - began)
        self._tasks.discard(task)
        self._opened(thing)
        return None

    def answer(self, retry_after: float) -> Exception:
        """What callers are told while the last attempt was in vain; each gets an error of its own.

        Args:
            retry_after: seconds until it is worth asking again.
        """
        message = getattr(self.last_error, "message", "no connection to the database can be made")
        error = DatabaseAwayError(message, retry_after=max(1, math.ceil(retry_after)))
        error.__cause__ = getattr(self.last_error, "__cause__", None) or self.last_error
        return error

    def _away(self, error: Exception) -> Exception:
        if isinstance(error, PoolgateError):
            return error
        away = self._translate(error) or DatabaseAwayError("no connection to the database can be made")
        away.__cause__ = error
        return away
