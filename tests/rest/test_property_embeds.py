"""Whatever is embedded in whatever, it is what Python finds by joining the whole tables, on both databases alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from shapes import COLUMNS, Shape, Tables, answer, chosen, parameters, shapes

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

DATA = Path(__file__).parent / "data"
EXAMPLES = settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
pytestmark = pytest.mark.asyncio(loop_scope="module")
Served = Mapping[str, tuple[httpx.AsyncClient, Tables]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(templates: Any) -> AsyncIterator[Served]:
    """By database: a client, and all rows of the related tables."""
    async with AsyncExitStack() as stack:
        found = {}
        for database in ("sqlite", "postgresql"):
            url = await stack.enter_async_context(templates(database, DATA / f"{database}.sql").fresh())
            app = create_app(Settings(database_url=url, anonymous="read", db_max_rows=None))
            await stack.enter_async_context(running(app))
            http = await stack.enter_async_context(client(app))
            found[database] = http, {table: (await http.get(f"/rest/v1/{table}")).json() for table in COLUMNS}
        yield found


async def test_both_databases_have_the_same_rows(served: Served) -> None:
    """What follows is about rows that there are."""
    sqlite, postgresql = (
        {name: sorted(map(repr, rows)) for name, rows in tables.items()} for _, tables in served.values()
    )
    assert sqlite == postgresql
    assert {name for name, rows in sqlite.items() if not rows} == {"awards"}


@EXAMPLES
@given(shape=shapes())
async def test_embedding_is_joining(served: Served, shape: Shape) -> None:
    """Rows, their embeds and the number of rows are those that joining the tables by hand gives."""
    for database, (http, tables) in served.items():
        total = len(chosen(shape, tables[shape.table], tables))
        counted = {} if shape.page[1] else {"Prefer": "count=exact"}
        request = http.get(f"/rest/v1/{shape.table}", params=httpx.QueryParams(parameters(shape)), headers=counted)
        got = await asyncio.wait_for(request, timeout=30)
        assert got.status_code in (200, 206), (database, got.url, got.text)
        assert got.json() == answer(shape, tables), (database, str(got.url))
        assert not counted or got.headers["Content-Range"].endswith(f"/{total}"), (database, str(got.url))
