"""Serving: Hypercorn driven from Python; a clean start and a stop that loses no request.

One worker is one process, one event loop, one pool. The application's own start and stop happen out here and not in
Hypercorn's lifespan: what it holds is let go whatever becomes of the server, and within a hard deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, cast

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from service import logs
from service.app import Poolgate, create_app
from service.asgi import AsyncFlask
from service.errors import PoolgateError
from service.settings import Settings

logger = logging.getLogger("poolgate")
_GRACE = 1.0  # seconds after the drain's deadline until what is left is cut off
_BACKLOG = 1024


class ServeError(PoolgateError):
    """The service cannot be started as told."""


def serve(settings: Settings, app: str | None = None) -> int:
    """Serve until SIGTERM or SIGINT.

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


def load_app(spec: str) -> AsyncFlask:
    """The application that `module:attribute` names.

    Raises:
        ServeError: there is no such module or attribute, or it is not an application of `create_app`.
    """
    module_name, _, attribute = spec.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")  # the current folder, as with `python -m`
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise ServeError(f"The module {error.name!r} of --app {spec} was not found") from error
    found = getattr(module, attribute or "app", None)
    if callable(found) and not isinstance(found, AsyncFlask):
        found = found()
    if not isinstance(found, AsyncFlask) or "poolgate" not in found.extensions:
        raise ServeError(
            f"--app {spec} names no application made by service.create_app()",
            hint="Write it as MODULE:ATTRIBUTE, as in shop:app.",
        )
    return found


def listen(bind: str) -> socket.socket:
    """A listening socket.

    Args:
        bind: HOST:PORT; an IPv6 host in brackets.

    Raises:
        ServeError: the port is taken or may not be used, or there is no such address here.
    """
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ServeError(f"{bind!r} is no address of this machine: {error}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise ServeError(
                f"The port {port} of {host or 'this machine'} is in use already",
                hint="Stop what listens there, or name another with --bind HOST:PORT.",
            ) from error
        raise ServeError(f"Cannot listen on {bind}: {error.strerror}") from error
    return listener


class Server:
    """One worker.

    Args:
        listener: the socket to accept connections from; closed by the caller.
    """

    def __init__(self, app: AsyncFlask, listener: socket.socket, settings: Settings) -> None:
        self._app = app
        self._listener = listener
        self._settings = settings
        self._rooms: Poolgate = app.extensions["poolgate"]
        self._stop = asyncio.Event()
        self._reloads: set[asyncio.Task[bool]] = set()

    async def run(self) -> None:
        """Start, serve until told to stop, drain, let go.

        Raises:
            PoolgateError: it cannot start.
        """
        with self._signals():
            async with self._app.started():
                host, port = self._listener.getsockname()[:2]
                logger.info("serving %s on http://%s:%d", self._rooms.database.safe_url, host, port)
                await self._serve()
                logger.info("stopped accepting requests; closing the pool")
        logger.info("stopped")

    async def _serve(self) -> None:
        serving = asyncio.create_task(
            hypercorn_serve(cast(Any, self._without_lifespan), self._config(), shutdown_trigger=self._stop.wait)
        )
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        self._rooms.lifecycle.drain()
        stopping.cancel()
        # Hypercorn's own graceful_timeout is not kept from Python 3.12.1 on: Server.wait_closed waits for connections.
        done, _ = await asyncio.wait({serving}, timeout=self._settings.drain_timeout + _GRACE)
        if not done:
            logger.warning("requests were still running after %.1f s and are cut off", self._settings.drain_timeout)
            serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving

    async def _without_lifespan(self, scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        """The application, for a server that need not know about its start and stop."""
        if scope["type"] != "lifespan":
            await self._app.asgi(scope, receive, send)
            return
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})

    def _config(self) -> Config:
        config = Config()
        config.bind = [f"fd://{self._listener.fileno()}"]
        config.graceful_timeout = self._settings.drain_timeout
        config.include_server_header = False
        config.accesslog = None
        config.errorlog = logging.getLogger("hypercorn.error")
        return config

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        handled = {signal.SIGTERM: self._stop.set, signal.SIGINT: self._stop.set, signal.SIGUSR1: self._reload}
        for number, handler in handled.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in handled:
                loop.remove_signal_handler(number)

    def _reload(self) -> None:
        task = asyncio.create_task(self._rooms.catalog.reload("SIGUSR1"))
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)


def _run(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one."""
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with contextlib.suppress(ImportError):
        loop_factory = importlib.import_module("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main)
