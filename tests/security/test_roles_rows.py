"""Row security decides which rows a caller has to do with, by the token's claims, over one shared connection."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from tests.security.signed import serving, token
from tests.security.test_roles import as_role

TENANTS = ("red", "blue")
MINE = "current_setting('request.jwt.claims', true)::json->>'tenant'"
SCHEMA = f"""
create table doc (id serial primary key, tenant text not null default {MINE}, body text);
create table part (id serial primary key, doc int references doc, tenant text not null default {MINE});
insert into doc (tenant, body) select t, t || n from unnest(array['red', 'blue']) t, generate_series(1, 3) n;
insert into part (doc, tenant) select id, tenant from doc;
alter table doc enable row level security;
alter table part enable row level security;
create policy mine on doc using (tenant = {MINE});
create policy mine on part using (tenant = {MINE});
create view shown with (security_invoker = true) as select * from doc;
create function docs() returns setof doc language sql stable as 'select * from doc';
create function add(said text) returns doc language sql volatile as
    'insert into doc (body) values (said) returning *';
"""


@dataclass(frozen=True)
class Shop:
    owner: asyncpg.Connection[Any]
    url: str
    user: str
    nobody: str


@pytest.fixture
async def shop(postgresql_url: str) -> AsyncIterator[Shop]:
    """Two tenants' rows in tables with policies; a role for who has signed in, and one for who has not."""
    mark = uuid.uuid4().hex[:12]
    service, user, nobody = f"service_{mark}", f"user_{mark}", f"nobody_{mark}"
    owner = await asyncpg.connect(postgresql_url)
    await owner.execute(SCHEMA)
    await owner.execute(
        f"create role {service} login noinherit; create role {user}; create role {nobody}; "
        f"grant {user}, {nobody} to {service}; grant usage on all sequences in schema public to {user}, {nobody}; "
        f"grant select, insert, update, delete on doc, part, shown to {user}, {nobody}"
    )
    try:
        yield Shop(owner, as_role(postgresql_url, service), user, nobody)
    finally:
        for role in (service, user, nobody):
            await owner.execute(f"drop owned by {role} cascade; drop role {role}")
        await owner.close()


Ask = Callable[[httpx.AsyncClient, dict[str, str]], Awaitable[list[Any]]]
"""Sends one request; gives the tenants whose rows it had to do with."""


async def _rows(answer: httpx.Response) -> list[Any]:
    assert answer.is_success, answer.text
    return [row["tenant"] for row in answer.json()]


async def read(http: httpx.AsyncClient, who: dict[str, str]) -> list[Any]:
    return await _rows(await http.get("doc", headers=who))


async def read_view(http: httpx.AsyncClient, who: dict[str, str]) -> list[Any]:
    return await _rows(await http.get("shown?order=id.desc", headers=who))


async def read_embedded(http: httpx.AsyncClient, who: dict[str, str]) -> list[Any]:
    rows = (await http.get("doc?select=tenant,part(tenant)", headers=who)).json()
    assert all(row["part"] for row in rows)
    return [row["tenant"] for row in rows] + [part["tenant"] for row in rows for part in row["part"]]


async def read_csv(http: httpx.AsyncClient, who: dict[str, str]) -> list[Any]:
    answer = await http.get("doc?select=tenant&limit=500", headers={**who, "Accept": "text/csv"})
    assert answer.is_success, answer.text
    return answer.text.splitlines()[1:]


async def read_lines(http: httpx.AsyncClient, who: dict[str, str]) -> list[Any]:
    answer = await http.get("doc?limit=500", headers={**who, "Accept": "application/x-ndjson"})
    assert answer.is_success, answer.text
    return [json.loads(line)["tenant"] for line in answer.text.splitlines()]


async def call(http: httpx.AsyncClient, who: dict[str, str]) -> list[Any]:
    return await _rows(await http.get("rpc/docs", headers=who))


async def change(http: httpx.AsyncClient, who: dict[str, str]) -> list[Any]:
    wanted = {**who, "Prefer": "return=representation"}
    return await _rows(await http.patch("doc?id=gt.0", json={"body": "x"}, headers=wanted))


async def batch(http: httpx.AsyncClient, who: dict[str, str]) -> list[Any]:
    steps = [{"method": "GET", "path": "doc"}, {"method": "PATCH", "path": "part?id=gt.0", "body": {"doc": None}}]
    answer = await http.post("", json=steps[:1] * 2, headers=who)
    assert answer.is_success, answer.text
    return [row["tenant"] for part in answer.json() for row in part["body"]]


