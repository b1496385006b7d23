"""What is set for a request ends with it, however it ends; and nothing is ever set for a session."""

from __future__ import annotations

import ast
import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.app import PoolgateFlask
from tests.database.opened import until
from tests.security.signed import serving, token
from tests.security.test_roles import as_role

SERVICE = Path(__file__).parents[2] / "service"
SEEN = """
    current_user::text as role, current_setting('work_mem') as work_mem, current_setting('app.plan', true) as plan,
    current_setting('statement_timeout') as patience, current_setting('request.jwt.claims', true) as claims,
    current_setting('request.headers', true) as headers, current_setting('search_path') as path,
    current_setting('response.status', true) as status, current_setting('timezone') as zone,
    current_setting('default_transaction_isolation') as isolation
"""
SCHEMA = f"""
create view seen as select {SEEN};
create table note (id int primary key);
create function fails() returns int language plpgsql as $$ begin
    perform set_config('app.plan', 'set by a function', false), set_config('response.status', '299', false);
    raise 'no';
end $$;
create function slow() returns int language sql volatile as
    'select set_config(''app.plan'', ''set by a function'', false); select pg_sleep(60); select 1';
"""
HAUNT = {"X-Secret": "canary-7f3a", "Prefer": "timezone=Asia/Tokyo"}


@pytest.fixture
async def roles(postgresql_url: str) -> AsyncIterator[tuple[str, str, asyncpg.Connection[Any]]]:
    """The URL of a service, and a role with settings of its own that it may take on."""
    mark = uuid.uuid4().hex[:12]
    service, clerk = f"service_{mark}", f"clerk_{mark}"
    owner = await asyncpg.connect(postgresql_url)
    await owner.execute(
        f"{SCHEMA}; create role {service} login noinherit; create role {clerk}; grant {clerk} to {service};"
        f"grant select on seen, note to {clerk}, {service}; grant insert on note to {clerk};"
        f"alter role {clerk} set work_mem = '9MB'; alter role {clerk} set \"app.plan\" = 'gold';"
        f"alter role {clerk} set statement_timeout = '5s'"
    )
    try:
        yield as_role(postgresql_url, service), clerk, owner
    finally:
        for role in (service, clerk):
            await owner.execute(f"drop owned by {role} cascade; drop role {role}")
        await owner.close()


async def naps(connection: AsyncConnection) -> None:
    await connection.execute(text("select set_config('app.plan', 'set in Python', false), pg_sleep(60)"))


async def breaks(connection: AsyncConnection) -> None:
    await connection.execute(text("select set_config('app.plan', 'set in Python', false)"))
    raise RuntimeError("a view's own fault")


ENDS: dict[str, tuple[str, str, Any]] = {
    "reads": ("GET", "seen", None),
    "streams": ("GET", "seen?limit=500", None),
    "refused": ("DELETE", "note?id=eq.1", None),
    "bad value": ("GET", "note?id=eq.x", None),
    "conflict": ("POST", "note", [{"id": 1}, {"id": 1}]),
    "raises": ("POST", "rpc/fails", {}),
    "times out": ("POST", "rpc/slow", {}),
    "breaks": ("POST", "rpc/breaks", {}),
    "batch": ("POST", "", [{"method": "GET", "path": "seen"}, {"method": "POST", "path": "rpc/fails", "body": {}}]),
}
CUT = {"slow": ("POST", "rpc/slow", {}), "python": ("POST", "rpc/naps", {})}


async def sights(app: PoolgateFlask, http: httpx.AsyncClient) -> list[dict[str, Any]]:
    """What the next ones on the connection see, by each way that there is to it."""
    pool = app.extensions["poolgate"].database.pool
    async with pool.lease() as lease:
        row = await lease.fetchrow(f"select {SEEN}")
        waits = lease.connection._config.command_timeout
    async with pool.acquire() as connection:
        by_view = (await connection.exec_driver_sql(f"select {SEEN}")).mappings().one()
    (asked,) = (await http.get("seen")).json()
    asked["headers"] = "canary" if "canary" in asked["headers"] else ""
    asked["claims"] = asked["claims"] if asked["claims"] != "{}" else ""
    found = [{name: value or "" for name, value in dict(each).items()} for each in (row, by_view, asked)]
    return [{**each, "waits": waits} for each in found]


