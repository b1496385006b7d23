"""granian's worker: all that is used of granian without being documented; a test names it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from typing import Any, cast

from granian import _granian as native
from granian.http import HTTP1Settings

from service.callers import Bounds
from service.listening import BACKLOG
from service.unreadable import HEAD_BYTES


def start(fd: int, bounds: Bounds, begin: Callable[[Any], None], over: Callable[[], None]) -> Callable[[], None]:
    """Has granian serve, in threads of its own.

    Args:
        fd: a listening socket; granian closes it.
        bounds: one more connection than `most` waits in the system's queue. granian knows one time for the idle
            connection and for the head that follows: `idle`.
        begin: is called on the running loop for each request, with granian's `scope`, `proto` and `done()`.
        over: is called on it once the last connection has ended.

    Returns:
        What ends it: it lets nobody in any more, and ends each connection with its answer, an idle one at once.
    """
    loop = asyncio.get_running_loop()
    ending = native.WorkerSignal()
    ending.add_cb(_from_thread(loop, over))
    worker = cast(Any, native).ASGIWorker(
        1,
        (None, _holder(fd)),
        None,
        backpressure=bounds.most,
        http_mode="1",
        http1_opts=HTTP1Settings(header_read_timeout=round(bounds.idle * 1000), max_buffer_size=HEAD_BYTES),
    )
    worker.serve_async(_scheduler(loop, begin), loop, ending)
    return ending.set


def _holder(fd: int) -> Any:
    backlog = (BACKLOG,) if sys.platform.startswith(("linux", "freebsd")) else ()  # elsewhere it listens already
    return cast(Any, native).SocketHolder(fd, False, *backlog)


def _scheduler(loop: asyncio.AbstractEventLoop, begin: Callable[[Any], None]) -> Any:
    scheduler = cast(Any, native).CallbackScheduler(loop, begin, None, None, None)
    scheduler._schedule_fn = _from_thread(loop, begin)
    return scheduler


def _from_thread(loop: asyncio.AbstractEventLoop, function: Callable[..., None]) -> Callable[..., None]:
    """Hands a call to the loop. It returns nothing: what it returned granian would never let go."""
    context = copy_context()

    def call(*args: Any) -> None:
        with suppress(RuntimeError):  # the loop has closed: the process ends
            loop.call_soon_threadsafe(function, *args, context=context)

    return call
