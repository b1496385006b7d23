"""How often one caller may ask. Imported only where the setting RATE_LIMIT is set: the library takes 0.1 s to import.

The library `limits` reads the setting and counts by fixed windows, each from a caller's first request on. Its own
storage in memory was turned down: once asked, it starts a thread that looks at every counter there is, a hundred times
a second, and has no bound; many addresses would so cost more than their requests. A storage of one's own is what the
library documents for that.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from limits import parse_many
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from service.errors import RateError

MOST = 50_000
"""Callers that are counted at once for each limit; one more takes the place of who began first."""
_SWEPT = 4  # counters looked at when one is added: what is over goes faster than it comes
_LONGEST = 64  # characters of a name that is kept as it is


class Rate:
    """What each caller has asked for.

    Args:
        text: the setting, as `100/minute` or `10/second;1000/hour`.
        clock: seconds that never go back.
        most: callers counted at once.
    """

    def __init__(self, text: str, clock: Callable[[], float] = time.monotonic, *, most: int = MOST) -> None:
        self._clock = clock
        # A storage each, so that in each the windows end in the order in which they began.
        self._limits = [(limit, FixedWindowRateLimiter(_Windows(clock, most))) for limit in parse_many(text)]

    def count(self, who: Hashable) -> None:
        """One request more.

        Args:
            who: None is nobody who could be told apart from others, and not counted.

        Raises:
            RateError: it is one too many.
        """
        if who is None:
            return
        key = _key(str(who))
        for limit, windows in self._limits:
            if not windows.hit(limit, key):
                wait = max(1, math.ceil(windows.get_window_stats(limit, key).reset_time - self._clock()))
                raise RateError(
                    "Too many requests",
                    details=f"One caller may send {limit}.",
                    hint=f"Ask again in {wait} s.",
                    retry_after=wait,
                )


def _key(who: str) -> str:
    return who if len(who) <= _LONGEST else hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()


class _Window:
    __slots__ = ("count", "ends")

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self.count = 0


class _Windows(Storage):
    """Counters of one limit, in memory; the oldest stands first."""

    STORAGE_SCHEME = None  # not to be had by a URL

    def __init__(self, clock: Callable[[], float], most: int) -> None:
        super().__init__()
        self._clock = clock
        self._most = most
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        window = self._running(key)
        if window is None:
            self._windows.pop(key, None)
            self._make_room()
            window = self._windows[key] = _Window(self._clock() + expiry)
        window.count += amount
        return window.count

    def get(self, key: str) -> int:
        window = self._running(key)
        return 0 if window is None else window.count

    def get_expiry(self, key: str) -> float:
        window = self._running(key)
        return self._clock() if window is None else window.ends

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        number = len(self._windows)
        self._windows.clear()
        return number

    def clear(self, key: str) -> None:
        self._windows.pop(key, None)

    def _running(self, key: str) -> _Window | None:
        window = self._windows.get(key)
        return None if window is None or window.ends <= self._clock() else window

    def _make_room(self) -> None:
        for _ in range(_SWEPT):
            first = next(iter(self._windows.values()), None)
            if first is None or (first.ends > self._clock() and len(self._windows) < self._most):
                return
            self._windows.popitem(last=False)
