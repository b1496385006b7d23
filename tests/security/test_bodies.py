"""What a body may be: its size, coding, type and depth, and how much is in it; refused before it costs anything.

Sizes on the wire are in tests/serving/test_serving_bodies.py, all ways to be no JSON in tests/asked/test_payload.py.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.app import create_app
from service.pool import Pool
from service.settings import Settings
from tests.security.bounded_service import BOTH, of, refusal, serving, value_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
SCHEMA = "create table item (id integer primary key, name text);"
SOON = 1000  # times what reading a usual body costs at that moment, as 1.5 s to 1.5 ms
USUAL = json.dumps([{"id": n} for n in range(10_000)])
Service = tuple[httpx.AsyncClient, Pool]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def service(sqlite_templates: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A table, a saved function and one in Python."""
    functions = tmp_path_factory.mktemp("functions")
    (functions / "saved.sql").write_text("-- param: name text\n-- readonly: yes\nselect :name as said")
    async with sqlite_templates(SCHEMA).fresh() as url:
        app = create_app(
            Settings(database_url=url, anonymous="write", functions=functions, log_level="critical", max_objects=1000)
        )

        @app.rpc("in_python")
        async def in_python(name: str = "") -> str:
            return name

        async with of(app) as (http, pool):
            yield http, pool


WAYS = [("POST", "item"), ("PATCH", "item?id=eq.1"), ("PUT", "item?id=eq.1"), ("POST", "rpc/saved"),
        ("POST", "rpc/in_python"), ("POST", "")]  # fmt: skip
"""Every way by which a body comes in."""
ROWS = [way for way in WAYS if "rpc" not in way[1] and way[1]]


async def sent(service: Service, way: tuple[str, str], body: bytes, **headers: str) -> httpx.Response:
    """The answer, which came soon, at the latest when asked for a third time; that no connection was taken for it is
    checked."""
    http, pool = service
    before = pool.stats().acquired
    costs = []
    while not costs or (costs[-1] >= SOON and len(costs) < 3):
        began = time.process_time()
        json.loads(USUAL)
        usual = time.process_time() - began
        began = time.process_time()
        answer = await asyncio.wait_for(http.request(way[0], f"/rest/v1/{way[1]}", content=body, headers=headers), 30)
        costs.append((time.process_time() - began) / usual)
    assert pool.stats().acquired == before, "it took a connection"
    assert min(costs) < SOON, costs
    return answer


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "br", "zstd", "compress", "identity, gzip", "x"])
async def test_a_compressed_body(service: Service, way: tuple[str, str], coding: str) -> None:
    """Security 16: a body that is compressed is 415 wherever one is read, with a hint and what would be taken; a
    kilobyte that would grow to a gigabyte is never unpacked."""
    body = gzip.compress(json.dumps([{"id": 1}]).encode())
    answer = await sent(service, way, body, **{"Content-Encoding": coding, "Content-Type": "application/json"})
    assert refusal(answer) == (415, "PGRST107")
    assert answer.json()["hint"] == "Send it as it is, without Content-Encoding."
    assert answer.headers["Accept-Encoding"] == "identity"


async def test_a_body_as_it_is(service: Service) -> None:
    """Security 16: `identity` says that it is not compressed, and is taken."""
    http, _ = service
    headers = {"Content-Encoding": "identity"}
    assert (await http.post("/rest/v1/item", json={"id": 1}, headers=headers)).status_code == 201
    assert (await http.post("/rest/v1/rpc/in_python", json={"name": "x"}, headers=headers)).json() == "x"
    assert (await http.post("/rest/v1/", json=[{"path": "item"}], headers=headers)).status_code == 200


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("kind", [
    "text/html", "application/xml", "multipart/form-data; boundary=x", "image/png", "*/*", "json", "application/jsonx",
])  # fmt: skip
async def test_a_type_that_is_not_known(service: Service, way: tuple[str, str], kind: str) -> None:
    """Security 16: a body says what it is; of a type that is not read it is 415, wherever a body is read."""
    answer = await sent(service, way, b"{}", **{"Content-Type": kind})
    # XML is what a function may take as it is; there is none that does.
    takes_xml = way[1] == "rpc/saved" and kind == "application/xml"
    assert refusal(answer) == ((404, "PGRST202") if takes_xml else (415, "PGRST107"))


