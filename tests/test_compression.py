"""Answers are compressed for those who accept it, where it is worth it."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import brotli
import httpx
import pytest
import pytest_asyncio
from backports import zstd
from flask import Response, stream_with_context

from service.app import create_app
from service.asgi import AsyncFlask
from service.compress import encodings
from service.compress.encodings import ENCODINGS, choose_encoding
from service.settings import Settings
from service.testing import SqliteTemplate, client, running

loop = pytest.mark.asyncio(loop_scope="module")
TEXT = json.dumps([{"id": number, "name": f"number {number}"} for number in range(100)])
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}
SCHEMA = """
    create table many (id integer primary key, text text);
    with recursive n (n) as (select 1 union all select n + 1 from n where n < 9000)
    insert into many select n, 'some text that is the same on every line ' || n from n;
"""


def views(app: AsyncFlask) -> None:
    """What a developer's own views may answer."""

    @app.get("/size/<int:size>")
    async def sized(size: int) -> Response:
        return Response("x" * size, mimetype="text/plain")

    @app.get("/type/<path:mimetype>")
    async def typed(mimetype: str) -> Response:
        return Response(TEXT, mimetype=mimetype)

    @app.get("/as-it-is")
    async def untouched() -> Response:
        return Response(TEXT, mimetype="application/json", headers={"Cache-Control": "public, no-transform"})

    @app.get("/encoded")
    async def encoded() -> Response:
        return Response(TEXT, mimetype="application/json", headers={"Content-Encoding": "x-own"})

    @app.get("/some-bytes")
    async def some_bytes() -> Response:
        headers = {"Content-Range": "bytes 0-9999/20000"}
        return Response(TEXT, 206, mimetype="application/json", headers=headers)

    @app.get("/tagged/<tag>")
    async def tagged(tag: str) -> Response:
        headers = {"ETag": tag.replace("~", "/"), "Vary": "Cookie"}
        return Response(TEXT, mimetype="application/json", headers=headers)

    @app.get("/random")
    async def random() -> Response:
        return Response(os.urandom(5000), mimetype="text/plain")

    @app.get("/plain-view")
    def plain_view() -> Response:
        return Response(TEXT * 50, mimetype="application/json")

    @app.get("/stream")
    async def stream() -> Response:
        async def parts() -> AsyncIterator[str]:
            for number in range(5):
                yield f"{number};" * 200
                yield ""

        return Response(parts(), mimetype="text/plain")

    @app.get("/stream-of-steps")
    def steps() -> Response:
        def parts() -> Iterator[str]:
            yield from ("a" * 1000, "b" * 1000)

        return Response(stream_with_context(parts()), mimetype="text/plain")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def apps() -> AsyncIterator[dict[bool, httpx.AsyncClient]]:
    """Clients of two applications over a large table, one that compresses and one that must not."""
    async with SqliteTemplate(SCHEMA) as template, template.fresh() as url:
        on = create_app(Settings(database_url=url, anonymous="read", db_max_rows=None))
        off = create_app(Settings(database_url=url, anonymous="read", db_max_rows=None, compression=False))
        views(on)
        views(off)
        async with running(on), running(off), client(on) as first, client(off) as second:
            yield {True: first, False: second}


@pytest.fixture
def http(apps: dict[bool, httpx.AsyncClient]) -> httpx.AsyncClient:
    return apps[True]


