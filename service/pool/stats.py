"""The pool in numbers: counters that only grow, and the frozen snapshot that is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from service.events import Reason


@dataclass(slots=True)
class Counters:
    """What happened since the pool was made; seconds are sums unless called `max`."""

    acquired: int = 0
    queued: int = 0
    timed_out: int = 0
    shed: int = 0
    cancelled: int = 0
    wait_seconds: float = 0.0
    max_wait_seconds: float = 0.0
    usage_seconds: float = 0.0
    peak_in_use: int = 0
    connects: int = 0
    connect_errors: int = 0
    connect_seconds: float = 0.0
    resets: int = 0
    observer_errors: int = 0
    closed: Counter[Reason] = field(default_factory=Counter)

    def numbers(self) -> dict[str, Any]:
        """The plain counters, by name."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "closed"}


@dataclass(frozen=True, slots=True)
class PoolStats:
    """A pool at one moment.

    Args:
        state: `new`, `open`, `closing` or `closed`.
        size: live connections, `idle` + `in_use`.
        connecting: connections being opened.
        closing: connections being closed; they still count against `max_size`.
        waiting: callers in the queue.
        acquired: times a caller got a connection.
        queued: of those, the times it had to wait in the queue.
        timed_out: callers whose deadline passed in the queue.
        shed: callers turned away at once because the queue was full.
        cancelled: callers who went away while they waited.
        wait_seconds: time spent in the queue by those who got a connection; `max_wait_seconds` the longest.
        usage_seconds: time connections were held.
        peak_in_use: the most connections in use at once.
        connects: connections opened, in `connect_seconds` altogether; `connect_errors` could not be.
        resets: times something had to be ended on a connection that was given back.
        observer_errors: times the listener to the pool's events failed.
        closed: connections closed, by reason.
        writer: of these numbers, SQLite's one writing connection; None where reads and writes share the connections.
    """

    state: str
    min_size: int
    max_size: int
    size: int
    idle: int
    in_use: int
    connecting: int
    closing: int
    waiting: int
    acquired: int
    queued: int
    timed_out: int
    shed: int
    cancelled: int
    wait_seconds: float
    max_wait_seconds: float
    usage_seconds: float
    peak_in_use: int
    connects: int
    connect_errors: int
    connect_seconds: float
    resets: int
    observer_errors: int
    closed: Mapping[Reason, int]
    writer: PoolStats | None = None

    def as_dict(self) -> dict[str, Any]:
        """The numbers by their names, for JSON."""
        numbers = {each.name: getattr(self, each.name) for each in fields(self)}
        writer = None if self.writer is None else self.writer.as_dict()
        return numbers | {"closed": dict(self.closed), "writer": writer}

    def with_writer(self, writer: PoolStats) -> PoolStats:
        """Both stores of a pool as one: numbers add up, maxima are the larger."""
        both = {each.name: (getattr(self, each.name), getattr(writer, each.name)) for each in fields(self)}
        summed: dict[str, Any] = {
            name: one + other for name, (one, other) in both.items() if isinstance(one, int | float)
        }
        closed: Mapping[Reason, int] = MappingProxyType(dict(Counter(self.closed) + Counter(writer.closed)))
        summed["max_wait_seconds"] = max(both["max_wait_seconds"])
        return PoolStats(state=self.state, closed=closed, writer=writer, **summed)
