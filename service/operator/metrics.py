"""The numbers in Prometheus' form; docs/metrics.md has all names.

Each application has a registry of its own, so that several in one process do not meet. What is shown comes from one
`Together`: where several processes serve, their numbers are added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, PlatformCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from service.events import Reason
from service.operator.numbers import Numbers
from service.operator.processes import Processes
from service.operator.report import STATES, Together
from service.pool.histogram import Histogram
from service.pool.stats import PoolStats

_GAUGES = {
    "size": "Live connections, idle, in use and being checked.",
    "idle": "Connections that nobody uses.",
    "in_use": "Connections in use.",
    "checking": "Connections being asked whether they are there, or being renewed.",
    "connecting": "Connections being opened.",
    "closing": "Connections being closed.",
    "waiting": "Callers waiting for a connection.",
    "min_size": "Connections kept open from the start.",
    "max_size": "The most connections there may be at once.",
    "generation": "How often all connections were told to be replaced.",
    "away": "1 while no connection is there and the last attempt to open one failed.",
    "peak_in_use": "The most connections that were in use at once since the start.",
}
_COUNTERS = {
    "acquired": "Times a caller got a connection.",
    "queued": "Times a caller got a connection after waiting in the queue.",
    "timed_out": "Callers whose deadline passed in the queue.",
    "shed": "Callers turned away at once because the queue was full.",
    "cancelled": "Callers who went away while they waited.",
    "handed_over": "Connections that went straight to a caller who waited.",
    "connects": "Connections opened.",
    "connect_errors": "Connections that could not be opened.",
    "replaced": "Connections that had reached their age and for which others were opened.",
    "leaked": "Connections that were held for longer than the threshold.",
    "observer_errors": "Times a listener to the pool's events failed.",
    "resets": "Times something had to be ended on a connection that was given back.",
    "renewed": "Times what a caller's own SQL may have set for the session was undone.",
}


class Metrics:
    """The page at /-/metrics.

    Args:
        read: everybody's numbers at this moment.
        about: the service's version and the like, for `poolgate_info`.
    """

    def __init__(self, read: Callable[[], Together], about: Mapping[str, str]) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Numbers(read, about))
        self._registry.register(Processes(read))
        PlatformCollector(registry=self._registry)

    def page(self, accept: str) -> tuple[bytes, str]:
        """The page and its media type: Prometheus' text or, for whom `accept` asks for it, OpenMetrics."""
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type


class _Numbers(Collector):
    def __init__(self, read: Callable[[], Together], about: Mapping[str, str]) -> None:
        self._read = read
        self._about = about

    def collect(self) -> Iterator[Metric]:
        together = self._read()
        numbers = together.numbers
        yield InfoMetricFamily("poolgate", "The service.", dict(self._about))
        yield _workers(together)
        yield from _pool(numbers.pool)
        yield _histogram("pool_wait_seconds", "Time until a caller got a connection.", numbers.times.wait)
        yield _histogram("pool_usage_seconds", "Time a connection was held.", numbers.times.usage)
        yield _histogram("pool_connect_seconds", "Time opening a connection took.", numbers.times.connect)
        yield from _catalog(numbers)
        yield from _requests(numbers)


def _workers(together: Together) -> Metric:
    states = [worker.state for worker in together.workers]
    workers = GaugeMetricFamily(
        "poolgate_workers", "Processes that are to serve, by whether they do.", labels=["state"]
    )
    for state in STATES:
        workers.add_metric([state], states.count(state))
    return workers


def _pool(stats: PoolStats) -> Iterator[Metric]:
    yield GaugeMetricFamily("poolgate_pool_open", "1 while the pool lets callers in.", value=stats.state == "open")
    for name, meaning in _GAUGES.items():
        yield GaugeMetricFamily(f"poolgate_pool_{name}", meaning, value=getattr(stats, name))
    yield GaugeMetricFamily(
        "poolgate_pool_max_wait_seconds", "The longest wait for a connection since the start.", stats.max_wait_seconds
    )
    yield GaugeMetricFamily(
        "poolgate_pool_retry_in_seconds", "Time until connecting is tried again after it failed.", stats.retry_in
    )
    for name, meaning in _COUNTERS.items():
        yield CounterMetricFamily(f"poolgate_pool_{name}", meaning, value=getattr(stats, name))
    closed = CounterMetricFamily("poolgate_pool_closed", "Connections closed, by reason.", labels=["reason"])
    for reason in Reason:
        closed.add_metric([reason.value], stats.closed.get(reason, 0))
    yield closed


def _catalog(numbers: Numbers) -> Iterator[Metric]:
    loads = CounterMetricFamily("poolgate_catalog_loads", "Readings of the database's schema.", labels=["outcome"])
    for outcome, count in numbers.readings.items():
        loads.add_metric([outcome], count)
    yield loads
    yield _histogram("catalog_load_seconds", "Time reading the schema took.", numbers.reading)
    yield GaugeMetricFamily("poolgate_catalog_relations", "Tables and views known.", value=numbers.relations)
    plans = CounterMetricFamily(
        "poolgate_plans", "Requests by whether their shape was planned before.", labels=["outcome"]
    )
    for outcome, count in numbers.plans.items():
        plans.add_metric([outcome], count)
    yield plans
    outdated = "Times what connections had prepared was outdated, and was forgotten."
    yield CounterMetricFamily("poolgate_statements_outdated", outdated, value=numbers.outdated)


def _requests(numbers: Numbers) -> Iterator[Metric]:
    answers = CounterMetricFamily("poolgate_http_requests", "Requests answered.", labels=["method", "status"])
    for (method, status), count in numbers.requests.items():
        answers.add_metric([method, str(status)], count)
    yield answers
    durations = HistogramMetricFamily(
        "poolgate_http_request_duration_seconds", "Time until the answer began.", labels=["method"]
    )
    for method, histogram in numbers.times.request.items():
        durations.add_metric([method], _buckets(histogram), histogram.sum)
    yield durations


def _histogram(name: str, meaning: str, histogram: Histogram) -> Metric:
    family = HistogramMetricFamily(f"poolgate_{name}", meaning)
    family.add_metric([], _buckets(histogram), histogram.sum)
    return family


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    return [(_bound(bound), count) for bound, count in histogram.buckets]


def _bound(seconds: float) -> str:
    return str(floatToGoString(seconds))  # type: ignore[no-untyped-call]  # the library gives it no types
