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

request_id: ContextVar[str | None] = ContextVar("poolgate_request_id", default=None)
"""The id of the request that is being answered."""

_GIVEN_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_CHATTY = ("_granian", "aiosqlite", "asyncio", "hypercorn", "sqlalchemy")


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
