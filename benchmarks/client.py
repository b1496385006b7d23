"""The clients of a load: connections that ask again as soon as they are answered, and single requests."""

from __future__ import annotations

import asyncio
import time
from typing import Any


class Load:
    """What the connections share: the requests to send and what came back.

    Args:
        requests: sent in turn, over and over.
        until: when to stop asking, on `perf_counter`.
    """

    def __init__(self, requests: list[bytes], until: float) -> None:
        self._requests = requests
        self._next = 0
        self.until = until
        self.done: list[tuple[float, float]] = []  # when, and after how long; of a paced request when it was due
        self.failed = 0

    def take(self) -> bytes:
        """The next request."""
        self._next = (self._next + 1) % len(self._requests)
        return self._requests[self._next]


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._buffer = b""
        self._asked = 0.0
        self._was_last = False  # the server said so: some answer so many requests on a connection and no more
        self.closed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        """True where another connection is to go on."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._load.take())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not is_complete(self._buffer):
            return
        now = time.perf_counter()
        if self._buffer[9:10] != b"2":
            self._load.failed += 1
        self._load.done.append((now, now - self._asked))
        self._was_last = b"\r\nconnection: close\r\n" in self._buffer.partition(b"\r\n\r\n")[0].lower() + b"\r\n"
        self._buffer = b""
        if now < self._load.until and not self._was_last:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        is_time = time.perf_counter() < self._load.until
        if is_time and not self._was_last:  # the server hung up on a request
            self._load.failed += 1
        self.closed.set_result(is_time and self._was_last)

    def hang_up(self) -> None:
        """Go, with or without an answer."""
        self._transport.abort()


def is_complete(answer: bytes) -> bool:
    """Whether this is a whole answer; there is no other behind it, for one request is asked at a time."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    head = head.lower()
    if b"\r\ntransfer-encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    length = head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return len(body) >= int(length or 0)


async def connect(load: Load, port: int) -> Client:
    """One more connection, which asks at once."""
    _, client = await asyncio.get_running_loop().create_connection(lambda: Client(load), "127.0.0.1", port)
    return client


async def ask_once(port: int, request: bytes) -> bytes:
    """A request on a connection of its own, and the whole answer; empty if there was none."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answer = await reader.read()
        writer.close()
    except OSError:
        return b""
    return answer if is_complete(answer) else b""


def request_for(port: int, path: str, body: str | None = None) -> bytes:
    """As it is sent."""
    if body is None:
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    content = body.encode()
    head = f"Host: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return f"POST {path} HTTP/1.1\r\n{head}\r\n\r\n".encode() + content
