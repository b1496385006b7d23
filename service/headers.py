"""Which headers may be sent, where somebody else's code says which."""

from __future__ import annotations

import re

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
