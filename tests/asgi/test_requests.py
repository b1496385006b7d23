"""What a request becomes, the same under every server."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest

from service.asgi.environ import build_environ
from service.asgi.limits import Limits

PLAIN = "plain-view"


async def test_async_view_runs_on_the_servers_loop(anywhere):
    """An async view shares the loop on which the lifespan was entered, and contextvars go through all hooks."""
    answer = await anywhere.client.get("/async")
    assert answer.json() == {"home": True}
    assert answer.headers["x-trail"] == "abv"
    assert answer.headers["x-seen"] == "before,view"
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_plain_view_runs_in_a_thread(anywhere):
    """A plain view runs in the pool, in the request's own context: what it sets, after_request sees."""
    answer = await anywhere.client.get("/plain")
    assert answer.json()["thread"].startswith(PLAIN)
    assert answer.headers["x-trail"] == "abv"
    assert answer.headers["x-seen"] == "before,view"


async def test_marked_plain_view_runs_on_the_loop(anywhere):
    """`on_loop` spares a plain view the thread."""
    assert not (await anywhere.client.get("/inline")).json()["thread"].startswith(PLAIN)


async def test_coroutine_from_a_plain_view(anywhere):
    """A plain view that waits for a coroutine gets it run on the server's loop, with the request at hand."""
    answer = await anywhere.client.get("/nested")
    assert answer.json() == [True, "/nested"]
    assert answer.headers["x-trail"] == "abn"


async def test_sync_helper_in_an_async_view_is_told_what_to_do(anywhere):
    """A sync helper that would stop the loop gets an error that names the ways out."""
    error = (await anywhere.client.get("/misuse")).json()["error"]
    assert "await" in error
    assert "asyncio.to_thread" in error


async def test_class_based_views(anywhere):
    """An async handler of a class runs on the loop, its plain neighbour in a thread; HEAD goes as GET."""
    client = anywhere.client
    assert not (await client.get("/shop")).json()["thread"].startswith(PLAIN)
    assert (await client.post("/shop")).json()["thread"].startswith(PLAIN)
    assert not (await client.get("/whole")).json()["thread"].startswith(PLAIN)
    head = await client.head("/shop")
    assert (head.status_code, head.content) == (200, b"")


async def test_errors(anywhere, caplog):
    """abort, error handlers of both kinds, unknown paths and methods answer as in Flask."""
    client = anywhere.client
    assert (await client.get("/abort/409")).json() == {"conflict": "no"}
    assert (await client.get("/abort/418")).status_code == 418
    lost = await client.get("/lost")
    assert (lost.status_code, lost.json()) == (404, {"lost": "it"})
    assert (await client.get("/nowhere")).status_code == 404
    assert (await client.delete("/async")).status_code == 405
    assert "GET" in (await client.options("/plain")).headers["allow"]


@pytest.mark.parametrize("path", ["/broken", "/broken-plain", "/cancelled"])
async def test_unhandled_exception_is_500_and_logged_once(anywhere, caplog, path):
    """What a view lets out becomes a 500, with one log line, and the next request is served."""
    with caplog.at_level(logging.ERROR):
        assert (await anywhere.client.get(path)).status_code == 500
        assert (await anywhere.client.get("/async")).status_code == 200
    assert [record.getMessage() for record in caplog.records] == [f"Exception on {path} [GET]"]


async def test_bodyless_answers(anywhere):
    """HEAD, 204 and 304 have no body; HEAD keeps the length."""
    client = anywhere.client
    head, get = await client.head("/async"), await client.get("/async")
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]
    for status in (204, 304):
        answer = await client.get(f"/empty/{status}")
        assert (answer.status_code, answer.content) == (status, b"")
        assert "content-length" not in answer.headers
    assert (await client.get("/empty/200")).headers["content-length"] == "0"


async def test_bodies(anywhere):
    """A body comes through whole, with a length or chunked, empty or binary."""
    client = anywhere.client
    data = bytes(range(256)) * 700
    assert (await client.post("/echo", content=data)).content == data
    assert (await client.post("/echo", content=b"")).content == b""

    async def chunks():
        for start in range(0, len(data), 50_000):
            yield data[start : start + 50_000]

    assert (await client.put("/echo", content=chunks())).content == data


async def test_upload(anywhere):
    """A multipart upload arrives as file and field."""
    answer = await anywhere.client.post("/upload", files={"file": ("a.bin", b"x" * 150_000)}, data={"note": "grüß"})
    assert answer.json() == {"name": "a.bin", "size": 150_000, "note": "grüß"}


