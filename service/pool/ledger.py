"""The ledger: every happening in the pool is counted and reported in one line of the store."""

from __future__ import annotations

from service.events import (
    Acquired,
    Cancelled,
    Closed,
    Connected,
    ConnectFailed,
    Event,
    Expired,
    Leaked,
    Observe,
    Reason,
    Released,
    Resized,
    Shed,
    TimedOut,
    is_seldom,
)
from service.pool.stats import Counters

_AT_ONCE = Acquired(0.0)  # by far the most frequent event; the same fact each time


class Ledger:
    """Counters, and the listener who hears of each event."""

    def __init__(self, observe: Observe) -> None:
        self.count = Counters()
        self._observe = observe
        self._tells_often = not is_seldom(observe)

    def acquired(self, waited: float, in_use: int) -> None:
        count = self.count
        count.acquired += 1
        if in_use > count.peak_in_use:
            count.peak_in_use = in_use
        if self._tells_often:
            self._tell(Acquired(waited) if waited else _AT_ONCE)

    def queued(self, waited: float) -> None:
        self.count.queued += 1
        self.count.wait.add(waited)
        self.count.max_wait_seconds = max(self.count.max_wait_seconds, waited)

    def handed_over(self) -> None:
        self.count.handed_over += 1

    def released(self, held: float) -> None:
        self.count.usage.add(held)
        if self._tells_often:
            self._tell(Released(held))

    def shed(self, waiting: int) -> None:
        self.count.shed += 1
        self._tell(Shed(waiting))

    def timed_out(self, waited: float) -> None:
        self.count.timed_out += 1
        self._tell(TimedOut(waited))

    def cancelled(self, waited: float) -> None:
        self.count.cancelled += 1
        self._tell(Cancelled(waited))

    def connected(self, seconds: float) -> None:
        self.count.connects += 1
        self.count.connect.add(seconds)
        self._tell(Connected(seconds))

    def connect_failed(self, error: BaseException) -> None:
        self.count.connect_errors += 1
        self._tell(ConnectFailed(error))

    def reset(self) -> None:
        self.count.resets += 1

    def renewed(self) -> None:
        self.count.renewed += 1

    def replaced(self) -> None:
        self.count.replaced += 1

    def leaked(self, held: float, where: str) -> None:
        self.count.leaked += 1
        self._tell(Leaked(held, where))

    def expired(self, generation: int) -> None:
        self._tell(Expired(generation))

    def resized(self, min_size: int, max_size: int) -> None:
        self._tell(Resized(min_size, max_size))

    def closed(self, reason: Reason) -> None:
        self.count.closed[reason] += 1
        self._tell(Closed(reason))

    def _tell(self, event: Event) -> None:
        try:
            self._observe(event)
        except Exception:  # a listener's fault is not the pool's
            self.count.observer_errors += 1
