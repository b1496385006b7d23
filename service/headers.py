"""Headers: which may be sent where somebody else's code says which, and what several rooms write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Protocol

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


_name = itemgetter(0)


class Headers(Protocol):
    """An answer's headers: a `HeaderList`, or Werkzeug's `Headers`."""

    def __iter__(self) -> Iterator[tuple[str, str]]: ...
    def __contains__(self, name: str, /) -> bool: ...
    def __setitem__(self, name: str, value: str, /) -> None: ...
    def get(self, name: str, default: str = "", /) -> str: ...
    def getlist(self, name: str, /) -> list[str]: ...
    def add(self, name: str, value: str, /) -> None: ...
    def extend(self, more: Mapping[str, str], /) -> None: ...
    def pop(self, name: str, default: str | None = None, /) -> str | None: ...


class HeaderList:
    """An answer's headers in their order, names in any case.

    What is used of Werkzeug's `Headers`, which looks at each value for what cannot be in it and costs five times as
    much: what stands here has been looked at already.

    Args:
        pairs: taken over.
    """

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __contains__(self, name: str) -> bool:
        return bool(self.getlist(name))

    def __setitem__(self, name: str, value: str) -> None:
        names = [*map(str.lower, map(_name, self.pairs))]
        if (lower := name.lower()) in names:
            place = names.index(lower)
            self.pop(name)
            self.pairs.insert(place, (name, value))
        else:
            self.pairs.append((name, value))

    def get(self, name: str, default: str = "") -> str:
        """The first value."""
        return next(iter(self.getlist(name)), default)

    def getlist(self, name: str) -> list[str]:
        """All values."""
        return [value for each, value in self.pairs if each.lower() == name.lower()]

    def add(self, name: str, value: str) -> None:
        """One more."""
        self.pairs.append((name, value))

    def extend(self, more: Mapping[str, str]) -> None:
        """Several more."""
        self.pairs.extend(more.items())

    def pop(self, name: str, default: str | None = None) -> str | None:
        """Takes all away."""
        found = self.getlist(name)
        self.pairs[:] = [pair for pair in self.pairs if pair[0].lower() != name.lower()]
        return found[0] if found else default
