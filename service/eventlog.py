"""Which events are worth a line of the log, and how often.

When the database is away everything fails at once and again and again. Of failed connects the first is told, then one a
minute, then their end; of what else happens to many callers or connections at a time one a second. The others are there
at the level debug.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from time import monotonic

from service.events import (
    Acquired,
    CatalogFailed,
    CatalogLoaded,
    Closed,
    Connected,
    ConnectFailed,
    Event,
    FunctionsFailed,
    Leaked,
    Reason,
    Released,
    RulesFailed,
    Shed,
    StatementsOutdated,
    TimedOut,
)

logger = logging.getLogger("poolgate")
REMIND = 60.0
"""Seconds between two lines about one outage."""
SELDOM = 1.0
"""Seconds between two lines about the same that happens to many."""
_BAD_ENDS = (Reason.LOST, Reason.RESET_FAILED, Reason.ABANDONED, Reason.VALIDATION, Reason.RECLAIMED)


class EventLog:
    """The listener that writes what is worth a line.

    Args:
        time: the time in seconds.
    """

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._outage = Outage(time)
        self._told: dict[object, float] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case Acquired() | Released():  # each request has both: they are looked for first, and not written
                pass
            case ConnectFailed(error):
                self._outage.failed(_reason(error))
            case Connected(seconds):
                self._outage.ended()
                logger.debug("a connection to the database was opened", extra={"seconds": round(seconds, 4)})
            case Closed(reason) if reason in _BAD_ENDS:
                logger.log(self._level(reason), "a connection to the database was closed: %s", reason.value)
            case Closed(reason):
                logger.debug("a connection to the database was closed: %s", reason.value)
            case Leaked(held, where):
                logger.warning("a connection has been held for %.1f s; it was taken at %s", held, where)
            case Shed(waiting):
                logger.log(
                    self._level(Shed), "a request was turned away: %d are waiting for a connection already", waiting
                )
            case TimedOut(waited):
                logger.log(self._level(TimedOut), "a request got no connection within %.1f s", waited)
            case _:
                _log_catalog(event)

    def _level(self, kind: object) -> int:
        """Of a kind one a second is a warning."""
        now = self._time()
        if now - self._told.get(kind, -math.inf) < SELDOM:
            return logging.DEBUG
        self._told[kind] = now
        return logging.WARNING


class Outage:
    """The time in which connections cannot be opened, from the first attempt that failed to the first that succeeds."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._attempts = 0
        self._began = self._told = 0.0

    def failed(self, reason: str) -> None:
        """An attempt failed."""
        now = self._time()
        self._attempts += 1
        if self._attempts == 1:
            self._began = self._told = now
            logger.warning("a connection to the database could not be opened: %s", reason)
        elif now - self._told >= REMIND:
            self._told = now
            logger.warning(
                "still no connection to the database can be opened, after %.0f s and %d attempts: %s",
                *(now - self._began, self._attempts, reason),
            )
        else:
            logger.debug("a connection to the database could not be opened: %s", reason)

    def ended(self) -> None:
        """An attempt succeeded."""
        if self._attempts:
            logger.warning(
                "connections to the database can be opened again, after %.1f s and %d attempts in vain",
                *(self._time() - self._began, self._attempts),
            )
            self._attempts = 0


def _log_catalog(event: Event) -> None:
    match event:
        case CatalogLoaded(reason, seconds, relations):
            logger.info("the schema was read: %d relations in %.3f s (%s)", relations, seconds, reason)
        case CatalogFailed("start"):
            pass  # whoever starts the service says what becomes of it
        case CatalogFailed(reason, error):
            logger.error("the schema could not be read, the one before stays in use (%s): %s", reason, _reason(error))
        case FunctionsFailed(faults):
            for fault in faults:
                logger.error("%s; the functions read before stay in use", fault)
        case RulesFailed(faults):
            for fault in faults:
                logger.error("%s; this entry of the file of rules gives no right", fault)
        case StatementsOutdated(reason):
            logger.info("prepared statements were outdated, and are prepared anew: %s", reason)
        case _:
            pass


def _reason(error: BaseException) -> str:
    """What lies beneath: the house's own errors are worded for callers, who are told less."""
    cause = error.__cause__ or error
    return str(cause) or type(cause).__name__
