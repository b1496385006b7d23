"""Responses that come in pieces, and clients that leave or do not read."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress

import httpx
import pytest

from .conftest import until


@pytest.mark.parametrize(
    ("path", "text", "closed"),
    [
        ("/stream/async", "0;1;2;3;4;", "async closed"),
        ("/stream/plain", "0t;1t;2t;3t;4t;", "plain closed"),
        ("/stream/plain-in-async", "0t;1t;2t;3t;4t;", "plain closed"),
    ],
)
async def test_generators_stream_and_are_closed(anywhere, path, text, closed):
    """Async generators step on the loop, plain ones in a thread; both are closed, and have no length."""
    answer = await anywhere.client.get(path)
    assert answer.text == text
    assert "content-length" not in answer.headers
    await until(lambda: closed in anywhere.app.log)


async def test_async_generator_as_return_value(anywhere):
    """A view may return an async generator itself, with status and headers."""
    answer = await anywhere.client.get("/stream/direct")
    assert (answer.status_code, answer.text, answer.headers["x-kind"]) == (201, "0;1;2;", "direct")


@pytest.mark.parametrize("path", ["/stream/context", "/stream/context-plain"])
async def test_stream_with_context(anywhere, path):
    """The request is at hand while its response streams."""
    assert (await anywhere.client.get(path, params={"q": "there"})).text == f"{path}there"


@pytest.mark.parametrize("path", ["/stream/async", "/stream/context", "/stream/plain"])
async def test_head_of_a_stream(anywhere, path):
    """HEAD runs no step of the generator."""
    answer = await anywhere.client.head(path, params={"q": "there"})
    assert (answer.status_code, answer.content) == (200, b"")


async def test_error_before_the_first_piece_is_500(anywhere, caplog):
    """An error in the first step is still answered properly."""
    with caplog.at_level(logging.ERROR):
        assert (await anywhere.client.get("/stream/fails-first")).status_code == 500
    assert len(caplog.records) == 1


async def test_error_later_cuts_the_response(served, caplog):
    """An error in a later step shows as a broken response, never as a whole one."""
    with pytest.raises(httpx.RemoteProtocolError):
        await served.client.get("/stream/fails-later")
    assert (await served.client.get("/async")).status_code == 200


@pytest.mark.parametrize("path", ["/forever", "/forever-plain"])
async def test_client_that_leaves_cancels_the_view(served, path):
    """What the view awaits gets a CancelledError, teardown functions run, nothing is logged as an error."""
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await until(lambda: "waiting" in served.app.log)
    writer.close()
    await until(lambda: f"teardown {path}" in served.app.log)
    assert "cancelled" in served.app.log
    assert (await served.client.get("/async")).status_code == 200


async def test_client_that_leaves_a_stream_closes_it(served):
    """An endless stream ends with its reader."""
    async with served.client.stream("GET", "/stream/endless") as answer:
        async for _ in answer.aiter_bytes():
            break
    await until(lambda: "endless closed" in served.app.log)


@pytest.mark.slow
async def test_client_that_does_not_read_is_cut_off(served):
    """A write that waits longer than the send timeout ends the stream."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", served.port))
        client.sendall(b"GET /stream/endless HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: "endless closed" in served.app.log, 8)


@pytest.mark.slow
async def test_slow_body_is_408(served):
    """A body that does not come in time is answered with 408 and `Connection: close`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    answer = await asyncio.wait_for(reader.readuntil(b"PGATE408"), 10)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()
    writer.close()


@pytest.mark.slow
async def test_giving_up_on_a_huge_body_closes_the_connection(served):
    """A client that sends without end gets 413 and `Connection: close`; the server goes on."""

    def flood():  # on a plain socket: asyncio forgets what has come when it cannot send
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
            connection.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
            with suppress(OSError):
                for _ in range(400):
                    connection.sendall(b"x" * 65536)
            return connection.recv(65536)

    head = await asyncio.to_thread(flood)
    assert b" 413 " in head
    assert b"connection: close" in head.lower()
    assert (await served.client.get("/async")).status_code == 200


async def test_expecting_client_is_refused_before_it_sends(served):
    """With `Expect: 100-continue` too large a body is refused without being asked for."""
    answer = await served.raw(
        b"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 999999\r\n\r\n"
    )
    assert b"HTTP/1.1 413 " in answer


async def test_client_that_leaves_while_sending_runs_no_view(served):
    """A request whose body never became whole reaches no view."""
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    await writer.drain()
    writer.close()
    assert (await served.client.get("/async")).status_code == 200
    assert served.app.log == ["finished 200", "teardown /async"]
