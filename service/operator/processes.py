"""What the system knows of the processes: Prometheus' standard metrics, of each worker where there are several."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import ProcessCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from service.operator.report import Together


class Processes(Collector):
    """Whichever worker is asked, all are told of, by the number of their place.

    They are not added up: a limit is one process's own, and memory that forked processes share would count in each.
    """

    def __init__(self, read: Callable[[], Together]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        together = self._read()
        if len(together.workers) == 1:
            return ProcessCollector(registry=None).collect()
        families: dict[str, Metric] = {}
        for worker, report in together.reports:
            for family in _of(report.pid):
                whole = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    whole.add_sample(sample.name, {**sample.labels, "worker": str(worker.number)}, sample.value)
        return families.values()


def _of(pid: int) -> Iterable[Metric]:
    return ProcessCollector(pid=lambda: pid, registry=None).collect()