ASKS: tuple[Ask, ...] = (read, read_view, read_embedded, read_csv, read_lines, call, change, batch)
ABREAST = 20


@pytest.mark.slow
async def test_two_tenants_over_one_connection(monkeypatch: pytest.MonkeyPatch, shop: Shop, full: bool) -> None:
    """Security 4: of ten thousand requests of two tenants in turn over one connection none sees a foreign row."""
    many = 10_000 if full else 1_000
    turns = iter(random.Random(4).choices([(ask, tenant) for ask in ASKS for tenant in (*TENANTS, None)], k=many))
    seen: Counter[tuple[str | None, Any]] = Counter()
    async with serving(monkeypatch, shop.url, db_anon_role=shop.nobody, pool_acquire_timeout=60) as (http, app):

        async def ask_on() -> None:
            for ask, tenant in turns:
                who = {} if tenant is None else token(shop.user, tenant=tenant)
                for each in await ask(http, who):
                    seen[tenant, each] += 1

        await asyncio.gather(*(ask_on() for _ in range(ABREAST)))
        assert app.extensions["poolgate"].database.pool.stats().connects == 1
    assert seen.keys() == {("red", "red"), ("blue", "blue")}, seen


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.__name__)
async def test_each_kind_of_request(monkeypatch: pytest.MonkeyPatch, shop: Shop, ask: Ask) -> None:
    """Security 4: each tenant's own rows, all of them; without identity, or with none that names a tenant, none."""
    async with serving(monkeypatch, shop.url, db_anon_role=shop.nobody) as (http, _):
        for tenant in (*TENANTS, *TENANTS):
            found = await ask(http, token(shop.user, tenant=tenant))
            assert set(found) == {tenant}
            assert len(found) >= 3
        for nobody in ({}, token(tenant="red"), token(shop.user), token(shop.user, tenant=None)):
            expected = ["red"] * 3 if nobody == token(tenant="red") else []
            assert (await ask(http, nobody))[:3] == expected


async def test_how_many_rows_there_are(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    """Security 4: a count is of one's own rows too."""
    async with serving(monkeypatch, shop.url, db_anon_role=shop.nobody) as (http, _):
        for who, many in ((token(shop.user, tenant="red"), "3"), ({}, "0")):
            for count in ("exact", "planned", "estimated"):
                answer = await http.head("doc", headers={**who, "Prefer": f"count={count}"})
                total = answer.headers["Content-Range"].rpartition("/")[2]
                assert count == "planned" or total == many, (count, total)


async def test_what_is_written(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    """Security 4: no row of somebody else's is made, changed, taken or taken away, by a function or a batch either."""
    red, nobody = token(shop.user, tenant="red"), token()
    before = await shop.owner.fetch("select * from doc where tenant = 'blue' order by id")
    async with serving(monkeypatch, shop.url, db_anon_role=shop.nobody) as (http, _):
        assert (await http.post("doc", json={"body": "own"}, headers=red)).status_code == 201
        own = await http.post("rpc/add", json={"said": "by a function"}, headers=red)
        assert own.json()["tenant"] == "red"
        foreign = await http.post("doc", json={"tenant": "blue"}, headers=red)
        assert (foreign.status_code, foreign.json()["code"]) == (403, "42501")
        moved = await http.patch("doc?tenant=eq.red", json={"tenant": "blue"}, headers=red)
        assert (moved.status_code, moved.json()["code"]) == (403, "42501")
        taken = await http.post("doc", json={"id": before[0]["id"], "body": "mine"},
                                headers={**red, "Prefer": "resolution=merge-duplicates"})  # fmt: skip
        assert (taken.status_code, taken.json()["code"]) == (403, "42501")
        for method in ("PATCH", "DELETE"):
            body = {"body": "mine"} if method == "PATCH" else None
            answer = await http.request(method, "doc?tenant=eq.blue", json=body,
                                        headers={**red, "Prefer": "return=representation"})  # fmt: skip
            assert answer.json() == []
        batch = [{"method": "POST", "path": "doc", "body": {"body": "kept?"}},
                 {"method": "POST", "path": "doc", "body": {"tenant": "blue"}}]  # fmt: skip
        assert (await http.post("", json=batch, headers=red)).status_code == 403
        refused = await http.post("doc", json={"tenant": "red"})
        assert (refused.status_code, refused.json()["code"]) == (401, "42501")
        assert (await http.delete("doc?id=gt.0", headers=nobody)).status_code == 204
    assert await shop.owner.fetch("select * from doc where tenant = 'blue' order by id") == before
    assert await shop.owner.fetchval("select count(*) from doc where body = 'kept?'") == 0
