"""A network that can be unplugged: a TCP proxy of the test's own before PostgreSQL's socket.

Run as a program it is a process of its own, which can be suspended; it prints its port.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit


class Network:
    """What lies between the pool and the server.

    Args:
        path: of the server's socket.
        connecting: seconds before a new connection gets through.
    """

    def __init__(self, path: str, connecting: float = 0) -> None:
        self.port = 0
        self._connecting = connecting
        self._path = path
        self._plugged = asyncio.Event()
        self._plugged.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._left: int | None = None
        self._refusing = False

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

    def refuse(self) -> None:
        """Every connection is reset, and so is each new one."""
        self._refusing = True
        self.cut()

    def accept(self) -> None:
        """New connections get through again."""
        self._refusing = False

    def cut_after(self, size: int) -> None:
        """Every connection is reset once the server has sent so many bytes more."""
        self._left = size

    def _count(self, size: int) -> None:
        if self._left is not None:
            self._left -= size
            if self._left <= 0:
                self._left = None
                self.cut()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carries one connection to the server and back."""
        if self._refusing:
            writer.transport.abort()
            return
        await asyncio.sleep(self._connecting)
        there, back = await asyncio.open_unix_connection(self._path)
        self._writers |= {writer, back}
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer, self._count))

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: Callable[[int], None] | None = None
    ) -> None:
        try:
            while data := await reader.read(65536):
                await self._plugged.wait()
                writer.write(data)
                await writer.drain()
                if count is not None:
                    count(len(data))
        finally:
            writer.transport.abort()


@asynccontextmanager
async def network(url: str, connecting: float = 0) -> AsyncIterator[tuple[Network, str]]:
    """A network before the server of a URL, and the URL by way of it."""
    line = Network(_socket_of(url), connecting)
    async with _carried(line):
        yield line, _through(url, line.port)


@asynccontextmanager
async def _carried(line: Network) -> AsyncIterator[None]:
    carrying: set[asyncio.Task[None]] = set()

    def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carrying.add(asyncio.create_task(line.carry(reader, writer)))

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()
        line.plug()
        line.cut()
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)


def _socket_of(url: str) -> str:
    (folder,) = parse_qs(urlsplit(url).query)["host"]
    return f"{folder}/.s.PGSQL.5432"


def _through(url: str, port: int) -> str:
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0] or "postgres"
    return f"postgresql://{user}@127.0.0.1:{port}{parts.path}?sslmode=disable"


class Proxy:
    """A network that is a process.

    Args:
        process: that carries.
        port: where it listens.
    """

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.port = port
        self._process = process

    def suspend(self) -> None:
        """It stops in the middle of what it does (SIGSTOP): the system accepts connections for it, and keeps bytes."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        self._process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def proxy(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy before the server of a URL, and the URL by way of it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, _socket_of(url), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        port = int(await process.stdout.readline())
        yield Proxy(process, port), _through(url, port)
    finally:
        process.kill()
        await process.communicate()


async def _serve(path: str) -> None:
    line = Network(path)
    async with _carried(line):
        sys.stdout.write(f"{line.port}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
