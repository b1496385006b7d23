"""The pool as people and programs are shown it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from service.operator.history import SECONDS, History
from service.operator.meters import Meters, between, summary
from service.operator.news import News
from service.pool import Pool


class Holder(Protocol):
    """Who holds a connection: for `since` seconds, taken at `where` in the code, for `identity`."""

    @property
    def since(self) -> float: ...
    @property
    def where(self) -> str: ...
    @property
    def identity(self) -> Any: ...


@runtime_checkable
class KnowsHolders(Protocol):
    """A pool that can say who holds its connections."""

    def holders(self) -> Sequence[Holder]: ...


@dataclass(frozen=True)
class PoolState:
    """What there is to see of a pool."""

    pool: Pool
    meters: Meters
    history: History
    news: News

    def now(self) -> dict[str, Any]:
        """The pool at this moment, for JSON; durations are of the last minutes."""
        return {
            **self.pool.stats().as_dict(),
            "at": time.time(),
            "window": SECONDS,
            "times": self._times(),
            "holders": self._holders(),
            "events": self.news.latest(),
        }

    def _times(self) -> dict[str, Any]:
        earlier, later = self.history.earlier, self.meters.times()
        pairs = {
            "wait": (earlier.wait, later.wait),
            "usage": (earlier.usage, later.usage),
            "connect": (earlier.connect, later.connect),
            "request": (earlier.requests, later.requests),
        }
        return {name: summary(between(*pair)) for name, pair in pairs.items()}

    def _holders(self) -> list[dict[str, Any]] | None:
        """The longest first; None where the pool cannot tell."""
        pool: object = self.pool
        if not isinstance(pool, KnowsHolders):
            return None
        held = sorted(pool.holders(), key=lambda holder: -holder.since)
        return [
            {
                "since": holder.since,
                "where": holder.where,
                "identity": None if holder.identity is None else str(holder.identity),
            }
            for holder in held
        ]
