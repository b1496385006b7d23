"""The last minutes, second by second, and those who watch them go on."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import astuple, dataclass

from service.errors import UnavailableError
from service.operator.numbers import Times
from service.operator.report import Together

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
    """Takes a sample a second, always: it costs little, and whoever opens the page sees what was.

    Args:
        read: everybody's numbers at this moment; called once a second, also while the service is about to stop.
        clock: seconds since 1970.
    """

    def __init__(self, read: Callable[[], Together], clock: Callable[[], float] = time.time) -> None:
        self.samples: deque[Sample] = deque(maxlen=SECONDS)
        self.ended = False
        self.watchers = 0
        self._times: deque[Times] = deque(maxlen=SECONDS // _TIMES_EVERY + 1)
        self._taken = 0
        self._read = read
        self._clock = clock
        self._next = asyncio.Event()
        self.begin(read())

    @property
    def earlier(self) -> Times:
        """How long things had taken when the history began."""
        return self._times[0]

    def begin(self, now: Together) -> None:
        """What was counted up to now belongs to the time before."""
        numbers = now.numbers
        self._times.clear()
        self._times.append(numbers.times)
        self._acquired = numbers.pool.acquired

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
        now = self._read()
        stats = now.pool
        acquired, self._acquired = stats.acquired - self._acquired, stats.acquired
        in_use = min(max(now.peak, stats.in_use), max(stats.max_size, stats.in_use))
        self.samples.append(
            Sample(self._clock(), in_use, stats.idle, stats.waiting, stats.size, stats.max_size, acquired)
        )
        self._taken += 1
        if self._taken % _TIMES_EVERY == 0:
            self._times.append(now.numbers.times)
        self._wake()

    async def _run(self, until: Callable[[], Awaitable[None]]) -> None:
        stopping = asyncio.ensure_future(until())
        try:
            while not stopping.done():
                self.take()
                await asyncio.wait({stopping}, timeout=1.0)
            self._end()
            while True:  # nobody watches any more, but to other workers this one is still there
                await asyncio.sleep(1.0)
                self.take()
        finally:
            stopping.cancel()
            with suppress(asyncio.CancelledError):
                await stopping
            self._end()

    def _end(self) -> None:
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        reached, self._next = self._next, asyncio.Event()
        reached.set()
