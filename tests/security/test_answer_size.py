"""An answer in one piece has a limit, and what is beyond it is in nobody's memory; a stream has none and needs none."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from service.errors import SettingsError
from service.settings import load_settings
from tests.conftest import fresh
from tests.security.bounded_service import BOTH, refusal, serving, value_of

MIB = 1024 * 1024
ROWS = 4_000
SCHEMA = {
    "postgresql": f"""
        create table big (id integer primary key, body text);
        insert into big select n, repeat('x', 10000) from generate_series(1, {ROWS}) n;
        create function all_of_it() returns setof big language sql stable as 'select * from big';
        create function add_all() returns setof big language sql volatile as
            'insert into big select id + 10000, body from big returning *';
    """,
    "sqlite": f"""
        create table big (id integer primary key, body text);
        with recursive n (i) as (select 1 union all select i + 1 from n where i < {ROWS})
        insert into big select i, printf('%.10000c', 'x') from n;
    """,
}
COUNT = "select count(*) from big"
TOO_LARGE = (413, "PGATE413")


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, templates: Any) -> Iterator[str]:
    """A table of 40 MB, on each kind of database."""
    yield from fresh(templates(request.param, SCHEMA[request.param]))


class _Peak:
    """The most memory that this process has had while a block ran, above what it had before."""

    def __init__(self) -> None:
        self._process = psutil.Process(os.getpid())
        self.grown = 0

    async def __aenter__(self) -> _Peak:
        self._before = self._process.memory_info().rss
        self._watch = asyncio.create_task(self._look())
        return self

    async def _look(self) -> None:
        while True:
            self.grown = max(self.grown, self._process.memory_info().rss - self._before)
            await asyncio.sleep(0.002)

    async def __aexit__(self, *error: object) -> None:
        self._watch.cancel()


@pytest.mark.slow
async def test_what_is_too_large_is_in_nobodys_memory(url: str) -> None:
    """Security 13: an answer of 40 MB where 1 MiB is allowed is refused, and the service grows by less than a fifth of
    it, also where twenty ask at once."""
    async with serving(url, max_answer=MIB, db_max_rows="none", log_level="critical") as (http, _):

        async def all_ask() -> list[httpx.Response]:
            return await asyncio.gather(*(http.get("/rest/v1/big") for _ in range(20)))

        await all_ask()  # each connection has its own cache of the file's pages
        async with _Peak() as peak:
            answers = await all_ask()
        assert {refusal(answer) for answer in answers} == {TOO_LARGE}
        assert "MAX_ANSWER" in answers[0].json()["hint"]
        assert peak.grown < 8 * MIB
        assert len((await http.get("/rest/v1/big?limit=50")).json()) == 50  # the connections are as they were


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["text/csv", "application/x-ndjson"])
async def test_a_stream_is_of_any_size_and_in_little_memory(url: str, kind: str) -> None:
    """Security 13: rows that are streamed have no limit, and all 40 MB of them go by in less than a quarter of that."""
    async with serving(url, max_answer=MIB) as (http, _):
        async with _Peak() as peak, asyncio.timeout(60):
            size = await _read(http, kind)
        assert size > 40_000_000
        assert peak.grown < 10 * MIB


async def _read(http: httpx.AsyncClient, kind: str) -> int:
    # The client in this process would keep all of a body; the application itself is asked.
    size = 0
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/rest/v1/big", "raw_path": b"/rest/v1/big", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"x"), (b"accept", kind.encode())], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        nonlocal size
        size += len(message.get("body", b""))

    application = http._transport.app  # type: ignore[attr-defined]  # httpx.ASGITransport's
    await application(scope, receive, send)
    return size


async def test_what_is_just_within(url: str) -> None:
    """Security 13: an answer of as many bytes as are allowed is sent, and one byte more is not."""
    async with serving(url, max_answer="none", compression=False) as (http, _):
        size = len((await http.get("/rest/v1/big?limit=3")).content)
    for most, status in ((size, 200), (size - 1, 413)):
        async with serving(url, max_answer=most, compression=False) as (http, _):
            assert (await http.get("/rest/v1/big?limit=3")).status_code == status


@pytest.mark.parametrize("query", [
    "select=body", "select=id,body&order=id.desc", "limit=1000&offset=10", "id=gt.5&limit=500&cursor=&order=id",
])  # fmt: skip
@pytest.mark.parametrize("accept", [
    "application/json", "application/vnd.pgrst.array+json;nulls=stripped",
])  # fmt: skip
async def test_in_every_form(url: str, query: str, accept: str) -> None:
    """Security 13: it is so for every form of an answer in one piece, and a count or a HEAD is answered."""
    async with serving(url, max_answer=MIB) as (http, _):
        assert refusal(await http.get(f"/rest/v1/big?{query}", headers={"Accept": accept})) == TOO_LARGE
        counted = await http.head(f"/rest/v1/big?{query}", headers={"Accept": accept, "Prefer": "count=exact"})
        assert counted.status_code in (200, 206)


async def test_one_row_that_is_too_large_by_itself(url: str) -> None:
    """Security 13: a row is refused like rows are; it is not left out."""
    columns = ",".join(f"c{number}:body" for number in range(60))
    async with serving(url, max_answer=MIB // 2) as (http, _):
        assert refusal(await http.get(f"/rest/v1/big?select={columns}&limit=1")) == TOO_LARGE
        assert refusal(await http.get(f"/rest/v1/big?select={columns},id&limit=2&id=gt.7")) == TOO_LARGE


@pytest.mark.parametrize("accept", ["text/plain", "application/octet-stream"])
async def test_one_column_as_it_is(url: str, accept: str) -> None:
    """Security 13: it is so for the bare values of one column."""
    async with serving(url, max_answer=MIB) as (http, _):
        column = "body" if accept == "text/plain" else "body::bytea"
        answer = await http.get(f"/rest/v1/big?select={column}", headers={"Accept": accept})
        if answer.status_code != 400:  # SQLite has no such cast
            assert refusal(answer) == TOO_LARGE


async def test_a_write_whose_answer_is_too_large_is_undone(url: str) -> None:
    """Security 13: what was written is not there where its rows cannot be sent, and is where they are not wanted."""
    async with serving(url, max_answer=MIB, db_max_rows="none") as (http, _):
        for method, options in (("PATCH", {"json": {"body": "y" * 5000}}), ("DELETE", {})):
            wanted = {"Prefer": "return=representation"}
            answer = await http.request(method, "/rest/v1/big?id=gt.1000", headers=wanted, **options)
            assert refusal(answer) == TOO_LARGE
            assert await value_of(url, COUNT) == ROWS
            assert await value_of(url, "select count(*) from big where body like 'y%'") == 0
        assert (await http.request("DELETE", "/rest/v1/big?id=gt.1000")).status_code == 204
        assert await value_of(url, COUNT) == 1000


async def test_a_batch_has_one_limit(url: str) -> None:
    """Security 13: the answers of a batch count together, and beyond the limit all that it did is undone."""
    async with serving(url, max_answer=MIB) as (http, _):
        read = {"path": "big?limit=60"}
        assert (await http.post("/rest/v1/", json=[read])).status_code == 200
        put_in = {"method": "POST", "path": "big", "body": {"id": 20_000, "body": "z"}}
        assert refusal(await http.post("/rest/v1/", json=[put_in, read, read])) == TOO_LARGE
        assert await value_of(url, COUNT) == ROWS


async def test_a_functions_answer(postgresql_templates: Any) -> None:
    """Security 13: what a function gives has the same limit, and beyond it the function has done nothing."""
    async with (
        postgresql_templates(SCHEMA["postgresql"]).fresh() as url,
        serving(url, max_answer=MIB, db_max_rows="none") as (http, _),
    ):
        assert refusal(await http.get("/rest/v1/rpc/all_of_it")) == TOO_LARGE
        assert refusal(await http.post("/rest/v1/rpc/add_all")) == TOO_LARGE
        assert await value_of(url, COUNT) == ROWS
        assert (await http.get("/rest/v1/rpc/all_of_it?limit=5")).status_code == 200


async def test_a_saved_functions_answer(url: str, tmp_path: Path) -> None:
    """Security 13: so has what a saved function gives, whether it reads or writes."""
    (tmp_path / "all_saved.sql").write_text("-- readonly: yes\nselect * from big")
    (tmp_path / "add_saved.sql").write_text("insert into big select id + 10000, body from big returning *")
    async with serving(url, max_answer=MIB, db_max_rows="none", functions=tmp_path) as (http, _):
        assert refusal(await http.get("/rest/v1/rpc/all_saved")) == TOO_LARGE
        assert refusal(await http.post("/rest/v1/rpc/add_saved")) == TOO_LARGE
        assert await value_of(url, COUNT) == ROWS


async def test_a_value_that_says_so_itself_changes_nothing(postgresql_templates: Any) -> None:
    """Security 13: who writes PostgreSQL's own words for it into a filter is refused, and harms nobody."""
    async with postgresql_templates(SCHEMA["postgresql"]).fresh() as url, serving(url) as (http, _):
        answer = await http.get("/rest/v1/big?id=eq.poolgate: an answer of bytes: 7")
        assert answer.status_code in (400, 413)


@pytest.mark.parametrize("value", ["0", "1023", "-1", "much"])
def test_limits_that_make_no_sense(value: str) -> None:
    """Security 13: a limit below 1 KiB, in which no error has room, is refused at the start."""
    with pytest.raises(SettingsError) as caught:
        load_settings(max_answer=value)
    assert caught.value.faults[0].startswith("max_answer: ")
