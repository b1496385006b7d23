"""The sample application under each server, on a loopback port and on the test's own loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import hypercorn.asyncio
import hypercorn.config
import pytest
import uvicorn
from granian.constants import Interfaces
from granian.server.embed import Server as Granian

from service.asgi import AsyncFlask

from .sample import make_app


@dataclass
class Served:
    """An application being served."""

    app: AsyncFlask
    client: httpx.AsyncClient
    port: int
    name: str

    async def raw(self, data: bytes) -> bytes:
        """What comes back for these bytes until the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            return await asyncio.wait_for(reader.read(), 10)
        finally:
            writer.close()


async def until(condition: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what is waited for has no event to set
            await asyncio.sleep(0.005)


@asynccontextmanager
async def hypercorn_server(app: AsyncFlask, port: int) -> AsyncIterator[None]:
    stop = asyncio.Event()
    config = hypercorn.config.Config.from_mapping(bind=[f"127.0.0.1:{port}"], accesslog=None, errorlog=None)
    config.graceful_timeout = 0.5
    task = asyncio.create_task(hypercorn.asyncio.serve(app.asgi, config, shutdown_trigger=stop.wait))
    yield
    stop.set()
    await task


@asynccontextmanager
async def uvicorn_server(app: AsyncFlask, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(app.asgi, "127.0.0.1", port, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())  # serve() would take over the process's signal handlers
    yield
    server.should_exit = True
    await task


@asynccontextmanager
async def granian_server(app: AsyncFlask, port: int) -> AsyncIterator[None]:
    server = Granian(app.asgi, "127.0.0.1", port, interface=Interfaces.ASGI, log_enabled=False)
    task = asyncio.create_task(server.serve())
    yield
    server.stop()
    await task


SERVERS: dict[str, Callable[..., Any]] = {
    "hypercorn": hypercorn_server,
    "uvicorn": uvicorn_server,
    "granian": granian_server,
}


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def listening(port: int) -> None:
    """Wait until somebody accepts connections there."""
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return


@asynccontextmanager
async def serving(name: str) -> AsyncIterator[Served]:
    """The sample under the server of this name, or called straight."""
    app = make_app()
    if name == "direct":
        transport = httpx.ASGITransport(app.asgi)
        async with app.started(), httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield Served(app, client, 0, name)
        return
    port = free_port()
    limits = httpx.Limits(max_connections=200)
    async with SERVERS[name](app, port):
        await listening(port)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=10) as client:
            yield Served(app, client, port, name)


@pytest.fixture(params=SERVERS)
async def served(request: pytest.FixtureRequest) -> AsyncIterator[Served]:
    """The sample under a real server."""
    async with serving(request.param) as served:
        yield served


@pytest.fixture(params=["direct", *SERVERS])
async def anywhere(request: pytest.FixtureRequest) -> AsyncIterator[Served]:
    """The sample under each server and under none."""
    async with serving(request.param) as served:
        yield served
