"""What the servers have in common: what callers' connections may take, and the requests that are being answered."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, cast

from service.errors import UnavailableError
from service.headers import NOSNIFF
from service.rest.answer.errors import answer_error

Asgi = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True)
class Bounds:
    """What callers' connections may take.

    Args:
        most: how many of them there may be.
        idle: seconds between two requests.
        send: seconds for the last bytes of an answer to be read, once the connection is to close.
    """

    most: int
    idle: float = 5.0
    send: float = 30.0


class Callers(Protocol):
    """All connections that came by one listening socket, whichever server speaks HTTP on them.

    Args:
        app: the ASGI application; sees no lifespan.
        listener: taken over: it is closed when nobody is to be let in any more.
        bounds: how many connections, and for how long.
        minimal_errors: whether what is answered here has only code and message.
    """

    def __init__(self, app: Asgi, listener: socket.socket, bounds: Bounds, *, minimal_errors: bool = False) -> None: ...

    @property
    def requests(self) -> int:
        """How many are being answered."""

    async def open(self) -> None:
        """Lets callers in."""

    async def shut(self) -> None:
        """Lets nobody in any more; whom the system has let in already is served."""

    async def hang_up(self) -> None:
        """Ends the connections on which nothing is asked, and each other one with its answer."""

    async def ended(self, timeout: float) -> bool:
        """Waits until there is no connection left, at most `timeout` seconds; whether there is none."""

    def cut_off(self) -> None:
        """Cancels what still runs."""


class Requests:
    """Those that are being answered; called as the application is, it answers one, each in a task of its own.

    Args:
        app: the ASGI application.
        minimal_errors: whether what is answered here has only code and message.
    """

    def __init__(self, app: Asgi, *, minimal_errors: bool = False) -> None:
        self._app = app
        self._stopped = unavailable(_STOPPED, minimal=minimal_errors)
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._tasks.add(task)
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            with suppress(Exception):  # an answer that has begun cannot be replaced
                await send_away(send, *self._stopped)
            raise
        finally:
            self._tasks.discard(task)

    def cancel(self) -> None:
        """All of them, each answered 503 if its answer has not begun."""
        for task in self._tasks:
            task.cancel()


def unavailable(message: str, hint: str | None = None, *, minimal: bool) -> tuple[int, dict[str, str], bytes]:
    """The 503 that ends a connection: status, headers and body."""
    answer = answer_error(UnavailableError(message, hint=hint, code="PGATE503"), minimal=minimal)
    length = str(len(answer.body))
    headers = {**answer.headers, "Content-Length": length, "Connection": "close", NOSNIFF[0]: NOSNIFF[1]}
    return answer.status, headers, answer.body


async def send_away(send: Any, status: int, headers: dict[str, str], body: bytes) -> None:
    """Answers by ASGI's `send`."""
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


_STOPPED = "The service stops and could not wait for this request to end"
