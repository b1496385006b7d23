"""What happened, as frozen facts. Rooms report events; logs, metrics and the pool's page only listen.

Whoever reports takes an `observe` callable, calls it with the fact, and goes on whatever the listener does. All
durations are seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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
    LIFETIME = "lifetime"
    """It had reached its age."""
    IDLE = "idle"
    """Nobody had needed it for long."""
    EXPIRED = "expired"
    """It was older than a call of `expire_connections`."""
    RESIZED = "resized"
    """The pool was made smaller."""
    VALIDATION = "validation"
    """It did not answer a ping."""
    RECLAIMED = "reclaimed"
    """It was held beyond the hard limit."""
    PER_REQUEST = "per_request"
    """The pool keeps no connection (`POOL_MODE=per-request`)."""


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
class Leaked:
    """A connection has been held for `held` seconds; it was taken at `where`, the innermost place first."""

    held: float
    where: str


@dataclass(frozen=True, slots=True)
class Expired:
    """All connections are to be replaced; those made from now on are of `generation`."""

    generation: int


@dataclass(frozen=True, slots=True)
class Resized:
    """The pool has other limits."""

    min_size: int
    max_size: int


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


@dataclass(frozen=True, slots=True)
class FunctionsFailed:
    """Saved functions cannot be used, one fault a line; those read before stay in use."""

    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulesFailed:
    """Entries of the file of rules name what there is not, one fault a line; they give no right."""

    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatementsOutdated:
    """A statement failed for what had been prepared before. `reason` is the database's word for it."""

    reason: str


Event: TypeAlias = (
    Acquired
    | Released
    | TimedOut
    | Shed
    | Cancelled
    | Connected
    | ConnectFailed
    | Closed
    | Leaked
    | Expired
    | Resized
    | CatalogLoaded
    | CatalogFailed
    | FunctionsFailed
    | RulesFailed
    | StatementsOutdated
)
Observe: TypeAlias = Callable[[Event], None]


_EACH_REQUEST = (Acquired, Released)


def ignore(_event: Event) -> None:
    """The listener that does not listen."""


def tell_all(*observers: Observe, seldom: Collection[Observe] = ()) -> Observe:
    """One listener that tells several, in their order; an error of one ends the telling.

    Args:
        seldom: those of them that do nothing with `Acquired` and `Released`, which come with each request.
    """
    return _Several(observers, tuple(observe for observe in observers if observe not in seldom))


class _Several:
    def __init__(self, observers: Sequence[Observe], often: Sequence[Observe]) -> None:
        self._observers = observers
        self._often = often

    def __call__(self, event: Event) -> None:
        for observe in self._often if type(event) in _EACH_REQUEST else self._observers:
            observe(event)

    @property
    def seldom(self) -> bool:
        return not self._often


def is_seldom(observe: Observe) -> bool:
    """Whether a listener does nothing with `Acquired` and `Released`, so that neither need be made for it."""
    return observe is ignore or (isinstance(observe, _Several) and observe.seldom)
