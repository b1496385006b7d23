"""What happened, as frozen facts. Rooms report events; logs, metrics and the pool's page only listen.

Whoever reports takes an `observe` callable, calls it with the fact, and goes on whatever the listener does. All
durations are seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Reason(StrEnum):
    """Why a connection was closed."""

    LOST = "lost"
    """The server or the network had closed it already."""
    INVALIDATED = "invalidated"
    """A caller, or SQLAlchemy after a failure or a cancellation, asked not to use it again."""
    RESET_FAILED = "reset_failed"
    """An open transaction or a running statement could not be ended in time."""
    DISPOSED = "disposed"
    """`engine.dispose()` was called."""
    CLOSING = "closing"
    """The pool is closing."""
    ABANDONED = "abandoned"
    """It was still in use when the time for closing the pool was over."""


@dataclass(frozen=True, slots=True)
class Acquired:
    """A caller got a connection after `waited` seconds; 0.0 when one lay ready."""

    waited: float


@dataclass(frozen=True, slots=True)
class Released:
    """A caller gave its connection back after `held` seconds."""

    held: float


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A caller's deadline passed in the queue."""

    waited: float


@dataclass(frozen=True, slots=True)
class Shed:
    """A caller was turned away at once, because `waiting` others stood in the queue."""

    waiting: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A caller was cancelled in the queue."""

    waited: float


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection was opened, in `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ConnectFailed:
    """A connection could not be opened."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Closed:
    """A connection left the pool."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class CatalogLoaded:
    """The schema was read, in `seconds`, and is in use from now on."""

    reason: str
    seconds: float
    relations: int
    version: int


@dataclass(frozen=True, slots=True)
class CatalogFailed:
    """The schema could not be read; the one read before, if any, stays in use."""

    reason: str
    error: BaseException


Event: TypeAlias = (
    Acquired
    | Released
    | TimedOut
    | Shed
    | Cancelled
    | Connected
    | ConnectFailed
    | Closed
    | CatalogLoaded
    | CatalogFailed
)
Observe: TypeAlias = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """The listener that does not listen."""
