"""The one event loop of a process in which no server runs one: `app.test_client()`, `flask run`, the command line."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future as Job
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

_LEAVE_SECONDS = 10.0


class Background:
    """A loop in a daemon thread, and what was started on it; ends with the process."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._stops: dict[int, tuple[asyncio.Event, Job[None]]] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.loop.run_forever, name="background-loop", daemon=True)
        self._thread.start()

    def keep(self, key: int, start: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        """Enter a context manager on this loop, once per key, to be left when the process ends.

        Raises:
            Exception: what entering it raised; the next call tries again.
        """
        with self._lock:
            if key in self._stops:
                return
            ready: Job[None] = Job()
            stop = asyncio.Event()
            job = asyncio.run_coroutine_threadsafe(self._hold(start, ready, stop), self.loop)
            ready.result()
            self._stops[key] = (stop, job)

    async def _hold(
        self, start: Callable[[], AbstractAsyncContextManager[Any]], ready: Job[None], stop: asyncio.Event
    ) -> None:
        try:
            async with start():
                ready.set_result(None)
                await stop.wait()
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    def close(self) -> None:
        """Leave what was entered, last first, and end the loop."""
        with self._lock:
            for stop, job in reversed(self._stops.values()):
                self.loop.call_soon_threadsafe(stop.set)
                with suppress(Exception):  # the process ends; there is nobody to tell
                    job.result(_LEAVE_SECONDS)
            self._stops.clear()
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(_LEAVE_SECONDS)
            if not self._thread.is_alive():
                self.loop.close()


_current: tuple[int, Background] | None = None
_current_lock = threading.Lock()


def background() -> Background:
    """This process's own; a fork's child gets a new one, since threads do not survive a fork."""
    global _current
    with _current_lock:
        if _current is None or _current[0] != os.getpid():
            _current = (os.getpid(), Background())
        return _current[1]


@atexit.register
def close_background() -> None:
    """Leave the lifespans on the background loop and end it, if there is one; the next use starts a new one."""
    global _current
    with _current_lock:
        owned = _current is not None and _current[0] == os.getpid()
        closing, _current = (_current[1] if _current and owned else None), None
    if closing is not None:
        closing.close()
