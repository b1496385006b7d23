"""How many connections to open now: enough for those who wait, and no more than will be needed."""

from __future__ import annotations

from dataclasses import dataclass

from service.pool.limits import Limits


@dataclass(frozen=True, slots=True)
class Demand:
    """What the number depends on.

    Args:
        size: live connections.
        opening, closing, checking: connections of which that is under way; renewing counts as checking.
        waiting: callers in the queue.
        step: connections that may be opened at once while others may still come back: 1 for a new queue, and 1 more for
            each that was opened while the queue lasts.
        retry: what the last attempts say: None if they succeeded, else the seconds until the next.
    """

    limits: Limits
    size: int
    opening: int
    closing: int
    checking: int
    waiting: int
    step: int
    retry: float | None


def wanted(demand: Demand) -> int:
    """Connections to open now.

    A queue is short-lived where statements are short: fifty callers at once are served by five connections before a
    sixth is there. So while there are connections that may come back, one is opened first; if the queue is still there
    when it is ready, two more, then four. With none to come back there is one for each caller, at once.
    """
    limits = demand.limits
    room = limits.max_size - demand.size - demand.opening - demand.closing
    if demand.retry is not None:
        if demand.retry > 0 or demand.opening:
            return 0
        room = min(room, 1)
    needed = demand.waiting - demand.opening - demand.checking
    if demand.size and limits.keep:
        needed = min(needed, demand.step - demand.opening)
    missing = limits.min_size - demand.size - demand.opening
    return max(0, min(room, max(needed, missing)))
