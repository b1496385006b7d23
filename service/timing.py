"""What a request's time went into, for the `Server-Timing` header that browsers show in their network panel."""

from __future__ import annotations

import time
from collections.abc import Callable

STAGES = ("jwt", "parse", "plan", "wait", "transaction", "response")
"""PostgREST's names, in the order of a request; and `wait`, the time spent on getting a connection from the pool."""


class Timings:
    """The durations of one request's stages.

    Args:
        clock: seconds, monotonic.
    """

    __slots__ = ("_clock", "_last", "durations")

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._last = clock()
        self.durations: dict[str, float] = {}

    def mark(self, stage: str) -> None:
        """The time since the last mark went into `stage`."""
        now = self._clock()
        self.durations[stage] = self.durations.get(stage, 0.0) + now - self._last
        self._last = now

    def add(self, stage: str, seconds: float) -> None:
        """`seconds` of the time since the last mark went into `stage`."""
        self.durations[stage] = self.durations.get(stage, 0.0) + seconds
        self._last = self._clock()

    def header(self) -> str:
        """The value of `Server-Timing`, in milliseconds."""
        spent = self.durations
        return ", ".join([f"{stage};dur={spent[stage] * 1000:.3f}" for stage in STAGES if stage in spent])
