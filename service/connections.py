"""The connections to callers: Hypercorn speaks HTTP on each; when they begin and end is decided here.

`hypercorn.asyncio.serve` would do the same in little more lines, but it accepts until the moment in which it hangs up
on whoever waits, does not keep its graceful timeout from Python 3.12.1 on (`Server.wait_closed` waits for connections),
and can be cancelled only as a whole. The names of Hypercorn used here are not documented: a test names them.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.typing import ConnectionState, LifespanState

from service import edge
from service.errors import UnavailableError
from service.rest.answer.errors import answer_error

Asgi = Callable[[Any, Any, Any], Any]


class Connections:
    """All connections that came by one listening socket.

    Args:
        app: the ASGI application; sees no lifespan.
        listener: taken over: it is closed when nobody is to be let in any more.
    """

    def __init__(self, app: Asgi, listener: socket.socket) -> None:
        self._app = app
        self._listener = listener
        self._config = _config()
        self._context = WorkerContext(None)
        self._state = ConnectionState(LifespanState())
        self._connections: set[asyncio.Task[Any]] = set()
        self._requests: set[asyncio.Task[Any]] = set()

    @property
    def requests(self) -> int:
        """How many are being answered."""
        return len(self._requests)

    async def open(self) -> None:
        """Lets callers in."""
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._converse, sock=self._listener)

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

    async def ended(self, timeout: float) -> bool:
        """Waits until there is no connection left, at most `timeout` seconds; whether there is none."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._connections:
                    await asyncio.wait(self._connections)
        return not self._connections

    def cut_off(self) -> None:
        """Cancels what still runs."""
        for task in self._requests or self._connections:
            task.cancel()

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(loop=self._loop), self._converse, loop=self._loop)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = _current_task()
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        app = ASGIWrapper(cast(Any, self._answer))
        await TCPServer(app, self._loop, self._config, self._context, cast(Any, self._state), reader, writer)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        task = _current_task()
        self._requests.add(task)
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            with suppress(Exception):  # an answer that has begun cannot be replaced
                await _send_away(send)
            raise
        finally:
            self._requests.discard(task)


def _config() -> Config:
    config = Config()
    config.include_server_header = False
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    edge.guard(config)
    return config


def _current_task() -> asyncio.Task[Any]:
    return cast("asyncio.Task[Any]", asyncio.current_task())


async def _send_away(send: Any) -> None:
    answer = answer_error(
        UnavailableError("The service stops and could not wait for this request to end", code="PGATE503")
    )
    headers = {**answer.headers, "Content-Length": str(len(answer.body)), "Connection": "close"}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})
