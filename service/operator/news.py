"""What happened lately, in words: few lines, the newest first, and a storm of one kind is one line with a number."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from service.events import (
    Acquired,
    CatalogFailed,
    CatalogLoaded,
    Closed,
    Connected,
    ConnectFailed,
    Event,
    Expired,
    FunctionsFailed,
    Leaked,
    Reason,
    Released,
    Resized,
    Shed,
    StatementsOutdated,
    TimedOut,
)

_REASONS = {
    Reason.LOST: "the server or the network had closed it",
    Reason.INVALIDATED: "it was not to be used again",
    Reason.RESET_FAILED: "what ran on it could not be ended in time",
    Reason.DISPOSED: "the engine was disposed of",
    Reason.CLOSING: "the pool is closing",
    Reason.ABANDONED: "it was still in use when the time for closing was over",
    Reason.LIFETIME: "it had reached its age",
    Reason.IDLE: "nobody had needed it for long",
    Reason.EXPIRED: "all were to be replaced",
    Reason.RESIZED: "the pool was made smaller",
    Reason.VALIDATION: "it did not answer",
    Reason.RECLAIMED: "it was held beyond the hard limit",
    Reason.PER_REQUEST: "the pool keeps none",
}
_BAD_ENDS = (Reason.LOST, Reason.RESET_FAILED, Reason.ABANDONED, Reason.VALIDATION, Reason.RECLAIMED)
_EACH_REQUEST = (Acquired, Released)  # looked for first: they come thousands of times a second
MOST = 40
"""Lines that are kept."""
_TOGETHER = 10.0  # seconds within which like things are one line


@dataclass(slots=True)
class Item:
    """A line.

    Args:
        at: when it last happened, seconds since 1970.
        times: how often.
        bad: whether somebody should look into it.
    """

    at: float
    text: str
    bad: bool
    times: int = 1

    def as_dict(self) -> dict[str, Any]:
        return {"at": self.at, "text": self.text, "bad": self.bad, "times": self.times}


class News:
    """A bounded log.

    Args:
        most: lines that are kept.
        clock: seconds since 1970.
    """

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.time) -> None:
        self._items: deque[Item] = deque(maxlen=most)
        self._clock = clock

    def observe(self, event: Event) -> None:
        """Takes down what is worth a line."""
        if type(event) in _EACH_REQUEST or (told := in_words(event)) is None:
            return
        text, bad = told
        now = self._clock()
        last = next((item for item in self._items if now - item.at < _TOGETHER and item.text == text), None)
        if last is None:
            self._items.appendleft(Item(now, text, bad))
        else:
            self._items.remove(last)
            self._items.appendleft(Item(now, text, bad, last.times + 1))

    def latest(self) -> list[dict[str, Any]]:
        """The newest first."""
        return [item.as_dict() for item in self._items]


def in_words(event: Event) -> tuple[str, bool] | None:
    """What happened, and whether that is bad; None for what happens all the time.

    Of an error its kind alone is told: its text may name what pages should not show.
    """
    match event:
        case Connected():
            return "A connection was opened", False
        case ConnectFailed(error):
            return f"A connection could not be opened: {_kind(error)}", True
        case Closed(reason):
            return f"A connection was closed: {_REASONS[reason]}", reason in _BAD_ENDS
        case Leaked(held, where):
            return f"A connection has been held for {held:.1f} s; it was taken at {where}", True
        case Expired():
            return "All connections are to be replaced", False
        case Resized(least, most):
            return f"The pool was resized: {least} to {most} connections", False
        case Shed():
            return "A caller was turned away: the queue was full", True
        case TimedOut(waited):
            return f"A caller got no connection within {waited:.1f} s", True
        case CatalogLoaded(reason, _, relations):
            return f"The schema was read: {_counted(relations)} ({reason})", False
        case CatalogFailed(reason, error):
            return f"The schema could not be read ({reason}): {_kind(error)}", True
        case FunctionsFailed(faults):
            return f"Saved functions cannot be used: {'; '.join(faults)}", True
        case StatementsOutdated():
            return "Prepared statements were outdated, and are prepared anew", False
        case _:
            return None


def _counted(relations: int) -> str:
    return "one table or view" if relations == 1 else f"{relations} tables and views"


def _kind(error: BaseException) -> str:
    return type(error.__cause__ or error).__name__
