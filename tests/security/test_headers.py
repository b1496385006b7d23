"""Security 17: headers that could pass for others, or cut a request in two; and what answers tell of themselves."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from poolgate_process import DEADLINE, Process, make_shop, starting, until

from security.edge_app import ELSEWHERE, ITEM, asking, filled
from security.raw_socket import ask

HOST = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n"
JSON = b"Content-Type: application/json\r\n"
POST = b"POST /rest/v1/item HTTP/1.1\r\n"
GET = b"GET /rest/v1/item?id=eq.1&select=id HTTP/1.1\r\n"
SMUGGLED = b"GET /rest/v1/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY = b'{"id":9,"name":"x"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
IN_CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("headers")
    with starting(folder) as start:
        yield start(database_url=make_shop(folder / "shop.db"), anonymous="write")


@pytest.mark.slow
@pytest.mark.parametrize("head, body", [
    (POST + HOST + JSON + LENGTH + CHUNKED, IN_CHUNKS),
    (POST + HOST + JSON + CHUNKED + LENGTH, IN_CHUNKS),
    (POST + HOST + JSON + CHUNKED + b"Content-Length: 4\r\n", b"0\r\n\r\n" + SMUGGLED),
    (POST + HOST + JSON + b"Content-Length: 0\r\n" + CHUNKED, IN_CHUNKS),
    (POST + HOST + JSON + LENGTH + LENGTH, BODY),
    (POST + HOST + JSON + LENGTH + b"X-Between: a\r\ncontent-LENGTH: %d\r\n" % len(BODY), BODY),
    (POST + HOST + JSON + LENGTH + b"Content-Length: 5\r\n", BODY + SMUGGLED),
    (POST + HOST + JSON + b"Content-Length: 5, 6\r\n", BODY),
    (POST + HOST + JSON + b"Content-Length: +5\r\n", BODY),
    (POST + HOST + JSON + b"Content-Length: -1\r\n", BODY),
    (POST + HOST + JSON + b"Content-Length: 0x5\r\n", BODY),
    (POST + HOST + JSON + b"Content-Length : 5\r\n", BODY),
    (POST + HOST + JSON + b"Content_Length: 5\r\n" + LENGTH, BODY),
    (POST + HOST + JSON + b"Transfer_Encoding: chunked\r\n" + LENGTH, BODY),
    (GET + HOST + b"X_Forwarded_For: 127.0.0.1\r\n", b""),
    (GET + HOST + b"X-Request_Id: a\r\n", b""),
    (GET + HOST + b"Author_ization: a\r\n", b""),
    (GET, b""),
    (GET + HOST + HOST, b""),
    (GET + HOST + b"Host: other\r\n", b""),
    (GET + b"Host:\r\n", b""),
    (GET + b"Host: a b\r\n", b""),
    (GET + b"Host: a/b\r\n", b""),
    (GET + b"Host: user@localhost\r\n", b""),
    (GET + b"Host: localhost:port\r\n", b""),
    (GET + b"Host: <script>\r\n", b""),
    (GET + b"Host: " + b"a" * 400 + b"\r\n", b""),
    (GET + HOST + b" folded: a\r\n", b""),
    (GET + HOST + b"X-A: a\rb\r\n", b""),
    (GET + HOST + b"X-A: a\0b\r\n", b""),
    (GET + HOST + b"X A: a\r\n", b""),
], ids=repr)  # fmt: skip
def test_what_could_be_read_in_two_ways(head: bytes, body: bytes, service: Process) -> None:
    """Security 17: It is answered 400 and the connection ends: nothing behind it is taken for another request."""
    before = service.get("/-/pool").json()["acquired"]
    answer = ask(service, head + b"\r\n" + body + GET + HOST + CLOSE + b"\r\n" * bool(body))
    assert (answer.status, answer.body["code"]) == (400, "PGATE400")
    assert answer.body["message"]
    if body:
        assert answer.rest == b""
        assert "connection: close" in answer.head
    assert service.get("/-/pool").json()["acquired"] == before
    assert service.get(f"{ITEM}?id=eq.9").json() == []


@pytest.mark.slow
def test_behind_another_request(service: Process) -> None:
    """Security 17: It is seen as well where it comes in one piece with the request before it."""
    bad = POST + HOST + JSON + LENGTH + LENGTH + b"\r\n" + BODY
    answer = ask(service, GET + HOST + b"\r\n" + bad)
    assert (answer.status, answer.body) == (200, [{"id": 1}])
    assert answer.rest.startswith(b"HTTP/1.1 400 ")
    assert answer.rest.count(b"HTTP/1.1 ") == 1


@pytest.mark.slow
def test_a_head_in_pieces(service: Process) -> None:
    """Security 17: It is seen however its bytes come; and one length alone is nothing bad."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=DEADLINE) as connection:
        for byte in POST + HOST + JSON + LENGTH + LENGTH + b"\r\n":
            connection.sendall(bytes([byte]))
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
    answer = ask(service, POST + HOST + JSON + b"Content-Length: 2\r\n" + CLOSE + b"\r\n[]")
    assert answer.status == 201


