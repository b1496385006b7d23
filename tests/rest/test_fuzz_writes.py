"""Whatever is written, by whatever method and with whatever body, is answered in order, on both databases."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fuzz_writes import SCHEMAS, Asked, Writes

from service.app import Poolgate, create_app
from service.migrate import migrate
from service.settings import Settings
from service.testing import client, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
SEED, WRITES = int(os.environ.get("FUZZ_SEED", "1")), int(os.environ.get("FUZZ_WRITES", "1000"))
OURS = ("json_to_record", "pg_merge", "set_config", "current_setting", "json_each", "last_insert_rowid", "jsonb_exists")
"""Words of our statements that no name and no value of the requests has."""


@dataclass(frozen=True)
class Served:
    http: httpx.AsyncClient
    rooms: Poolgate

    async def ask(self, asked: Asked) -> httpx.Response:
        """The answer, which must come soon."""
        url = httpx.URL("http://testserver").copy_with(raw_path=f"/rest/v1/{asked.path}?{asked.query}".encode())
        request = self.http.request(asked.method, url, headers=asked.headers, content=asked.body)
        return await asyncio.wait_for(request, timeout=20)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(templates: Any) -> AsyncIterator[Mapping[str, Served]]:
    """By database, an application over tables of odd names and odd kinds."""
    async with AsyncExitStack() as stack:
        found = {}
        for database, schema in SCHEMAS.items():
            url = await stack.enter_async_context(templates(database, schema).fresh())
            await migrate(url)
            settings = Settings(
                database_url=url, anonymous="write", db_tx_end="rollback-allow-override", db_aggregates_enabled=True
            )
            app = create_app(settings)
            await stack.enter_async_context(running(app))
            found[database] = Served(await stack.enter_async_context(client(app)), app.extensions["poolgate"])
        yield found


@pytest.mark.parametrize("database", SCHEMAS)
async def test_whatever_is_written(served: Mapping[str, Served], database: str) -> None:
    """No write fails with 5xx, hangs, shows a statement, or leaves a connection or a transaction behind."""
    each = served[database]
    relations = each.rooms.catalog.current.relations
    columns = {name: list(relation.columns) for (_, name), relation in relations.items()}
    writes, statuses = Writes(SEED, columns), set()
    for number in range(WRITES):
        asked = writes.one()
        answer = await each.ask(asked)
        statuses.add(answer.status_code)
        assert answer.status_code < 500, (number, asked, answer.text)
        assert not any(word in answer.text for word in OURS), (number, asked, answer.text)
        if answer.status_code >= 400 and asked.method != "HEAD":
            assert list(answer.json()) == ["code", "message", "details", "hint"], (number, asked)
        elif "json" in answer.headers.get("Content-Type", "") and "ndjson" not in answer.headers["Content-Type"]:
            assert asked.method == "HEAD" or answer.json() is not None
    assert {200, 201, 204, 400, 404, 405, 406, 415} <= statuses
    stats = each.rooms.database.pool.stats()
    assert (stats.in_use, stats.waiting, stats.leaked, stats.resets) == (0, 0, 0, 0)


MERGE = "resolution=merge-duplicates"
REP = "return=representation"


@asynccontextmanager
async def served_of(templates: Any, database: str, schema: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application over a schema."""
    async with templates(database, schema).fresh() as url:
        app = create_app(Settings(database_url=url, anonymous="write"))
        async with running(app), client(app) as http:
            yield http


async def test_a_row_of_defaults_beside_a_conflict(templates: Any) -> None:
    """An object without keys is a row of defaults on both databases, whatever is to be done with a conflict."""
    for database in SCHEMAS:
        key = "integer primary key" if database == "sqlite" else "serial primary key"
        async with served_of(templates, database, f"create table d (id {key}, v text default 'x''y')") as http:
            for number, prefer in enumerate((MERGE, "resolution=ignore-duplicates"), 1):
                answer = await http.post("/rest/v1/d", content="{}", headers={"Prefer": f"{REP}, {prefer}"})
                assert (answer.status_code, answer.json()) == (201, [{"id": number, "v": "x'y"}])


async def test_a_table_called_excluded(templates: Any) -> None:
    """The name that both databases give the new row cannot be told from such a table's: it is refused, not mixed up."""
    for database in SCHEMAS:
        async with served_of(templates, database, "create table excluded (id integer primary key, v text)") as http:
            assert (await http.post("/rest/v1/excluded", json={"id": 1, "v": "a"})).status_code == 201
            for method, url in (("POST", "excluded"), ("PUT", "excluded?id=eq.1")):
                headers = {"Prefer": MERGE}
                answer = await http.request(method, f"/rest/v1/{url}", json={"id": 1, "v": "b"}, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (400, "PGRST127")


async def test_virtual_tables(templates: Any) -> None:
    """SQLite's virtual tables are written like others; what they cannot do is refused with a reason."""
    schema = "create virtual table box using rtree (id, x0, x1); create virtual table bare using fts5 (t, content='')"
    async with served_of(templates, "sqlite", schema) as http:
        rows = [{"id": 1, "x0": 1.0, "x1": 2.0}, {"id": 2, "x0": 3.0, "x1": 4.0}]
        headers = {"Prefer": REP}
        assert (await http.post("/rest/v1/box", json=rows, headers=headers)).json() == rows
        answer = await http.patch("/rest/v1/box?id=eq.1", json={"x1": 9}, headers=headers)
        assert answer.json() == [{"id": 1, "x0": 1.0, "x1": 9.0}]
        assert (await http.patch("/rest/v1/box?id=eq.2", json={"x1": 8})).status_code == 204
        assert (await http.delete("/rest/v1/box?id=eq.2", headers=headers)).json() == [{"id": 2, "x0": 3.0, "x1": 8.0}]
        assert (await http.delete("/rest/v1/box")).status_code == 204
        assert (await http.get("/rest/v1/box")).json() == []
        answer = await http.post("/rest/v1/box?on_conflict=id", json=rows, headers={"Prefer": MERGE})
        assert (answer.status_code, answer.json()["code"]) == (400, "0A000")
        assert (await http.post("/rest/v1/bare", json={"t": "a"})).status_code == 201
        assert (await http.delete("/rest/v1/bare")).json()["code"] == "55000"
        assert (await http.patch("/rest/v1/bare", json={"t": "b"})).json()["code"] == "55000"


async def test_rows_without_a_key_of_their_own(templates: Any) -> None:
    """Where a column has taken each name of a row's number and the key may be null, rows are not given back in part."""
    schema = "create table named (rowid text, oid text, _rowid_ text, primary key (rowid, oid))"
    async with served_of(templates, "sqlite", schema) as http:
        row = {"rowid": "a", "oid": None}
        assert (await http.post("/rest/v1/named", json=row)).status_code == 201
        answer = await http.patch("/rest/v1/named", json={"_rowid_": "b"}, headers={"Prefer": REP})
        assert (answer.status_code, answer.json()["code"]) == (400, "PGRST127")
