"""The keeper: the one task that looks after a stock's connections while nobody asks for them.

What is to be done is decided in one synchronous function, `decide`, over a view of the stock and the time; the stock
does it. The keeper sleeps until the next thing is due: each connection's own times are known, and what begins after
this look is due no sooner than the shortest limit from now. So taking and giving back need not wake it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from service.pool.chores import Chores
from service.pool.clock import Clock
from service.pool.limits import Limits
from service.pool.record import Record

REPLACE_EVERY = 0.5
"""Seconds between two replacements for age: connections that were opened together do not end together."""
AFTER_FAULT = 1.0
"""Seconds until the keeper looks again when it has failed."""
LIFETIME_SPREAD = 0.025
"""The part of its lifetime by which a connection may end sooner, left to chance."""


@dataclass(frozen=True, slots=True)
class View:
    """What the keeper sees.

    Args:
        idle: connections nobody uses, the longest unused first.
        in_use: connections held by callers.
        size: live connections.
        checking: connections that are being asked whether they are there.
        replacing: whether the successor of one that reached its age is being opened.
        replaced_at: when the last one that had reached its age was dealt with.
        retry_at: when connecting may be tried again; None while it is not known to fail.
        short: whether connections are missing.
    """

    limits: Limits
    idle: Sequence[Record]
    in_use: Collection[Record]
    size: int
    checking: int
    replacing: bool
    replaced_at: float
    retry_at: float | None
    short: bool


@dataclass(frozen=True, slots=True)
class Round:
    """What is to be done now.

    Args:
        idle: to be closed, for nobody needs them.
        old: to be replaced, for it has reached its age.
        ping: to be asked whether it is there.
        leaked: to be reported, held for so long.
        reclaimed: to be taken away from its holder.
        next: when to look again, if nothing happens before.
    """

    idle: tuple[Record, ...]
    old: Record | None
    ping: Record | None
    leaked: tuple[Record, ...]
    reclaimed: tuple[Record, ...]
    next: float


def decide(view: View, now: float) -> Round:
    """What is to be done, and when to look again."""
    idle = tuple(_unneeded(view, now))
    kept = [record for record in view.idle if record not in idle]
    old = _old(view, kept, now)
    return Round(
        idle=idle,
        old=old,
        ping=_silent(view, [record for record in kept if record is not old], now),
        leaked=tuple(
            record for record in view.in_use if not record.reported and _held(record, now, view.limits.leak_threshold)
        ),
        reclaimed=tuple(record for record in view.in_use if _held(record, now, view.limits.reclaim_after)),
        next=min(_due(view, kept, now), default=math.inf),
    )


def _unneeded(view: View, now: float) -> Iterator[Record]:
    spare = view.size - view.limits.min_size
    if view.limits.max_idle is not None and spare > 0:
        yield from (record for record in view.idle[:spare] if now >= record.used + view.limits.max_idle)


def _old(view: View, idle: Sequence[Record], now: float) -> Record | None:
    """One at a time, and while connecting fails no more often than that is tried."""
    if view.replacing or now < _replaceable(view):
        return None
    aged = [record for record in _all_wanted(view, idle) if now >= record.expires]
    return min(aged, key=_expiry, default=None)


def _silent(view: View, idle: Sequence[Record], now: float) -> Record | None:
    """One at a time, so that a network that does not answer holds up no more than one."""
    keepalive = view.limits.keepalive
    if keepalive is None or view.checking:
        return None
    return next((record for record in idle if now >= record.seen + keepalive), None)


def _held(record: Record, now: float, limit: float | None) -> bool:
    return limit is not None and now >= record.taken_at + limit


def _due(view: View, idle: Sequence[Record], now: float) -> Iterator[float]:
    """All times in the future at which something could be due."""
    limits = view.limits
    if view.retry_at is not None and view.short:
        yield from _after(now, iter((view.retry_at,)))  # once it has passed an attempt is made, whose end wakes us
    if limits.max_idle is not None:
        spare = view.size - limits.min_size
        yield from _after(now, (record.used + limits.max_idle for record in idle[: max(0, spare)]))
    if limits.keepalive is not None and not view.checking:
        yield from _after(now, (record.seen + limits.keepalive for record in idle))
    if not view.replacing:
        for record in _all_wanted(view, idle):
            due = max(record.expires, _replaceable(view))
            yield due if due > now else now + REPLACE_EVERY
    for limit in (limits.leak_threshold, limits.reclaim_after):
        if limit is not None:
            yield from _after(now, (record.taken_at + limit for record in view.in_use))
    yield from (
        now + limit
        for limit in (limits.max_idle, limits.keepalive, limits.leak_threshold, limits.reclaim_after)
        if limit is not None
    )


def _replaceable(view: View) -> float:
    """When the next old connection may be replaced."""
    return max(view.replaced_at + REPLACE_EVERY, view.retry_at or 0.0)


def _after(now: float, times: Iterator[float]) -> Iterator[float]:
    return (time for time in times if time > now)


def _all_wanted(view: View, idle: Sequence[Record]) -> Iterator[Record]:
    yield from idle
    yield from (record for record in view.in_use if record.unwanted is None)


def _expiry(record: Record) -> float:
    return record.expires


class Keeper:
    """The task.

    Args:
        look: looks after the stock once; returns when to do so again, on the clock.
    """

    def __init__(self, clock: Clock, chores: Chores, look: Callable[[], float]) -> None:
        self._clock = clock
        self._chores = chores
        self._look = look
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins, if it has not begun."""
        if self._task is None:
            self._task = self._chores.start(self._run(), name="poolgate: keeper")

    def stop(self) -> None:
        """Ends it."""
        if self._task is not None:
            self._task.cancel()

    def wake(self) -> None:
        """Has it look now, for something has changed that it could not foresee."""
        self._wake.set()

    def _look_safely(self) -> float:
        try:
            return self._look()
        except Exception as error:  # a fault in one look must not end all looking after
            told = {"message": "the pool's keeper failed; it goes on", "exception": error}
            asyncio.get_running_loop().call_exception_handler(told)
            return self._clock.time() + AFTER_FAULT

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            due = self._look_safely()
            timer = None if due == math.inf else self._clock.call_at(due, self._wake.set)
            try:
                await self._wake.wait()
            finally:
                if timer is not None:
                    timer.cancel()
