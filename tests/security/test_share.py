"""Security 15: with POOL_SHARE no caller keeps the others out of the pool, whoever it says it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from security.edge_app import ELSEWHERE, HERE, ITEM, caller, filled, made
from service.app import PoolgateFlask
from service.auth import Access, Authenticator, Headers, Identity
from service.pool import Pool
from service.testing import running


def identify(_: Authenticator, headers: Headers) -> Identity:
    """Takes each text for an API key, known by itself."""
    key = headers.get("apikey") or (headers.get("Authorization") or "").removeprefix("Bearer ")
    return Identity(Access.READ, key=key or None, anonymous=not key)


@pytest.fixture
async def app(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PoolgateFlask]:
    """Of the queue's four places one caller may have two."""
    monkeypatch.setattr(Authenticator, "identify", identify)
    settings: dict[str, Any] = {"pool_max_size": 2, "pool_min_size": 2, "pool_max_waiting": 4, "pool_share": "50%"}
    app = made(filled(sqlite_url), anonymous="read", **settings)
    async with running(app):
        yield app


async def waiting(pool: Pool, number: int) -> None:
    """Until so many wait for a connection."""
    async with asyncio.timeout(10):
        while pool.stats().waiting != number:  # noqa: ASYNC110  # the pool has no event for it
            await asyncio.sleep(0)


def asked(http: httpx.AsyncClient, **headers: str) -> asyncio.Task[httpx.Response]:
    return asyncio.create_task(http.get(f"{ITEM}?id=eq.1&select=id", headers=headers))


async def test_one_caller_at_two_addresses_is_one(app: PoolgateFlask) -> None:
    """Security 15: A key's holder has its share once, wherever it asks from, and is told when to ask again."""
    pool = app.extensions["poolgate"].database.pool
    async with caller(app) as here, caller(app, ELSEWHERE) as elsewhere:
        async with pool.lease(), pool.lease():
            tasks = [asked(here, apikey="key-a"), asked(elsewhere, apikey="key-a")]
            await waiting(pool, 2)
            for http in (here, elsewhere):
                refused = await asked(http, apikey="key-a")
                assert (refused.status_code, refused.json()["code"]) == (429, "PGATE429")
                assert int(refused.headers["Retry-After"]) >= 1
            tasks += [asked(here, apikey="key-b"), asked(elsewhere)]
            await waiting(pool, 4)
        assert [(await task).json() for task in tasks] == [[{"id": 1}]] * 4


async def test_who_has_a_key_and_who_has_none_are_two(app: PoolgateFlask) -> None:
    """Security 15: At one address callers without credentials share a part, of which a key's holder takes nothing."""
    pool = app.extensions["poolgate"].database.pool
    async with caller(app) as http:
        async with pool.lease(), pool.lease():
            tasks = [asked(http), asked(http)]
            await waiting(pool, 2)
            assert (await asked(http)).status_code == 429
            tasks += [asked(http, apikey="key-a"), asked(http, Authorization="Bearer key-a")]
            await waiting(pool, 4)
            assert {holder.identity for holder in pool.holders()} == {None}
        assert [(await task).status_code for task in tasks] == [200] * 4


async def test_one_network_is_one(app: PoolgateFlask) -> None:
    """Security 15: Another address of the same IPv6 /64 is no other caller."""
    pool = app.extensions["poolgate"].database.pool
    async with caller(app, "2001:db8::1") as one, caller(app, "2001:db8::2") as two, caller(app, HERE) as other:
        async with pool.lease(), pool.lease():
            tasks = [asked(one), asked(two)]
            await waiting(pool, 2)
            assert (await asked(two)).status_code == 429
            tasks.append(asked(other))
            await waiting(pool, 3)
        assert [(await task).status_code for task in tasks] == [200] * 3
