"""One connection to a caller: Hypercorn's, with deadlines on each of its states, and an end that always comes.

Hypercorn has one deadline for an idle connection and none for a close: bytes that a caller does not read keep it open
for ever. Its deadline is a task, made anew for each request, and a caller who hangs up is let go only when it is over;
here it is the loop's timer. The names of Hypercorn used here are not documented: a test names them.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import h11
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.events import Closed, Event

from service.callers import Bounds
from service.edge import HeadBegan, Refused

HEAD_TIMEOUT = 5.0
"""Seconds in which a request's head must have come whole, from its first byte; and the first byte of a connection."""
LINGER = 5.0
"""Seconds in which a caller who was refused may go on writing what nobody reads."""
_LOOK_AGAIN = 0.05  # seconds; a loop that was held up sees that time is over before it reads what came meanwhile


class Conversation(TCPServer):
    """One connection; awaited, it lasts until its end.

    Args:
        resting: where it notes since when nothing is asked on it, for as long as that is so; the longest stands first.
    """

    def __init__(self, bounds: Bounds, resting: dict[Conversation, float], *args: Any) -> None:
        super().__init__(*args)
        self._bounds = bounds
        self._resting = resting
        self._timer: asyncio.TimerHandle | None = None
        self._within = HEAD_TIMEOUT  # of the next idle time: it is the first
        self.idle_task = _IdleTask(self._rest, self._stir)  # type: ignore[assignment]  # stands in for Hypercorn's

    def hang_up(self) -> None:
        """Ends it if nothing is asked on it."""
        if self._timer is not None:
            self._close_within(0)

    async def protocol_send(self, event: Event) -> None:
        kind = type(event)  # `isinstance` asks the metaclass of events, an abstract base class, each time it says no
        if kind is HeadBegan:
            self._close_within(HEAD_TIMEOUT)
        elif kind is Refused:
            with suppress(OSError, RuntimeError):
                self.writer.write_eof()
            self._close_within(LINGER)
        else:
            await super().protocol_send(event)

    def _rest(self) -> None:
        self._close_within(self._within)
        self._within = self._bounds.idle
        self._resting[self] = self.loop.time()

    def _stir(self) -> None:
        self._resting.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close_within(self, seconds: float) -> None:
        self._stir()
        seconds = 0 if self.context.terminated.is_set() else seconds
        self._timer = self.loop.call_later(seconds, self._look_again)

    def _look_again(self) -> None:
        self._timer = self.loop.call_later(_LOOK_AGAIN, self._time_is_over)

    def _time_is_over(self) -> None:
        self._timer = None
        self._task_group.spawn(self._initiate_server_close)

    async def _initiate_server_close(self) -> None:
        await self.protocol.handle(Closed())
        await self._close()

    async def _close(self) -> None:
        self._stir()
        cut_off = self._is_cut_off()
        if cut_off and self._ends_with_connection():
            self._reset()
        else:
            with suppress(OSError, RuntimeError):
                self.writer.write_eof()
            self.writer.close()
        # What was cut off in the middle is not worth waiting for, and shows at once.
        patience = 0 if cut_off else self._bounds.send
        abort = self.loop.call_later(patience, self.writer.transport.abort)
        try:
            with suppress(OSError, RuntimeError, asyncio.CancelledError):
                await self.writer.wait_closed()
        finally:
            abort.cancel()

    @property
    def _http(self) -> Any:
        """h11's state of the connection; None where HTTP/2 is spoken."""
        protocol = getattr(self, "protocol", None)
        return getattr(getattr(protocol, "protocol", None), "connection", None)

    def _is_cut_off(self) -> bool:
        return getattr(self._http, "our_state", None) is h11.SEND_BODY

    def _ends_with_connection(self) -> bool:
        """Whether the caller takes the end of the connection for the end of the answer: HTTP/1.0 knows no other."""
        return getattr(self._http, "their_http_version", None) == b"1.0"

    def _reset(self) -> None:
        """Has the system tell the caller that the connection broke, not that it came to its end."""
        if not self.writer.is_closing():
            sock = self.writer.get_extra_info("socket")
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()


class _IdleTask:
    """In the place of Hypercorn's task that waits for the end of an idle connection."""

    def __init__(self, rest: Callable[[], None], stir: Callable[[], None]) -> None:
        self._rest = rest
        self._stir = stir

    async def restart(self, _task_group: Any, _action: Any) -> None:
        self._rest()

    async def stop(self) -> None:
        self._stir()
