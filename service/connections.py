"""The connections to callers: Hypercorn speaks HTTP on each; when they begin and end is decided here.

`hypercorn.asyncio.serve` would do the same in little more lines, but it accepts until the moment in which it hangs up
on whoever waits, does not keep its graceful timeout from Python 3.12.1 on (`Server.wait_closed` waits for connections),
and can be cancelled only as a whole. The names of Hypercorn used here are not documented: a test names them.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from http import HTTPStatus
from typing import Any, cast

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState, LifespanState

from service import edge
from service.callers import Asgi, Bounds, Requests, unavailable
from service.conversation import Conversation
from service.listening import BACKLOG

logger = logging.getLogger("poolgate")
_MOST_TOLD = 256  # callers turned away who are waited for until they have read it
_TOLD_WITHIN = 1.0  # seconds for that
_MAY_REST = 1.0  # seconds that nothing has to be asked before a newcomer may take a connection's place
_SAY_EVERY = 1.0  # seconds between two lines of the log about it


class Connections:
    """All connections that came by one listening socket.

    Args:
        app: the ASGI application; sees no lifespan.
        listener: taken over: it is closed when nobody is to be let in any more.
        bounds: how many connections, and for how long.
        minimal_errors: whether what is answered here has only code and message.
    """

    def __init__(self, app: Asgi, listener: socket.socket, bounds: Bounds, *, minimal_errors: bool = False) -> None:
        self._listener = listener
        self._bounds = bounds
        self._config = _config(minimal_errors)
        self._full = _raw(*unavailable(*_FULL, minimal=minimal_errors))
        self._context = WorkerContext(None)
        self._state = ConnectionState(LifespanState())
        self._connections: dict[asyncio.Task[Any], Conversation] = {}
        self._resting: dict[Conversation, float] = {}
        self._turned_away: set[asyncio.BaseTransport] = set()
        self._said_at = -_SAY_EVERY
        self._requests = Requests(app, minimal_errors=minimal_errors)

    @property
    def requests(self) -> int:
        """How many are being answered."""
        return len(self._requests)

    async def open(self) -> None:
        """Lets callers in."""
        self._loop = asyncio.get_running_loop()
        # The loop listens anew, and by its own default keeps no more than 100 until they are accepted.
        self._server = await self._loop.create_server(self._protocol, sock=self._listener, backlog=BACKLOG)

    async def shut(self) -> None:
        """Lets nobody in any more; whom the system has let in already is served."""
        waiting = []
        with suppress(OSError):
            while True:
                waiting.append(self._listener.accept()[0])
        self._server.close()
        for each in waiting:
            each.setblocking(False)
            await self._loop.connect_accepted_socket(self._protocol, each)
        await asyncio.sleep(0)  # each has its task now

    async def hang_up(self) -> None:
        """Ends the connections on which nothing is asked, and each other one with its answer."""
        await self._context.terminated.set()
        for conversation in self._connections.values():
            conversation.hang_up()

    async def ended(self, timeout: float) -> bool:
        """Waits until there is no connection left, at most `timeout` seconds; whether there is none."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._connections:
                    await asyncio.wait(self._connections)
        return not self._connections

    def cut_off(self) -> None:
        """Cancels what still runs."""
        if self._requests:
            self._requests.cancel()
            return
        for task in self._connections:
            task.cancel()

    def _protocol(self) -> asyncio.Protocol:
        if len(self._connections) >= self._bounds.most and not self._make_room():
            self._say_full()
            return _TurnedAway(self._turned_away, self._full)
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(loop=self._loop), self._converse, loop=self._loop)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = _current_task()
        app = ASGIWrapper(cast(Any, self._requests))
        conversation = Conversation(
            self._bounds, self._resting, app, self._loop, self._config, self._context, self._state, reader, writer
        )
        self._connections[task] = conversation
        try:
            await conversation
        finally:
            del self._connections[task]

    def _make_room(self) -> bool:
        """Ends the connection on which nothing was asked the longest; whoever comes next is worth more."""
        for conversation, since in self._resting.items():
            if self._loop.time() - since >= _MAY_REST:
                conversation.hang_up()
                return True
            break
        return False

    def _say_full(self) -> None:
        now = self._loop.time()
        if now - self._said_at >= _SAY_EVERY:
            self._said_at = now
            logger.warning("callers are turned away: there are %d connections", self._bounds.most)


class _TurnedAway(asyncio.Protocol):
    """A connection too many: told so unread, without a task or any object of Hypercorn's.

    Args:
        told: those that have not closed their side yet.
        answer: what they are told.
    """

    def __init__(self, told: set[asyncio.BaseTransport], answer: bytes) -> None:
        self._told = told
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._answer)
        if len(self._told) >= _MOST_TOLD:
            self._transport.close()
            return
        # Closing before what the caller writes has been read would have the system take the answer back.
        self._told.add(transport)
        self._transport.write_eof()
        asyncio.get_running_loop().call_later(_TOLD_WITHIN, self._transport.abort)

    def connection_lost(self, _: Exception | None) -> None:
        self._told.discard(self._transport)


def _config(minimal_errors: bool) -> edge.EdgeConfig:
    config = edge.EdgeConfig()
    config.minimal_errors = minimal_errors
    config.include_server_header = False  # it would tell the version
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    edge.guard(config)
    return config


def _current_task() -> asyncio.Task[Any]:
    return cast("asyncio.Task[Any]", asyncio.current_task())


def _raw(status: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


_FULL = ("The service has as many connections as it may have", "Try again in a moment.")
