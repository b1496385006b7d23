"""The tasks a pool runs for itself: opening, cleaning and closing connections.

They belong to the pool, not to the caller who caused them, so a caller's cancellation never reaches them: that is what
"shielded" means here. Each ends within a deadline of its own, and none is lost to the garbage collector.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
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

    def start_now(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """As `start`, but begins the work before it returns: what it sends first is on its way while others run.

        Args:
            work: asks for no current task before it first waits; it may wait for futures of the loop alone.
        """
        return self.start(_begun(work))

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


def _begun(work: Coroutine[Any, Any, Any]) -> Coroutine[Any, Any, Any]:
    """The rest of the work, which is begun here and now; Python 3.12 has `eager_start` for it."""
    try:
        awaited = work.send(None)
    except StopIteration as done:
        return _ended(done.value)
    except Exception as error:
        return _failed(error)
    return _waits(_Rest(work, awaited))


class _Rest(Generator[Any, Any, Any]):
    """A coroutine that waits for something already, as an awaitable."""

    def __init__(self, work: Coroutine[Any, Any, Any], awaited: Any) -> None:
        self._work = work
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        return self

    def send(self, value: Any) -> Any:
        if (awaited := self._awaited) is not None:
            self._awaited = None
            return awaited
        return self._work.send(value)

    def throw(self, *error: Any) -> Any:
        self._awaited = None
        return self._work.throw(*error)


async def _waits(rest: _Rest) -> Any:
    return await rest


async def _ended(value: Any) -> Any:
    return value


async def _failed(error: Exception) -> Any:
    raise error
