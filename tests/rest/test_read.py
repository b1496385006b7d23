"""Reading tables over HTTP: every row of the tables of cases, on the databases it holds for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import cases_aggregates
import cases_computed
import cases_corners
import cases_embed_errors
import cases_embed_filters
import cases_embed_inner
import cases_embed_pages
import cases_embed_values
import cases_embedding
import cases_errors
import cases_groups
import cases_logic
import cases_media
import cases_names
import cases_operators
import cases_order
import cases_pages
import cases_profiles
import cases_select
import cases_spreads
import cases_values
import cases_views
import httpx
import pytest
import pytest_asyncio
from case import BOTH, POSTGRESQL, Case, by_value, exact

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

DATA = Path(__file__).parent / "data"
PREFIX = "/rest/v1/"
APPS: dict[str, dict[str, Any]] = {
    "plain": {"db_max_rows": None},
    "limited": {"db_max_rows": 3},
    "aggregates": {"db_max_rows": None, "db_aggregates_enabled": True},
    "plans": {"db_max_rows": None, "db_plan_enabled": True},
    "profiles": {"db_max_rows": None, "db_schemas": ("public", "v1")},
}
pytestmark = pytest.mark.asyncio(loop_scope="module")


def table(cases: ModuleType) -> pytest.MarkDecorator:
    """Parametrizes a test by a table of cases, each on the databases it holds for."""
    return pytest.mark.parametrize(
        "answered, case",
        [
            pytest.param((database, case.app), case, id=f"{database}: {case.name}")
            for database in BOTH
            for case in cases.CASES
            if database in case.on
        ],
        indirect=["answered"],
    )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def applications(templates: Any) -> AsyncIterator[dict[tuple[str, str], httpx.AsyncClient]]:
    """Clients of running applications, one for each database and configuration: reading leaves nothing behind."""
    async with AsyncExitStack() as stack:
        clients = {}
        for database in BOTH:
            template = templates(database, DATA / f"{database}.sql")
            url = await stack.enter_async_context(template.fresh())
            for name, options in APPS.items():
                if name == "profiles" and database not in POSTGRESQL:
                    continue
                app = create_app(Settings(database_url=url, anonymous="read", **options))
                await stack.enter_async_context(running(app))
                clients[database, name] = await stack.enter_async_context(client(app))
        yield clients


@pytest.fixture
def answered(request: pytest.FixtureRequest, applications: dict[tuple[str, str], httpx.AsyncClient]) -> Any:
    """What the parametrization asked for: the database's name, and a client of the right application on it."""
    return request.param[0], applications[request.param]


async def check(case: Case, database: str, http: httpx.AsyncClient) -> None:
    """Asks, and holds the answer against the case."""
    answer = await asyncio.wait_for(http.request(case.method, PREFIX + case.url, headers=case.headers), timeout=60)
    assert answer.status_code == case.status, answer.text
    for name, value in case.answers.items():
        assert answer.headers.get(name) == value, name
    if case.method in ("HEAD", "OPTIONS") and not case.code:
        assert answer.content == b""
    elif case.status >= 400:
        check_error(case, answer)
    elif case.content is not None:
        assert answer.content == case.content
    elif case.text is not None:
        assert answer.content.decode() == case.text
    elif case.body is not None:
        assert same(answer.content, case.body, database), answer.text


def same(got: bytes, expected: str, database: str) -> bool:
    """The same JSON: to the digit from PostgreSQL; SQLite's REAL has no digits of its own, there the value counts."""
    if database in POSTGRESQL:
        return bool(exact(got) == exact(expected))
    return bool(by_value(got) == by_value(expected))


def check_error(case: Case, answer: httpx.Response) -> None:
    """An error has four keys and says what it is about, in JSON."""
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    error = answer.json()
    assert list(error) == ["code", "message", "details", "hint"]
    assert case.code is None or error["code"] == case.code, error
    assert isinstance(error["message"], str)
    assert error["message"]
    told = json.dumps([error["message"], error["details"], error["hint"]], ensure_ascii=False)
    for text in case.mentions:
        assert text in told
    if case.hint is not None:
        assert case.hint in (error["hint"] or ""), error


