"""The pool in numbers: counters that only grow, and the frozen snapshot that is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from service.events import Reason
from service.pool.histogram import Histogram, Tally


@dataclass(slots=True)
class Counters:
    """What happened since the pool was made."""

    acquired: int = 0
    queued: int = 0
    timed_out: int = 0
    shed: int = 0
    cancelled: int = 0
    handed_over: int = 0
    max_wait_seconds: float = 0.0
    peak_in_use: int = 0
    connects: int = 0
    connect_errors: int = 0
    replaced: int = 0
    leaked: int = 0
    resets: int = 0
    renewed: int = 0
    observer_errors: int = 0
    closed: Counter[Reason] = field(default_factory=Counter)
    wait: Tally = field(default_factory=Tally)
    usage: Tally = field(default_factory=Tally)
    connect: Tally = field(default_factory=Tally)

    def numbers(self) -> dict[str, Any]:
        """What they have come to, by the names of `PoolStats`."""
        plain = {each.name: getattr(self, each.name) for each in fields(self) if each.type == "int"}
        return {
            **plain,
            "max_wait_seconds": self.max_wait_seconds,
            "wait_seconds": self.wait.sum,
            "usage_seconds": self.usage.sum,
            "connect_seconds": self.connect.sum,
            "closed": MappingProxyType(dict(self.closed)),
            # Who did not wait is not counted one by one: that is the way most callers take.
            "wait": self.wait.frozen(at_once=self.acquired - self.queued),
            "usage": self.usage.frozen(),
            "connect": self.connect.frozen(),
        }


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a connection.

    Args:
        since: seconds it has been held.
        where: the place in the code where it was taken, the innermost first.
        identity: who it was taken for, where that was said.
    """

    since: float
    where: str
    identity: Hashable | None


@dataclass(frozen=True, slots=True)
class PoolStats:
    """A pool at one moment.

    Args:
        state: `new`, `open`, `closing` or `closed`.
        size: live connections, `idle` + `in_use` + `checking`.
        checking: connections being asked whether they are there, or being renewed.
        connecting: connections being opened.
        closing: connections being closed; they still count against `max_size`.
        waiting: callers in the queue.
        acquired: times a caller got a connection.
        queued: of those, the times it had to wait in the queue.
        timed_out: callers whose deadline passed in the queue.
        shed: callers turned away at once because the queue was full.
        cancelled: callers who went away while they waited.
        handed_over: connections that went straight from one caller, or from being opened, to one who waited.
        wait_seconds: time spent in the queue by those who got a connection; `max_wait_seconds` the longest.
        usage_seconds: time connections were held.
        peak_in_use: the most connections in use at once.
        connects: connections opened, in `connect_seconds` altogether; `connect_errors` could not be.
        replaced: connections that had reached their age and for which others were opened.
        leaked: connections that were held for longer than the threshold.
        generation: how often `expire_connections` was called.
        away: no connection is there and the last attempt to open one failed.
        retry_in: seconds until connecting is tried again; 0.0 unless it failed.
        resets: times something had to be ended on a connection that was given back.
        renewed: times settings, locks and the like of a caller's own SQL were undone for the next one.
        observer_errors: times the listener to the pool's events failed.
        closed: connections closed, by reason.
        wait: all who got a connection, by how long they waited, those who did not wait included.
        usage: all who gave one back, by how long they had held it.
        connect: connections opened, by how long that took.
        writer: of these numbers, SQLite's one writing connection; None where reads and writes share the connections.
    """

    state: str
    min_size: int
    max_size: int
    size: int
    idle: int
    in_use: int
    checking: int
    connecting: int
    closing: int
    waiting: int
    acquired: int
    queued: int
    timed_out: int
    shed: int
    cancelled: int
    handed_over: int
    wait_seconds: float
    max_wait_seconds: float
    usage_seconds: float
    peak_in_use: int
    connects: int
    connect_errors: int
    connect_seconds: float
    replaced: int
    leaked: int
    generation: int
    away: bool
    retry_in: float
    resets: int
    renewed: int
    observer_errors: int
    closed: Mapping[Reason, int]
    wait: Histogram
    usage: Histogram
    connect: Histogram
    writer: PoolStats | None = None

    def as_dict(self) -> dict[str, Any]:
        """The numbers by their names, for JSON."""
        numbers = {each.name: getattr(self, each.name) for each in fields(self)}
        writer = None if self.writer is None else self.writer.as_dict()
        histograms = {name: getattr(self, name).as_dict() for name in _HISTOGRAMS}
        return numbers | histograms | {"closed": dict(self.closed), "writer": writer}

    def with_writer(self, writer: PoolStats) -> PoolStats:
        """Both stores of a pool as one."""
        return replace(self + writer, state=self.state, writer=writer)

    def __add__(self, other: PoolStats) -> PoolStats:
        """Two pools as one: numbers and histograms add up, of some the larger counts; open while one of them is."""
        both = {each.name: (getattr(self, each.name), getattr(other, each.name)) for each in fields(self)}
        joined: dict[str, Any] = {
            name: max(one, two) if name in _LARGER else one + two
            for name, (one, two) in both.items()
            if isinstance(one, int | float | Histogram)
        }
        closed: Mapping[Reason, int] = MappingProxyType(dict(Counter(self.closed) + Counter(other.closed)))
        writer = self.writer + other.writer if self.writer and other.writer else self.writer or other.writer
        state = "open" if other.state == "open" else self.state
        return PoolStats(state=state, closed=closed, writer=writer, **joined)

    def past(self) -> PoolStats:
        """What is left of a pool that has gone with its process: what was counted, of nothing how it stood."""
        nothing = {name: type(getattr(self, name))() for name in _STANDING}
        return replace(self, **nothing, state="closed", writer=self.writer and self.writer.past())


_HISTOGRAMS = ("wait", "usage", "connect")
_LARGER = ("max_wait_seconds", "generation", "away", "retry_in")
_STANDING = (
    "min_size", "max_size", "size", "idle", "in_use", "checking", "connecting", "closing", "waiting",
    "max_wait_seconds", "peak_in_use", "generation", "away", "retry_in",
)  # fmt: skip
