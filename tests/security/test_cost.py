"""A read that PostgreSQL's planner expects to be too expensive is not run, where a setting says what that is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.app import create_app
from service.errors import SettingsError
from service.settings import Settings, load_settings
from tests.security.bounded_service import recorded, refusal, serving, value_of

SCHEMA = """
create table cheap (id integer primary key, name text);
insert into cheap select n, 'n' || n from generate_series(1, 100000) n;
create view both_times as select a.id, b.name from cheap a cross join cheap b;
create table log (at integer);
create function note() returns integer language sql volatile as 'insert into log values (1) returning at';
analyze;
"""
EXPENSIVE = (403, "PGATE403")


@pytest.fixture
async def url(postgresql_templates: Any) -> AsyncIterator[str]:
    """A table of 100,000 rows and a view of their square."""
    async with postgresql_templates(SCHEMA).fresh() as url:
        yield url


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that requests have run."""
    return recorded(monkeypatch)


REFUSED = [
    ("both_times?order=name&limit=5", {}),
    ("cheap?name=like.*9*&order=name", {}),
    ("both_times?order=name", {"Accept": "text/csv"}),
    ("both_times?order=name", {"Accept": "application/x-ndjson"}),
    ("both_times?limit=1", {"Prefer": "count=exact"}),
    ("both_times?limit=1", {"Prefer": "count=exact", "Accept": "text/csv"}),
    ("both_times?limit=1", {"Prefer": "count=exact", "Accept": "text/csv", "Range": "0-500"}),
]


@pytest.mark.parametrize("path, headers", REFUSED)
async def test_what_is_too_expensive_is_not_run(url: str, trips: list[str], path: str, headers: dict[str, str]) -> None:
    """Security 15: beyond DB_MAX_COST a read is refused, in one piece or as a stream; the answer tells both numbers and
    nothing of the plan, and the connection goes on."""
    async with serving(url, db_max_cost=1000) as (http, pool):
        trips.clear()
        answer = await http.get(f"/rest/v1/{path}", headers=headers)
        assert refusal(answer) == EXPENSIVE
        assert "1000 is allowed" in answer.json()["details"]
        assert "DB_MAX_COST" in answer.json()["hint"]
        assert not any(word in answer.text for word in ("Plan", "Scan", "Sort", "cheap"))
        assert any(text.startswith("EXPLAIN (FORMAT JSON)") for text in trips)
        assert not any(text.startswith(("SELECT", "WITH")) for text in trips)
        assert pool.stats().in_use == 0
        assert (await http.get("/rest/v1/cheap?id=eq.5")).status_code == 200


async def test_what_is_cheap_costs_one_trip_more(url: str, trips: list[str]) -> None:
    """Security 15: a read within the limit is run as ever; the planner was asked once, by the values of the request."""
    async with serving(url, db_max_cost=1000) as (http, _):
        trips.clear()
        assert len((await http.get("/rest/v1/cheap?id=in.(1,2)")).json()) == 2
        assert [text.split()[0] for text in trips] == ["EXPLAIN", "SELECT"]
        for accept in ("text/csv", "application/x-ndjson"):
            answer = await http.get("/rest/v1/cheap?id=lt.200", headers={"Accept": accept})
            assert answer.status_code == 200
        head = await http.head("/rest/v1/cheap?id=eq.1", headers={"Prefer": "count=exact"})
        assert head.headers["Content-Range"] == "0-0/1"


async def test_plans_that_are_run(url: str) -> None:
    """Security 15: a plan may be asked for whatever the read would cost; one that is run to be measured may not."""
    plan = "application/vnd.pgrst.plan+json"
    async with serving(url, db_max_cost=1000, db_plan_enabled=True) as (http, _):
        asked = await http.get("/rest/v1/both_times?order=name", headers={"Accept": plan})
        assert asked.json()[0]["Plan"]["Total Cost"] > 1000
        run = await http.get("/rest/v1/both_times?order=name", headers={"Accept": f"{plan}; options=analyze"})
        assert refusal(run) == EXPENSIVE
        cheap = await http.get("/rest/v1/cheap?id=eq.1", headers={"Accept": f"{plan}; options=analyze"})
        assert cheap.status_code == 200


async def test_it_is_off_as_it_comes(url: str, trips: list[str]) -> None:
    """Security 15: without the setting nobody is asked, and a read is one statement."""
    async with serving(url) as (http, _):
        trips.clear()
        assert (await http.get("/rest/v1/cheap?id=eq.1")).status_code == 200
        assert [text.split()[0] for text in trips] == ["SELECT"]


async def test_asking_runs_nothing(url: str) -> None:
    """Security 15: what it would cost is found out without running it, and so for the reads of a batch."""
    async with serving(url, db_max_cost=1000) as (http, _):
        before = await value_of(url, "select count(*) from log")
        answer = await http.post(
            "/rest/v1/",
            json=[{"method": "POST", "path": "log", "body": {"at": 1}}, {"path": "both_times?order=name"}],
        )
        assert refusal(answer) == EXPENSIVE
        assert await value_of(url, "select count(*) from log") == before


async def test_sqlite_has_no_such_thing(sqlite_url: str) -> None:
    """Security 15: SQLite's planner tells no cost; a limit that would never be kept is refused at the start."""
    with pytest.raises(SettingsError) as caught:
        create_app(Settings(database_url=sqlite_url, db_max_cost=5.0))
    assert caught.value.faults == ("DB_MAX_COST: SQLite's planner tells no cost of a statement; expected none",)


@pytest.mark.parametrize("value", ["0", "-1", "much", "5s", "9" * 400])
def test_costs_that_are_none(value: str) -> None:
    """Security 15: the limit is a number above zero, or none."""
    with pytest.raises(SettingsError, match="expected a number above 0"):
        load_settings(db_max_cost=value)
    assert load_settings(db_max_cost="none").db_max_cost is None
    assert load_settings(db_max_cost="2500.5").db_max_cost == 2500.5
