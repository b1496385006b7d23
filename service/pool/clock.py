"""The clock by which connections age; a test has one that it moves by hand (`service.pool.fake.FakeClock`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Seconds that only go forward."""

    def time(self) -> float:
        """Now."""
        ...

    def call_at(self, when: float, step: Callable[[], None]) -> Timer:
        """Calls `step` at that time, on the running loop; not after a `cancel`."""
        ...


class MonotonicClock:
    """The machine's. Not the loop's own: uvloop's stands still while a callback runs."""

    time = staticmethod(monotonic)

    def call_at(self, when: float, step: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(max(0.0, when - monotonic()), step)
