"""Errors that functions raise to say themselves how a request is answered: SQLSTATE `PTxyz`, and `PGRST` with JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from service.errors import DatabaseError
from service.headers import is_header

_STATUS = "PT"
_ANSWER = "PGRST"
_LOWEST, _HIGHEST = 200, 599
_TEXTS = ("code", "message", "details", "hint")


def raised_answer(sqlstate: str, message: str, details: str | None, hint: str | None) -> DatabaseError | None:
    """The error that was meant; None if nothing but the error itself was.

    `PT402` has the status 402, and 500 if what follows is no status. `PGRST` has all in JSON: in its message `code`,
    `message`, `details` and `hint`, in its detail `status` and `headers`.
    """
    if sqlstate == _ANSWER:
        return _told(message, details)
    if sqlstate.startswith(_STATUS):
        status = _status(sqlstate.removeprefix(_STATUS)) or 500
        return DatabaseError(sqlstate, message, details=details, hint=hint, status=status)
    return None


def _told(message: str, details: str | None) -> DatabaseError:
    told, answer = _object(message), _object(details)
    if told is None or not all(isinstance(told.get(name), str) for name in _TEXTS[:2]):
        return _broken("Its message is a JSON object of code and message, and if need be details and hint.")
    if not all(isinstance(told.get(name), str | None) for name in _TEXTS):
        return _broken("details and hint are texts.")
    status = None if answer is None else _status(answer.get("status"))
    headers = {} if answer is None else answer.get("headers", {})
    if status is None or not isinstance(headers, Mapping) or not all(is_header(*each) for each in headers.items()):
        return _broken("Its detail is a JSON object of status and headers.")
    more = {"details": told.get("details"), "hint": told.get("hint")}
    return DatabaseError(told["code"], told["message"], status=status, headers=headers, **more)


def _object(text: str | None) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _status(given: Any) -> int | None:
    """The HTTP status that `given` is, if it is one."""
    text = str(given)
    status = int(text) if len(text) == 3 and text.isascii() and text.isdecimal() else 0
    return status if _LOWEST <= status <= _HIGHEST else None


def _broken(why: str) -> DatabaseError:
    return DatabaseError("PGRST121", "What was raised with SQLSTATE PGRST is no answer", details=why, status=500)
