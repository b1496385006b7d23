"""What goes back to the caller, before any web framework sees it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

JSON = "application/json; charset=utf-8"


class Answer(NamedTuple):
    """Status, headers and body of one response.

    Args:
        again: headers of names that others have already.
    """

    status: int
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    again: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, status: int, pairs: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """An answer whose headers may have several of one name."""
        headers: dict[str, str] = {}
        again = []
        for name, value in pairs:
            if name in headers:
                again.append((name, value))
            else:
                headers[name] = value
        return cls(status, headers, body, tuple(again))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All of its headers."""
        return [*self.headers.items(), *self.again]


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # json.dumps would make one each time


def json_bytes(value: Any) -> bytes:
    """`value` as compact JSON in UTF-8."""
    return _encode(value).encode("utf-8", "replace")
