"""Broken HTTP over a real connection: what is sent is bytes, cut and mended at random."""

from __future__ import annotations

import os
import re
import socket
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from poolgate_process import Process, make_shop, starting

from tests.security.forged import SECRET, bad, valid

pytestmark = pytest.mark.slow
SEED, CONNECTIONS = int(os.environ.get("FUZZ_SEED", "1")), int(os.environ.get("FUZZ_WIRE", "300"))
DEADLINE = 10.0  # seconds in which a connection must have been answered or closed
STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) ")
_LINES = (
    b"GET /rest/v1/item HTTP/1.1", b"POST /rest/v1/item HTTP/1.1", b"GET /rest/v1/item?id=eq.1 HTTP/1.0",
    b"GET http://a/ HTTP/1.1",
    b"GET /rest/v1/item HTTP/9.9", b"GET  /  HTTP/1.1", b"GET /\x00 HTTP/1.1", b"CONNECT a:1 HTTP/1.1",
    b"PRI * HTTP/2.0",
    b"DELETE /rest/v1/item HTTP/1.1", b"get / HTTP/1.1", b"GET /" + b"a" * 70_000 + b" HTTP/1.1", b"\xff\xfe\xfd", b"",
    b"GET /\xc3\xa9 HTTP/1.1", b"GET /rest/v1/item\r HTTP/1.1", b"OPTIONS * HTTP/1.1", b"HEAD /-/live HTTP/1.1",
)  # fmt: skip
_HEADERS = (
    b"Host: a", b"Host: a", b"Host: b", b"Content-Length: 5", b"Content-Length: 7", b"Content-Length: -1",
    b"Content-Length: 5, 5",
    b"Content-Length: 0x5", b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding : chunked",
    b"Transfer-Encoding: \x0bchunked", b"Transfer-Encoding: identity", b" folded: x", b": x", b"X", b"X: \x00",
    b"X\x00: y",
    b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nConnection: Upgrade, HTTP2-Settings",
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Connection: close", b"Connection: keep-alive, x, \xff", b"Expect: 100-continue", b"X_Forwarded_For: ::1",
    b"X-Long: " + b"a" * 9000, b"Authorization: Bearer " + b"a" * 20_000, b"Content-Type: application/json",
    b"Cookie: " + b"a=b;" * 500,
)  # fmt: skip
_BODIES = (
    b"", b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b"ffffffffffffffff1\r\nx",
    b"5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n", b"-5\r\n",
    b"0\r\n\r\nGET /rest/v1/item HTTP/1.1\r\nHost: a\r\n\r\n", b"{}" * 40_000, b"5\r\nhel",
)  # fmt: skip


def test_broken_http(tmp_path: Path) -> None:
    """Security 17: whatever bytes come, the connection is answered with no failure of ours or closed, in time; nothing
    of it takes a database connection, is written as a traceback, or keeps the next caller from being served.
    """
    of, good = Random(SEED), (valid(None), valid("read"))
    with starting(tmp_path) as start:
        site = start(database_url=make_shop(tmp_path / "shop.db"), anonymous="none", jwt_secret=SECRET)
        acquired = site.get("/-/pool").json()["acquired"]
        for number in range(CONNECTIONS):
            sent = broken(of, bad(of, good))
            statuses = [int(each) for each in STATUS.findall(exchange(site, sent))]
            told = f"FUZZ_SEED={SEED}, connection {number}: {sent[:500]!r}: {statuses}"
            assert not [status for status in statuses if status >= 500 and status not in (501, 505)], told
        assert site.get("/-/pool").json()["acquired"] == acquired
        assert site.get("/-/live").status_code == 200
        assert "Traceback" not in site.text
        assert site.stop() == 0


def broken(of: Random, credentials: str) -> bytes:
    """A request, and what comes after it on its connection."""
    lines = [of.choice(_LINES), *(of.choice(_HEADERS) for _ in range(of.randrange(6)))]
    if of.random() < 0.5:
        lines.insert(1, b"Host: a")
    if of.random() < 0.3:
        lines.append(b"Authorization: Bearer " + credentials.encode("utf-8", "surrogatepass"))
    ended = of.choice((b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r")).join(lines) + of.choice(
        (b"\r\n\r\n", b"\n\n", b"\r\n", b"")
    )
    data = ended + of.choice(_BODIES)
    if of.random() < 0.3:
        data += b"GET /rest/v1/item HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    if of.random() < 0.3:
        at = of.randrange(len(data) + 1)
        data = of.choice((data[:at], data[at:], data[:at] + of.randbytes(3) + data[at:]))
    return data


def exchange(site: Process, data: bytes) -> bytes:
    """All that comes back."""
    deadline = time.monotonic() + DEADLINE
    received = b""
    # It may be closed while there is still something to send.
    with suppress(ConnectionError), socket.create_connection(("127.0.0.1", site.port), timeout=DEADLINE) as connection:
        connection.sendall(data)
        with suppress(
            OSError
        ):  # ENOTCONN, where it is closed already: what was answered before can be read all the same
            connection.shutdown(socket.SHUT_WR)
        while chunk := connection.recv(65_536):
            received += chunk
            assert time.monotonic() < deadline
    return received
