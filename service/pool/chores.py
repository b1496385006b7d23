"""The tasks a pool runs for itself: opening, cleaning and closing connections.

They belong to the pool, not to the caller who caused them, so a caller's cancellation never reaches them: that is what
"shielded" means here. Each ends within a deadline of its own, and none is lost to the garbage collector.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Chores:
    """The running tasks of one pool."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, Any], name: str = "poolgate: pool") -> asyncio.Task[Any]:
        """Runs the work in a task that is kept until it ends."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def within(self, seconds: float, work: Coroutine[Any, Any, Any]) -> bool:
        """Runs the work, but waits no longer than `seconds`; whether it ended in time and without an error.

        Late work is cancelled and not waited for: a driver may take its time over a cancellation too.
        """
        task = self.start(work)
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            task.cancel()
            return False
        return not task.cancelled() and task.exception() is None

    async def finish(self, seconds: float) -> None:
        """Waits until nothing runs, at most `seconds`; what runs then is cancelled."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self._tasks and (left := deadline - loop.time()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        for task in self._tasks:
            task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # was dealt with where the work was asked for; else asyncio would report it as lost
