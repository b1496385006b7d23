"""What was counted, as frozen numbers that add up: two moments' difference, several processes' sum."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from service.pool.histogram import Histogram, Tally
from service.pool.stats import PoolStats

_Key = TypeVar("_Key")
_NONE = Tally().frozen()


@dataclass(frozen=True, slots=True)
class Times:
    """How long things took, since the process started.

    Args:
        wait: for a connection, by those who got one.
        usage: that connections were held.
        connect: that opening one took.
        request: that answering a request took, by method.
    """

    wait: Histogram
    usage: Histogram
    connect: Histogram
    request: Mapping[str, Histogram]

    @property
    def requests(self) -> Histogram:
        """All methods together."""
        return sum(self.request.values(), _NONE)

    def __add__(self, other: Times) -> Times:
        methods = {**self.request, **other.request}
        request = {name: self.request.get(name, _NONE) + other.request.get(name, _NONE) for name in methods}
        return Times(self.wait + other.wait, self.usage + other.usage, self.connect + other.connect, request)


@dataclass(frozen=True, slots=True)
class Numbers:
    """All that one process has counted, or several together.

    Args:
        requests: answers by method and status.
        readings: of the schema, by their outcome, `loaded` or `failed`.
        reading: how long the successful ones took.
        relations: tables and views in the schema that is in use.
        outdated: how often what connections had prepared turned out to be so.
        plans: requests for tables and functions by whether their plan was there, `found`, or had to be `made`.
    """

    pool: PoolStats
    times: Times
    requests: Mapping[tuple[str, int], int]
    readings: Mapping[str, int]
    reading: Histogram
    relations: int
    outdated: int
    plans: Mapping[str, int]

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(
            self.pool + other.pool,
            self.times + other.times,
            _sum(self.requests, other.requests),
            _sum(self.readings, other.readings),
            self.reading + other.reading,
            max(self.relations, other.relations),
            self.outdated + other.outdated,
            _sum(self.plans, other.plans),
        )

    def past(self) -> Numbers:
        """What is left of a process that has gone: what it counted, of nothing how it stood."""
        return replace(self, pool=self.pool.past(), relations=0)


def _sum(one: Mapping[_Key, int], other: Mapping[_Key, int]) -> dict[_Key, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


def between(earlier: Histogram, later: Histogram) -> Histogram:
    """What came after `earlier`."""
    pairs = zip(earlier.buckets, later.buckets, strict=True)
    return Histogram(tuple((bound, two - one) for (bound, one), (_, two) in pairs), later.sum - earlier.sum)


def summary(histogram: Histogram) -> dict[str, float | int | None]:
    """What people ask of durations, in seconds; `under` is the first bound, below which nothing is told apart."""
    if not histogram.count:
        return {"count": 0, "mean": None, "p50": None, "p90": None, "p99": None, "under": _FINEST}
    parts = {f"p{part}": _rounded(histogram.quantile(part / 100)) for part in (50, 90, 99)}
    return {"count": histogram.count, "mean": histogram.sum / histogram.count, **parts, "under": _FINEST}


_FINEST = _NONE.buckets[0][0]


def _rounded(seconds: float) -> float:
    """To two digits: a bucket's place is not known better."""
    return seconds if not seconds else round(seconds, 1 - math.floor(math.log10(seconds)))
