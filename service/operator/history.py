"""The last minutes, second by second, and those who watch them go on."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import astuple, dataclass

from service.errors import UnavailableError
from service.operator.meters import Meters, Times
from service.pool.stats import PoolStats

SECONDS = 300
"""How far back it goes."""
_MOST_WATCHERS = 20
_TIMES_EVERY = 10  # seconds between two notes of all durations, which are larger


Numbers = tuple[float, ...]
"""A sample's, in their order."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One second.

    Args:
        at: its end, seconds since 1970.
        in_use: the most connections in use at once.
        idle, waiting, size, max_size: at its end.
        acquired: times a caller got a connection.
    """

    at: float
    in_use: int
    idle: int
    waiting: int
    size: int
    max_size: int
    acquired: int


class History:
    """Takes a sample a second, always: it costs some 20 µs, and whoever opens the page sees what was.

    Args:
        stats: the pool at this moment.
        clock: seconds since 1970.
    """

    def __init__(self, stats: Callable[[], PoolStats], meters: Meters, clock: Callable[[], float] = time.time) -> None:
        self.samples: deque[Sample] = deque(maxlen=SECONDS)
        self.ended = False
        self.watchers = 0
        self._times: deque[Times] = deque([meters.times(stats())], maxlen=SECONDS // _TIMES_EVERY + 1)
        self._taken = 0
        self._acquired = 0
        self._stats = stats
        self._meters = meters
        self._clock = clock
        self._next = asyncio.Event()

    @property
    def earlier(self) -> Times:
        """How long things had taken when the history began."""
        return self._times[0]

    @asynccontextmanager
    async def running(self, until: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """Takes samples until the block is left or `until` returns; then nobody watches any more."""
        self.ended = False
        self._next = asyncio.Event()
        task = asyncio.create_task(self._run(until), name="poolgate: history")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    def check_room(self) -> None:
        """Raises UnavailableError if enough watch already."""
        if self.watchers >= _MOST_WATCHERS:
            raise UnavailableError(f"{self.watchers} watch this page already", code="PGATE503")

    async def watch(self) -> AsyncGenerator[list[Numbers]]:
        """All samples there are, then each new one; ends when the service is about to stop."""
        self.watchers += 1
        try:
            yield [astuple(sample) for sample in self.samples]
            while not self.ended:
                await self._next.wait()
                if not self.ended:
                    yield [astuple(self.samples[-1])]
        finally:
            self.watchers -= 1

    def take(self) -> None:
        """Takes a sample."""
        stats = self._stats()
        acquired, self._acquired = stats.acquired - self._acquired, stats.acquired
        in_use = min(max(self._meters.take_peak(), stats.in_use), max(stats.max_size, stats.in_use))
        self.samples.append(
            Sample(self._clock(), in_use, stats.idle, stats.waiting, stats.size, stats.max_size, acquired)
        )
        self._taken += 1
        if self._taken % _TIMES_EVERY == 0:
            self._times.append(self._meters.times(stats))
        self._wake()

    async def _run(self, until: Callable[[], Awaitable[None]]) -> None:
        stopping = asyncio.ensure_future(until())
        try:
            while not stopping.done():
                self.take()
                await asyncio.wait({stopping}, timeout=1.0)
        finally:
            stopping.cancel()
            with suppress(asyncio.CancelledError):
                await stopping
            self.ended = True
            self._wake()

    def _wake(self) -> None:
        reached, self._next = self._next, asyncio.Event()
        reached.set()
