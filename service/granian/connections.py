"""The connections to callers by granian, with the face that they have by Hypercorn."""

from __future__ import annotations

import asyncio
import logging
import os
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from service.callers import Asgi, Bounds, Requests, send_away
from service.granian import sockets, worker
from service.granian.request import Request
from service.unreadable import answer_unreadable

logger = logging.getLogger("poolgate")
_LATECOMERS = 0.05  # seconds; a loop that was held up sees that time is over before callers see its answers
_LOOKS, _LOOK_AGAIN = 50, 0.002  # times, seconds


class GranianConnections:
    """`Callers` by one worker of granian's, whose threads say no more to our loop than that here is a request."""

    def __init__(self, app: Asgi, listener: socket.socket, bounds: Bounds, *, minimal_errors: bool = False) -> None:
        self._running = Requests(app, minimal_errors=minimal_errors)
        self._listener = listener
        self._bounds = bounds
        self._minimal = minimal_errors
        self._over = asyncio.Event()

    @property
    def requests(self) -> int:
        return len(self._running)

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        sockets.set_up(self._listener, self._bounds.send)
        self._fd = os.dup(self._listener.fileno())
        self._end = worker.start(self._fd, self._bounds, self._begin, self._over.set)

    async def shut(self) -> None:
        self._port = self._listener.getsockname()[1]
        await _while(lambda: _has_callers(self._listener))  # it lets them in, if it may
        sockets.take_away(self._fd)
        self._listener.close()

    async def hang_up(self) -> None:
        # granian ends a connection on which nothing was asked without a look at what has just come.
        await asyncio.sleep(_LATECOMERS)
        await _while(lambda: sockets.unread(self._port))
        self._end()

    async def ended(self, timeout: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._over.wait()
        return self._over.is_set()

    def cut_off(self) -> None:
        self._running.cancel()

    def _begin(self, asked: Any) -> None:
        self._loop.create_task(self._answer(asked))  # kept by `Requests`

    async def _answer(self, asked: Any) -> None:
        request = Request(asked.scope, asked.proto)
        try:
            refusal = request.refusal()
            if refusal is None:
                await self._running(request.scope, request.receive, request.send)
                refusal = request.cut_short()
            if refusal is not None:
                await send_away(request.send, *answer_unreadable(refusal, minimal=self._minimal))
        except Exception:
            logger.exception("Exception on %s [%s]", request.scope["path"], request.scope["method"])
        finally:
            try:
                request.end()
            finally:
                asked.done()


def _has_callers(listener: socket.socket) -> bool:
    """Whether the system has let somebody in whom nobody has accepted."""
    looking = select.poll()
    looking.register(listener, select.POLLIN)
    return bool(looking.poll(0))


async def _while(condition: Callable[[], bool]) -> None:
    """Waits as long as it holds, but not for long."""
    for _ in range(_LOOKS):
        if not condition():
            return
        await asyncio.sleep(_LOOK_AGAIN)
