"""Writing over HTTP: every row of the tables of cases, on the databases it holds for; what it changed is looked up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import cases_delete
import cases_insert
import cases_put
import cases_update
import cases_upsert
import cases_write_preferences
import cases_write_types
import httpx
import pytest
import pytest_asyncio
from case import BOTH, by_value, exact
from write_case import WriteCase
from written import DATA, PostgresqlWritten, Rows, SqliteWritten, Written, changes, spelled

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

PREFIX = "/rest/v1/"
APPS: dict[str, dict[str, Any]] = {
    "plain": {"db_tx_end": "commit-allow-override", "db_max_rows": 2, "db_aggregates_enabled": True},
    "profiles": {"db_schemas": ("public", "v1")},
    "commits": {"db_tx_end": "commit"},
    "rolls back": {"db_tx_end": "rollback"},
    "rolls back unless told": {"db_tx_end": "rollback-allow-override"},
}
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Bench:
    """A database, the applications on it, and its rows in the beginning."""

    database: str
    written: Written
    clients: dict[str, httpx.AsyncClient]
    before: Rows


def table(cases: ModuleType) -> pytest.MarkDecorator:
    """Parametrizes a test by a table of cases, each on the databases it holds for."""
    return pytest.mark.parametrize(
        "bench, case",
        [
            pytest.param(database, case, id=f"{database}: {case.name}")
            for database in BOTH
            for case in cases.CASES
            if database in case.on
        ],
        indirect=["bench"],
    )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def benches(templates: Any) -> AsyncIterator[dict[str, Bench]]:
    """The databases and their applications: a database is filled anew for each case, which takes a few milliseconds."""
    async with AsyncExitStack() as stack:
        found = {}
        for database in BOTH:
            url = await stack.enter_async_context(templates(database, DATA / f"writes_{database}.sql").fresh())
            clients = {}
            for name, options in APPS.items():
                if name == "profiles" and database != "postgresql":
                    continue
                app = create_app(Settings(database_url=url, anonymous="write", pool_min_size=1, **options))
                await stack.enter_async_context(running(app))
                clients[name] = await stack.enter_async_context(client(app))
            written = SqliteWritten(url) if database == "sqlite" else await PostgresqlWritten.open(url)
            stack.push_async_callback(written.close)
            await written.fill()
            found[database] = Bench(database, written, clients, await written.rows())
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def bench(request: pytest.FixtureRequest, benches: dict[str, Bench]) -> Bench:
    """The bench of the parametrization's database, filled anew."""
    found = benches[request.param]
    await found.written.fill()
    return found


async def check(case: WriteCase, bench: Bench) -> None:
    """Asks, and holds the answer and the database against the case."""
    headers = dict(case.headers)
    if case.prefer is not None:
        headers["Prefer"] = case.prefer
    content = case.body.encode() if isinstance(case.body, str) else case.body
    http = bench.clients[case.app]
    asking = http.request(case.method, PREFIX + case.url, content=content, headers=headers)
    answer = await asyncio.wait_for(asking, timeout=60)
    assert answer.status_code == case.status, answer.text
    for name, value in case.answers.items():
        assert answer.headers.get(name) == value, name
    if case.status >= 400 or case.code is not None:
        check_error(case, answer)
    else:
        check_body(case, answer, bench.database)
    assert changes(bench.before, await bench.written.rows()) == spelled(case.changes)


def check_body(case: WriteCase, answer: httpx.Response, database: str) -> None:
    """The body, and the headers that say what it is."""
    if case.answer is not None:
        compare = exact if database == "postgresql" else by_value
        assert compare(answer.content) == compare(case.answer), answer.text
    elif case.text is not None:
        assert answer.content.decode() == case.text
    else:
        assert answer.content == b""
        assert "Content-Type" not in answer.headers
        assert answer.headers.get("Content-Length") == (None if case.status == 204 else "0")


def check_error(case: WriteCase, answer: httpx.Response) -> None:
    """An error has four keys and says what it is about, in JSON."""
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    error = answer.json()
    assert list(error) == ["code", "message", "details", "hint"]
    assert case.code is None or error["code"] == case.code, error
    assert error["message"]
    told = json.dumps([error["message"], error["details"], error["hint"]], ensure_ascii=False)
    for text in case.mentions:
        assert text in told


@table(cases_insert)
async def test_insert(bench: Bench, case: WriteCase) -> None:
    """An insert adds exactly the rows of its body, and answers what was asked of them."""
    await check(case, bench)


@table(cases_update)
async def test_update(bench: Bench, case: WriteCase) -> None:
    """An update changes exactly the rows and columns it names, and answers what was asked of them."""
    await check(case, bench)


@table(cases_delete)
async def test_delete(bench: Bench, case: WriteCase) -> None:
    """A delete removes exactly the rows it names, and answers what was asked of them."""
    await check(case, bench)


@table(cases_upsert)
async def test_upsert(bench: Bench, case: WriteCase) -> None:
    """A row that is there already is merged with the new one, or left alone, as the request says."""
    await check(case, bench)


@table(cases_put)
async def test_put(bench: Bench, case: WriteCase) -> None:
    """PUT makes the one row that its URL names what its body says."""
    await check(case, bench)


@table(cases_write_preferences)
async def test_preferences(bench: Bench, case: WriteCase) -> None:
    """A preference has its effect where it applies, and the answer says which did."""
    await check(case, bench)


@table(cases_write_types)
async def test_types(bench: Bench, case: WriteCase) -> None:
    """A database's own types, tables and views are written as they are read."""
    await check(case, bench)
