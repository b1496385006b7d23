"""Headers: which may be sent where somebody else's code says which, and what several rooms write."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)  # RFC 9110, 5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OURS = ("content-length", "transfer-encoding", "connection")
"""What says where a message ends, which only the server knows."""


def is_header(name: object, value: object) -> bool:
    """Whether a header of that name may be sent with that value."""
    return (
        isinstance(name, str)
        and isinstance(value, str)
        and _NAME.fullmatch(name) is not None
        and _VALUE.fullmatch(value) is not None
        and name.lower() not in _OURS
    )


def is_name(text: str) -> bool:
    """Whether a header may be called so."""
    return _NAME.fullmatch(text) is not None


NOSNIFF = ("X-Content-Type-Options", "nosniff")
"""Has a browser take an answer for what its type says: rows hold what callers wrote, HTML too."""


def varying(before: Iterable[str], on: str) -> str:
    """`Vary` with one more header's name in it.

    Args:
        before: its values as they are.
    """
    value = ", ".join(before)
    names = [name.strip().lower() for name in value.split(",")]
    return value if on.lower() in names or "*" in names else f"{value}, {on}" if value else on