HOSTILE = {
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets, closed": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects in each other": b'{"name":' * 100_000,
    "deep in a row": b'[{"id":1,"name":' + b"[" * 5_000 + b"]" * 5_000 + b"}]",
    "a MiB of empty objects": b"[" + b"{}," * 340_000 + b"{}]",
    "a MiB of empty lists": b'[{"id":1,"name":[' + b"[]," * 330_000 + b"[]]},1]",
    "a MiB of open quotes": b'[{"' * 250_000,
    "a MiB of backslashes": b'{"name":"' + b"\\" * 1_000_001 + b'"}',
    "a MiB of blanks": b" " * 1_000_000,
    "a MiB of digits and no end": b'{"id":' + b"1" * 1_000_000,
    "a MiB of half pairs": b'{"name":"' + b"\\ud83d" * 160_000 + b'"}',
    "a MiB of keys": b"{" + b",".join(b'"k%d":1' % n for n in range(70_000)) + b"]",
    "NaN": b'{"id":NaN}',
    "-Infinity": b'[{"id":-Infinity}]',
    "a key twice": b'{"id":1,"id":2}',
    "a key twice, written otherwise": b'{"id":1,"i\\u0064":2}',
    "bytes that are no UTF-8": b'{"name":"\xff"}',
    "a surrogate in UTF-8": b'{"name":"\xed\xa0\x80"}',
    "UTF-16": '{"id":1}'.encode("utf-16"),
    "a NUL": b'{"name":"\0"}',
    "NULs": b"\0" * 1000,
    "no end": b'{"id":1',
    "two values": b'{"id":1}{"id":2}',
    "nothing": b"",
}


@pytest.mark.parametrize("way", ROWS, ids=" ".join)
@pytest.mark.parametrize("what", HOSTILE)
async def test_hostile_json_of_rows(service: Service, way: tuple[str, str], what: str) -> None:
    """Security 16: what nests too deep, has too much in it or is no JSON is 400 within a moment, whatever its size,
    and takes no connection."""
    answer = await sent(service, way, HOSTILE[what], **{"Content-Type": "application/json"})
    assert refusal(answer)[0] == 400, answer.text
    assert answer.json()["code"] in ("PGRST102", "PGRST204", "42703")
    assert len(answer.content) < 2000


@pytest.mark.parametrize("way", [way for way in WAYS if way not in ROWS], ids=" ".join)
@pytest.mark.parametrize("what", [name for name in HOSTILE if name not in ("nothing", "a MiB of blanks")])
async def test_hostile_json_of_calls(service: Service, way: tuple[str, str], what: str) -> None:
    """Security 16: it is so for the arguments of a function, and for a batch."""
    answer = await sent(service, way, HOSTILE[what], **{"Content-Type": "application/json"})
    assert answer.status_code in (400, 404), answer.text  # 404: there is no function with such parameters


@pytest.mark.parametrize("kind, body", [
    ("application/json", b"[" + b",".join([b'{"name":"a"}'] * 1001) + b"]"),
    ("text/csv", b"name\n" + b"a\n" * 1001),
])  # fmt: skip
async def test_too_many_objects(service: Service, kind: str, body: bytes) -> None:
    """Security 16: more objects, or lines of CSV, than MAX_OBJECTS are refused; as many as that are written."""
    answer = await sent(service, ("POST", "item"), body, **{"Content-Type": kind})
    assert refusal(answer) == (400, "PGRST102")
    assert "MAX_OBJECTS" in answer.json()["hint"]
    one_less = body.replace(b'{"name":"a"},', b"", 1) if kind == "application/json" else body.removesuffix(b"a\n")
    written = await service[0].post("/rest/v1/item", content=one_less, headers={"Content-Type": kind})
    assert written.status_code == 201


async def test_too_large(sqlite_templates: Any) -> None:
    """Security 16: a body beyond MAX_BODY is 413, whether it says so or comes in pieces, at the door and without a
    connection."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    async with sqlite_templates(SCHEMA).fresh() as url, serving(url, max_body="64KiB") as (http, pool):
        before = pool.stats().acquired
        for body in (b" " * 100_000, pieces()):
            for path in ("item", "rpc/x", ""):
                answer = await http.post(f"/rest/v1/{path}", content=body if isinstance(body, bytes) else pieces())
                assert refusal(answer) == (413, "PGATE413")
        assert pool.stats().acquired == before


@pytest.mark.parametrize("database", BOTH)
async def test_a_nul_in_a_value(templates: Any, database: str) -> None:
    r"""Security 16: `\u0000` is JSON, and no character that a text can have: 400, and nothing is written."""
    async with templates(database, SCHEMA).fresh() as url, serving(url) as (http, _):
        answer = await http.post("/rest/v1/item", content=rb'{"id":1,"name":"a\u0000b"}')
        assert refusal(answer) == (400, "22P05")
        assert await value_of(url, "select count(*) from item") == 0
