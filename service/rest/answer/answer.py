"""What goes back to the caller, before any web framework sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of one response.

    Args:
        again: headers of names that others have already.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    again: tuple[tuple[str, str], ...] = ()


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # json.dumps would make one each time


def json_bytes(value: Any) -> bytes:
    """`value` as compact JSON in UTF-8."""
    return _encode(value).encode("utf-8", "replace")
