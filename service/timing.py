"""What a request's time went into, for the `Server-Timing` header that browsers show in their network panel."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

STAGES = ("jwt", "parse", "plan", "wait", "transaction", "response")
"""PostgREST's names, in the order of a request; and `wait`, the time spent on getting a connection from the pool."""


class Timings:
    """The durations of one request's stages.

    Args:
        clock: seconds, monotonic.

    Attributes:
        milliseconds: by stage.
    """

    __slots__ = ("_clock", "_last", "milliseconds")

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._last = clock()
        self.milliseconds: dict[str, float] = {}

    def mark(self, stage: str) -> None:
        """The time since the last mark went into `stage`."""
        now = self._clock()
        spent = self.milliseconds
        spent[stage] = spent.get(stage, 0.0) + (now - self._last) * 1000
        self._last = now

    def add(self, stage: str, seconds: float) -> None:
        """`seconds` of the time since the last mark went into `stage`."""
        spent = self.milliseconds
        spent[stage] = spent.get(stage, 0.0) + seconds * 1000
        self._last = self._clock()

    def seconds(self) -> float:
        """The time of all stages."""
        return sum(self.milliseconds.values()) / 1000

    def header(self) -> str:
        """The value of `Server-Timing`."""
        return _form(tuple(self.milliseconds)) % self.milliseconds


@lru_cache(maxsize=64)
def _form(stages: tuple[str, ...]) -> str:
    return ", ".join(f"{stage};dur=%({stage}).3f" for stage in STAGES if stage in stages)
