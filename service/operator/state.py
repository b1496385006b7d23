"""The pool as people and programs are shown it: that of all workers together."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from service.board import Board
from service.operator.crew import MOST_HOLDERS, Crew
from service.operator.history import SECONDS, History
from service.operator.news import MOST
from service.operator.numbers import Times, between, summary
from service.operator.report import Together, Worker

_OF_EACH = (
    "size", "idle", "in_use", "waiting", "max_size", "acquired", "timed_out", "shed", "connects", "connect_errors",
)  # fmt: skip


@dataclass(frozen=True)
class PoolState:
    """What there is to see of a pool."""

    crew: Crew
    history: History

    def join(self, board: Board, place: int) -> None:
        """Makes it that of several workers, of which this is the one in that place; before the start."""
        self.crew.join(board, place)
        self.history.begin(self.crew.look())

    def now(self) -> dict[str, Any]:
        """The pool at this moment, for JSON; durations are of the last minutes."""
        together = self.crew.together()
        numbers = together.numbers
        return {
            **numbers.pool.as_dict(),
            "at": time.time(),
            "window": SECONDS,
            "times": self._times(numbers.times),
            "holders": _holders(together),
            "events": _events(together),
            "workers": [_row(worker) for worker in together.workers],
        }

    def _times(self, later: Times) -> dict[str, Any]:
        earlier = self.history.earlier
        pairs = {
            "wait": (earlier.wait, later.wait),
            "usage": (earlier.usage, later.usage),
            "connect": (earlier.connect, later.connect),
            "request": (earlier.requests, later.requests),
        }
        return {name: summary(between(*pair)) for name, pair in pairs.items()}


def _holders(together: Together) -> list[dict[str, Any]]:
    """Of all workers the longest, who have gone on holding since they were told of."""
    held = [
        {**holder, "since": holder["since"] + worker.age, "pid": report.pid}
        for worker, report in together.reports
        for holder in report.holders
    ]
    return sorted(held, key=lambda holder: holder["since"], reverse=True)[:MOST_HOLDERS]


def _events(together: Together) -> list[dict[str, Any]]:
    """Of all workers the newest."""
    told = [{**event, "pid": report.pid} for _, report in together.reports for event in report.events]
    return sorted(told, key=lambda event: event["at"], reverse=True)[:MOST]


def _row(worker: Worker) -> dict[str, Any]:
    """One worker's own numbers, since it started."""
    report = worker.present
    row = {
        "worker": worker.number,
        "pid": report and report.pid,
        "state": worker.state,
        "asked": worker.asked,
        "age": round(worker.age, 1),
        "requests": 0 if report is None else sum(report.numbers.requests.values()),
    }
    return row | {name: 0 if report is None else getattr(report.numbers.pool, name) for name in _OF_EACH}
