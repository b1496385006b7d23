"""What is read as CSV or NDJSON is what is read as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from case import BOTH, POSTGRESQL, exact

from service.app import create_app
from service.catalog.model import Catalog, Kind, Relation
from service.settings import Settings
from service.testing import client, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
DATA = Path(__file__).parent / "data"
_OTHERWISE = (Kind.ARRAY, Kind.COMPOSITE)
"""What PostgreSQL writes otherwise in CSV than in JSON; the tables of cases have it."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(templates: Any) -> AsyncIterator[Mapping[str, tuple[httpx.AsyncClient, Catalog]]]:
    """By database, a client of an application over the tables of tests/rest/data, and their catalog."""
    async with AsyncExitStack() as stack:
        found = {}
        for database in BOTH:
            url = await stack.enter_async_context(templates(database, DATA / f"{database}.sql").fresh())
            app = create_app(Settings(database_url=url, anonymous="read", db_max_rows=None))
            await stack.enter_async_context(running(app))
            http = await stack.enter_async_context(client(app, base_url="http://testserver/rest/v1"))
            found[database] = http, app.extensions["poolgate"].catalog.current
        yield found


def tables(catalog: Catalog) -> list[Relation]:
    return list(catalog.by_schema[catalog.schemas[0]])


async def read(http: httpx.AsyncClient, relation: Relation, accept: str) -> str:
    answer = await http.get(quote(relation.name, safe=""), headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    return answer.content.decode()


@pytest.mark.parametrize("database", BOTH)
async def test_lines_are_the_rows(served: Mapping[str, tuple[httpx.AsyncClient, Catalog]], database: str) -> None:
    """Each line of NDJSON is the row that the JSON array has there, to the digit and in the order of its keys."""
    http, catalog = served[database]
    assert len(tables(catalog)) > 25
    for relation in tables(catalog):
        rows = exact(await read(http, relation, "application/json"))
        *lines, end = (await read(http, relation, "application/x-ndjson")).split("\n")
        assert end == ""
        assert [exact(line) for line in lines] == list(rows), relation.name


@pytest.mark.parametrize("database", BOTH)
async def test_csv_is_the_rows(served: Mapping[str, tuple[httpx.AsyncClient, Catalog]], database: str) -> None:
    """Python's own reader finds in CSV the keys and the values that the JSON has."""
    http, catalog = served[database]
    for relation in tables(catalog):
        rows = [dict(row) for row in exact(await read(http, relation, "application/json"))]
        head, *lines = csv.reader(io.StringIO(await read(http, relation, "text/csv"), newline=""), strict=True)
        assert head == list(relation.columns)
        for row, fields in zip(rows, lines, strict=True):
            for column, field in zip(relation.columns.values(), fields or [""], strict=True):
                if database not in POSTGRESQL or column.kind not in _OTHERWISE:
                    value = in_csv(row[column.name], column.kind, database)
                    assert read_field(field, column.kind) == value, (relation.name, column.name)


def in_csv(value: Any, kind: Kind, database: str) -> Any:
    """A value of JSON as CSV has it."""
    if kind is Kind.JSON:
        return value
    if value is None:
        return ""
    if kind is Kind.REAL:  # SQLite's own JSON has 0.0
        return str(float(value))
    if isinstance(value, bool):
        return "t" if value else "f"
    if kind in (Kind.TIMESTAMP, Kind.TIMESTAMP_TZ) and database in POSTGRESQL:
        return value.replace("T", " ").replace("+00:00", "+00")
    return value


def read_field(field: str, kind: Kind) -> Any:
    """A field's text, or the document or floating-point number that it is."""
    if kind is Kind.REAL and field:
        return str(float(field))
    if kind is not Kind.JSON:
        return field
    return exact(field) if field else None
