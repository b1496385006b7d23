"""Durations counted by their length, in Prometheus' form: each bucket holds all that took no longer."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, math.inf)
"""Seconds: from a statement on a local socket to the longest that anybody waits."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Durations up to now.

    Args:
        buckets: an upper bound in seconds, and how many took no longer; the last bound is infinite.
        sum: seconds altogether.
    """

    buckets: tuple[tuple[float, int], ...]
    sum: float

    @property
    def count(self) -> int:
        """How many there were."""
        return self.buckets[-1][1]

    def quantile(self, part: float) -> float:
        """About how long the given part of them took at most, in seconds; 0.0 if there were none.

        Within a bucket they are taken to be spread evenly; beyond the last finite bound it is that bound.
        """
        wanted, lower, below = part * self.count, 0.0, 0
        for bound, count in self.buckets:
            if count >= wanted and count > below:
                return lower if bound == math.inf else lower + (bound - lower) * (wanted - below) / (count - below)
            lower, below = bound, count
        return 0.0

    def __add__(self, other: Histogram) -> Histogram:
        pairs = zip(self.buckets, other.buckets, strict=True)
        return Histogram(tuple((bound, one + two) for (bound, one), (_, two) in pairs), self.sum + other.sum)

    def as_dict(self) -> dict[str, Any]:
        """For JSON, which has no infinity: the last bound is "+Inf", as Prometheus writes it."""
        named = {"+Inf" if bound == math.inf else f"{bound:g}": count for bound, count in self.buckets}
        return {"buckets": named, "sum": self.sum, "count": self.count}


class Tally:
    """A histogram that is being counted."""

    __slots__ = ("_counts", "sum")

    def __init__(self) -> None:
        self.sum = 0.0
        self._counts = [0] * len(BOUNDS)

    def add(self, seconds: float) -> None:
        """Counts one."""
        self._counts[bisect_left(BOUNDS, seconds)] += 1
        self.sum += seconds

    def frozen(self, at_once: int = 0) -> Histogram:
        """As it is now.

        Args:
            at_once: how many more there were that took no time, and were not counted one by one.
        """
        counts = [self._counts[0] + at_once, *self._counts[1:]]
        return Histogram(tuple(zip(BOUNDS, accumulate(counts), strict=True)), self.sum)
