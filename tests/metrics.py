"""The numbers that the page of metrics tells, as tests read them."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


def samples(page: str) -> list[Sample]:
    """All that a page of metrics has."""
    return [sample for family in text_string_to_metric_families(page) for sample in family.samples]


def value(page: str, name: str, **labels: str) -> float:
    """The sum over the samples called so that bear these labels."""
    return sum(each.value for each in samples(page) if each.name == name and labels.items() <= each.labels.items())


def values(page: str, name: str) -> dict[str, int]:
    """Each of the samples called so, by its labels' values with a blank between them."""
    return {" ".join(each.labels.values()): int(each.value) for each in samples(page) if each.name == name}
