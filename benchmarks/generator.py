"""The built-in load: so many connections, one request at a time on each, in a process of its own.

`python -m benchmarks.generator` reads what to do as JSON on stdin and writes what it counted as JSON to stdout.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
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
        self.done: list[tuple[float, float]] = []  # when, and after how long
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
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

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
        if self._buffer[9:12] != b"200":
            self._load.failed += 1
        self._load.done.append((now, now - self._asked))
        self._buffer = b""
        if now < self._load.until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if time.perf_counter() < self._load.until:  # the server hung up on a request
            self._load.failed += 1
        self.closed.set_result(None)


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


async def drive(*, port: int, paths: list[str], clients: int, warm: float, seconds: float, turn: int) -> dict[str, Any]:
    """Load a server.

    Args:
        warm: seconds before what is counted begins.
        seconds: that are counted.
        turn: the rate is taken over a whole number of so many answers.
    """
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    requests = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() for path in paths]
    load = Load(requests, began + warm + seconds)
    connections = [await loop.create_connection(lambda: Client(load), "127.0.0.1", port) for _ in range(clients)]
    async with asyncio.timeout(warm + seconds + 10):
        await asyncio.gather(*(client.closed for _, client in connections))
    return summary(load, began + warm, turn)


def summary(load: Load, counted_from: float, turn: int) -> dict[str, Any]:
    """Requests a second and latencies of what was counted, in seconds."""
    counted = [each for each in load.done if counted_from <= each[0] <= load.until]
    whole = (len(counted) - 1) // turn * turn
    if whole < 1:
        return {"total": len(load.done), "failed": load.failed, "rate": 0.0, "p50": 0.0, "p99": 0.0}
    latencies = sorted(latency for _, latency in counted)
    return {
        "total": len(load.done),
        "failed": load.failed,
        "rate": whole / (counted[whole][0] - counted[0][0]),
        "p50": latencies[len(latencies) // 2],
        "p99": latencies[len(latencies) * 99 // 100],
    }


def main() -> None:
    """Do what stdin says."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        json.dump(runner.run(drive(**json.load(sys.stdin))), sys.stdout)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.new_event_loop
    return new_event_loop


if __name__ == "__main__":
    main()
