"""Who may read, and that a read cannot write."""

from __future__ import annotations

import asyncio
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
create table note (id int primary key, body text);
insert into note values (1, 'open');
create table secret (id int primary key);
create role reader nologin;
grant select on note to reader;
create function count_reads() returns int language sql volatile
  as 'insert into note values (99, ''read'') returning id';
create view sly as select *, count_reads() as written from secret;
insert into secret values (1);
create table mine (id int, owner name);
insert into mine values (1, 'reader'), (2, 'somebody');
grant select on mine to reader;
alter table mine enable row level security;
create policy own on mine using (owner = current_user);
"""


@pytest.fixture
async def url(postgresql_url: str) -> AsyncIterator[str]:
    """A database with a role of few rights; roles belong to the server, so this one is dropped again."""
    connection = await asyncpg.connect(postgresql_url)
    await connection.execute(SCHEMA)
    yield postgresql_url
    await connection.execute("drop owned by reader; drop role reader")
    await connection.close()


@asynccontextmanager
async def serving(url: str, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=url, **settings))
    async with running(app), client(app) as http:
        yield http


async def test_nobody_reads_who_was_not_let_in(url: str) -> None:
    """Without ANONYMOUS a caller without credentials is asked for them, and no connection is taken."""
    async with serving(url, anonymous="none") as http:
        before = (await http.get("/-/pool")).json()["acquired"]
        answer = await http.get("/rest/v1/note")
        assert (answer.status_code, answer.json()["code"]) == (401, "PGRST302")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert (await http.get("/-/pool")).json()["acquired"] == before


async def test_the_anonymous_role_has_the_rights_it_was_granted(url: str) -> None:
    """With DB_ANON_ROLE the database's own grants and row security decide."""
    async with serving(url, db_anon_role="reader") as http:
        assert (await http.get("/rest/v1/note")).json() == [{"id": 1, "body": "open"}]
        assert (await http.get("/rest/v1/mine?select=id")).json() == [{"id": 1}]
        refused = await http.get("/rest/v1/secret")
        assert (refused.status_code, refused.json()["code"]) == (401, "42501")
        assert refused.headers["WWW-Authenticate"] == "Bearer"


async def test_a_role_ends_with_its_request(url: str) -> None:
    """The role is the transaction's: the same connection serves the next caller as itself."""
    app = create_app(Settings(database_url=url, db_anon_role="reader", pool_min_size=1, pool_max_size=1))
    async with running(app), client(app) as http:
        for _ in range(20):
            await http.get("/rest/v1/note")
            await http.get("/rest/v1/secret")
            pool = app.extensions["poolgate"].database.pool
            assert await pool.fetchval("select current_user") == "postgres"


async def test_a_read_cannot_write(url: str) -> None:
    """A view whose function writes is refused, for a GET runs READ ONLY; nothing was written."""
    async with serving(url, anonymous="read") as http:
        refused = await http.get("/rest/v1/sly")
        assert (refused.status_code, refused.json()["code"]) == (405, "25006")
        assert (await http.get("/rest/v1/note?select=id")).json() == [{"id": 1}]


async def test_a_page_of_what_is_not_embedded_is_refused(url: str) -> None:
    """A limit for an embed that is not there is not passed over: it would be another result than the one meant."""
    async with serving(url, anonymous="read") as http:
        answer = await http.get("/rest/v1/note?other.limit=1")
        assert (answer.status_code, answer.json()["code"]) == (400, "PGRST108")


async def test_one_caller_cannot_have_the_whole_pool(url: str) -> None:
    """With POOL_SHARE a caller beyond its share of the queue is told so, and others are served meanwhile."""
    app = create_app(
        Settings(database_url=url, anonymous="read", pool_max_size=2, pool_share="50%", pool_max_waiting=2)
    )
    pool = app.extensions["poolgate"].database.pool
    async with running(app), client(app) as http:
        async with pool.lease(identity="127.0.0.1"), pool.lease(identity="somebody else"):
            asked = [asyncio.create_task(http.get("/rest/v1/note?select=id")) for _ in range(8)]
            waiting = set(asked)
            async with asyncio.timeout(10):
                while len(waiting) > 1:
                    _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            refused = [await task for task in asked if task.done()]
            assert {(each.status_code, each.json()["code"]) for each in refused} == {(429, "PGATE429")}
            assert all("Retry-After" in each.headers for each in refused)
        last = [await task for task in asked]
        assert [each.json() for each in last if each.status_code == 200] == [[{"id": 1}]]