@pytest.mark.slow
@pytest.mark.parametrize("data", [
    GET + HOST + CLOSE + b"\r\n", b"GET /-/live HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", b"nonsense\r\n\r\n",
    GET + CLOSE + b"\r\n", b"GET /nothing HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000,
], ids=repr)  # fmt: skip
def test_what_answers_tell_of_the_service(data: bytes, service: Process) -> None:
    """Security 17: No answer names the server or a version; each keeps browsers from guessing what it is."""
    head = ask(service, data).head
    assert "\r\nserver:" not in head
    assert "hypercorn" not in head
    assert "x-powered-by" not in head
    assert head.count("\r\nx-content-type-options: nosniff") == 1


@pytest.mark.slow
def test_a_caller_too_many_and_minimal_errors(tmp_path: Path) -> None:
    """CLIENT_ERROR_VERBOSITY is that of what is answered before the application sees it, too."""
    with starting(tmp_path) as start:
        service = start(
            database_url=make_shop(tmp_path / "shop.db"), client_error_verbosity="minimal", max_connections="1"
        )
        with socket.create_connection(("127.0.0.1", service.port), timeout=DEADLINE) as first:
            first.sendall(POST + HOST + JSON + LENGTH + b"Expect: 100-continue\r\n\r\n")
            assert first.recv(65536).startswith(b"HTTP/1.1 100 ")  # it is being answered, and stays
            full = ask(service, GET + HOST + b"\r\n")
        assert (full.status, list(full.body)) == (503, ["code", "message"])
        assert "x-content-type-options: nosniff" in full.head
        refused = until(lambda: (answer := ask(service, b"nonsense\r\n\r\n")).status == 400 and answer)
        assert list(refused.body) == ["code", "message"]


PAGES = ("/", "/-/pool", "/docs")
FILES = ("/-/static/pool.js", "/-/static/poolgate.css", "/docs/static/docs.js", "/docs/ui/swagger-ui.css")


async def test_pages_are_locked_in(sqlite_url: str) -> None:
    """Security 22: A page loads nothing from elsewhere, stands in no frame and tells nobody that it was left."""
    async with asking(filled(sqlite_url), anonymous="read") as http:
        for path in PAGES:
            headers = (await http.get(path, headers={"Accept": "text/html"})).headers
            policy = headers["Content-Security-Policy"]
            assert headers["Content-Type"].startswith("text/html")
            assert "frame-ancestors 'none'" in policy
            assert "default-src 'self'" in policy or "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path", [*PAGES, *FILES, ITEM, "/rest/v1/", "/rest/v1/nothing", "/-/live", "/-/metrics", "/nothing"]
)
async def test_nothing_is_guessed(path: str, sqlite_url: str) -> None:
    """Security 17: Rows with HTML in them, files and errors are all taken for what their type says."""
    async with asking(filled(sqlite_url), anonymous="read") as http:
        answer = await http.get(path, headers={"Accept": "text/html" if path in PAGES else "*/*"})
        assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]
        assert "Server" not in answer.headers


@pytest.mark.parametrize("verbosity, told", [
    ("verbose", ["code", "message", "details", "hint"]), ("minimal", ["code", "message"]),
])  # fmt: skip
async def test_errors_are_described_as_they_are(verbosity: str, told: list[str], sqlite_url: str) -> None:
    """The description says which parts an error has."""
    async with asking(filled(sqlite_url), anonymous="read", client_error_verbosity=verbosity) as http:
        schema = (await http.get("/rest/v1/")).json()["components"]["schemas"]["poolgate.error"]
        assert schema["required"] == list(schema["properties"]) == told


ERRORS = (
    ("GET", "/rest/v1/itm", 404),
    ("GET", f"{ITEM}?nam=eq.1", 400),
    ("GET", f"{ITEM}?id=bad.1", 400),
    ("GET", f"{ITEM}?id=eq.x", 400),
    ("POST", ITEM, 401),
    ("GET", f"{ITEM}/1", 404),
    ("BREW", ITEM, 405),
    ("GET", f"{ITEM}?id=eq.{'1' * 9000}", 414),
    ("GET", "/nothing", 404),
    ("GET", "/-/pool", 403),
)


@pytest.mark.parametrize("method, path, status", ERRORS)
async def test_what_errors_tell(method: str, path: str, status: int, sqlite_url: str) -> None:
    """Security 19: With CLIENT_ERROR_VERBOSITY=minimal an error has code and message alone, else all four."""
    told: dict[str, httpx.Response] = {}
    filled(sqlite_url)
    for verbosity in ("verbose", "minimal"):
        settings = {"anonymous": "read", "client_error_verbosity": verbosity}
        async with asking(sqlite_url, ELSEWHERE, **settings) as http:
            told[verbosity] = await http.request(method, path)
    verbose, minimal = (told[each].json() for each in ("verbose", "minimal"))
    assert told["minimal"].status_code == told["verbose"].status_code == status
    assert list(verbose) == ["code", "message", "details", "hint"]
    assert minimal == {"code": verbose["code"], "message": verbose["message"]}
    assert int(told["minimal"].headers["Content-Length"]) == len(told["minimal"].content)
