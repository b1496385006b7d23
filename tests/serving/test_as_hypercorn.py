"""An answer written at once is the one that Hypercorn writes by itself, and its connection ends where that one does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import hypercorn.protocol.h11
import pytest
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.task_group import TaskGroup
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.events import Event, RawData
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.protocol.http_stream import HTTPStream
from hypercorn.typing import ConnectionState, LifespanState

from service.at_once import Stream
from service.edge import EdgeConfig, Protocol

GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc"
LENGTH = (b"content-length", b"5")
ASKED = {
    "once": GET,
    "pipelined": 3 * GET,
    "head": GET.replace(b"GET", b"HEAD") + GET,
    "old": GET.replace(b"1.1", b"1.0"),
    "last": GET[:-2] + b"connection: close\r\n\r\n",
    "upgrade": GET[:-2] + b"connection: upgrade\r\nupgrade: other\r\n\r\n" + GET,
    "expect": GET[:-2] + b"expect: 100-continue\r\n\r\n" + GET,
    "post": 2 * POST + GET,
    "chunked": CHUNKED + 3 * b"1\r\na\r\n" + b"0\r\n\r\n" + GET,
}


def start(*headers: tuple[Any, ...], status: Any = 200, **more: Any) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": [*headers], **more}


def body(part: Any = b"hello", more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": part, "more_body": more}


def as_iterator() -> dict[str, Any]:
    return {**start(), "headers": iter([LENGTH, (b"connection", b"close")])}


ANSWERS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "plain": lambda: [start(LENGTH), body()],
    "cookies": lambda: [start(LENGTH, (b"set-cookie", b"a"), (b"set-cookie", b"b"), (b"x", b"\xe9")), body()],
    "no_value": lambda: [start(LENGTH, (b"x", b"")), body()],
    "spaces": lambda: [start(LENGTH, (b" x ", b" a ")), body()],
    "capitals": lambda: [start((b"Content-Length", b"5"), (b"X-A", b"b")), body()],
    "no_length": lambda: [start(), body()],
    "too_short": lambda: [start(LENGTH), body(b"hell")],
    "two_lengths": lambda: [start(LENGTH, LENGTH), body()],
    "chunked": lambda: [start((b"transfer-encoding", b"chunked")), body()],
    "both": lambda: [start(LENGTH, (b"transfer-encoding", b"chunked")), body()],
    "close": lambda: [start(LENGTH, (b"connection", b"close")), body()],
    "split": lambda: [start(LENGTH, (b"x", b"a\r\nb: c")), body()],
    "status_204": lambda: [start(status=204), body(b"")],
    "status_204_with_a_body": lambda: [start(status=204), body()],
    "status_304": lambda: [start((b"etag", b"a"), status=304), body(b"")],
    "status_1000": lambda: [start(LENGTH, status=1000), body()],
    "status_as_text": lambda: [start(LENGTH, status="200"), body()],
    "two_bodies": lambda: [start(LENGTH), body(), body()],
    "parts": lambda: [start(LENGTH), body(b"he", more=True), body(b"llo")],
    "iterator": lambda: [as_iterator(), body()],
    "bytearrays": lambda: [start((bytearray(LENGTH[0]), bytearray(LENGTH[1]))), body(bytearray(b"hello"))],
    "texts": lambda: [start(("content-length", "5")), body()],
    "three_in_a_pair": lambda: [start((b"content-length", b"5", b"6")), body()],
    "nothing": list,
}


class Recorded:
    """What a connection gives: the bytes, and `None` for its end.

    Args:
        kind: of the protocol.
        answer: makes what the application sends; it reads nothing.
    """

    def __init__(self, kind: type[H11Protocol], answer: Callable[[], list[dict[str, Any]]]) -> None:
        self._kind = kind
        self._answer = answer
        self._given = bytearray()
        self._ended = False

    async def __call__(self, asked: bytes, most: int = 1000) -> tuple[bytes, bool]:
        config = EdgeConfig()
        config.include_date_header = False
        config.errorlog = None
        config.keep_alive_max_requests = most
        async with asyncio.timeout(2), TaskGroup(asyncio.get_running_loop()) as tasks:
            state, wrapped = ConnectionState(LifespanState()), ASGIWrapper(self._app)  # type: ignore[arg-type]  # a plain function
            protocol = self._kind(wrapped, config, WorkerContext(None), tasks, state, False, None, None, self._send)
            await protocol.handle(RawData(asked))
        return re.sub(rb"(HTTP/1.1 \d+) [^\r]*", rb"\1", self._given), self._ended

    async def _app(self, _scope: Any, _receive: Any, send: Any) -> None:
        for message in self._answer():
            await send(message)

    async def _send(self, event: Event) -> None:
        if isinstance(event, RawData):
            self._given += event.data
        elif type(event).__name__ == "Closed":
            self._ended = True


@pytest.mark.parametrize("answer", ANSWERS)
async def test_it_is_what_hypercorn_does(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes, but for the reason behind the status, which Hypercorn leaves out; and the same end."""
    for name, asked in ASKED.items():
        for most in (1000, 1):
            monkeypatch.setattr(hypercorn.protocol.h11, "HTTPStream", HTTPStream)
            expected = await Recorded(H11Protocol, ANSWERS[answer])(asked, most)
            monkeypatch.setattr(hypercorn.protocol.h11, "HTTPStream", Stream)
            assert await Recorded(Protocol, ANSWERS[answer])(asked, most) == expected, (name, most)


BROKEN: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "no_body": lambda: [start(LENGTH)],
    "half": lambda: [start(LENGTH), body(b"he", more=True)],
    "too_long": lambda: [start(LENGTH), body(b"hello!")],
    "trailers": lambda: [start(LENGTH, trailers=True), body()],
}


@pytest.mark.parametrize("answer", BROKEN)
async def test_a_broken_answer_ends_the_connection(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the next request has come already: it is not answered, nor is it waited for."""
    monkeypatch.setattr(hypercorn.protocol.h11, "HTTPStream", Stream)
    for asked in (GET, 2 * GET):
        given, ended = await Recorded(Protocol, BROKEN[answer])(asked)
        assert ended
        assert given.count(b"HTTP/1.1") <= 1


@pytest.mark.parametrize("answer", ["plain", "parts", "close", "nothing"])
@pytest.mark.parametrize("parts", [8, 9, 10, 11])
async def test_a_body_that_nobody_reads(parts: int, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parts fill a queue of ten, and the connection goes on, or ends, all the same: it does not hang."""
    monkeypatch.setattr(hypercorn.protocol.h11, "HTTPStream", Stream)
    asked = CHUNKED + parts * b"1\r\na\r\n" + b"0\r\n\r\n" + GET
    given, _ended = await Recorded(Protocol, ANSWERS[answer])(asked)
    assert given.startswith(b"HTTP/1.1 500" if answer == "nothing" else b"HTTP/1.1 200")