@table(cases_operators)
async def test_operators(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """Every operator finds exactly the rows it must, on values of every type, and refuses values that are not of it."""
    await check(case, *answered)


@table(cases_logic)
async def test_logic(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """Conditions combine by and, or and not to any depth."""
    await check(case, *answered)


@table(cases_select)
async def test_select(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """The answer has the columns that were asked for, in that order, under the names and types that were asked for."""
    await check(case, *answered)


@table(cases_order)
async def test_order(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """Rows come in the order asked for, nulls where the dialect puts them."""
    await check(case, *answered)


@table(cases_pages)
async def test_pages(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """A page is the part asked for, and its headers and status say which part of how many."""
    await check(case, *answered)


@table(cases_values)
async def test_values(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """Every value comes out exactly as it is stored."""
    await check(case, *answered)


@table(cases_names)
async def test_names(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """Any name the database takes can be asked for."""
    await check(case, *answered)


@table(cases_profiles)
async def test_profiles(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """A schema is read only if it is exposed and asked for."""
    await check(case, *answered)


@table(cases_errors)
async def test_errors(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """A request that cannot be answered gets the status, the code and the hint that tell the caller why."""
    await check(case, *answered)


@table(cases_corners)
async def test_corners(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """What no list of features names works as its parts do."""
    await check(case, *answered)


@table(cases_views)
async def test_views(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """What can be embedded in a table can be embedded in a view over it, and the view in the others."""
    await check(case, *answered)


@table(cases_computed)
async def test_computed(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """A function of a row is read like a column of it, or embedded like what it is related to; it never writes."""
    await check(case, *answered)


@table(cases_embedding)
async def test_embedding(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """What is related comes in the row that it is related to, under the name it was asked for by."""
    await check(case, *answered)


@table(cases_embed_values)
async def test_embed_values(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """Whatever anything is called and whatever is in it, an embed has it as it is."""
    await check(case, *answered)


@table(cases_embed_filters)
async def test_embed_filters(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """What is asked of an embed shapes that alone; rows can be ordered by what is embedded in them."""
    await check(case, *answered)


@table(cases_embed_inner)
async def test_embed_inner(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """Rows can be chosen by whether there is anything in an embed."""
    await check(case, *answered)


@table(cases_spreads)
async def test_spreads(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """A spread lifts columns: one value of a to-one relation, an array of a to-many one."""
    await check(case, *answered)


@table(cases_aggregates)
async def test_aggregates(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """Rows are grouped by what is selected beside aggregates, nulls for a value like any other."""
    await check(case, *answered)


@table(cases_groups)
async def test_groups(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """Related rows are aggregated for each row, or lifted and aggregated with it; groups can be chosen."""
    await check(case, *answered)


@table(cases_embed_errors)
async def test_embed_errors(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """What cannot be done is refused with the code and the names that say why."""
    await check(case, *answered)


@table(cases_embed_pages)
async def test_embed_pages(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """Counts and pages are of the rows that are answered, whatever is embedded in them."""
    await check(case, *answered)


@pytest.mark.parametrize("database", BOTH)
async def test_the_ways_to_choose_from(applications: dict[tuple[str, str], httpx.AsyncClient], database: str) -> None:
    """An embed that may mean several relationships is answered with each of them, and the hint that means it."""
    answer = await applications[database, "plain"].get(f"{PREFIX}tags?select=books(authors(name))")
    assert answer.status_code == 300
    assert answer.json()["details"] == [
        {
            "cardinality": "many-to-one",
            "relationship": f"books_{column}_fkey using books({column}) and authors(id)",
            "embedding": "books with authors",
        }
        for column in ("author_id", "editor_id")
    ]
    for way in ("authors!books_author_id_fkey", "authors!books_editor_id_fkey"):
        assert f"'{way}'" in answer.json()["hint"]
        chosen = await applications[database, "plain"].get(f"{PREFIX}tags?select=books({way}(name))")
        assert chosen.status_code == 200


@pytest.mark.parametrize("database", BOTH)
async def test_a_junction_to_choose(applications: dict[tuple[str, str], httpx.AsyncClient], database: str) -> None:
    """Of many-to-many relationships the answer says the junction and both of its foreign keys."""
    answer = await applications[database, "plain"].get(f"{PREFIX}authors?select=authors!follows(name)")
    to, by = "follows_followed_id_fkey", "follows_follower_id_fkey"
    assert [each["relationship"] for each in answer.json()["details"]] == [
        f"follows using {to}(followed_id) and {by}(follower_id)",
        f"follows using {by}(follower_id) and {to}(followed_id)",
    ]
    assert [each["cardinality"] for each in answer.json()["details"]] == ["many-to-many", "many-to-many"]


@table(cases_media)
async def test_media(answered: tuple[str, httpx.AsyncClient], case: Case) -> None:
    """The answer is of the first type asked for that can be made, and says so."""
    await check(case, *answered)


async def test_values_are_compared_exactly() -> None:
    """The comparison these tests rest on tells apart what JSON libraries blur."""
    assert not same(b"[1.10]", "[1.1]", "postgresql")
    assert not same(b'[{"a":1,"b":2}]', '[{"b":2,"a":1}]', "sqlite")
    assert not same(b"[9007199254740993]", "[9007199254740992]", "sqlite")
    assert not same(b"[true]", "[1]", "sqlite")
    assert same(b"[1.0e+308]", "[1e308]", "sqlite")
    with pytest.raises(ValueError, match="NaN is no JSON"):
        same(b"[NaN]", "[null]", "postgresql")
