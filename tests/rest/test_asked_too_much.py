"""What one request may ask for is bounded, and refused before it costs a connection or time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio
from case import BOTH

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOON = 0.020  # seconds of the processor's: no connection is taken that could be waited for
SCHEMA = """
create table a (id integer primary key, name text, parent integer references a);
insert into a values (1, 'one', null), (2, 'two', 1), (3, 'three', 2);
"""
SMALL = {
    "max_url": "32KiB", "max_embed_depth": 2, "max_embeds": 3, "max_filters": 4, "max_list": 5, "max_columns": 9,
    "max_pattern": 7,
}  # fmt: skip
Applications = dict[tuple[str, str], tuple[httpx.AsyncClient, Any]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def applications(templates: Any) -> AsyncIterator[Applications]:
    """By database and configuration, a client and the pool: as it comes, with small limits, and with long URLs."""
    async with AsyncExitStack() as stack:
        found = {}
        for database in BOTH:
            url = await stack.enter_async_context(templates(database, SCHEMA).fresh())
            for name, options in (("plain", {}), ("small", SMALL), ("long", {"max_url": "32KiB"})):
                app = create_app(Settings(database_url=url, anonymous="read", db_max_rows=2, **options))
                await stack.enter_async_context(running(app))
                http = await stack.enter_async_context(client(app))
                found[database, name] = http, app.extensions["poolgate"].database.pool
        yield found


async def asked(http: httpx.AsyncClient, query: str) -> tuple[httpx.Response, float]:
    """The answer, and how many seconds it took: the fastest of five at most, for the machine has other work."""
    url = httpx.URL("http://testserver").copy_with(raw_path=f"/rest/v1/a?{query}".encode())
    times: list[float] = []
    while not times or (times[-1] > SOON and len(times) < 5):
        began = time.process_time()
        answer = await asyncio.wait_for(http.get(url), timeout=30)
        times.append(time.process_time() - began)
    return answer, min(times)


def embedded(depth: int) -> str:
    return "select=" + "parent(id," * (depth - 1) + "parent(id" + ")" * depth


TOO_MUCH = [
    pytest.param("plain", "name=eq." + "x" * 60_000, 414, "MAX_URL", id="a URL of 60 kB"),
    pytest.param("plain", "name=eq." + "x" * 8 * 1024, 414, "MAX_URL", id="a URL of 8 KiB"),
    pytest.param("plain", "select=" + "id," * 10_000 + "id", 414, "MAX_URL", id="10,000 columns"),
    pytest.param("long", "select=" + "id," * 10_000 + "id", 400, "MAX_COLUMNS", id="10,000 columns in a long URL"),
    pytest.param("long", f"id=in.({'1,' * 16_000}1)", 400, "MAX_LIST", id="16,001 items in a list"),
    pytest.param("long", f"id=eq(any).{{{'1,' * 16_000}1}}", 400, "MAX_LIST", id="16,001 items in an array"),
    pytest.param("long", embedded(1_000), 400, "MAX_EMBED_DEPTH", id="rows in rows, 1,000 deep"),
    pytest.param("plain", embedded(6), 400, "MAX_EMBED_DEPTH", id="rows in rows, 6 deep"),
    pytest.param("plain", "select=" + ",".join(["a()"] * 201), 400, "MAX_EMBEDS", id="201 embeds"),
    pytest.param("plain", "&".join(["id=eq.1"] * 201), 400, "MAX_FILTERS", id="201 filters"),
    pytest.param("plain", "or=(" + ",".join(["id.eq.1"] * 201) + ")", 400, "MAX_FILTERS", id="201 filters in logic"),
    pytest.param("plain", "name=match." + "(a+)" * 251, 400, "MAX_PATTERN", id="a long regular expression"),
    pytest.param("plain", "or=" + "(and" * 30 + "(id.eq.1)" + ")" * 30, 400, None, id="logic 31 deep"),
    pytest.param("plain", "order=" + ",".join(["id"] * 51), 400, None, id="51 terms of order"),
    pytest.param("plain", "select=name" + "->a" * 51, 400, None, id="a path of 51 steps"),
    pytest.param("small", embedded(3), 400, "MAX_EMBED_DEPTH", id="deeper than was set"),
    pytest.param("small", "select=a(),b(),c(),d()", 400, "MAX_EMBEDS", id="more embeds than were set"),
    pytest.param("small", "&".join(["id=eq.1"] * 5), 400, "MAX_FILTERS", id="more filters than were set"),
    pytest.param("small", "id=in.(1,2,3,4,5,6)", 400, "MAX_LIST", id="a longer list than was set"),
    pytest.param("small", "select=" + "id," * 9 + "id", 400, "MAX_COLUMNS", id="more columns than were set"),
    pytest.param("small", "name=ilike.*1234567", 400, "MAX_PATTERN", id="a longer pattern than was set"),
]


@pytest.mark.parametrize("database", BOTH)
@pytest.mark.parametrize("app, query, status, setting", TOO_MUCH)
async def test_too_much(
    applications: Applications, database: str, app: str, query: str, status: int, setting: str | None
) -> None:
    """What is beyond a limit is refused within 20 ms, without a connection, and the setting is named."""
    http, pool = applications[database, app]
    before = pool.stats().acquired
    answer, took = await asked(http, query)
    assert answer.status_code == status, answer.text
    assert setting is None or f"The setting {setting} " in answer.json()["hint"]
    assert took <= SOON
    assert pool.stats().acquired == before


HUGE = "9" * 400
ENOUGH = [
    pytest.param("plain", f"limit={HUGE}", 2, id="a huge limit"),
    pytest.param("plain", f"offset={HUGE}", 0, id="a huge offset"),
    pytest.param("plain", f"limit={HUGE}&cursor=", 2, id="a huge limit with a cursor"),
    pytest.param("plain", f"limit={HUGE}&offset={HUGE}", 0, id="both"),
    pytest.param("plain", f"id=in.({','.join(map(str, range(1500)))})", 2, id="1,500 items in a list"),
    pytest.param("long", f"id=in.({'1,' * 4999}2)", 2, id="5,000 items in a list"),
    pytest.param("plain", "&".join(["id=gt.0"] * 200), 2, id="200 filters"),
    pytest.param("plain", "name=match." + "o?" * 500, 2, id="a regular expression of 1,000 characters"),
    pytest.param("small", "id=in.(1,2,3,4,5)&name=like.***o***", 2, id="what was set"),
]


@pytest.mark.parametrize("database", BOTH)
@pytest.mark.parametrize("app, query, rows", ENOUGH)
async def test_enough(applications: Applications, database: str, app: str, query: str, rows: int) -> None:
    """What is within the limits is read, and a page is never longer than the service allows."""
    http, _ = applications[database, app]
    answer, _ = await asked(http, query)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()) == rows


@pytest.mark.parametrize("database", BOTH)
async def test_deep(applications: Applications, database: str) -> None:
    """Rows in rows as deep as may be are one statement that both databases take."""
    http, _ = applications[database, "plain"]
    answer, _ = await asked(http, embedded(5))
    assert answer.status_code == 200, answer.text
