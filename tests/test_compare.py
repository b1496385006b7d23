"""The comparison, from the shell and from the page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from click.testing import CliRunner

from service.app import create_app
from service.asgi import AsyncFlask
from service.catalog.model import Catalog
from service.cli import main
from service.compare import Comparison, Query, Side, compare, compare_database, judge, query_of
from service.database import open_database
from service.errors import PoolgateError
from service.settings import Settings
from service.testing import client, running

START = {"X-Poolgate": "compare"}
PATH = "/-/pool/compare"


def settings(url: str, **others: Any) -> Settings:
    return Settings(database_url=url, pool_max_size=3, **others)


async def test_both_sides_are_measured(data_url: str) -> None:
    """The pool opens few connections, the other side one for each request; all are told."""
    done = await compare_database(settings(data_url), requests=40, clients=4, seconds=20)
    for side in (done.pooled, done.per_request):
        assert (side.requests, side.failed) == (40, 0)
        assert 0 < side.p50 <= side.p99 <= side.seconds
        assert side.per_second == pytest.approx(40 / side.seconds)
    assert 1 <= done.pooled.opened <= 3
    assert done.per_request.opened == 40
    assert done.open_seconds > 0
    assert done.query.endswith("?limit=20")
    assert len(done.sentences) in (2, 3)


async def test_on_postgresql_the_pool_wins(postgresql_url: str) -> None:
    """There a connection costs many times what a query does; and no connection is left behind."""
    done = await compare_database(settings(postgresql_url), requests=60, clients=3, seconds=20)
    assert (done.query, done.pooled.verdict, done.per_request.verdict) == ("select 1", "good", "bad")
    assert done.pooled.per_second > 2 * done.per_request.per_second
    connection = await asyncpg.connect(postgresql_url)
    try:
        async with asyncio.timeout(10):
            while await connection.fetchval(OTHERS):  # noqa: ASYNC110  # a backend ends a moment after its client
                await asyncio.sleep(0.02)
    finally:
        await connection.close()


OTHERS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


async def test_the_time_is_bounded(sqlite_url: str) -> None:
    """A side stops when its time is over, though it has made fewer requests."""
    done = await compare_database(settings(sqlite_url), requests=10**9, clients=2, seconds=0.2)
    for side in (done.pooled, done.per_request):
        assert 0 < side.requests < 10**9
        assert side.seconds < 5


async def test_what_cannot_be_asked_is_said(sqlite_url: str) -> None:
    """Where nothing succeeds there are no numbers, but the database's own reason."""
    database = open_database(settings(sqlite_url))
    await database.pool.open()
    try:
        with pytest.raises(PoolgateError, match="parse"):
            await compare(settings(sqlite_url), database, Query("bad", "select from where"), requests=4, clients=2)
    finally:
        await database.close(5)


def side(per_second: float) -> Side:
    return Side(100, 0, 1.0, 0.001, 0.002, per_second, 10)


@pytest.mark.parametrize(
    "pooled, other, verdicts",
    [(200, 100, ("good", "bad")), (111, 100, ("good", "bad")), (105, 100, ("even", "even")),
     (95, 100, ("even", "even")), (80, 100, ("bad", "good"))],
)  # fmt: skip
def test_the_verdict_follows_the_numbers(pooled: float, other: float, verdicts: tuple[str, str]) -> None:
    """A tenth more requests a second is good, for whichever side; less than that is neither."""
    assert tuple(each.verdict for each in judge(side(pooled), side(other))) == verdicts


@pytest.mark.parametrize(
    "pooled, other, word", [(200, 100, "2.0 times as many"), (100, 100, "about as well"), (50, 100, "the pool lost")]
)
def test_the_sentences_are_honest(pooled: float, other: float, word: str) -> None:
    """Where the pool does not win, that is said, and what it is for all the same."""
    sides = judge(side(pooled), side(other))
    done = Comparison("q", 1, *sides, open_seconds=0.004, connecting="It costs.")
    assert word in done.sentences[0]
    assert "4 ms" in done.sentences[1]
    assert done.sentences[1].endswith("It costs.")
    assert any("the bound" in each for each in done.sentences) is (pooled <= other)


