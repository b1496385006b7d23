"""When to try again to connect: pauses that double while it fails, and differ from worker to worker."""

from __future__ import annotations

import random

FIRST = 0.1
LONGEST = 1.2
"""Seconds. Not longer, so that the service is back within two seconds of its database."""
SPREAD = 0.2
"""The part of a pause that is left to chance, so that workers do not knock all at once."""


class Retry:
    """What came of the last attempts."""

    def __init__(self) -> None:
        self.failures = 0
        self.at = 0.0
        """The pool's time before which no further attempt is made."""

    def failed(self, now: float) -> None:
        """An attempt failed; several begun together count as one."""
        if now >= self.at:
            pause = min(FIRST * 2**self.failures, LONGEST)
            self.failures += 1
            self.at = now + pause * (1 + SPREAD * random.random())  # noqa: S311  # spreads retries, guards nothing

    def succeeded(self) -> None:
        self.failures = 0
        self.at = 0.0

    def left(self, now: float) -> float:
        """Seconds until the next attempt."""
        return max(0.0, self.at - now) if self.failures else 0.0
