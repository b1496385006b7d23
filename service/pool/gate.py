"""The gate: the one place where callers wait, first come first served.

A caller joins the queue (a place is one future with one deadline) and is handed a thing when one comes free. Which
thing is not the gate's business: it never holds one itself. Callers who have more than their share (`share`) are passed
over while others wait. Three rules make it safe:

1. *Hand-off.* `offer` gives the thing to the first in the queue within the same synchronous call. Whatever lies free
   lies free because nobody waits, so a newcomer who takes it overtakes nobody.
2. *Handshake.* A caller who was cancelled after the hand-off, before it ran again, gives the thing back; the next in
   the queue gets it.
3. *One end.* A place ends exactly once: handed, timed out, failed or cancelled. Each ending is a synchronous step on
   the future, so two can't both happen.

Rejected: `asyncio.Queue` and `Semaphore`, which let a newcomer overtake the caller that was just woken, and
`asyncio.wait_for` around the wait, whose cancellation is one more ending to tell from the caller's own.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

from service.errors import PoolFullError, PoolShareError, PoolTimeoutError
from service.pool.share import Shares

T = TypeVar("T")


class Place(Generic[T]):
    """A caller's place in the queue."""

    __slots__ = ("future", "identity", "since", "timer")

    def __init__(self, future: asyncio.Future[T], identity: Hashable | None) -> None:
        self.future = future
        self.identity = identity
        self.since = monotonic()
        self.timer: asyncio.TimerHandle | None = None


class Gate(Generic[T]):
    """A queue of callers.

    Args:
        give_back: takes a thing whose caller was cancelled after the hand-off.
        shares: of the callers; None where all have the same rights.
    """

    def __init__(self, give_back: Callable[[T], None], shares: Shares | None = None) -> None:
        self._give_back = give_back
        self._shares = shares or Shares(None, 1)
        # Ordered, for a caller may leave from anywhere in the queue and it may be long.
        self._queue: OrderedDict[Place[T], None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._queue)

    def __repr__(self) -> str:
        return f"<Gate waiting={len(self)}>"

    def join(self, deadline: float, most: int, identity: Hashable | None = None) -> Place[T]:
        """Takes the last place in the queue; `wait` for it next, without an await in between.

        Args:
            deadline: on the running loop's clock; `math.inf` for none.
            most: callers the queue may hold, this one included.
            identity: whose share of the queue this place is.

        Raises:
            PoolFullError: the queue holds as many already.
            PoolShareError: the identity has its share of the places already.
        """
        if len(self._queue) >= most:
            raise PoolFullError(
                "too many callers are waiting for a database connection",
                hint="try again a little later",
            )
        if identity is not None:
            if self._shares.fills_queue(identity, most):
                raise PoolShareError(
                    "too many of this caller's requests are waiting for a database connection",
                    hint="send fewer at a time",
                )
            self._shares.join(identity)
        loop = asyncio.get_running_loop()
        place: Place[T] = Place(loop.create_future(), identity)
        if deadline != math.inf:
            place.timer = loop.call_at(deadline, self._expire, place)
        self._queue[place] = None
        return place

    async def wait(self, place: Place[T]) -> T:
        """Waits until the place is served.

        Raises:
            PoolTimeoutError: the deadline passed.
        """
        try:
            return await place.future
        except BaseException:
            self._leave(place)
            raise
        finally:
            if place.timer is not None:
                place.timer.cancel()

    def offer(self, thing: T) -> Place[T] | None:
        """Hands the thing to whoever's turn it is, and returns that place; None if nobody waits."""
        place = self._next() if self._queue else None
        if place is not None:
            self._remove(place)
            place.future.set_result(thing)
        return place

    def fail_all(self, make_error: Callable[[], Exception]) -> None:
        """Empties the queue, each caller with an error of its own."""
        for place in tuple(self._queue):
            self._remove(place)
            if not place.future.done():
                place.future.set_exception(make_error())

    def _next(self) -> Place[T] | None:
        """The first who has less than its share; if all have theirs, the first."""
        first = None
        for place in self._queue:
            if place.future.done():  # cancelled, and its task has not run since
                continue
            if not self._shares.is_over(place.identity):
                return place
            first = first or place
        return first

    def _remove(self, place: Place[T]) -> None:
        if place in self._queue:
            del self._queue[place]
            if place.identity is not None:
                self._shares.leave(place.identity)

    def _expire(self, place: Place[T]) -> None:
        if not place.future.done():
            self._remove(place)
            waited = monotonic() - place.since
            place.future.set_exception(
                PoolTimeoutError(f"no database connection came free within {waited:.3g} seconds")
            )

    def _leave(self, place: Place[T]) -> None:
        self._remove(place)
        future = place.future
        if future.done() and not future.cancelled() and future.exception() is None:
            self._give_back(future.result())
