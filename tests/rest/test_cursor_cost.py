"""A page told by keys costs the same wherever it is: seen in what the databases read, not in how long they take."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio
from walks import following

from service.app import create_app
from service.rest.asked import read_request
from service.rest.prepare import Statements
from service.settings import Settings
from service.testing import client, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROWS, PAGE = 30_000, 10
POSTGRESQL = f"""
create table far (id int primary key, grade int, score int not null, body text not null);
insert into far select g, case when g % 10 > 0 then g % 7 end, g % 1000, repeat('x', 50)
  from generate_series(1, {ROWS}) g;
create index on far (grade, id);
create index on far (score desc, id desc);
create index on far (grade, score, id);
analyze far;
"""
SQLITE = f"""
create table far (id integer primary key, grade int, score int not null, body text not null);
with recursive n (g) as (select 1 union all select g + 1 from n where g < {ROWS})
  insert into far select g, case when g % 10 > 0 then g % 7 end, g % 1000, printf('%.50c', 'x') from n;
create index far_grade on far (grade, id);
create index far_score on far (score desc, id desc);
create index far_both on far (grade, score, id);
analyze;
"""
ORDERS = [
    pytest.param("id", id="the key"),
    pytest.param("id.desc", id="the key downwards"),
    pytest.param("score", id="a column with an index, then the key"),
    pytest.param("score.desc", id="downwards"),
    pytest.param("score.desc.nullslast", id="with a place for nulls that there are none of"),
    pytest.param("grade", id="a column with nulls"),
    pytest.param("grade.desc", id="a column with nulls, downwards"),
    pytest.param("grade,score", id="two columns, then the key"),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def applications(templates: Any) -> AsyncIterator[dict[str, tuple[httpx.AsyncClient, Any]]]:
    """By database, a client and the rooms of an application over a table of many rows."""
    async with AsyncExitStack() as stack:
        found = {}
        for database, schema in (("postgresql", POSTGRESQL), ("sqlite", SQLITE)):
            url = await stack.enter_async_context(templates(database, schema).fresh())
            app = create_app(Settings(database_url=url, anonymous="read", db_plan_enabled=True))
            await stack.enter_async_context(running(app))
            found[database] = await stack.enter_async_context(client(app)), app.extensions["poolgate"]
        yield found


async def far_page(http: httpx.AsyncClient, order: str) -> str:
    """The query string of a page some thousands of rows behind the beginning."""
    path = f"far?order={order}&limit=893&cursor="  # a limit that ends among rows with the same score
    for _ in range(25):
        answer = await asyncio.wait_for(http.get(f"/rest/v1/{path}"), timeout=30)
        path = following(answer, path)
    return path.partition("?")[2].replace("limit=893", f"limit={PAGE}")


def first_page(order: str) -> str:
    return f"order={order}&limit={PAGE}&cursor="


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


@pytest.mark.parametrize("order", ORDERS)
async def test_postgresql(applications: dict[str, tuple[httpx.AsyncClient, Any]], order: str) -> None:
    """A far page is found by index alone, reads one row more than it gives, and but a few blocks."""
    http, _ = applications["postgresql"]
    accept = "application/vnd.pgrst.plan+json; options=analyze|buffers"
    query = await far_page(http, order)
    answer = await asyncio.wait_for(http.get(f"/rest/v1/far?{query}", headers={"Accept": accept}), timeout=30)
    root = json.loads(answer.text)[0]["Plan"]
    scans = [node for node in nodes(root) if "Relation Name" in node]
    assert scans
    for scan in scans:
        assert scan["Node Type"] in ("Index Scan", "Index Only Scan"), scan
        # Of a value that one row in seven has, the next ones by key may be found cheapest by passing over the others.
        assert scan.get("Rows Removed by Filter", 0) * scan["Actual Loops"] <= 20 * PAGE
    assert sum(scan["Actual Rows"] * scan["Actual Loops"] for scan in scans) <= PAGE + 1
    assert root["Shared Hit Blocks"] + root["Shared Read Blocks"] <= 20 * len(scans)


async def steps(rooms: Any, query: str) -> int:
    """The instructions of SQLite's machine that a read takes."""
    asked = read_request("GET", "far", query, {})
    prepared = Statements("sqlite", max_rows=None).read(asked, rooms.catalog.current)
    values = asked.values if asked.cursor is None else asked.values + (asked.cursor.values or ())
    arguments = prepared.statement.arguments(values, asked.page)
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    async with rooms.database.pool.lease() as lease:
        await lease.connection.set_progress_handler(count, 1)
        row = await lease.fetchrow(prepared.statement.text, *arguments)
        lease.invalidate()
    assert row[1] == PAGE
    return counted


@pytest.mark.parametrize("order", ORDERS)
async def test_sqlite(applications: dict[str, tuple[httpx.AsyncClient, Any]], order: str) -> None:
    """A far page is found by index, and takes hardly more instructions than the first, however many ways there are to
    come after its row; by its offset it takes many."""
    http, rooms = applications["sqlite"]
    query = await far_page(http, order)
    plan = await http.get(f"/rest/v1/far?{query}", headers={"Accept": "application/vnd.pgrst.plan+text"})
    lines = [line.strip() for line in plan.text.splitlines()]
    read = [line for line in lines if "main.far" in line]
    assert read, lines
    assert all(line.startswith("SEARCH main.far USING") for line in read), lines
    far = await steps(rooms, query)
    assert far <= 1.25 * await steps(rooms, first_page(order))  # what a page has too many is not even read
    assert far * 5 < await steps(rooms, f"order={order},id&limit={PAGE}&offset=22500")


async def test_many_times(applications: dict[str, tuple[httpx.AsyncClient, Any]]) -> None:
    """PostgreSQL plans a statement anew for each value at first, then once for all: the pages stay right."""
    http, _ = applications["postgresql"]
    path, seen = f"far?order=score.desc&select=id,score&limit={PAGE}&cursor=", []
    for _ in range(30):
        answer = await asyncio.wait_for(http.get(f"/rest/v1/{path}"), timeout=30)
        seen += [(row["score"], row["id"]) for row in answer.json()]
        path = following(answer, path)
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 30 * PAGE
