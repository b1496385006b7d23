"""The steps of a path: each goes from one value to the next, or to `ABSENT`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ABSENT = object()
"""What a path selects where there is nothing."""
Step = Callable[[Any], Any]
Test = Callable[[Any], bool]
COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "==": lambda value, text: value == text,
    "!=": lambda value, text: value != text,
    "^==": lambda value, text: value.startswith(text),
    "==^": lambda value, text: value.endswith(text),
    "*==": lambda value, text: text in value,
}


@dataclass(frozen=True)
class ClaimPath:
    """A path that was read.

    Args:
        text: as it is written.
        steps: from the claims on, each from one value to the next.
    """

    text: str
    steps: tuple[Step, ...] = field(repr=False, compare=False)

    def select(self, claims: Any) -> Any:
        """What it selects, or `ABSENT`."""
        return walk(self.steps, claims)


def walk(steps: tuple[Step, ...], value: Any) -> Any:
    for step in steps:
        value = step(value)
        if value is ABSENT:
            break
    return value


def member(name: str) -> Step:
    return lambda value: value.get(name, ABSENT) if isinstance(value, dict) else ABSENT


def element(index: int) -> Step:
    def step(value: Any) -> Any:
        there = isinstance(value, list) and -len(value) <= index < len(value)
        return value[index] if there else ABSENT

    return step


def first(test: Test) -> Step:
    def step(value: Any) -> Any:
        return next(filter(test, value), ABSENT) if isinstance(value, list) else ABSENT

    return step
