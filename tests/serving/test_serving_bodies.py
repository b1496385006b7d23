"""Bodies that are too large, or come after the refusal: each gets its answer, and no connection hangs."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from by_hand import HEAD, LIVE, MIB, answer, closed_after, open_sockets
from poolgate_process import DEADLINE, Start, both_servers, make_shop, until

from tests.figures import measured

pytestmark = pytest.mark.slow


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A small database."""
    return make_shop(tmp_path / "shop.db")


def test_bodies_that_are_too_large(serve: Start, url: str) -> None:
    """Fault 25: each body over the limit gets its 413, the memory stays flat, and no connection hangs."""
    process = serve(database_url=url, anonymous="write")
    port = process.port
    acquired = process.get("/-/pool").json()["acquired"]

    memory: list[int] = []

    def send(head: bytes, data: bytes, repeat: int) -> tuple[bytes, float]:
        """What is answered to as much of the data as the service takes, and the seconds until it closes."""
        with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
            with suppress(ConnectionError):
                connection.sendall(HEAD + head)
                for _ in range(repeat):
                    connection.sendall(data)
                    memory.append(process.memory)
            return closed_after(connection)

    filler = b" " * MIB
    cases = (
        ("1 byte over", b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (MIB + 1), filler + b" ", 1),
        ("3 MB declared, 700 KiB sent", b"Content-Length: 3000000\r\n\r\n", b" " * 700 * 1024, 1),
        ("1 GB declared, 7 MiB sent", b"Content-Length: 1000000000\r\n\r\n", filler, 7),
        ("chunked, 7 MiB sent", b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + filler + b"\r\n", 7),
        ("1 GB sent", b"Content-Length: 1000000000\r\n\r\n", filler, 954),
    )
    for _, head, data, repeat in cases[:-1]:  # what each needs for the first time is no growth
        send(head, data, repeat)
    memory.clear()
    before = process.memory
    figures = {}
    for name, head, data, repeat in cases:
        received, seconds = send(head, data, repeat)
        figures[name] = round(seconds, 2)
        # Whoever sends a whole gigabyte before reading finds the connection closed.
        assert received.startswith(b"HTTP/1.1 413 ") or (not received and name == "1 GB sent"), (name, received[:100])
        assert seconds < 8.0, name
    growth = (max(*memory, process.memory) - before) / MIB
    measured(25, f"closed after {figures} s; memory + {growth:.1f} MiB")
    assert growth < 2
    until(lambda: open_sockets(process) <= 0)
    assert process.get("/-/pool").json()["acquired"] == acquired
    assert process.stop() == 0


@pytest.mark.parametrize(
    "declared, sent, status",
    [("Content-Length: 921600", 900, 401), ("Transfer-Encoding: chunked", 900, 401),
     ("Content-Length: 921600", 700, 408), ("Content-Length: 1000000000", 900, 413)],
)  # fmt: skip
def test_a_body_of_who_may_not_write(declared: str, sent: int, status: int, serve: Start, url: str) -> None:
    """Fault 25: whoever may not write is refused however much of the body has come (`sent`, in KiB) or is still to
    come; then the connection serves the next request or is closed: it never hangs."""
    process = serve(database_url=url, anonymous="none", body_timeout="1")
    body = b" " * sent * 1024
    if "chunked" in declared:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    acquired = process.get("/-/pool").json()["acquired"]
    with socket.create_connection(("127.0.0.1", process.port), timeout=DEADLINE) as connection:
        began = time.monotonic()
        connection.sendall(HEAD + declared.encode() + b"\r\n\r\n" + body)
        received = answer(connection)
        told = time.monotonic() - began
        with suppress(ConnectionError):
            connection.sendall(LIVE)
        after, seconds = closed_after(connection)
    served = after.startswith(b"HTTP/1.1 200 ")
    measured(
        25,
        f"{sent} KiB of {declared!r}, no rights: {status} after {told:.2f} s, "
        f"then {'the next request is served, and ' * served}closed after {seconds:.1f} s",
    )
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert served or not after
    assert served is (status == 401)
    assert told < 2.5
    assert seconds < 6.5  # the idle time, or what a caller who goes on writing is given
    until(lambda: open_sockets(process) <= 0)
    assert process.get("/-/pool").json()["acquired"] == acquired
    assert process.stop() == 0


@both_servers
def test_a_body_one_byte_too_large_leaves_the_connection_usable(serve: Start, url: str) -> None:
    """Fault 25: what is only just too large is read away, and the next request on that connection is answered."""
    process = serve(database_url=url, anonymous="write")
    with httpx.Client(base_url=process.url, timeout=DEADLINE) as http:
        refused = http.post("/rest/v1/item", content=b" " * (MIB + 1))
        assert (refused.status_code, refused.json()["code"]) == (413, "PGATE413")
        assert "Connection" not in refused.headers
        assert http.get("/-/live").status_code == 200
        assert open_sockets(process) == 1
    assert process.stop() == 0
