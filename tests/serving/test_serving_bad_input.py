"""What comes in at the edge and is no proper request: a clear answer each, no traceback, no connection taken."""

from __future__ import annotations

import json
import socket
from typing import Any

import h11
import hypercorn.protocol
import pytest
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.task_group import TaskGroup
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.protocol.http_stream import HTTPStream
from poolgate_process import DEADLINE, Process

from service import edge
from service.at_once import Connection

pytestmark = pytest.mark.slow

HOST = b"Host: localhost\r\n"
END = b"Connection: close\r\n\r\n"


def get(target: bytes, *, method: bytes = b"GET", version: bytes = b"1.1", headers: bytes = HOST) -> bytes:
    return method + b" " + target + b" HTTP/" + version + b"\r\n" + headers + END


def ask(process: Process, data: bytes) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON of what comes back for these bytes, until the service closes the connection."""
    with socket.create_connection(("127.0.0.1", process.port), timeout=DEADLINE) as connection:
        connection.sendall(data)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
            head, _, body = received.partition(b"\r\n\r\n")
            if f"content-length: {len(body)}\r\n".encode() in (head + b"\r\n").lower():
                break
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers, json.loads(body)


ITEM = b"/rest/v1/item"
MANY = b"".join(b"X-%d: a\r\n" % number for number in range(1000))
FLOOD = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 1000) for number in range(1000))


@pytest.mark.parametrize("data, status, code", [
    (get(ITEM + b"?id=eq." + b"1" * 1_000_000), 414, "PGATE414"),
    (get(ITEM + b"?id=eq." + b"1" * 10_000), 414, "PGATE414"),
    (get(ITEM, headers=HOST + FLOOD), 431, "PGATE431"),
    (get(ITEM, headers=HOST + MANY), 431, "PGATE431"),
    (get(b"/rest/v1/it%zzem"), 400, "PGATE400"),
    (get(b"/rest/v1/it%ffem"), 400, "PGATE400"),
    (get(b"/rest/v1/it%00em"), 400, "PGATE400"),
    (get(ITEM + b"?id=eq.%zz"), 400, "PGRST100"),
    (get(ITEM + b"?id=eq.%ff"), 400, "PGRST100"),
    (get(ITEM + b"?id=eq.%00"), 400, "PGRST100"),
    (get(b"/rest/v1/it\0em"), 400, "PGATE400"),
    (get("/rest/v1/ítem".encode()), 400, "PGATE400"),
    (get(ITEM, headers=HOST + b"X-Nul: a\0b\r\n"), 400, "PGATE400"),
    (get(ITEM, headers=HOST + b"Content-Length: 2\r\n") + b"{}", 400, "PGRST102"),
    (get(ITEM, headers=HOST + b"Transfer-Encoding: chunked\r\n") + b"2\r\n{}\r\n0\r\n\r\n", 400, "PGRST102"),
    (get(ITEM, method=b"POST", headers=HOST + b"Transfer-Encoding: chunked\r\n") + b"zz\r\n", 400, "PGATE400"),
    (get(ITEM, headers=HOST + b"Content-Length: two\r\n"), 400, "PGATE400"),
    (get(ITEM, headers=HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n"), 400, "PGATE400"),
    (get(ITEM, method=b"BREW"), 405, "PGRST117"),
    (get(ITEM, method=b"TRACE"), 405, "PGRST117"),
    (get(b"localhost:80", method=b"CONNECT"), 404, "PGRST125"),
    (get(b"*", method=b"OPTIONS"), 404, "PGRST125"),
    (get(ITEM, headers=b""), 400, "PGATE400"),
    (get(ITEM, headers=HOST + HOST), 400, "PGATE400"),
    (get(ITEM, headers=b"Host:\r\n"), 400, "PGATE400"),
    (get(ITEM, headers=b"Host: <a b>\r\n"), 400, "PGATE400"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello, TLS\r\n\r\n", 400, "PGATE400"),
    (b"GET\r\n\r\n", 400, "PGATE400"),
    (b"GET / HTTP/1.1\r\n folded\r\n\r\n", 400, "PGATE400"),
    (get(b"/nothing"), 404, "PGRST125"),
    (get(b"/-/nothing"), 404, "PGRST125"),
    (get(ITEM + b"/1"), 404, "PGRST125"),
], ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else str(value))  # fmt: skip
def test_a_clear_answer(data: bytes, status: int, code: str, site: Process) -> None:
    """Each has its status and code in PostgREST's shape, an id, and costs neither a connection nor a traceback."""
    before = len(site.text)
    acquired = site.get("/-/pool").json()["acquired"]
    got, headers, body = ask(site, data)
    assert (got, body["code"]) == (status, code)
    assert list(body) == ["code", "message", "details", "hint"]
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert "response;dur=" in headers["server-timing"]
    assert site.lines_with(f"[{headers['x-request-id']}]")
    assert site.get("/-/pool").json()["acquired"] == acquired
    assert "Traceback" not in site.text[before:]


def test_http_1_0(site: Process) -> None:
    """The old version of HTTP is answered, with or without a Host."""
    for headers in (b"", HOST):
        status, _, body = ask(site, get(ITEM + b"?id=eq.1&select=id", version=b"1.0", headers=headers))
        assert (status, body) == (200, [{"id": 1}])


def test_the_names_of_hypercorn() -> None:
    """What is used of Hypercorn without being documented is still there, and looked up by the name that is replaced."""
    assert issubclass(edge.Protocol, H11Protocol)
    assert {"handle", "_maybe_recycle", "_send_error_response", "_send_h11_event"} <= set(dir(H11Protocol))
    assert "H11Protocol" in hypercorn.protocol.ProtocolWrapper.__init__.__code__.co_names
    assert {"connection", "h11_max_incomplete_size"} <= set(H11Protocol.__init__.__code__.co_names)
    assert {"keep_alive_requests", "keep_alive_max_requests"} <= set(H11Protocol.stream_send.__code__.co_names)
    assert "HTTPStream" in H11Protocol._create_stream.__code__.co_names
    assert {"app_send", "spawn_app"} <= set(HTTPStream.handle.__code__.co_names)
    assert {"response", "state", "closed", "send"} <= set(HTTPStream.app_send.__code__.co_names)
    assert {"CLOSED", "access", "start_time"} <= set(HTTPStream._send_closed.__code__.co_names)
    assert Connection(h11.SERVER)._cstate.states == {h11.CLIENT: h11.IDLE, h11.SERVER: h11.IDLE}
    assert Connection(h11.SERVER)._request_method is None
    assert "next_event" in H11Protocol._handle_events.__code__.co_names
    assert "spawn" in dir(TaskGroup)
    assert {"_initiate_server_close", "_close", "protocol_send", "run"} <= set(dir(TCPServer))
    assert {"idle_task", "_task_group"} <= set(TCPServer.run.__code__.co_names)
    assert {"app_put", "closed"} <= set(HTTPStream.handle.__code__.co_names)
    assert all(callable(each) for each in (ASGIWrapper, TCPServer, WorkerContext(None).terminated.set))
