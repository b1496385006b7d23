"""What is counted beside the pool's own numbers: requests and readings of the schema."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

from service.events import CatalogFailed, CatalogLoaded, Event, StatementsOutdated
from service.operator.numbers import Numbers, Times
from service.pool.histogram import Tally
from service.pool.stats import PoolStats

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Meters:
    """Counts; `observe` listens to the pool and the catalog, `answered` is told of each request."""

    def __init__(self) -> None:
        self._reading = Tally()
        self._request: defaultdict[str, Tally] = defaultdict(Tally)
        self._requests: Counter[tuple[str, int]] = Counter()
        self._readings = Counter(loaded=0, failed=0)
        self._relations = self._outdated = 0
        self.plans: Callable[[], Mapping[str, int]] = dict
        """Asked for how many requests were planned, and how many needed not to be."""

    def observe(self, event: Event) -> None:
        """Counts an event; none of those that come with each request."""
        if isinstance(event, CatalogLoaded):
            self._readings["loaded"] += 1
            self._reading.add(event.seconds)
            self._relations = event.relations
        elif isinstance(event, CatalogFailed):
            self._readings["failed"] += 1
        elif isinstance(event, StatementsOutdated):
            self._outdated += 1

    def answered(self, method: str, status: int, seconds: float) -> None:
        """Counts a request."""
        name = method if method in _METHODS else "other"  # a caller can make methods up
        self._requests[name, status] += 1
        self._request[name].add(seconds)

    def numbers(self, pool: PoolStats) -> Numbers:
        """All of it, up to now."""
        request = {method: tally.frozen() for method, tally in self._request.items()}
        times = Times(pool.wait, pool.usage, pool.connect, request)
        return Numbers(
            pool=pool,
            times=times,
            requests=dict(self._requests),
            readings=dict(self._readings),
            reading=self._reading.frozen(),
            relations=self._relations,
            outdated=self._outdated,
            plans=self.plans(),
        )
