"""Shares: no caller takes more than its part of the pool while others wait.

A caller is whoever names the same `identity`; a caller without one is not counted. The part holds for connections and
for places in the queue. Connections: a caller who holds its part already is passed over while somebody else waits, and
served when nobody else does, so that no connection lies idle for fairness' sake. Places: one caller may fill no more
than its part of the queue, or it would keep everybody else out of that; what is beyond is refused at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable


class Shares:
    """What each identity has.

    Args:
        part: of the pool and of the queue, above 0 and at most 1; None for no bound.
        size: connections the pool may have.
    """

    def __init__(self, part: float | None, size: int) -> None:
        self.size = size
        self.bounded = part is not None
        """Whether anybody is to be counted."""
        self._part = part
        self._held: Counter[Hashable] = Counter()
        self._waiting: Counter[Hashable] = Counter()

    def take(self, identity: Hashable) -> None:
        """The identity has one connection more."""
        self._held[identity] += 1

    def give(self, identity: Hashable) -> None:
        """The identity has one connection less."""
        _less(self._held, identity)

    def join(self, identity: Hashable) -> None:
        """The identity has one place more in the queue."""
        self._waiting[identity] += 1

    def leave(self, identity: Hashable) -> None:
        """The identity has one place less in the queue."""
        _less(self._waiting, identity)

    def is_over(self, identity: Hashable | None) -> bool:
        """Whether others go first."""
        return self._part is not None and identity is not None and self._held[identity] >= self._of(self.size)

    def fills_queue(self, identity: Hashable, places: int) -> bool:
        """Whether the identity has its part of so many places."""
        return self._part is not None and self._waiting[identity] >= self._of(places)

    def _of(self, whole: int) -> int:
        return max(1, int((self._part or 1.0) * whole))


def _less(counter: Counter[Hashable], identity: Hashable) -> None:
    counter[identity] -= 1
    if not counter[identity]:
        del counter[identity]  # identities come and go; the counter must not grow with them
