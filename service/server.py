"""Serving: one worker from its start to its end; a stop loses no request and always comes to its end.

One worker is one process, one event loop, one pool. Several are forked by a `Supervisor`, and each goes on here. The
application's own start and stop happen out here and not in Hypercorn's lifespan: what it holds is let go whatever
becomes of the server, and within a hard deadline.
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
from typing import Any

from service import garbage, logs
from service.app import Poolgate, create_app
from service.asgi import AsyncFlask
from service.callers import Bounds, Callers
from service.granian.installed import check_installed
from service.listening import allow_files, listen, url_of
from service.loading import load_app
from service.post import Post
from service.settings import Settings
from service.supervisor import Supervisor

logger = logging.getLogger("poolgate")

LAST_CALL = 0.2
"""Seconds for which a stop leaves idle connections open: an answer then tells busy clients `Connection: close`."""
GRACE = 1.0
"""Seconds after the drain's deadline until the process is ended, whatever still runs in it."""
_AHEAD = 0.2  # seconds that a worker ends before its parent would kill it


def serve(settings: Settings, app: str | None = None) -> int:
    """Serve until SIGTERM or SIGINT. The process is expected to end when this returns.

    Args:
        app: `module:attribute` of an application made by `create_app`, to which views were added; or a factory of one.

    Returns:
        The process's exit status: 0 after a clean stop.

    Raises:
        PoolgateError: it cannot start: a busy port, a database that refuses, an application that is none, a server
            that is not installed.
    """
    _by(settings.server)  # before a fork, which then shares what is imported
    several = settings.workers > 1
    logs.configure(settings.log_level, settings.log_format, pid=several)
    allow_files(settings.max_connections)
    if not several:
        application = _load(settings, app)
    with listen(settings.bind) as listener:
        post = None
        if several:
            stop_within = settings.drain_timeout + GRACE
            here = Supervisor(settings.workers, listener, stop_within=stop_within).run()
            if isinstance(here, int):
                return here
            post = here
            application = _load(settings, app)
        _run(Server(application, listener, settings, post).run())
    return 0


def _load(settings: Settings, app: str | None) -> AsyncFlask:
    return create_app(settings) if app is None else load_app(app)


class Server:
    """One worker.

    Args:
        listener: the socket to accept connections from; taken over.
        post: where it has a parent, which alone may end it at once.
    """

    def __init__(self, app: AsyncFlask, listener: socket.socket, settings: Settings, post: Post | None = None) -> None:
        self._app = app
        self._post = post
        self._listener = listener
        self._settings = settings
        self._rooms: Poolgate = app.extensions["poolgate"]
        self._stop = asyncio.Event()
        self._told_to_stop = False
        self._reload: asyncio.Task[bool] | None = None
        if post is not None:
            self._rooms.state.join(post.board, post.place)

    async def run(self) -> None:
        """Start, serve until told to stop, drain, let go.

        Raises:
            PoolgateError: it cannot start.
        """
        with self._signals():
            async with self._app.started():
                demo = "the demo " if self._rooms.settings.is_demo else ""
                logger.info("serving %s%s on %s", demo, self._rooms.database.safe_url, url_of(self._listener))
                garbage.settle()
                await self._serve()
        logger.info("stopped")

    async def _serve(self) -> None:
        connections = _by(self._settings.server)(
            self._app.asgi, self._listener, _bounds(self._settings), minimal_errors=self._app.minimal_errors
        )
        await connections.open()
        if self._post is not None:
            self._post.up()
        await self._stop.wait()
        lifecycle = self._rooms.lifecycle
        lifecycle.drain()
        await connections.shut()
        logger.info("stopping; %d requests are running", connections.requests)
        await connections.ended(min(LAST_CALL, lifecycle.time_left()))
        await connections.hang_up()
        if await connections.ended(lifecycle.time_left()):
            return
        logger.warning("%d requests did not end in time and are cut off", connections.requests)
        connections.cut_off()
        await connections.ended(GRACE / 4)  # not longer: it may not listen

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
            # Told twice: at once. Not a worker, which the parent, a terminal and a service manager may each tell.
            if self._post is None:
                os._exit(128 + number)
            return
        self._told_to_stop = True
        self._loop.call_soon_threadsafe(self._stop.set)
        end_within(self._settings.drain_timeout + GRACE - (_AHEAD if self._post else 0))

    def _on_reload(self, _number: int, _frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._start_reload)

    def _start_reload(self) -> None:
        self._reload = asyncio.create_task(self._rooms.catalog.reload("SIGUSR1"))


def _by(server: str) -> type[Callers]:
    """Each imports what it is made of, and nothing of the other."""
    if server == "granian":
        check_installed()
        from service.granian.connections import GranianConnections

        return GranianConnections
    from service.connections import Connections

    return Connections


def _bounds(settings: Settings) -> Bounds:
    return Bounds(settings.max_connections, idle=settings.keep_alive, send=settings.send_timeout)


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