async def raw(http: httpx.AsyncClient, url: str, accepted: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it came."""
    async with http.stream("GET", url, headers={"Accept-Encoding": accepted, **headers}) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize(
    "accepted, chosen",
    [
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5, zstd;q=0", "gzip"),
        ("gzip ; q=0.5 , br; Q=0.6", "br"),
        ("*", "zstd"),
        ("*;q=0.1, gzip", "gzip"),
        ("zstd;q=0, *", "br"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("deflate", None),
        ("deflate, compress", None),
        ("gzip;q=2", None),
        ("gzip;level=9", None),
        (",,;", None),
        ("gzip," * 1000, "gzip"),
        ("x" * 5000, None),
    ],
)
def test_the_caller_chooses(accepted: str, chosen: str | None) -> None:
    """The coding of the highest quality is taken, of equals the best of ours; none where none is accepted."""
    found = choose_encoding(accepted)
    assert (found and found.name) == chosen


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_stream_is_readable_as_it_comes(name: str) -> None:
    """What has been given to the compressor comes out at once, and all of it is one whole body."""
    steps, seen = ENCODINGS[name].stepwise(), b""
    reading: Any = {
        "gzip": lambda: zlib.decompressobj(31).decompress,
        "br": lambda: brotli.Decompressor().process,
        "zstd": lambda: zstd.ZstdDecompressor().decompress,
    }[name]()
    packed = []
    for part in (b"first", b"second" * 5000, b"third"):
        packed.append(steps.part(part))
        seen += reading(packed[-1])
        assert seen.endswith(part)
    assert UNPACK[name](b"".join([*packed, steps.end()])) == b"first" + b"second" * 5000 + b"third"


def test_the_two_packages_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them there is gzip, which the standard library has."""

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(encodings.importlib, "import_module", missing)
    assert list(encodings._available()) == ["gzip"]


@loop
@pytest.mark.parametrize("name", UNPACK)
async def test_rows_are_compressed(apps: dict[bool, httpx.AsyncClient], name: str) -> None:
    """A table's answer is smaller, says how, has the length that it has, and is the same unpacked."""
    plain = await apps[False].get("/rest/v1/many?limit=500")
    answer, body = await raw(apps[True], "/rest/v1/many?limit=500", name)
    assert answer.headers["Content-Encoding"] == name
    assert int(answer.headers["Content-Length"]) == len(body) < len(plain.content) / 2
    assert UNPACK[name](body) == plain.content
    assert answer.headers["Vary"] == "Accept, Prefer, Range, Accept-Encoding"
    assert answer.headers["ETag"].startswith('W/"')
    assert answer.headers["Content-Range"] == "0-499/*"


@loop
@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson"])
@pytest.mark.parametrize("name", UNPACK)
async def test_streams_are_compressed(apps: dict[bool, httpx.AsyncClient], name: str, accept: str) -> None:
    """So is a stream, which has no length."""
    plain = await apps[False].get("/rest/v1/many", headers={"Accept": accept})
    answer, body = await raw(apps[True], "/rest/v1/many", name, Accept=accept)
    assert (answer.headers["Content-Encoding"], "Content-Length" in answer.headers) == (name, False)
    assert len(body) < len(plain.content) / 3
    assert UNPACK[name](body) == plain.content


@loop
@pytest.mark.parametrize("url", ["/rest/v1/many", "/rest/v1/many?limit=1", "/type/text/plain", "/stream", "/-/metrics"])
async def test_nobody_is_sent_what_was_not_accepted(apps: dict[bool, httpx.AsyncClient], url: str) -> None:
    """Without the header, with one that accepts nothing of ours, and with the setting off, the body is as it is."""
    for http, accepted in ((apps[True], "identity"), (apps[True], "deflate"), (apps[False], "gzip, br, zstd")):
        answer, body = await raw(http, url, accepted)
        assert "Content-Encoding" not in answer.headers
        assert int(answer.headers.get("Content-Length", len(body))) == len(body)
    request = apps[True].build_request("GET", url)
    del request.headers["Accept-Encoding"]
    assert "Content-Encoding" not in (await apps[True].send(request)).headers


@loop
@pytest.mark.parametrize("size, compressed", [(0, False), (1, False), (1023, False), (1024, True), (200_000, True)])
async def test_small_bodies_stay(http: httpx.AsyncClient, size: int, compressed: bool) -> None:
    """Below 1 KiB it does not pay."""
    answer, body = await raw(http, f"/size/{size}", "gzip")
    assert ("Content-Encoding" in answer.headers) == compressed
    assert (gzip.decompress(body) if compressed else body) == b"x" * size


@loop
@pytest.mark.parametrize(
    "mimetype, compressed",
    [
        ("application/json", True),
        ("application/geo+json", True),
        ("application/vnd.pgrst.object+json", True),
        ("application/x-ndjson", True),
        ("application/xml", True),
        ("text/html", True),
        ("text/css", True),
        ("image/svg+xml", True),
        ("text/event-stream", False),
        ("image/png", False),
        ("application/zip", False),
        ("application/octet-stream", False),
        ("font/woff2", False),
    ],
)
async def test_types_that_shrink(http: httpx.AsyncClient, mimetype: str, compressed: bool) -> None:
    """Text shrinks; images do not, and events must not wait."""
    answer, _ = await raw(http, f"/type/{mimetype}", "gzip, br, zstd")
    assert ("Content-Encoding" in answer.headers) == compressed


@loop
@pytest.mark.parametrize("url", ["/as-it-is", "/some-bytes", "/random", "/stream-of-steps"])
async def test_what_stays_as_it_is(http: httpx.AsyncClient, url: str) -> None:
    """`no-transform`, a range of bytes, what would grow, and a plain generator's stream are left alone."""
    answer, _ = await raw(http, url, "gzip")
    assert "Content-Encoding" not in answer.headers


@loop
async def test_what_is_compressed_already(http: httpx.AsyncClient) -> None:
    """A view's own coding stays the only one."""
    answer, body = await raw(http, "/encoded", "gzip")
    assert (answer.headers["Content-Encoding"], body) == ("x-own", TEXT.encode())


@loop
@pytest.mark.parametrize("sent, told", [('"abc"', 'W/"abc"'), ('W~"abc"', 'W/"abc"')])
async def test_a_strong_tag_becomes_a_weak_one(http: httpx.AsyncClient, sent: str, told: str) -> None:
    """The bytes are others, and what they say is the same; what the answer varies with is added."""
    answer, _ = await raw(http, f"/tagged/{sent}", "gzip")
    assert (answer.headers["ETag"], answer.headers["Vary"]) == (told, "Cookie, Accept-Encoding")


@loop
async def test_revalidation_of_what_was_compressed(http: httpx.AsyncClient) -> None:
    """Whoever has the compressed answer has the answer."""
    answer, _ = await raw(http, "/rest/v1/many?limit=500", "gzip")
    headers = {"If-None-Match": answer.headers["ETag"]}
    again, body = await raw(http, "/rest/v1/many?limit=500", "gzip", **headers)
    assert (again.status_code, again.headers["ETag"], body) == (304, answer.headers["ETag"], b"")
    assert "Content-Encoding" not in again.headers


@loop
async def test_head_is_not_compressed(http: httpx.AsyncClient) -> None:
    """There is nothing to compress."""
    for url in ("/rest/v1/many", "/size/5000"):
        answer = await http.head(url, headers={"Accept-Encoding": "gzip"})
        assert (answer.status_code, answer.content, "Content-Encoding" in answer.headers) == (200, b"", False)


@loop
async def test_a_plain_view(http: httpx.AsyncClient) -> None:
    """A view that runs in a thread is compressed too."""
    _, body = await raw(http, "/plain-view", "gzip")
    assert gzip.decompress(body).decode() == TEXT * 50


@loop
async def test_parts_of_a_views_stream_come_as_they_are_made(http: httpx.AsyncClient) -> None:
    """Nothing is held back, and empty parts are no parts."""
    _, body = await raw(http, "/stream", "br")
    assert brotli.decompress(body).decode() == "".join(f"{number};" * 200 for number in range(5))


@loop
async def test_errors_are_compressed_too(http: httpx.AsyncClient) -> None:
    """A long error is an answer as others are."""
    answer, body = await raw(http, f"/rest/v1/many?{'x' * 3000}=eq.1", "gzip")
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (400, "gzip")
    assert json.loads(gzip.decompress(body))["code"] == "42703"


@loop
async def test_large_bodies_do_not_hold_up_the_loop(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long is compressed in a thread."""
    places = []
    whole = ENCODINGS["gzip"].whole

    def noting(data: bytes) -> bytes:
        try:
            asyncio.get_running_loop()
            places.append("loop")
        except RuntimeError:
            places.append("thread")
        return whole(data)

    object.__setattr__(ENCODINGS["gzip"], "whole", noting)
    try:
        await raw(http, "/size/2000", "gzip")
        await raw(http, "/size/100000", "gzip")
    finally:
        object.__setattr__(ENCODINGS["gzip"], "whole", whole)
    assert places == ["loop", "thread"]
