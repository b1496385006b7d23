"""Faults of what was left on a connection: nobody after sees it."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest
from flask import abort

from service import create_app
from service.asgi import AsyncFlask
from service.settings import load_settings
from service.testing import client, running
from tests.figures import measured
from tests.reliability.trial import until

pytestmark = pytest.mark.slow
WAYS = ("return", "raise", "wait")
TURNS, SEERS = 1000, 10
LEFT = {
    "postgresql": (
        "begin; set local application_name = 'left'; set local role reader",
        "begin; select set_config('app.user', 'left', true)",
        "begin; create temp table left_over (n int) on commit drop",
        "begin; select pg_advisory_xact_lock(1)",
        "begin; set application_name = 'left'; set role reader; listen left_over; create temp table left_over (n int)",
        "set application_name = 'left'; set search_path = pg_catalog",
        "select set_config('app.user', 'left', false)",
        "set role reader",
        "set session authorization reader",
        "create temp table left_over (n int)",
        "select pg_advisory_lock(1), pg_advisory_lock_shared(2)",
        "listen left_over",
        "prepare left_over as select 1",
        "declare left_over cursor with hold for select 1",
        "set session characteristics as transaction read only",
    ),
    "sqlite": (
        "begin immediate; pragma foreign_keys = off; create table main.left_over (n)",
        "begin immediate; create temp table left_over (n)",
        "pragma foreign_keys = off",
        "pragma query_only = on",
        "pragma busy_timeout = 1",
        "attach ':memory:' as left_over",
        "create temp view left_over as select 1",
        "pragma case_sensitive_like = on",
    ),
}
SEEN = {
    "postgresql": """select current_user = 'reader' or session_user = 'reader'
        or current_setting('application_name') = 'left' or current_setting('search_path') = 'pg_catalog'
        or coalesce(current_setting('app.user', true), '') = 'left'
        or current_setting('default_transaction_read_only') = 'on' or to_regclass('pg_temp.left_over') is not null
        or exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())
        or exists (select from pg_listening_channels()) or exists (select from pg_cursors where name = 'left_over')
        or exists (select from pg_prepared_statements where from_sql)""",
    "sqlite": """select not (select foreign_keys from pragma_foreign_keys)
        or (select query_only from pragma_query_only) or (select timeout <> 5000 from pragma_busy_timeout)
        or exists (select 1 from pragma_database_list where name = 'left_over')
        or exists (select 1 from temp.sqlite_schema)
        or exists (select 1 from main.sqlite_schema where name = 'left_over')
        or 'A' not like 'a'""",
}


@pytest.mark.parametrize("name", ["postgresql", "sqlite"])
async def test_nothing_is_left_on_a_connection(name: str, request: pytest.FixtureRequest) -> None:
    """Fault 16: of a setting, a role, a temporary table, a lock, LISTEN, a prepared statement, a cursor, an attached
    file or an open transaction that 1 000 requests left on the only connection, 10 000 others saw none."""
    app = _leaving(request.getfixturevalue(f"{name}_url"), name)
    pool = app.extensions["poolgate"].database.pool
    async with running(app), client(app) as http:
        if name == "postgresql":
            await pool.execute("create role reader")
        connects = pool.stats().connects
        began = monotonic()
        try:
            sightings = 0
            for turn in range(TURNS):
                number, way = turn % len(LEFT[name]), WAYS[turn // len(LEFT[name]) % len(WAYS)]
                app.extensions["left"] = left = asyncio.Event()
                task = asyncio.create_task(http.get(f"/leave/{number}/{way}"))
                await left.wait()
                if way == "wait":
                    task.cancel()
                seen = await asyncio.gather(*(http.get("/seen") for _ in range(SEERS)))
                await asyncio.gather(task, return_exceptions=True)
                sightings += sum(answer.json()["seen"] for answer in seen)
            measured(16, f"{sightings} sightings by {TURNS * SEERS} requests in {monotonic() - began:.1f} s")
            assert sightings == 0
            await until(lambda: pool.stats().checking == 0)
            assert pool.stats().in_use == pool.stats().waiting == 0
            assert pool.stats().connects == connects  # it was the same connection all the time
        finally:
            if name == "postgresql":
                await pool.execute("drop role reader")


def _leaving(url: str, name: str) -> AsyncFlask:
    app = create_app(load_settings(database_url=url, pool_min_size=1, pool_max_size=1))
    pool = app.extensions["poolgate"].database.pool

    @app.get("/leave/<int:number>/<how>")
    async def leave(number: int, how: str) -> dict[str, int]:
        try:
            async with pool.lease(readonly=False) as lease:
                await lease.script(LEFT[name][number])
                if how == "raise":
                    abort(409)
                if how == "wait":
                    app.extensions["left"].set()
                    await asyncio.sleep(60)
        finally:
            app.extensions["left"].set()
        return {}

    @app.get("/seen")
    async def seen() -> dict[str, bool]:
        async with pool.lease(readonly=False) as lease:
            return {"seen": bool(await lease.fetchval(SEEN[name]))}

    return app
