"""An answer of one piece as the bytes that are sent, its headers looked at all at once.

h11 holds every name and every value against a pattern, one by one, in three events for one answer; that costs a fifth
of a small one. Here the values are held against theirs together, and a name is looked at when it is first seen. What is
not plainly right is h11's to judge.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus
from wsgiref.handlers import format_date_time

_NAME = re.compile(rb"[a-z0-9!#$%&'*+.^_`|~-]+")
# One value a line: there can be no line's end within one. Without space around it, as Hypercorn would make it.
_VALUES = re.compile(rb"(?:(?:[!-~\x80-\xff][\t -~\x80-\xff]*+(?<![\t ]))?\n)*+")

_FRAMING = frozenset({b"transfer-encoding", b"connection", b"host"})
"""What h11 does more with than to look at it."""
_BODILESS = (204, 304)
_LONGEST = 19  # digits of a length


def whole(method: bytes, status: int, pairs: Sequence[tuple[bytes, bytes]], body: bytes) -> bytes | None:
    """An answer as it is sent over a connection that lives on, or None where h11 has to look at it.

    Args:
        method: of the request.
        pairs: names in lower case.
    """
    if not pairs:
        return None
    names, values = zip(*pairs, strict=True)
    written = b"\n".join((*values, b""))
    if written.count(b"\n") != len(pairs) or _VALUES.fullmatch(written) is None or not all(map(_is_plain, names)):
        return None
    if not 200 <= status <= 999 or names.count(b"content-length") != (status not in _BODILESS):
        return None
    head = _status_line(status) + b"\r\n".join(map(b": ".join, pairs)) + b"\r\n\r\n"
    if status in _BODILESS:
        return head
    length = values[names.index(b"content-length")]
    if method == b"HEAD":
        return head if length.isdigit() and len(length) <= _LONGEST else None
    return head + body if length == b"%d" % len(body) else None


@lru_cache(maxsize=256)
def _is_plain(name: bytes) -> bool:
    return name not in _FRAMING and _NAME.fullmatch(name) is not None


def reason(status: int) -> bytes:
    """What stands behind a status: clients show it to people (`statusText`)."""
    return _REASONS.get(status, b"")


_REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}


@lru_cache(maxsize=64)
def _status_line(status: int) -> bytes:
    return b"HTTP/1.1 %d %s\r\n" % (status, reason(status))


def date() -> bytes:
    """The time, as the header `Date` has it."""
    return _date(int(time.time()))


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return format_date_time(second).encode("ascii")
