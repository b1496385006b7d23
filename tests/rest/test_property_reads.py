"""Any condition and any order give the rows that Python finds in the whole table, on both databases alike."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from conditions import HELD, ROWS, conditions, parameter, script
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from truth import Json, Leaf, Row, Tree, key, truth, value

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

TYPES = {
    "postgresql": {"i": "int8", "r": "float8", "n": "numeric", "b": "bool", "t": 'text collate "C"', "j": "jsonb"},
    "sqlite": {"i": "bigint", "r": "real", "n": "numeric", "b": "boolean", "t": "text", "j": "json"},
}
EXAMPLES = settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
pytestmark = pytest.mark.asyncio(loop_scope="module")
Served = Mapping[str, tuple[httpx.AsyncClient, tuple[Row, ...]]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(templates: Any) -> AsyncIterator[Served]:
    """By database: a client, and all rows of `mix` as Python values."""
    async with AsyncExitStack() as stack:
        found = {}
        for database, types in TYPES.items():
            url = await stack.enter_async_context(templates(database, script(types)).fresh())
            app = create_app(Settings(database_url=url, anonymous="read", db_max_rows=None))
            await stack.enter_async_context(running(app))
            http = await stack.enter_async_context(client(app))
            found[database] = http, tuple(map(as_python, await rows(http, "order=id&select=*")))
        yield found


async def rows(http: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    answer = await asyncio.wait_for(http.get(f"/rest/v1/mix?{query}"), timeout=30)
    assert answer.status_code == 200, (query, answer.text)
    found: list[dict[str, Any]] = json.loads(answer.text, parse_float=Decimal)
    return found


def as_python(row: dict[str, Any]) -> Row:
    """A JSON null is lost on the way to Python where the column is NULL: DOCUMENTS say which of the two it is."""
    document = row["j"]
    is_null = document is None and (row["id"] * 11) % len(HELD["j"]) == 0
    real = None if row["r"] is None else float(row["r"])
    number = None if row["n"] is None else Decimal(row["n"])
    return {**row, "r": real, "n": number, "j": None if is_null else Json(document)}


async def test_the_table_is_what_it_was_made_of(served: Served) -> None:
    """Both databases give back, to the last bit, the values that were put in."""
    for _, table in served.values():
        assert len(table) == ROWS
        for name, step in zip("irnbt", (1, 2, 5, 1, 7), strict=True):
            held = HELD[name]
            assert [row[name] for row in table] == [held[number * step % len(held)] for number in range(ROWS)]


@EXAMPLES
@given(asked=st.lists(conditions(), min_size=1, max_size=2))
async def test_conditions(served: Served, asked: list[Leaf | Tree]) -> None:
    """The rows of an answer are those of which every condition is true: not false, and not unknown."""
    query = "&".join(map(parameter, asked))
    for database, (http, table) in served.items():
        expected = [row["id"] for row in table if all(truth(condition, row) for condition in asked)]
        found = [row["id"] for row in await rows(http, f"select=id&order=id&{query}")]
        assert found == expected, (database, query)


ORDERABLE = ("i", "r", "n", "b", "t", "j->k", "j->>s")


@settings(EXAMPLES, max_examples=100)
@given(
    terms=st.lists(
        st.tuples(
            st.sampled_from(ORDERABLE),
            st.sampled_from(["", ".asc", ".desc"]),
            st.sampled_from(["", ".nullsfirst", ".nullslast"]),
        ),
        min_size=1,
        max_size=3,
    ),
    page=st.tuples(st.integers(0, 40), st.integers(0, 40)),
)
async def test_order(served: Served, terms: list[tuple[str, str, str]], page: tuple[int, int]) -> None:
    """Rows come sorted by each term in turn, nulls last unless descending or as told; a page is a slice of them."""
    order = ",".join("".join(term) for term in terms)
    offset, limit = page
    for database, (http, table) in served.items():
        expected = list(table)
        for column, direction, nulls in reversed(terms):
            expected = ordered(expected, column, descending=direction == ".desc", nulls=nulls)
        ids = [row["id"] for row in expected]
        query = f"select=id&order={quote(order)},id&limit={limit}&offset={offset}"
        found = [row["id"] for row in await rows(http, query)]
        assert found == ids[offset : offset + limit], (database, order)


def ordered(table: list[Row], column: str, *, descending: bool, nulls: str) -> list[Row]:
    present = [row for row in table if value(row, column) is not None]
    absent = [row for row in table if value(row, column) is None]
    present.sort(key=lambda row: key(value(row, column)), reverse=descending)
    first = nulls == ".nullsfirst" or (descending and not nulls)
    return absent + present if first else present + absent