@pytest.mark.parametrize("end", [*ENDS, *(f"cancelled: {each}" for each in CUT)])
async def test_nothing_is_seen_by_the_next(monkeypatch: pytest.MonkeyPatch, roles: Any, end: str) -> None:
    """Security 3: role, claims, headers, settings and limits of a request end with it, however it ends."""
    url, clerk, owner = roles
    limit = 0.3 if end == "times out" else 5
    await owner.execute(f"alter role {clerk} set statement_timeout = '{1 if end == 'times out' else 20}s'")
    async with serving(monkeypatch, url, anonymous="write", statement_timeout=limit) as (http, app):
        for function in (naps, breaks):
            app.functions.add(function.__name__, function, readonly=False, role=None)
        before = await sights(app, http)
        who = {**token(clerk, tenant="red"), **HAUNT}
        for _ in range(3):
            if end.startswith("cancelled"):
                await cut_off(http, owner, CUT[end.partition(": ")[2]], who)
            else:
                method, path, body = ENDS[end]
                await http.request(method, path, json=body, headers=who)
            assert await sights(app, http) == before
    assert all(each["role"].startswith("service_") and each["work_mem"] == "4MB" for each in before)


async def cut_off(http: httpx.AsyncClient, owner: Any, sent: tuple[str, str, Any], who: dict[str, str]) -> None:
    """Sends a request, and gives it up while the database works on it."""
    method, path, body = sent
    asking = asyncio.create_task(http.request(method, path, json=body, headers=who))
    sleeping = "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
    await until(lambda: owner.fetchval(sleeping))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


@pytest.mark.slow
async def test_many_in_turn(monkeypatch: pytest.MonkeyPatch, roles: Any, full: bool) -> None:
    """Security 3: nobody of ten thousand sees anything of the role that others come as in between."""
    url, clerk, _ = roles
    many = iter(range(10_000 if full else 1_000))
    async with serving(monkeypatch, url, anonymous="read", pool_acquire_timeout=60) as (http, _app):
        await http.get("seen", headers=token(clerk))  # a setting that was never known is null, and empty from then on
        (nobody,) = (await http.get("seen")).json()
        ends = [ENDS[name] for name in ("reads", "refused", "raises", "conflict", "bad value")]

        async def ask_on() -> None:
            for number in many:
                method, path, body = ends[number % len(ends)]
                await http.request(method, path, json=body, headers={**token(clerk), **HAUNT})
                (seen,) = (await http.get("seen")).json()
                assert seen == nobody

        await asyncio.gather(*(ask_on() for _ in range(10)))


# What is written in the package


_SETS = re.compile(
    r"""(?:^|;|\bthen\b|\bbegin\b)\s*set\s+(?!local\b|transaction\b|constraints\b|poolgate_)[\w."]+\s*(?:=|to\b)""",
    re.IGNORECASE,
)
_AS_SESSION = re.compile(r"\bset\s+(?:session\b|role\b)", re.IGNORECASE)
_CALL = re.compile(r"\bset_config\s*\(", re.IGNORECASE)


def texts() -> Iterator[tuple[str, str]]:
    """All texts of the package but those that explain it, each with where it stands; what is filled in is a `_`."""
    for path in sorted(SERVICE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        parts |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.JoinedStr):
                filled = (part.value if isinstance(part, ast.Constant) else "_" for part in node.values)
                yield f"{path.relative_to(SERVICE)}:{node.lineno}", "".join(map(str, filled))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
                yield f"{path.relative_to(SERVICE)}:{node.lineno}", node.value


def session_level(sql: str) -> str | None:
    """What in it sets something for longer than a transaction."""
    found = _SETS.search(sql) or _AS_SESSION.search(sql)
    if found is not None:
        return found[0]
    lasts = (last_argument(sql[call.end() :]) for call in _CALL.finditer(sql))
    return next((last for last in lasts if last.lower() != "true"), None)


def last_argument(sql: str) -> str:
    """Of a call, what follows its opening parenthesis being given."""
    depth, start = 0, 0
    for place, sign in enumerate(sql):
        if sign == "," and not depth:
            start = place + 1
        if sign == ")" and not depth:
            return sql[start:place].strip()
        depth += (sign == "(") - (sign == ")")
    return sql[start:].strip()


@pytest.mark.parametrize(
    "sql, wrong",
    [
        ("set role clerk", True),
        ("begin; set role clerk", True),
        ("SET statement_timeout = 5", True),
        ("set session authorization x", True),
        ("select pg_catalog.set_config($1, $2, false)", True),
        ("select set_config('role', coalesce($1, 'x'), $2)", True),
        ("set local role x", False),
        ("set transaction isolation level serializable", False),
        ("SET CONSTRAINTS ALL IMMEDIATE; set local role to default", False),
        ("select pg_catalog.set_config('transaction_timeout', '0', true)", False),
        ("update t set a = 1", False),
        ("reset role; reset all", False),
    ],
)
def test_what_is_looked_for(sql: str, wrong: bool) -> None:
    """The search finds what it should."""
    assert (session_level(sql) is not None) is wrong


def test_nothing_is_set_for_a_session() -> None:
    """Security 3: no statement of the package sets anything but for its transaction."""
    assert {place: found for place, sql in texts() if (found := session_level(sql))} == {}
    assert any("set_config" in sql for _, sql in texts())
