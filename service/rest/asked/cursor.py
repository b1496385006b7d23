"""`cursor=`: where the page before this one ended, as a text that only this service reads.

The values are those that the last row is ordered by. They are no secret, for the caller could select them; nor are they
believed: they are bound like any other value of the request.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from service.errors import CursorError
from service.rest.asked.decode import decode
from service.rest.asked.filters import has_operator
from service.rest.terms import Cursor, KeyValue

NAME = "cursor"
_MOST = 4_000  # characters; an address has to have room for it
_BEGINNING = Cursor("", None)


def is_cursor(name: str, value: str) -> bool:
    """Whether a parameter is the cursor; with an operator it is a filter on a column of that name."""
    return name == NAME and not has_operator(value)


def read_cursor(text: str) -> Cursor:
    """The cursor that `write_cursor` wrote; an empty text stands for the beginning.

    Raises:
        CursorError: it is none.
    """
    if not text:
        return _BEGINNING
    try:
        if len(text) > _MOST:
            raise ValueError("longer than any that was handed out")
        mark, *values = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if not isinstance(mark, str):
            raise TypeError("no mark")
        return Cursor(mark, tuple(map(_read, values)))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise CursorError(
            "The cursor is none that was handed out",
            hint="Take it as it stands from a Link header, or begin with an empty one: cursor=",
        ) from None


def write_cursor(mark: str, values: Sequence[KeyValue]) -> str:
    """The cursor for the rows after one with these values.

    Raises:
        CursorError: it would be too long for an address.
    """
    written = [[value.hex()] if isinstance(value, bytes) else value for value in values]
    text = json.dumps([mark, *written], separators=(",", ":"), ensure_ascii=False)
    cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    if len(cursor) > _MOST:
        raise CursorError(
            "The page's last row is ordered by values that are too long for a cursor",
            details=f"It would have {len(cursor)} characters, and may have {_MOST}.",
            hint="Order by something shorter, or page with limit and offset.",
        )
    return cursor


def with_cursor(query: str, cursor: str) -> str:
    """A request's query string with another cursor, as it may stand in a header.

    Args:
        query: raw; bytes beyond ASCII as characters, one each.
    """
    kept = [part for part in query.split("&") if part and not _is_cursor(part)]
    # The text is the caller's own and may hold what a header must not, "<" or letters beyond ASCII.
    return quote("&".join([*kept, f"{NAME}={cursor}"]), safe="!$&'()*+,-./:;=?@_~%", encoding="latin-1")


def _is_cursor(part: str) -> bool:
    name, equals, value = part.partition("=")
    return decode(name) in (NAME, f'"{NAME}"') and not (equals and has_operator(decode(value)))


def _read(value: Any) -> KeyValue:
    match value:
        case None | bool():
            if value is not None:
                raise TypeError("no database gives a boolean")
            return None
        case str():
            value.encode()  # half of a surrogate pair alone is no text
            return value
        case int() if -(2**63) <= value < 2**63:
            return value
        case float() if not math.isnan(value):
            return value
        case [str() as digits]:
            return bytes.fromhex(digits)
    raise ValueError("no value of a key")
