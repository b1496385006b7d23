"""What differs where granian speaks HTTP (docs/servers.md), and what it must not make worse."""

from __future__ import annotations

import inspect
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import granian._granian as native
import pytest
from by_hand import HEAD, LIVE, MIB, answer, closed_after, in_use, open_sockets
from granian.http import HTTP1Settings
from poolgate_process import DEADLINE, Process, Start, make_shop, starting, until

from service.granian import sockets

pytestmark = pytest.mark.slow

HOST = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n"
JSON = b"Content-Type: application/json\r\n"


@pytest.fixture
def server() -> str:
    return "granian"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """shop.py, for all tests that only ask it something."""
    folder = tmp_path_factory.mktemp("site")
    with starting(folder, "granian") as start:
        yield start("--app", "shop:app", database_url=make_shop(folder / "shop.db"), anonymous="write")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return make_shop(tmp_path / "shop.db")


def connect(process: Process) -> socket.socket:
    return socket.create_connection(("127.0.0.1", process.port), timeout=DEADLINE)


def ask(process: Process, data: bytes) -> tuple[int, bytes, bytes]:
    """Status, head and body of what comes until the connection ends."""
    with connect(process) as connection:
        with suppress(ConnectionError):
            connection.sendall(data)
        received, _ = closed_after(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.lower() + b"\r\n", body


def get(target: bytes, *, method: bytes = b"GET", version: bytes = b"1.1", headers: bytes = HOST) -> bytes:
    return method + b" " + target + b" HTTP/" + version + b"\r\n" + headers + CLOSE + b"\r\n"


def headers(count: int) -> bytes:
    """That many, with Host and Connection."""
    return HOST + b"".join(b"X-%d: a\r\n" % number for number in range(count - 2))


ITEM = b"/rest/v1/item"


@pytest.mark.parametrize("data, status", [
    (get(ITEM + b"?id=eq." + b"1" * 65_600), 414),
    (get(ITEM + b"?id=eq." + b"1" * 1_000_000), 431),
    (get(ITEM, headers=headers(101)), 431),
    (get(b"/rest/v1/it\0em"), 400),
    (get(ITEM + b"?select=id->a"), 400),
    (get(ITEM + b'?name=in.("a")'), 400),
    (get(ITEM + b"`"), 400),
    (get(ITEM, headers=HOST + b"X-Nul: a\0b\r\n"), 400),
    (get(ITEM, headers=HOST + b"Content-Length: two\r\n"), 400),
    (get(ITEM, headers=HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n"), 400),
    (get(ITEM, headers=HOST + b"Transfer-Encoding: gzip\r\n"), 400),
    (b"\x16\x03\x01\x02\x00\x01 hello, TLS\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n folded\r\n\r\n", 400),
], ids=[
    "url", "long-url", "headers", "nul", "arrow", "quotes", "tick", "nul-header", "length", "lengths", "gzip", "tls",
    "folded",
])  # fmt: skip
def test_what_granian_refuses_itself(data: bytes, status: int, site: Process) -> None:
    """It has a status and no body, and the application never hears of it."""
    before = len(site.lines_with("unreadable"))
    got, head, body = ask(site, data)
    assert (got, body) == (status, b"")
    assert b"\r\nconnection: close\r\n" in head
    assert len(site.lines_with("unreadable")) == before


@pytest.mark.parametrize("data, status, code", [
    (get(ITEM + b"?id=eq." + b"1" * 10_000), 414, b"PGATE414"),
    (get(ITEM, headers=HOST + b"X-Long: " + b"a" * 40_000 + b"\r\n"), 431, b"PGATE431"),
    (get("/rest/v1/ítem".encode()), 400, b"PGATE400"),
    (get(ITEM + "?name=eq.í".encode()), 400, b"PGATE400"),
    (get(b"/rest/v1/it%ffem"), 400, b"PGATE400"),
    (get(ITEM, headers=b""), 400, b"PGATE400"),
    (get(ITEM, headers=HOST + HOST), 400, b"PGATE400"),
    (get(ITEM, headers=b"Host: <a b>\r\n"), 400, b"PGATE400"),
    (get(ITEM, headers=HOST + b"X_A: 1\r\n"), 400, b"PGATE400"),
    (get(ITEM, method=b"POST", headers=HOST + JSON + b"Transfer-Encoding: chunked\r\n") + b"zz\r\n", 400, b"PGATE400"),
    (get(ITEM, method=b"BREW"), 405, b"PGRST117"),
    (get(b"localhost:80", method=b"CONNECT"), 404, b"PGRST125"),
], ids=[
    "url", "head", "path", "query", "utf8", "no-host", "hosts", "host", "underscore", "chunks", "brew", "connect",
])  # fmt: skip
def test_what_is_refused_here(data: bytes, status: int, code: bytes, site: Process) -> None:
    """All else has its answer in the one shape, and a line in the log, as on Hypercorn."""
    got, head, body = ask(site, data)
    assert got == status
    assert body.startswith(b'{"code":"%b"' % code)
    identity = head.split(b"\r\nx-request-id: ")[1].split(b"\r\n")[0].decode()
    assert site.lines_with(f"[{identity}]")


def test_a_hundred_headers(site: Process) -> None:
    """As many as on Hypercorn."""
    assert ask(site, get(ITEM, headers=headers(100)))[0] == 200


@pytest.mark.parametrize("lengths", [
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
], ids=["first", "last", "alone"])  # fmt: skip
def test_nothing_is_smuggled_behind_two_lengths(lengths: bytes, site: Process) -> None:
    """granian goes by the chunks and hides a length beside them: what follows is never taken for a request."""
    hidden = b"0\r\n\r\n" + LIVE
    status, head, body = ask(site, b"POST /rest/v1/item HTTP/1.1\r\n" + HOST + JSON + lengths + b"\r\n" + hidden)
    assert status == 400
    assert b"\r\nconnection: close\r\n" in head
    assert b"HTTP/1.1" not in body


def test_a_whole_url_goes_by_its_path(site: Process) -> None:
    """The host that is asked for stays the one in Host."""
    assert ask(site, get(b"http://example.org/-/live"))[0] == 200
    assert ask(site, get(b"http://localhost/-/pool", headers=b"Host: example.org\r\n"))[0] == 403


def test_two_equal_lengths_are_one(site: Process) -> None:
    """Whoever takes the one or the other reads the same body."""
    request = get(ITEM, method=b"POST", headers=HOST + JSON + b"Content-Length: 2\r\nContent-Length: 2\r\n") + b"{}"
    status, _, body = ask(site, request + LIVE)
    assert (status, b"23502" in body, b"live" in body) == (400, True, False)


def test_http_1_0(site: Process) -> None:
    """It is answered with or without a Host; who speaks it may be a proxy, and is none from this machine."""
    for host in (b"", HOST):
        status, head, body = ask(site, get(ITEM + b"?id=eq.1&select=id", version=b"1.0", headers=host))
        assert (status, head[:9], body) == (200, b"http/1.0 ", b'[{"id":1}]')
    assert ask(site, get(b"/-/pool"))[0] == 200
    assert ask(site, get(b"/-/pool", version=b"1.0"))[0] == 403


def test_the_head_of_an_answer(site: Process) -> None:
    """It has the status's reason, the date, and granian's name without its version."""
    _, head, _ = ask(site, get(b"/-/live"))
    assert head.startswith(b"http/1.1 200 ok\r\n")
    assert b"\r\ndate: " in head
    assert b"\r\nserver: granian\r\n" in head
    assert head.count(b"\r\nserver: ") == head.count(b"\r\ndate: ") == 1


def test_answers_without_a_body(site: Process) -> None:
    """HEAD, 204 and 304 have neither body nor length, and the next answer follows."""
    status, _, rest = ask(site, b"HEAD /rest/v1/item HTTP/1.1\r\n" + HOST + b"\r\n" + get(b"/-/live"))
    assert (status, rest[:15]) == (200, b"HTTP/1.1 200 OK")
    _, head, _ = ask(site, get(ITEM))
    tag = head.split(b"\r\netag: ")[1].split(b"\r\n")[0]
    for request in (
        get(ITEM, headers=HOST + b"If-None-Match: " + tag + b"\r\n"),
        get(ITEM + b"?id=eq.9", method=b"DELETE"),
    ):
        status, head, body = ask(site, request)
        assert (status, body) == (304 if b"If-None" in request else 204, b"")
        assert b"\r\ncontent-length: " not in head
        assert b"\r\ntransfer-encoding: " not in head


def test_pipelined_requests(site: Process) -> None:
    """They are answered one after the other, in their order."""
    _, _, rest = ask(site, LIVE + get(ITEM + b"?id=eq.2&select=id"))
    assert rest.startswith(b'{"live":true}HTTP/1.1 200 OK\r\n')
    assert rest.endswith(b'[{"id":2}]')


def test_expect_100_continue(site: Process) -> None:
    """Who asks first is told to go on once the body is wanted, and not where it is refused unread."""
    expects = HOST + JSON + b"Expect: 100-continue\r\n"
    with connect(site) as connection:
        connection.sendall(get(ITEM, method=b"POST", headers=expects + b"Content-Length: 2\r\n"))
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
    status, _, body = ask(site, get(ITEM, method=b"POST", headers=expects + b"Content-Length: 2000000\r\n"))
    assert (status, body[:18]) == (413, b'{"code":"PGATE413"')


def test_a_caller_who_hangs_up_ends_its_query(site: Process) -> None:
    """What it asked for is cancelled, and the connection to the database is free."""
    with connect(site) as connection:
        connection.sendall(b"GET /slow/60.0 HTTP/1.1\r\n" + HOST + b"\r\n")
        until(lambda: in_use(site) == 1)
    until(lambda: in_use(site) == 0, 3.0)
    assert "Traceback" not in site.text


@pytest.mark.parametrize("first", [LIVE, b""], ids=["kept", "new"])
def test_one_time_for_idleness_and_head(first: bytes, serve: Start, url: str) -> None:
    """KEEP_ALIVE bounds both together: a head that is not whole when it is over is closed, byte by byte or not."""
    process = serve(database_url=url, keep_alive="0.6")
    with connect(process) as connection:
        if first:
            connection.sendall(first)
            assert answer(connection).startswith(b"HTTP/1.1 200 ")
        connection.sendall(LIVE[:10])
        received, seconds = closed_after(connection)
    assert received == b""
    assert 0.3 < seconds < 3.0


def test_a_caller_too_many_waits(serve: Start, url: str) -> None:
    """Beyond the cap nobody is told so: one more waits in the system's queue until one of them goes."""
    process = serve(database_url=url, max_connections="2", keep_alive="20")
    with connect(process) as first, connect(process) as second, connect(process) as third:
        for each in (first, second):
            each.sendall(LIVE)
            assert answer(each).startswith(b"HTTP/1.1 200 ")
        third.sendall(LIVE)
        third.settimeout(0.5)
        with pytest.raises(TimeoutError):
            third.recv(1)
        first.close()
        third.settimeout(DEADLINE)
        assert answer(third).startswith(b"HTTP/1.1 200 ")
        with connect(process) as fourth:
            process.signal()
            with pytest.raises(ConnectionResetError):
                fourth.recv(1)
    assert process.wait() == 0


def test_a_refused_body_holds_no_connection(serve: Start, url: str) -> None:
    """Callers whose bodies are given up unread are let go at once, not when Python happens to collect its garbage."""
    process = serve(database_url=url, anonymous="write", body_timeout="0.3")
    process.get("/-/live")

    def send(_: int) -> float:
        with connect(process) as connection:
            connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n" + b" " * 700 * 1024)
            received, seconds = closed_after(connection)
        assert received.startswith(b"HTTP/1.1 408 ")
        return seconds

    with ThreadPoolExecutor(40) as threads:
        assert max(threads.map(send, range(80))) < 3.0
    until(lambda: open_sockets(process) <= 0)


def test_a_reader_who_stops_does_not_hold_up_the_end(serve: Start, url: str) -> None:
    """A stop waits for it no longer than for all others, and the exit status is 0."""
    process = serve("--app", "shop:app", database_url=url, drain_timeout="0.5")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", process.port))
        connection.sendall(b"GET /large/20 HTTP/1.1\r\n" + HOST + b"\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
        began = time.monotonic()
        assert process.stop() == 0
    assert time.monotonic() - began < 2.3
    assert "Traceback" not in process.text


def test_nobody_is_waited_for_who_reads_nothing() -> None:
    """The system breaks a connection whose caller reads nothing, and sends small answers at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as caller:
        sockets.set_up(listener, 0.8)
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        caller.connect(listener.getsockname())
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            connection.settimeout(DEADLINE)
            began = time.monotonic()
            with pytest.raises(TimeoutError, match="110"):  # ETIMEDOUT: the system's, not the one set above
                connection.sendall(b"x" * 20 * MIB)
    assert 0.5 < time.monotonic() - began < 4.0


def test_granian_is_imported_for_who_asks_for_it() -> None:
    """With Hypercorn, the default, nothing of granian is imported."""
    code = "import sys; from service import cli, server; server._by('hypercorn'); sys.exit('granian' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_names_of_granian() -> None:
    """What is used of granian without being documented is still there."""
    assert HTTP1Settings(header_read_timeout=1, max_buffer_size=8192)
    assert signature(native.SocketHolder) == ["fd", "uds", "backlog"]
    assert signature(native.CallbackScheduler)[:2] == ["event_loop", "cb"]
    assert len(signature(native.CallbackScheduler)) == 5
    assert "_schedule_fn" in dir(native.CallbackScheduler)
    assert {"set", "add_cb"} <= set(dir(native.WorkerSignal))
    assert "serve_async" in dir(native.ASGIWorker)
    assert signature(native.ASGIWorker)[:3] == ["worker_id", "sock", "ipc"]
    assert {"backpressure", "http_mode", "http1_opts"} <= set(signature(native.ASGIWorker))


def signature(kind: type) -> list[str]:
    """The names of what one is made with."""
    return list(inspect.signature(kind).parameters)
