"""How often an answer is written to its connection."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.task_group import TaskGroup
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.events import Event, RawData
from hypercorn.typing import ConnectionState, LifespanState

from service.at_once import Connection
from service.edge import EdgeConfig, Protocol, guard

GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"


async def written(asked: bytes, *chunks: bytes, status: int = 200, whole: bytes = b"") -> list[bytes]:
    """What is written, write by write, when an application answers with these chunks, or with a whole."""
    writes: list[bytes] = []
    length = b"%d" % (sum(map(len, chunks)) + len(whole))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-length", length)] if status not in (204, 304) else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": whole})

    async def send(event: Event) -> None:
        if isinstance(event, RawData):
            writes.append(event.data)

    config = EdgeConfig()
    config.include_date_header = False
    guard(config)
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


async def test_an_answer_of_one_piece_is_no_event_of_h11(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its three events cost more than all else of a small answer."""
    monkeypatch.setattr(Connection, "send", None)
    (write,) = await written(GET, whole=b"hello")
    assert write == b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nserver: hypercorn-h11\r\n\r\nhello"
    (write,) = await written(GET, status=304)
    assert write == b"HTTP/1.1 304 Not Modified\r\nserver: hypercorn-h11\r\n\r\n"


async def test_the_next_request_is_answered_too() -> None:
    """The connection lives on, also for what came together with the first request."""
    assert len(await written(3 * GET, whole=b"hello")) == 3


async def test_what_is_not_plain_is_written_by_h11() -> None:
    """A caller who wants the connection closed, or speaks HTTP/1.0, is told that it is."""
    for asked in (GET.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"), GET.replace(b"1.1", b"1.0")):
        (write,) = await written(asked, whole=b"hello")
        assert b"\r\nConnection: close\r\n" in write
        assert write.endswith(b"\r\n\r\nhello")


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
