"""The ledger: every happening in the pool is counted and reported in one line of the store."""

from __future__ import annotations

from service.events import (
    Acquired,
    Cancelled,
    Closed,
    Connected,
    ConnectFailed,
    Event,
    Observe,
    Reason,
    Released,
    Shed,
    TimedOut,
)
from service.pool.stats import Counters


class Ledger:
    """Counters, and the listener who hears of each event."""

    def __init__(self, observe: Observe) -> None:
        self.count = Counters()
        self._observe = observe

    def acquired(self, waited: float, in_use: int) -> None:
        self.count.acquired += 1
        if in_use > self.count.peak_in_use:
            self.count.peak_in_use = in_use
        self._tell(Acquired(waited))

    def queued(self, waited: float) -> None:
        self.count.queued += 1
        self.count.wait_seconds += waited
        self.count.max_wait_seconds = max(self.count.max_wait_seconds, waited)

    def released(self, held: float) -> None:
        self.count.usage_seconds += held
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
        self.count.connect_seconds += seconds
        self._tell(Connected(seconds))

    def connect_failed(self, error: BaseException) -> None:
        self.count.connect_errors += 1
        self._tell(ConnectFailed(error))

    def reset(self) -> None:
        self.count.resets += 1

    def closed(self, reason: Reason) -> None:
        self.count.closed[reason] += 1
        self._tell(Closed(reason))

    def _tell(self, event: Event) -> None:
        try:
            self._observe(event)
        except Exception:  # a listener's fault is not the pool's
            self.count.observer_errors += 1
