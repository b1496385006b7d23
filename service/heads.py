"""An answer's headers as h11 takes them, looked at all at once.

h11 holds every name and every value of an answer against a pattern, one by one, which costs a tenth of a small answer.
Here the values are held against theirs together, and a name is looked at when it is first seen. What is not plainly
right is h11's to judge. The name `h11._headers.Headers` is not documented; a test names it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from functools import lru_cache
from wsgiref.handlers import format_date_time

from h11._headers import Headers

_NAME = re.compile(rb"[a-z0-9!#$%&'*+.^_`|~-]+")
_VALUES = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")  # with a line's end between two, of which there can be none within
_LONGEST = 19  # digits of a length

_FRAMING = frozenset({b"transfer-encoding", b"connection", b"host"})
"""What h11 does more with than to look at it."""


def h11_headers(pairs: Sequence[tuple[bytes, bytes]]) -> Headers | None:
    """The headers in h11's form, or None where it has to look at them itself.

    Args:
        pairs: names in lower case, without space around values.
    """
    values = b"\n".join([value for _, value in pairs])
    if values.count(b"\n") >= max(1, len(pairs)) or _VALUES.fullmatch(values) is None:
        return None
    lengths = 0
    items = []
    for name, value in pairs:
        if not _is_plain(name):
            return None
        if name == b"content-length":
            lengths += 1
            if lengths > 1 or not value.isdigit() or len(value) > _LONGEST:
                return None
        items.append((name, name, value))
    return Headers(items)


@lru_cache(maxsize=256)
def _is_plain(name: bytes) -> bool:
    return name not in _FRAMING and _NAME.fullmatch(name) is not None


def date() -> bytes:
    """The time, as the header `Date` has it."""
    return _date(int(time.time()))


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return format_date_time(second).encode("ascii")
