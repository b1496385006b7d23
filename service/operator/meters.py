"""What is counted beside the pool's own numbers: requests, readings of the schema, the peaks of its use."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from service.events import Acquired, CatalogFailed, CatalogLoaded, Event, Released
from service.pool.histogram import Histogram, Tally
from service.pool.stats import PoolStats

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


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
        return sum(self.request.values(), Tally().frozen())


@dataclass(frozen=True, slots=True)
class Numbers:
    """All that one process has counted.

    Args:
        requests: answers by method and status.
        readings: of the schema, by their outcome, `loaded` or `failed`.
        reading: how long the successful ones took.
        relations: tables and views in the schema that is in use.
    """

    pool: PoolStats
    times: Times
    requests: Mapping[tuple[str, int], int]
    readings: Mapping[str, int]
    reading: Histogram
    relations: int


class Meters:
    """Counts; `observe` listens to the pool and the catalog, `answered` is told of each request."""

    def __init__(self) -> None:
        self._reading = Tally()
        self._request: defaultdict[str, Tally] = defaultdict(Tally)
        self._requests: Counter[tuple[str, int]] = Counter()
        self._readings = Counter(loaded=0, failed=0)
        self._relations = 0
        self._in_use = self._peak = 0

    def observe(self, event: Event) -> None:
        """Counts an event; the two that come with each request are looked for first."""
        kind = type(event)
        if kind is Acquired:
            self._in_use += 1
            if self._in_use > self._peak:
                self._peak = self._in_use
        elif kind is Released:
            self._in_use -= 1
        elif isinstance(event, CatalogLoaded):
            self._readings["loaded"] += 1
            self._reading.add(event.seconds)
            self._relations = event.relations
        elif kind is CatalogFailed:
            self._readings["failed"] += 1

    def answered(self, method: str, status: int, seconds: float) -> None:
        """Counts a request."""
        name = method if method in _METHODS else "other"  # a caller can make methods up
        self._requests[name, status] += 1
        self._request[name].add(seconds)

    def take_peak(self) -> int:
        """The most connections that were in use at once since this was last asked."""
        peak, self._peak = self._peak, self._in_use
        return peak

    def times(self, pool: PoolStats) -> Times:
        """How long things took, up to now."""
        request = {method: tally.frozen() for method, tally in self._request.items()}
        return Times(pool.wait, pool.usage, pool.connect, request)

    def numbers(self, pool: PoolStats) -> Numbers:
        """All of it, up to now."""
        return Numbers(
            pool, self.times(pool), dict(self._requests), dict(self._readings), self._reading.frozen(), self._relations
        )


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


_FINEST = Tally().frozen().buckets[0][0]


def _rounded(seconds: float) -> float:
    """To two digits: a bucket's place is not known better."""
    return seconds if not seconds else round(seconds, 1 - math.floor(math.log10(seconds)))
