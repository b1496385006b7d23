"""All workers of a service: each tells its numbers once a second, so that whichever is asked knows everybody's.

A worker that serves alone tells nobody and asks nobody; it is a crew of one.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from service.board import Board
from service.operator.meters import Meters
from service.operator.news import News
from service.operator.numbers import Numbers
from service.operator.report import Report, Together, Worker
from service.pool import Pool

SILENT_AFTER = 3.0
"""Seconds without a word after which a worker counts as silent; each speaks once a second."""
MOST_HOLDERS = 50
"""Of a large pool the longest are shown."""


class Crew:
    """The workers, as one of them sees them.

    Args:
        clock: seconds; the same in all processes.
    """

    def __init__(self, pool: Pool, meters: Meters, news: News, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._meters = meters
        self._news = news
        self._clock = clock
        self._board: Board | None = None
        self._place = 0
        self._past: Numbers | None = None
        self._peak = 0
        self._known: dict[int, tuple[int, Report]] = {}

    def join(self, board: Board, place: int) -> None:
        """Makes it one of several, before the start; what those before it in that place have counted goes on."""
        self._board, self._place = board, place
        before = self._last(board, place)
        self._past = None if before is None else before.counted.past()

    @property
    def is_first(self) -> bool:
        """Whether this is the one that says what is to be said once; the parent starts it before the others."""
        return self._place == 0

    @asynccontextmanager
    async def present(self) -> AsyncIterator[None]:
        """Whatever is counted in the block is told in the end."""
        try:
            yield
        finally:
            self.together()

    def tick(self) -> Together:
        """As `together`, to be called once a second: others hear of it then, and of the second's peak."""
        self._peak = self._pool.take_peak()
        return self.together()

    def together(self) -> Together:
        """Everybody's numbers: this worker's of this moment, the others' of a second ago.

        What is told to others, or shown, is on the board first: it stays in the sum though this worker be killed.
        """
        mine = self._report()
        if self._board is not None:
            self._tell(self._board, mine)
        return self._look(mine)

    def look(self) -> Together:
        """As `together`, for one who has not begun and is not there yet."""
        return self._look(self._report())

    def _look(self, mine: Report) -> Together:
        if self._board is None:
            return Together((Worker(1, "serving", 0.0, mine, asked=True),))
        return Together(tuple(self._seen(self._board, place, mine) for place in range(self._board.places)))

    def _report(self) -> Report:
        return Report(
            os.getpid(),
            self._clock(),
            self._meters.numbers(self._pool.stats()),
            self._past,
            self._peak,
            self._holders(),
            self._news.latest(),
        )

    def _holders(self) -> list[dict[str, Any]]:
        return [
            {
                "since": holder.since,
                "where": holder.where,
                "identity": None if holder.identity is None else str(holder.identity),
            }
            for holder in self._pool.holders()[:MOST_HOLDERS]
        ]

    def _tell(self, board: Board, mine: Report) -> None:
        try:
            board.write(self._place, mine.packed())
        except ValueError:  # it is too long: an identity may be; the numbers are not
            bare = Report(mine.pid, mine.at, mine.numbers, mine.past, mine.peak)
            board.write(self._place, bare.packed())

    def _seen(self, board: Board, place: int, mine: Report) -> Worker:
        if place == self._place:
            return Worker(place + 1, "serving", 0.0, mine, asked=True)
        vacant, report = board.is_vacant(place), self._last(board, place)
        age = 0.0 if report is None else max(0.0, mine.at - report.at)
        if vacant or report is None:
            return Worker(place + 1, "absent", age, report)
        return Worker(place + 1, "silent" if age > SILENT_AFTER else "serving", age, report)

    def _last(self, board: Board, place: int) -> Report | None:
        """What was said last there, unpacked no more often than it is said."""
        number, known = self._known.get(place, (0, None))
        if (found := board.read(place, number)) is not None:
            known = Report.unpacked(found[1])
            self._known[place] = found[0], known
        return known
