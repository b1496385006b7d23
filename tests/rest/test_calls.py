"""Functions called over HTTP: the table of cases, and what they do and leave behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import calls_cases
import httpx
import pytest
import pytest_asyncio
from case import BOTH, POSTGRESQL
from test_read import check_error, same

from service.app import create_app
from service.migrate import migrate
from service.settings import Settings
from service.testing import client, running
from tests.database.opened import until

CALLS = Path(__file__).parent / "data" / "calls.sql"
RPC = "/rest/v1/rpc/"
APPS: dict[str, dict[str, Any]] = {
    "plain": {"db_plan_enabled": True, "db_aggregates_enabled": True},
    "limited": {"db_max_rows": 2},
    "profiles": {"db_schemas": ("public", "hidden")},
    "searched": {"db_extra_search_path": ("hidden",)},
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def applications(templates: Any) -> AsyncIterator[dict[tuple[str, str], httpx.AsyncClient]]:
    """Clients of running applications, one for each database and configuration."""
    async with AsyncExitStack() as stack:
        clients = {}
        for database in BOTH:
            url = await stack.enter_async_context(templates(database, CALLS if database in POSTGRESQL else "").fresh())
            for name, options in APPS.items() if database in POSTGRESQL else (("plain", {}),):
                app = create_app(Settings(database_url=url, anonymous="write", **options))
                await stack.enter_async_context(running(app))
                clients[database, name] = await stack.enter_async_context(client(app))
        yield clients


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("database", "case"),
    [
        pytest.param(database, case, id=f"{database}: {case.name} {str(case.sends or '')[:80]}")
        for case in calls_cases.CASES
        for database in case.on
    ],
)
async def test_calls(
    applications: dict[tuple[str, str], httpx.AsyncClient], database: str, case: calls_cases.Call
) -> None:
    """Every call gets exactly its answer."""
    http = applications[database, case.app]
    asked = http.request(case.method, f"/rest/v1/{case.url}", headers=case.headers, content=case.sends)
    answer = await asyncio.wait_for(asked, timeout=60)
    assert answer.status_code == case.status, answer.text
    for name, value in case.answers.items():
        assert answer.headers.get(name) == value, name
    if (case.method in ("HEAD", "OPTIONS") and not case.code) or case.status == 204 or case.body == "":
        assert answer.content == b""
    elif case.code or (case.status >= 400 and case.body is None):
        check_error(case, answer)
    elif case.content is not None:
        assert answer.content == case.content
    elif case.text is not None:
        assert answer.text == case.text
    elif case.body is not None:
        assert same(answer.content, case.body, database), answer.text


@asynccontextmanager
async def serving(
    templates: Any, *, migrated: bool = False, role: str | None = None, **settings: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Any]]:
    """A client, and a connection of the test's own, on a fresh database; with the service's own tables if wanted.

    Args:
        role: is made before the start, for callers without credentials, and taken away at the end.
    """
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(templates("postgresql", CALLS).fresh())
        if migrated:
            await migrate(url)
        connection = await asyncpg.connect(url)
        stack.push_async_callback(connection.close)
        if role is not None:
            await connection.execute(f"create role {role} nologin")
            stack.push_async_callback(connection.execute, f"drop owned by {role}; drop role {role}")
        app = create_app(Settings(database_url=url, db_anon_role=role, **{"anonymous": "write", **settings}))
        await stack.enter_async_context(running(app))
        http = await stack.enter_async_context(client(app))
        yield http, connection


async def test_what_a_function_writes_is_there(templates: Any) -> None:
    """A volatile function called by POST changes what it changes; the same by GET changes nothing."""
    async with serving(templates) as (http, connection):
        answer = await http.post(RPC + "rename_projects", json={"low": 1, "high": 2, "name": "Renamed"})
        assert [each["name"] for each in answer.json()] == ["Renamed", "Renamed"]
        assert await connection.fetchval("select count(*) from projects where name = 'Renamed'") == 2
        assert (await http.get(RPC + "rename_projects?low=3&high=3&name=x")).status_code == 405
        assert await connection.fetchval("select name from projects where id = 3") == "Tower"


async def test_with_a_key_it_is_called_once(templates: Any) -> None:
    """A call with an Idempotency-Key that comes again gets the first answer; so it is under a role without rights."""
    for role in (None, "rpc_once"):
        async with serving(templates, migrated=True, role=role) as (http, connection):
            if role is not None:
                await connection.execute(f"grant insert on log to {role}")
            for replayed in (None, "true"):
                answer = await http.post(RPC + "write_log", json={"line": "a"}, headers={"Idempotency-Key": "k"})
                assert (answer.status_code, answer.headers.get("Idempotent-Replayed")) == (204, replayed)
            assert await connection.fetchval("select count(*) from log") == 1


@pytest.mark.parametrize(
    "query", ["", "?limit=0", "?offset=5", "?select=n:count_calls", "?count_calls=eq.0", "?order=count_calls"]
)
async def test_a_function_is_called_once(templates: Any, query: str) -> None:
    """Whatever is read of it, counted or not, a function is called exactly once for a request."""
    async with serving(templates) as (http, connection):
        await http.post(RPC + "count_calls" + query)
        assert await connection.fetchrow("select last_value, is_called from calls") == (1, True)
        await http.post(RPC + "count_calls" + query, headers={"Prefer": "count=exact"})
        assert await connection.fetchval("select last_value from calls") == 2
        await http.post(RPC + "rename_projects?limit=1", json={"low": 1, "high": 3, "name": "x"})
        assert await connection.fetchval("select count(*) from projects where name = 'x'") == 3


async def test_what_is_refused_is_undone(templates: Any) -> None:
    """An error, too many rows, no single row, and headers that cannot be sent: each leaves nothing behind."""
    async with serving(templates) as (http, connection):
        renaming = {"low": 1, "high": 3, "name": "x"}
        strict = {"Prefer": "handling=strict, max-affected=2"}
        assert (await http.post(RPC + "rename_projects", json=renaming, headers=strict)).json()["code"] == "PGRST124"
        single = {"Accept": "application/vnd.pgrst.object+json"}
        assert (await http.post(RPC + "rename_projects", json=renaming, headers=single)).json()["code"] == "PGRST116"
        assert (await http.post(RPC + "fail_with", json={"code": "PT409", "message": "no"})).status_code == 409
        assert await connection.fetchval("select count(*) from projects where name = 'x'") == 0
        assert await connection.fetchval("select count(*) from log") == 0


@pytest.mark.parametrize(
    ("end", "preference", "lasts", "applied"),
    [
        ("commit", None, True, None),
        ("commit", "tx=rollback", True, None),
        ("commit-allow-override", "tx=rollback", False, "tx=rollback"),
        ("rollback", None, False, None),
        ("rollback", "tx=commit", False, None),
        ("rollback-allow-override", "tx=commit", True, "tx=commit"),
    ],
)
async def test_how_a_transaction_ends(
    templates: Any, end: str, preference: str | None, lasts: bool, applied: str | None
) -> None:
    """DB_TX_END says, and the request where it may."""
    async with serving(templates, db_tx_end=end) as (http, connection):
        headers = {} if preference is None else {"Prefer": preference}
        answer = await http.post(RPC + "write_log", json={"line": "x"}, headers=headers)
        assert answer.status_code == 204
        assert answer.headers.get("Preference-Applied") == applied
        assert await connection.fetchval("select count(*) from log") == int(lasts)


async def test_a_transaction_in_the_way(templates: Any) -> None:
    """What another transaction was in the way of is done once more, as a whole; then the caller is to come again."""
    async with serving(templates) as (http, connection):
        assert (await http.post(RPC + "in_the_way", json={"times": 1})).json() == 1
        await connection.execute("truncate log; alter sequence calls restart")
        answer = await http.post(RPC + "in_the_way", json={"times": 2})
        assert (answer.status_code, answer.json()["code"]) == (503, "40001")
        assert answer.headers["Retry-After"] == "1"
        assert await connection.fetchval("select count(*) from log") == 0


@pytest.mark.parametrize("preference", ["tx=commit", "tx=rollback"])
async def test_constraints_that_wait_show(templates: Any, preference: str) -> None:
    """A deferred constraint is violated at the end of the transaction, however that is."""
    async with serving(templates, db_tx_end="commit-allow-override") as (http, _):
        answer = await http.post(RPC + "late_violation", json={}, headers={"Prefer": preference})
        assert (answer.status_code, answer.json()["code"]) == (409, "23503")


async def test_who_may_only_read(templates: Any) -> None:
    """Who may read calls what runs read-only: any function by GET, by POST those that say they change nothing."""
    async with serving(templates, anonymous="read") as (http, connection):
        assert (await http.post(RPC + "add_them", json={"a": 1, "b": 2})).json() == 3
        assert (await http.get(RPC + "give_array")).json() == [1, 2, 3]
        answer = await http.post(RPC + "write_log", json={"line": "x"})
        assert (answer.status_code, answer.json()["code"]) == (401, "PGRST302")
        assert await connection.fetchval("select count(*) from log") == 0


async def test_who_may_nothing(templates: Any) -> None:
    """Who may not even read is told nothing of which functions there are."""
    async with serving(templates, anonymous="none") as (http, _):
        for name in ("add_them", "no_such_function"):
            answer = await http.post(RPC + name, json={})
            assert (answer.status_code, answer.json()["code"]) == (401, "PGRST302")


async def test_a_role_calls_what_it_may(templates: Any) -> None:
    """With DB_ANON_ROLE the database decides, and the function runs as that role."""
    async with serving(templates, role="rpc_guest", anonymous="none") as (http, connection):
        await connection.execute("revoke execute on function say_hello(text) from public")
        assert (await http.get(RPC + "who")).json() == "rpc_guest"
        refused = await http.get(RPC + "say_hello?name=x")
        assert (refused.status_code, refused.json()["code"]) == (401, "42501")


async def test_nothing_stays_on_the_connection(templates: Any) -> None:
    """What a function sets for the session is gone when the next request has the connection."""
    async with serving(templates, pool_min_size=1, pool_max_size=1) as (http, _):
        before = (await http.get(RPC + "zone")).json()
        assert (await http.post(RPC + "set_zone", json={})).status_code == 204
        assert (await http.get(RPC + "zone")).json() == before != "Asia/Tokyo"
        told = {"status": "418", "headers": '[{"X-A": "1"}]'}
        assert (await http.post(RPC + "give_back", json=told)).status_code == 418
        answer = await http.get(RPC + "zone")
        assert (answer.status_code, answer.headers.get("X-A")) == (200, None)


async def test_two_headers_of_one_name(templates: Any) -> None:
    """A function sets two cookies."""
    async with serving(templates) as (http, _):
        told = {"status": "", "headers": '[{"Set-Cookie": "a=1; Path=/"}, {"Set-Cookie": "b=2"}]'}
        answer = await http.post(RPC + "give_back", json=told)
        assert answer.headers.get_list("Set-Cookie") == ["a=1; Path=/", "b=2"]


async def test_a_repeat_has_both_headers_of_one_name(templates: Any) -> None:
    """What comes again under an Idempotency-Key has every header that the first answer had."""
    async with serving(templates, migrated=True) as (http, _):
        told = {"status": "", "headers": '[{"Set-Cookie": "a=1; Path=/"}, {"Set-Cookie": "b=2"}]'}
        for _ in range(2):
            answer = await http.post(RPC + "give_back", json=told, headers={"Idempotency-Key": "cookies"})
            assert answer.headers.get_list("Set-Cookie") == ["a=1; Path=/", "b=2"]
        assert answer.headers["Idempotent-Replayed"] == "true"


async def test_an_answer_that_is_known_already(templates: Any) -> None:
    """A GET's answer has an ETag, and who has the answer is told that it still holds."""
    async with serving(templates) as (http, _):
        first = await http.get(RPC + "get_projects")
        again = await http.get(RPC + "get_projects", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "ETag" not in (await http.post(RPC + "get_projects", json={})).headers


async def test_filters_reach_into_a_function(templates: Any) -> None:
    """PostgreSQL finds the rows of a function that it can inline by an index on the table."""
    async with serving(templates, db_plan_enabled=True) as (http, _):
        answer = await http.get(RPC + "get_projects?id=eq.1", headers={"Accept": "application/vnd.pgrst.plan"})
        assert "projects_pkey" in answer.text
        assert "Function Scan" not in answer.text


async def test_explaining_a_call_leaves_nothing(templates: Any) -> None:
    """With `analyze` the function is run for its plan, and what it did is undone."""
    async with serving(templates, db_plan_enabled=True) as (http, connection):
        plan = {"Accept": "application/vnd.pgrst.plan+json; options=analyze"}
        answer = await http.post(RPC + "write_log", json={"line": "x"}, headers=plan)
        assert answer.status_code == 200
        assert await connection.fetchval("select count(*) from log") == 0


async def test_a_new_function_is_found(templates: Any) -> None:
    """A function made while the service runs can be called after a reload."""
    async with serving(templates) as (http, connection):
        assert (await http.get(RPC + "made_later")).status_code == 404
        await connection.execute("create function made_later() returns int immutable language sql as 'select 1'")

        async def is_there() -> bool:
            await connection.execute("notify pgrst, 'reload schema'")  # again: it may not have listened yet
            return (await http.get(RPC + "made_later")).status_code == 200

        await until(is_there)
        assert (await http.get(RPC + "made_later")).json() == 1


async def test_requests_are_waited_for_at_the_gate_alone(templates: Any) -> None:
    """What is refused before SQL takes no connection."""
    async with serving(templates) as (http, _):
        before = (await http.get("/-/pool")).json()["acquired"]
        for url in ("zzz", "add_them?a=1", "same_names?arg=1"):
            assert (await http.get(RPC + url)).status_code in (300, 404)
        assert (await http.get("/-/pool")).json()["acquired"] == before
