"""Who may write, and what: the service's own switch, and the database's grants and row security."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

SCHEMA = """
create role writer nologin;
create table box (id int primary key, body text default 'none', hidden text);
insert into box values (1, 'open', 'h');
grant insert, select (id, body), update (body), delete on box to writer;
create table letters (id int primary key, body text);
grant insert on letters to writer;
create table mine (id int primary key, owner name default current_user, body text);
insert into mine values (1, 'writer', 'a'), (2, 'somebody', 'b');
grant all on mine to writer;
alter table mine enable row level security;
create policy own on mine using (owner = current_user);
"""
REP = {"Prefer": "return=representation"}
ROWS = [{"id": 1, "body": "open"}]


@pytest.fixture
async def raw(postgresql_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A database with a role of few rights; roles belong to the server, so this one is dropped again."""
    connection = await asyncpg.connect(postgresql_url)
    await connection.execute(SCHEMA)
    yield connection
    await connection.execute("drop owned by writer; drop role writer")
    await connection.close()


@asynccontextmanager
async def serving(url: str, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=url, **settings))
    async with running(app), client(app, base_url="http://testserver/rest/v1/") as http:
        yield http


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("anonymous", ["none", "read"])
async def test_nobody_writes_who_was_not_let_in(data_url: str, anonymous: str) -> None:
    """Callers without credentials write only where ANONYMOUS says so, and no write of theirs takes a connection."""
    async with serving(data_url, anonymous=anonymous) as http:
        before = (await http.get("http://testserver/-/pool")).json()["acquired"]
        for method, body in (("POST", '{"name":"x"}'), ("PATCH", '{"name":"x"}'), ("DELETE", ""), ("PUT", '{"id":1}')):
            answer = await http.request(method, "items?id=eq.1", content=body)
            assert told(answer) == (401, "PGRST302")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert (await http.get("http://testserver/-/pool")).json()["acquired"] == before


async def test_a_write_needs_no_right_to_read(postgresql_url: str, raw: asyncpg.Connection[Any]) -> None:
    """Rows can be put where they cannot be read, if nothing is wanted of them; else all of it is refused."""
    async with serving(postgresql_url, db_anon_role="writer") as http:
        assert (await http.post("letters", json={"id": 1, "body": "x"})).status_code == 201
        assert told(await http.post("letters", json={"id": 2, "body": "x"}, headers=REP)) == (401, "42501")
        assert told(await http.delete("letters?id=eq.1")) == (401, "42501")
        assert [tuple(row) for row in await raw.fetch("select * from letters")] == [(1, "x")]


async def test_rights_on_columns_count(postgresql_url: str, raw: asyncpg.Connection[Any]) -> None:
    """Columns are written and given back by the rights on each; what was refused changed nothing."""
    async with serving(postgresql_url, db_anon_role="writer") as http:
        answer = await http.post("box?select=id,body", json={"id": 2, "hidden": "x"}, headers=REP)
        assert (answer.status_code, answer.json()) == (201, [{"id": 2, "body": "none"}])
        assert told(await http.post("box", json={"id": 3}, headers=REP)) == (401, "42501")
        assert (await http.patch("box?id=eq.2", json={"body": "y"})).status_code == 204
        assert told(await http.patch("box?id=eq.2", json={"hidden": "y"})) == (401, "42501")
        assert told(await http.patch("box?hidden=eq.x", json={"body": "z"})) == (401, "42501")
        assert (await http.delete("box?id=eq.1")).status_code == 204
        assert [tuple(row) for row in await raw.fetch("select * from box")] == [(2, "y", "x")]


async def test_row_security_counts(postgresql_url: str, raw: asyncpg.Connection[Any]) -> None:
    """Rows that a policy hides are neither changed nor counted, and none can be made that it would hide."""
    async with serving(postgresql_url, db_anon_role="writer") as http:
        answer = await http.patch("mine", json={"body": "new"}, headers={"Prefer": "count=exact"})
        assert (answer.status_code, answer.headers["Content-Range"]) == (204, "0-0/1")
        assert told(await http.post("mine", json={"id": 3, "owner": "somebody"})) == (401, "42501")
        merged = {"Prefer": "resolution=merge-duplicates"}
        assert told(await http.post("mine", json={"id": 2, "body": "theirs"}, headers=merged)) == (401, "42501")
        answer = await http.delete("mine", headers=REP)
        assert answer.json() == [{"id": 1, "owner": "writer", "body": "new"}]
        assert [tuple(row) for row in await raw.fetch("select id, body from mine")] == [(2, "b")]


async def test_refusals_leave_the_pool_as_it_was(postgresql_url: str, raw: asyncpg.Connection[Any]) -> None:
    """After refused writes no connection keeps the caller's role or a transaction."""
    async with serving(postgresql_url, db_anon_role="writer", pool_max_size=1) as http:
        for _ in range(3):
            await http.post("box", json={"id": 1})
            await http.post("letters", json={"id": 1}, headers=REP)
        assert (await http.get("box?select=id,body")).json() == ROWS
        assert not await raw.fetchval("select count(*) from pg_stat_activity where state = 'idle in transaction'")
