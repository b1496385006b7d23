"""How many connections of a pool are in use: SQLite's readers and its writer together."""

from __future__ import annotations


class Use:
    """A count, and the most that it has been since that was last asked."""

    __slots__ = ("_now", "_peak")

    def __init__(self) -> None:
        self._now = self._peak = 0

    def taken(self) -> None:
        """One more is in use."""
        self._now = now = self._now + 1
        if now > self._peak:
            self._peak = now

    def given(self) -> None:
        """One less is in use."""
        self._now -= 1

    def take_peak(self) -> int:
        """The most that were in use at once since this was last asked."""
        peak, self._peak = self._peak, self._now
        return peak
