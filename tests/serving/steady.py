"""Callers that keep their connections and ask again and again, by hand: whose connection it was is known."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit

import psutil
from poolgate_process import until

REQUEST = b"GET /rest/v1/item HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Steady:
    """Load on a service, from entering to leaving.

    Args:
        url: the service's.
        callers: how many.
    """

    def __init__(self, url: str, callers: int) -> None:
        parts = urlsplit(url)
        self._address = str(parts.hostname), int(parts.port or 0)
        self._callers = callers
        self._ports: dict[int, int] = {}  # the present port of each caller
        self._answers = 0
        self.errors: list[int] = []  # the callers who met one

    async def __aenter__(self) -> Steady:
        self._tasks = [asyncio.create_task(self._call(number)) for number in range(self._callers)]
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def asked(self, more: int) -> None:
        """Waits until that many more have been answered."""
        wanted = self._answers + more
        await asyncio.to_thread(until, lambda: self._answers >= wanted)

    def on(self, process: psutil.Process) -> set[int]:
        """The callers whose connection that process has now."""
        theirs = {each.raddr.port for each in process.net_connections("tcp") if each.raddr}
        return {caller for caller, port in self._ports.items() if port in theirs}

    async def _call(self, number: int) -> None:
        while True:
            try:
                await self._converse(number)
            except (OSError, EOFError):
                self.errors.append(number)

    async def _converse(self, number: int) -> None:
        reader, writer = await asyncio.open_connection(*self._address)
        self._ports[number] = writer.get_extra_info("sockname")[1]
        try:
            while True:
                writer.write(REQUEST)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 "), head
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                self._answers += 1
        finally:
            writer.close()
