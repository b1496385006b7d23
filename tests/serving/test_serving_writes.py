"""How often an answer is written to its connection."""

from __future__ import annotations

import asyncio
from typing import Any

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.task_group import TaskGroup
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.events import Event, RawData
from hypercorn.typing import ConnectionState, LifespanState

from service.edge import Protocol

GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"


async def written(asked: bytes, *chunks: bytes, status: int = 200) -> list[bytes]:
    """What is written, write by write, when an application answers with these chunks."""
    writes: list[bytes] = []
    length = b"%d" % sum(map(len, chunks))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-length", length)] if status != 204 else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def send(event: Event) -> None:
        if isinstance(event, RawData):
            writes.append(event.data)

    config = Config()
    config.include_date_header = False
    async with TaskGroup(asyncio.get_running_loop()) as tasks:
        state = ConnectionState(LifespanState())
        wrapped: Any = ASGIWrapper(app)
        protocol = Protocol(wrapped, config, WorkerContext(None), tasks, state, False, None, None, send)
        await protocol.handle(RawData(asked))
    return writes


async def test_an_answer_is_one_write() -> None:
    """Head and body leave together: a write is what costs most of sending a small answer."""
    (write,) = await written(GET, b"hello")
    assert write.endswith(b"content-length: 5\r\nserver: hypercorn-h11\r\n\r\nhello")


async def test_a_stream_is_written_as_it_comes() -> None:
    """Only the head waits for what follows it; each further chunk is written by itself."""
    first, second = await written(GET, b"one", b"two")
    assert first.endswith(b"\r\n\r\none")
    assert second == b"two"


async def test_an_answer_without_a_body_is_written() -> None:
    """A head with nothing behind it does not wait for ever."""
    (write,) = await written(GET, status=204)
    assert write.startswith(b"HTTP/1.1 204 No Content\r\n")
    (write,) = await written(GET.replace(b"GET", b"HEAD"), b"hello")
    assert write.endswith(b"\r\n\r\n")
