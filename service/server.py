"""Serving: Hypercorn driven from Python; a clean start and a stop that loses no request.

One worker is one process, one event loop, one pool. The application's own start and stop happen out here and not in
Hypercorn's lifespan: what it holds is let go whatever becomes of the server, and within a hard deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType
from typing import Any, cast

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from service import edge, logs
from service.app import Poolgate, create_app
from service.asgi import AsyncFlask
from service.errors import ServeError
from service.listening import listen, url_of
from service.loading import load_app
from service.settings import Settings

logger = logging.getLogger("poolgate")

LAST_CALL = 0.2
"""Seconds after a stop in which connections stay open, so that each is told `Connection: close` by an answer."""
GRACE = 1.0
"""Seconds after the drain's deadline until the process is ended, whatever still runs in it."""


def serve(settings: Settings, app: str | None = None) -> int:
    """Serve until SIGTERM or SIGINT. The process is expected to end when this returns.

    Args:
        app: `module:attribute` of an application made by `create_app`, to which views were added; or a factory of one.

    Returns:
        The process's exit status: 0 after a clean stop.

    Raises:
        PoolgateError: it cannot start: a busy port, a database that refuses, an application that is none.
    """
    logs.configure(settings.log_level, settings.log_format)
    if settings.workers > 1:
        raise ServeError(
            f"{settings.workers} workers are not available yet",
            hint="Serve with one worker, and start several services behind a proxy for more.",
        )
    application = create_app(settings) if app is None else load_app(app)
    with listen(settings.bind) as listener:
        _run(Server(application, listener, settings).run())
    return 0


class Server:
    """One worker.

    Args:
        listener: the socket to accept connections from; closed when no more are accepted.
    """

    def __init__(self, app: AsyncFlask, listener: socket.socket, settings: Settings) -> None:
        self._app = app
        self._listener = listener
        self._settings = settings
        self._rooms: Poolgate = app.extensions["poolgate"]
        self._stop = asyncio.Event()
        self._told_to_stop = False
        self._requests: set[asyncio.Task[Any]] = set()
        self._reload: asyncio.Task[bool] | None = None

    async def run(self) -> None:
        """Start, serve until told to stop, drain, let go.

        Raises:
            PoolgateError: it cannot start.
        """
        with self._signals():
            async with self._app.started():
                demo = "the demo " if self._rooms.settings.is_demo else ""
                logger.info("serving %s%s on %s", demo, self._rooms.database.safe_url, url_of(self._listener))
                await self._serve()
        logger.info("stopped")

    async def _serve(self) -> None:
        closing = asyncio.Event()
        told = asyncio.create_task(self._stop.wait())
        serving = asyncio.create_task(
            hypercorn_serve(cast(Any, self._answer), self._config(), shutdown_trigger=closing.wait)
        )
        await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        self._rooms.lifecycle.drain()
        logger.info("stopping; %d requests are running", len(self._requests))
        await asyncio.wait({serving}, timeout=min(LAST_CALL, self._rooms.lifecycle.time_left()))
        closing.set()
        await asyncio.wait({serving}, timeout=self._rooms.lifecycle.time_left())
        await self._cut_off(serving)
        if serving.done():
            serving.result()

    async def _cut_off(self, serving: asyncio.Task[None]) -> None:
        """What has not ended by now is cancelled, and not waited for: it may not listen."""
        if not serving.done():
            logger.warning("%d requests did not end in time and are cut off", len(self._requests))
            for request in self._requests:
                request.cancel()
            await asyncio.wait({serving}, timeout=GRACE / 4)

    async def _answer(self, scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        """The application as Hypercorn sees it: requests are kept track of, start and stop are not its business."""
        if scope["type"] == "lifespan":
            for phase in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{phase}.complete"})
            return
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._requests.add(task)
        try:
            await self._app.asgi(scope, receive, send)
        finally:
            self._requests.discard(task)

    def _config(self) -> Config:
        config = Config()
        config.bind = [f"fd://{self._listener.detach()}"]  # Hypercorn closes it
        # Our own deadline comes first: Hypercorn's is not kept from Python 3.12.1 on, where `Server.wait_closed` waits
        # for connections.
        config.graceful_timeout = self._settings.drain_timeout + GRACE
        config.include_server_header = False
        config.accesslog = None
        config.errorlog = logging.getLogger("hypercorn.error")
        edge.guard(config)
        return config

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        # Not `loop.add_signal_handler`, which waits for its turn on a loop that a view may be blocking.
        handled = {signal.SIGTERM: self._on_stop, signal.SIGINT: self._on_stop, signal.SIGUSR1: self._on_reload}
        self._loop = asyncio.get_running_loop()
        before = {number: signal.signal(number, handler) for number, handler in handled.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_stop(self, number: int, _frame: FrameType | None) -> None:
        if self._told_to_stop:
            os._exit(128 + number)  # told twice: at once
        self._told_to_stop = True
        self._loop.call_soon_threadsafe(self._stop.set)
        end_within(self._settings.drain_timeout + GRACE)

    def _on_reload(self, _number: int, _frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._start_reload)

    def _start_reload(self) -> None:
        self._reload = asyncio.create_task(self._rooms.catalog.reload("SIGUSR1"))


def end_within(seconds: float) -> None:
    """End the process then, from a thread: plain views that do not return would keep it alive for ever."""
    timer = threading.Timer(seconds, _end)
    timer.daemon = True
    timer.start()


def _end() -> None:
    logger.warning("something did not end in time; the process ends all the same")
    os._exit(0)


def _run(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one."""
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with contextlib.suppress(ImportError):
        loop_factory = importlib.import_module("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main)