async def test_too_large_a_body(anywhere):
    """A body over the limit is 413 in JSON, announced or not, and the connection serves the next request."""
    client = anywhere.client

    async def chunks():
        for _ in range(6):
            yield b"x" * 50_000

    for content in (b"x" * 250_000, chunks()):
        answer = await client.post("/echo", content=content)
        assert answer.status_code == 413
        assert answer.json()["code"] == "PGATE413"
        assert set(answer.json()) == {"code", "message", "details", "hint"}
        assert answer.headers["x-seen"] == ""  # after_request ran, the view and before_request did not
        assert (await client.get("/async")).status_code == 200


async def test_environ(anywhere):
    """Path, query, headers, cookies and addresses are what WSGI says they are."""
    headers = [("X-One", "a"), ("X-One", "b"), ("Cookie", "a=1"), ("Cookie", "b=2")]
    answer = (await anywhere.client.get("/environ/gr%C3%BC%C3%9F%20e?q=%C3%BC&r=a%2Fb", headers=headers)).json()
    environ = answer["environ"]
    assert answer["rest"] == "grüß e"
    assert answer["args"] == {"q": "ü", "r": "a/b"}
    assert answer["cookies"] == {"a": "1", "b": "2"}
    assert environ["HTTP_X_ONE"].replace(", ", ",") == "a,b"
    assert environ["QUERY_STRING"] == "q=%C3%BC&r=a%2Fb"
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert environ["SERVER_PORT"] == str(anywhere.port or 80) or not anywhere.port
    assert environ["wsgi.url_scheme"] == "http"
    assert (environ["SCRIPT_NAME"], environ["REQUEST_METHOD"]) == ("", "GET")


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("/environ/%FF", {}, 400),
        ("/environ/a%00b", {}, 400),
        ("/environ/" + "x" * 9000, {}, 414),
        ("/async?" + "x" * 9000, {}, 414),
        ("/async", {f"X-{i}": "y" for i in range(120)}, 431),
        ("/async", {"X_One": "evil"}, 400),
    ],
)
async def test_unusable_requests(anywhere, target, headers, status):
    """What cannot be a request gets a 4xx in JSON (or from the server itself), and no view runs."""
    answer = await anywhere.client.get(target, headers=headers)
    assert answer.status_code == status or (anywhere.name != "direct" and 400 <= answer.status_code < 500)
    assert "finished 200" not in anywhere.app.log


async def test_files(anywhere):
    """send_file sends files, ranges of them, and 304."""
    whole = await anywhere.client.get("/file")
    assert whole.content == b"0123456789" * 20_000
    part = await anywhere.client.get("/file", headers={"Range": "bytes=5-100000"})
    assert (part.status_code, part.content) == (206, whole.content[5:100_001])
    cached = await anywhere.client.get("/file", headers={"If-None-Match": '"x"'})
    assert (cached.status_code, cached.content) == (304, b"")


async def test_views_wait_side_by_side(served):
    """A hundred views wait at the same time: here until all hundred have come, which they never would in turn."""
    request = b"GET /together/100 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*(served.raw(request) for _ in range(100)))
    assert all(answer.endswith(b"together") for answer in answers)


async def test_teardown_runs_once_for_each_request(anywhere):
    """Async teardown functions and signal receivers have run when the answer is there."""
    await anywhere.client.get("/async")
    assert anywhere.app.log == ["finished 200", "teardown /async"]


async def test_keep_alive(served):
    """Many requests of all kinds go over one connection."""
    async with httpx.AsyncClient(base_url=served.client.base_url, limits=httpx.Limits(max_connections=1)) as client:
        for path in ("/async", "/plain", "/stream/async", "/broken", "/file", "/empty/204") * 3:
            assert (await client.get(path)).status_code in (200, 204, 500)


@pytest.mark.parametrize(
    "version, protocol", [("1", "HTTP/1.0"), ("1.0", "HTTP/1.0"), ("1.1", "HTTP/1.1"), ("2", "HTTP/2")]
)
def test_the_version_of_http(version, protocol):
    """A view sees HTTP/1.0 by that name, whatever the server calls it."""
    scope = {"method": "GET", "path": "/", "headers": [], "http_version": version}
    environ, refused = build_environ(scope, Limits())
    assert (environ["SERVER_PROTOCOL"], refused) == (protocol, None)
