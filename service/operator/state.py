"""The pool as people and programs are shown it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from service.operator.history import SECONDS, History
from service.operator.meters import Meters, between, summary
from service.operator.news import News
from service.pool import Pool
from service.pool.stats import PoolStats

MOST_HOLDERS = 50
"""Of a large pool the longest are shown."""


@dataclass(frozen=True)
class PoolState:
    """What there is to see of a pool."""

    pool: Pool
    meters: Meters
    history: History
    news: News

    def now(self) -> dict[str, Any]:
        """The pool at this moment, for JSON; durations are of the last minutes."""
        stats = self.pool.stats()
        return {
            **stats.as_dict(),
            "at": time.time(),
            "window": SECONDS,
            "times": self._times(stats),
            "holders": self._holders(),
            "events": self.news.latest(),
        }

    def _times(self, stats: PoolStats) -> dict[str, Any]:
        earlier, later = self.history.earlier, self.meters.times(stats)
        pairs = {
            "wait": (earlier.wait, later.wait),
            "usage": (earlier.usage, later.usage),
            "connect": (earlier.connect, later.connect),
            "request": (earlier.requests, later.requests),
        }
        return {name: summary(between(*pair)) for name, pair in pairs.items()}

    def _holders(self) -> list[dict[str, Any]]:
        return [
            {
                "since": holder.since,
                "where": holder.where,
                "identity": None if holder.identity is None else str(holder.identity),
            }
            for holder in self.pool.holders()[:MOST_HOLDERS]
        ]
