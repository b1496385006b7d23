"""Where a pool lives: one event loop of one thread of one process.

A connection belongs to the loop it was opened on, so a pool does too. Used from elsewhere it says so at once, instead
of failing somewhere in a driver with "attached to a different loop".
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Any

from service.errors import PoolLoopError


class _Forks:
    """How often this process came of another by a fork since Python was started. Cheaper than to ask the system for
    the process's number each time a connection is taken."""

    count = 0

    @classmethod
    def add(cls) -> None:
        cls.count += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_Forks.add)


class Home:
    """The loop and the process that were running when it was made."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._process = os.getpid()
        self._forks = _Forks.count
        self._thread = threading.get_ident()

    def check(self) -> None:
        """Raises PoolLoopError unless called on this loop, in this process."""
        if _Forks.count != self._forks:
            raise PoolLoopError(
                f"the pool was opened in process {self._process} and is used in process {os.getpid()}",
                hint="connections do not survive a fork: make and open a pool in each process, after it was forked",
            )
        if asyncio.get_running_loop() is not self.loop:
            raise PoolLoopError(
                "the pool was opened on another event loop than the one it is used on",
                hint="a process has one loop and one pool: use the pool on the loop it was opened on, or bring the "
                "call there with asyncio.run_coroutine_threadsafe; asyncio.run() and asgiref's async_to_sync make "
                "a new loop at every call",
            )

    def run(self, step: Callable[..., None], *args: Any) -> None:
        """Takes the step here: at once, or from another thread as soon as the loop gets to it.

        SQLAlchemy cleans up what was never closed wherever the garbage collector happens to run.
        """
        if threading.get_ident() == self._thread or self.loop.is_closed():
            step(*args)
        else:
            self.loop.call_soon_threadsafe(step, *args)
