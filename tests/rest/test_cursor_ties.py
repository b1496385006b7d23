"""Pages told by keys over rows that are often alike: they are those of OFFSET, or the answer says that it cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from walks import following

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
EXAMPLES = settings(
    max_examples=100, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
ROWS = 45
_TABLE = "create table alike (a int, b int, c int not null);"
_VALUES = "select nullif(g % 3, 2), nullif(g / 3 % 4, 3), g % 5 / 2"
# The database has no index, one for upwards, or one for downwards with nulls as they come.
SCHEMAS = {
    "postgresql": f"{_TABLE} insert into alike {_VALUES} from generate_series(1, {ROWS}) g;"
    "create index on alike (a, b, c); create index on alike (b desc, c desc);",
    "sqlite": f"{_TABLE} with recursive n (g) as (select 1 union all select g + 1 from n where g < {ROWS})"
    f"insert into alike {_VALUES} from n;"
    "create index alike_up on alike (a, b, c); create index alike_down on alike (b desc, c desc);",
}
TERMS = st.tuples(
    st.sampled_from("abc"), st.sampled_from(["", ".desc"]), st.sampled_from(["", ".nullsfirst", ".nullslast"])
)
ORDERS = st.lists(TERMS, min_size=1, max_size=3, unique_by=lambda term: term[0])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(templates: Any) -> AsyncIterator[Mapping[str, httpx.AsyncClient]]:
    """By database, a client of an application over the table."""
    async with AsyncExitStack() as stack:
        found = {}
        for database, schema in SCHEMAS.items():
            url = await stack.enter_async_context(templates(database, schema).fresh())
            app = create_app(Settings(database_url=url, anonymous="read", db_max_rows=None))
            await stack.enter_async_context(running(app))
            found[database] = await stack.enter_async_context(client(app))
        yield found


async def get(http: httpx.AsyncClient, path: str) -> httpx.Response:
    return await asyncio.wait_for(http.get(f"/rest/v1/{path}"), timeout=30)


@pytest.mark.parametrize("database", SCHEMAS)
@EXAMPLES
@given(terms=ORDERS, limit=st.integers(1, ROWS + 1))
async def test_as_by_offset(
    served: Mapping[str, httpx.AsyncClient], database: str, terms: list[tuple[str, str, str]], limit: int
) -> None:
    """By one, two or three columns, either way, nulls first or last: each page has the rows that it has by its offset,
    until one ends between two rows that are alike, and that one is refused."""
    http = served[database]
    asked = f"alike?select={','.join(name for name, _, _ in terms)}&order={','.join(map(''.join, terms))}"
    whole = (await get(http, asked)).json()
    assert len(whole) == ROWS
    path, offset = f"{asked}&limit={limit}&cursor=", 0
    while path:
        page = await get(http, path)
        end = offset + limit
        is_tied = end < ROWS and whole[end - 1] == whole[end]
        assert page.status_code == (400 if is_tied else 200)
        if is_tied:
            return
        assert page.json() == (await get(http, f"{asked}&limit={limit}&offset={offset}")).json()
        path, offset = following(page, path), end
    assert offset >= ROWS
