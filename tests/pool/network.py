"""A network that can be unplugged: a TCP proxy of the test's own before PostgreSQL's socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit


class Network:
    """What lies between the pool and the server.

    Args:
        path: of the server's socket.
    """

    def __init__(self, path: str) -> None:
        self.port = 0
        self._path = path
        self._plugged = asyncio.Event()
        self._plugged.set()
        self._writers: set[asyncio.StreamWriter] = set()

    def unplug(self) -> None:
        """From now on nothing gets through, in neither direction, and nobody is told."""
        self._plugged.clear()

    def plug(self) -> None:
        """What was held back arrives, and everything gets through again."""
        self._plugged.set()

    def cut(self) -> None:
        """Every connection is reset."""
        for writer in self._writers:
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carries one connection to the server and back."""
        there, back = await asyncio.open_unix_connection(self._path)
        self._writers |= {writer, back}
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._plugged.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.transport.abort()


@asynccontextmanager
async def network(url: str) -> AsyncIterator[tuple[Network, str]]:
    """A network before the server of a URL, and the URL by way of it."""
    parts = urlsplit(url)
    (folder,) = parse_qs(parts.query)["host"]
    line = Network(f"{folder}/.s.PGSQL.5432")
    carrying: set[asyncio.Task[None]] = set()

    def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carrying.add(asyncio.create_task(line.carry(reader, writer)))

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        user = parts.netloc.rpartition("@")[0] or "postgres"
        yield line, f"postgresql://{user}@127.0.0.1:{line.port}{parts.path}?sslmode=disable"
    finally:
        server.close()
        line.plug()
        line.cut()
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)
