"""Requests straight into the application, as bytes: a client library would refuse to send what is tested here."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from service.pool.stats import PoolStats
from tests.security.hostile import Hostile

DEADLINE = 20.0  # seconds in which an answer must have come
SHAPE = ["code", "message", "details", "hint"]
Asgi = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class Reply:
    """An answer, its headers' names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body, unpacked."""
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode("utf-8", "replace")

    @property
    def error(self) -> dict[str, Any]:
        """The body of an error, which has its one shape."""
        found = json.loads(self.text)
        assert list(found) == SHAPE, found
        assert isinstance(found["code"], str), found
        assert isinstance(found["message"], str), found
        return dict(found)


async def ask(app: Asgi, asked: Hostile) -> Reply:
    """The answer.

    Raises:
        TimeoutError: it did not come in time.
    """
    sent: list[Any] = []
    gone = asyncio.Event()
    parts = [asked.body[at : at + 50_000] for at in range(0, len(asked.body), 50_000)] or [b""]

    async def receive() -> Any:
        if parts:
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await asyncio.wait_for(app(scope_of(asked), receive, send), DEADLINE)
    start, *rest = sent
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return Reply(start["status"], headers, b"".join(part.get("body", b"") for part in rest))


def scope_of(asked: Hostile) -> dict[str, Any]:
    """As servers make it."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": unquote(asked.path.decode("latin-1")),
        "raw_path": asked.path,
        "root_path": "",
        "query_string": asked.query,
        "headers": with_length(asked),
        "client": ("192.0.2.1", 40_000),
        "server": ("testserver", 80),
    }


def with_length(asked: Hostile) -> list[tuple[bytes, bytes]]:
    """The headers; with a body there is one that says so, as there is on any connection."""
    names = {name for name, _ in asked.headers}
    if asked.body and not names & {b"content-length", b"transfer-encoding"}:
        return [*asked.headers, (b"content-length", str(len(asked.body)).encode())]
    return list(asked.headers)


def taken(stats: PoolStats) -> tuple[int, ...]:
    """What moves when a connection is asked for, waited for or opened."""
    return (stats.acquired, stats.queued, stats.shed, stats.timed_out, stats.connects, stats.connect_errors)
