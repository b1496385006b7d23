"""What is less safe than it could be, found out at the start: each with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_MOST = 5  # names that are told


@dataclass(frozen=True, slots=True)
class Risk:
    """One finding.

    Args:
        code: a word for it, which stays the same.
        what: is wrong, in words for who runs the service.
        advice: what to do.
    """

    code: str
    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.code}: {self.what}; {self.advice}"


ANONYMOUS_WRITE = Risk(
    "anonymous-write",
    "callers without credentials may change everything that the service may",
    "set POOLGATE_ANONYMOUS to read or none, unless nobody else can reach the service",
)


def some(names: Sequence[str]) -> str:
    """A few of the names, and how many more there are."""
    left = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {left} more" if left > 0 else "")