async def test_without_a_table_the_query_is_select_1() -> None:
    """Before the schema is known too."""
    assert query_of(None, "sqlite").sql == "select 1"
    assert query_of(Catalog(("main",), {}, 1), "sqlite").sql == "select 1"


@pytest.mark.slow
def test_the_command_prints_a_table(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line a measure, a column a side, a verdict, and the exit status 0."""
    monkeypatch.setenv("POOLGATE_DATABASE_URL", "")
    flags = ("--database", sqlite_url, "--requests", "20", "--clients", "2", "--seconds", "5")
    result = CliRunner().invoke(main, ["compare", *flags])
    assert result.exit_code == 0, result.output
    rows = dict(re.findall(r"^(\S.*?)  +(\S.*)$", result.output, re.MULTILINE))
    assert list(rows)[-7:] == [
        "requests", "failed", "requests a second", "p50", "p99", "connections opened", "verdict",
    ]  # fmt: skip
    assert re.split(" {2,}", rows["requests"]) == ["20", "20"]
    assert set(re.split(" {2,}", rows["verdict"])) in ({"good", "bad"}, {"even"})
    assert "\nHalf of 20 connections" in result.output


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    """A database that is none is one line, and no exit status 0."""
    (tmp_path / "letter.txt").write_text("Dear reader, " * 100)
    result = CliRunner().invoke(main, ["compare", "--database", f"sqlite:///{tmp_path}/letter.txt"])
    assert result.exit_code == 2
    assert result.output.startswith("poolgate: DATABASE_URL")


@pytest.fixture
async def app(sqlite_url: str) -> AsyncIterator[AsyncFlask]:
    app = create_app(settings(sqlite_url))
    async with running(app):
        yield app


@pytest.fixture
async def http(app: AsyncFlask) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as http:
        yield http


async def test_the_page_starts_it(http: httpx.AsyncClient) -> None:
    """The answer has both sides, and the pool that serves did one of them."""
    before = (await http.get("/-/pool")).json()["acquired"]
    answer = await http.post(PATH, headers=START)
    assert answer.status_code == 200
    told = answer.json()
    assert told["pooled"]["requests"] == told["per_request"]["requests"] == 400
    assert (await http.get("/-/pool")).json()["acquired"] == before + 400


@pytest.mark.parametrize("headers", [{}, {"X-Poolgate": "x"}, {"Content-Type": "application/x-www-form-urlencoded"}])
async def test_other_sites_cannot_start_it(headers: dict[str, str], http: httpx.AsyncClient) -> None:
    """Without the header, which only a page of ours or a program can send, nothing happens; nor by a GET."""
    before = (await http.get("/-/pool")).json()["acquired"]
    answer = await http.post(PATH, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "PGATE400")
    assert (await http.get(PATH, headers=START)).status_code == 405
    preflight = await http.options(PATH, headers={"Origin": "http://evil.example"})
    assert "Access-Control-Allow-Headers" not in preflight.headers
    assert (await http.get("/-/pool")).json()["acquired"] == before


async def test_one_runs_at_a_time(http: httpx.AsyncClient) -> None:
    """A second one is told to come later, and after the first has ended another may run."""
    first = asyncio.create_task(http.post(PATH, headers=START))
    while (await http.get("/-/pool")).json()["acquired"] < 10:  # noqa: ASYNC110  # it has begun then
        await asyncio.sleep(0)
    second = await http.post(PATH, headers=START)
    assert (second.status_code, second.headers["Retry-After"]) == (503, "1")
    assert (await first).status_code == 200
    assert (await http.post(PATH, headers=START)).status_code == 200
