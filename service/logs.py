"""Log lines, as text for people or as JSON for programs; every line of a request bears its id."""

from __future__ import annotations

import datetime
import json
import logging
import random
import re
import sys
from contextvars import ContextVar
from typing import TextIO

from service.events import (
    Acquired,
    CatalogFailed,
    CatalogLoaded,
    Closed,
    Connected,
    ConnectFailed,
    Event,
    Leaked,
    Reason,
    Released,
    Shed,
    TimedOut,
)

request_id: ContextVar[str | None] = ContextVar("poolgate_request_id", default=None)
"""The id of the request that is being answered."""

logger = logging.getLogger("poolgate")
_GIVEN_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_BAD_ENDS = (Reason.LOST, Reason.RESET_FAILED, Reason.ABANDONED, Reason.VALIDATION, Reason.RECLAIMED)
_CHATTY = ("aiosqlite", "asyncio", "hypercorn", "sqlalchemy")


def new_request_id(given: str = "") -> str:
    """The id that the caller gave, if it can stand in a log line; else a new one."""
    # Not from the system's randomness: an id is a label that guards nothing, and asking the kernel costs 12 µs.
    return given if given and _GIVEN_ID.fullmatch(given) else f"{random.getrandbits(64):016x}"


class Text(logging.Formatter):
    """One line: time, level, what happened, and the request's id in brackets; a traceback follows it.

    Args:
        pid: whether the process is named too, before what happened.
    """

    def __init__(self, *, pid: bool = False) -> None:
        super().__init__()
        self._pid = pid

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the name is logging's
        process = f"{record.process} " if self._pid else ""
        line = f"{_time(record)} {record.levelname:<7} {process}{_one_line(record.message)}"
        return line if (identity := request_id.get()) is None else f"{line} [{identity}]"


class Json(logging.Formatter):
    """One JSON object a line; what a log call gave as `extra` becomes keys of it.

    Args:
        pid: whether the process is named too.
    """

    def __init__(self, *, pid: bool = False) -> None:
        super().__init__()
        self._pid = pid

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            **{key: value for key, value in record.__dict__.items() if key not in _PLAIN},
            "time": _time(record),
            "level": record.levelname.lower(),
            "pid": record.process if self._pid else None,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps({key: value for key, value in fields.items() if value is not None}, default=str)


def _time(record: logging.LogRecord) -> str:
    moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _one_line(message: str) -> str:
    """Control characters written out, so that nobody forges a line, or a terminal's command."""
    if message.isprintable():
        return message
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in message)


def configure(level: str, form: str, stream: TextIO | None = None, *, pid: bool = False) -> None:
    """Sets up the process's logging; for the commands, not for an application that has its own.

    Args:
        level: the setting LOG_LEVEL.
        form: the setting LOG_FORMAT, text or json.
        stream: standard error if None.
        pid: whether each line names its process, where there are several.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Json(pid=pid) if form == "json" else Text(pid=pid))
    least = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=least, handlers=[handler], force=True)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(max(logging.WARNING, least))


def log_event(event: Event) -> None:
    """The listener that writes what is worth a line."""
    match event:
        case Acquired() | Released():  # each request has both: they are looked for first, and not written
            pass
        case ConnectFailed(error):
            logger.warning("a connection to the database could not be opened: %s", _reason(error))
        case Connected(seconds):
            logger.debug("a connection to the database was opened", extra={"seconds": round(seconds, 4)})
        case Closed(reason) if reason in _BAD_ENDS:
            logger.warning("a connection to the database was closed: %s", reason.value)
        case Closed(reason):
            logger.debug("a connection to the database was closed: %s", reason.value)
        case Leaked(held, where):
            logger.warning("a connection has been held for %.1f s; it was taken at %s", held, where)
        case Shed(waiting):
            logger.warning("a request was turned away: %d are waiting for a connection already", waiting)
        case TimedOut(waited):
            logger.warning("a request got no connection within %.1f s", waited)
        case CatalogLoaded(reason, seconds, relations):
            logger.info("the schema was read: %d relations in %.3f s (%s)", relations, seconds, reason)
        case CatalogFailed("start"):
            pass  # whoever starts the service says what becomes of it
        case CatalogFailed(reason, error):
            logger.error("the schema could not be read, the one before stays in use (%s): %s", reason, _reason(error))
        case _:
            pass


def _reason(error: BaseException) -> str:
    """What lies beneath: the house's own errors are worded for callers, who are told less."""
    cause = error.__cause__ or error
    return str(cause) or type(cause).__name__
