"""What workers tell each other of themselves, and what that comes to altogether."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from types import MappingProxyType
from typing import Any, Literal

from service.operator.numbers import Numbers
from service.pool.stats import PoolStats

State = Literal["serving", "silent", "absent"]
STATES: tuple[State, ...] = ("serving", "silent", "absent")


@dataclass(frozen=True, slots=True)
class Report:
    """What one worker says.

    Args:
        pid: its process id.
        at: when it said so, in seconds of the machine's monotonic clock, which all processes share.
        numbers: what it has counted.
        past: what those who had its place before it had counted; None if it is the first there.
        peak: the most connections it had in use at once, in its last second.
        holders: who holds a connection, for people; the longest.
        events: what happened, for people; the newest.
    """

    pid: int
    at: float
    numbers: Numbers
    past: Numbers | None
    peak: int
    holders: Sequence[dict[str, Any]] = ()
    events: Sequence[dict[str, Any]] = ()

    @property
    def counted(self) -> Numbers:
        """All that was counted in its place."""
        return self.numbers if self.past is None else self.numbers + self.past

    def packed(self) -> bytes:
        """As bytes, for another process of ours."""
        stream = io.BytesIO()
        _Pickler(stream, pickle.HIGHEST_PROTOCOL).dump(self)
        return stream.getvalue()

    @staticmethod
    def unpacked(text: bytes) -> Report:
        """From bytes that a process of ours has packed."""
        report: Report = pickle.loads(text)  # noqa: S301  # nobody else can write into the memory that it comes from
        return report


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> tuple[Callable[..., Any], tuple[Any, ...]] | Any:
        return (_proxy, (dict(value),)) if isinstance(value, MappingProxyType) else NotImplemented


def _proxy(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)  # it bears no name in its own module, by which a process could find it


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker as another one sees it.

    Args:
        number: of its place, from 1 on; whoever follows it has the same.
        state: `serving`; `silent` if it has said nothing for some seconds, as one that hangs or is stopped; `absent`
            while nobody is there: the one before has ended, if there was one, and the next is being started.
        age: seconds since its report.
        report: its last one, or that of the one before it; None if there was none.
        asked: whether it is the one that is telling.
    """

    number: int
    state: State
    age: float
    report: Report | None
    asked: bool = False

    @property
    def numbers(self) -> Numbers | None:
        """What counts in the sum: of who is silent the last that is known, of who has gone what was counted."""
        if self.report is None:
            return None
        return self.report.counted.past() if self.state == "absent" else self.report.counted

    @property
    def present(self) -> Report | None:
        """Its report, unless it has gone."""
        return None if self.state == "absent" else self.report


@dataclass(frozen=True, slots=True)
class Together:
    """All workers, of which one at least has reported."""

    workers: tuple[Worker, ...]

    @property
    def numbers(self) -> Numbers:
        """All that they have counted, their predecessors included; how things stand, of those who are there."""
        return reduce(add, self._each())

    @property
    def pool(self) -> PoolStats:
        """The pools' part of these numbers, for who needs no more."""
        return reduce(add, (numbers.pool for numbers in self._each()))

    @property
    def reports(self) -> list[tuple[Worker, Report]]:
        """Of those who are there."""
        return [(worker, worker.present) for worker in self.workers if worker.present is not None]

    @property
    def peak(self) -> int:
        """Each worker's most connections in use at once in its last second, added up."""
        return sum(
            report.peak if worker.state == "serving" else report.numbers.pool.in_use for worker, report in self.reports
        )

    def _each(self) -> Iterator[Numbers]:
        return (numbers for worker in self.workers if (numbers := worker.numbers) is not None)
