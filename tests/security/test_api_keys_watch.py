"""Keys are kept fresh without requests having a part in it, on both databases; a hand moves the time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from security.keyed import Hand, listed, make_key, make_shop, revoke, run
from service.auth import KeyRing
from service.database import Database, open_database
from service.errors import AuthError, UnavailableError
from service.key_watch import KeyWatch
from service.migrate import migrate
from service.settings import Settings


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@asynccontextmanager
async def watched(url: str, **settings: Any) -> AsyncIterator[tuple[Database, KeyRing, KeyWatch, Hand]]:
    database = open_database(Settings(database_url=url, **settings))
    clock = Hand()
    ring = KeyRing(clock=clock)
    async with database.pool:
        yield database, ring, KeyWatch(database, ring, clock), clock


async def test_made_and_revoked(url: str) -> None:
    """What was made is good after the next question, what was revoked is not; two in the same second too."""
    await make_shop(url)
    async with watched(url) as (_, ring, watch, _clock):
        await watch.look()
        assert not ring.exist
        keys = [await make_key(url, role="read") for _ in range(3)]
        await watch.refresh()
        assert [ring.find(key).role for key in keys] == ["read"] * 3
        for number, key in enumerate(keys, 1):
            await revoke(url, key)
            await watch.refresh()
            with pytest.raises(AuthError):
                ring.find(key)
            for good in keys[number:]:
                ring.find(good)
        assert ring.exist


async def test_by_hand(url: str) -> None:
    """A role or an end that somebody changed in the table by hand counts within 30 s; a row taken away, at once."""
    await make_shop(url)
    one, other = await make_key(url), await make_key(url)
    async with watched(url) as (_, ring, watch, clock):
        await watch.look()
        await run(url, f"update poolgate_api_key set expires_at = '2001-01-01 00:00:00' where prefix = '{one[:12]}'")
        await run(url, f"delete from poolgate_api_key where prefix = '{other[:12]}'")
        await watch.refresh()
        with pytest.raises(AuthError):
            ring.find(other)
        await run(url, "update poolgate_api_key set role = 'write', expires_at = null")
        clock.at += 30
        await watch.refresh()
        assert ring.find(one).role == "write"


async def test_what_is_no_key(sqlite_url: str) -> None:
    """On SQLite, which stores anything, an end that is no time has come already, and a digest that is none opens
    nothing; the other keys are good."""
    await make_shop(sqlite_url)
    one, other, good = [await make_key(sqlite_url) for _ in range(3)]
    await run(sqlite_url, f"update poolgate_api_key set expires_at = 'some day' where prefix = '{one[:12]}'")
    await run(sqlite_url, f"update poolgate_api_key set hash = 'a text' where prefix = '{other[:12]}'")
    async with watched(sqlite_url) as (_, ring, watch, _clock):
        await watch.look()
        for bad in (one, other):
            with pytest.raises(AuthError):
                ring.find(bad)
        ring.find(good)


async def test_without_a_table(url: str) -> None:
    """Where there is no table that is found by one look; after a migration and the next look keys are good."""
    async with watched(url) as (database, ring, watch, _):
        before = database.pool.stats().acquired
        await watch.look()
        assert database.pool.stats().acquired == before + 1
        assert not ring.is_key("pgk_")
        await migrate(url)
        key = await make_key(url)
        await watch.look()
        ring.find(key)
        await migrate(url, "base")
        await watch.refresh()
        assert not ring.is_key(key)


async def test_who_is_asked(url: str) -> None:
    """A database with the table is asked every 2 s, and told of uses every 60 s; one without is left alone."""
    for is_there in (False, True):
        if is_there:
            await migrate(url)
        async with watched(url) as (database, ring, watch, clock):
            done, slept = asyncio.Event(), [0]

            async def sleep(seconds: float, clock: Hand = clock, slept: list[int] = slept, done: Any = done) -> None:
                clock.at += seconds
                slept[0] += 1
                if slept[0] == 100:
                    done.set()
                    await asyncio.Event().wait()

            watch = KeyWatch(database, ring, clock, sleep)
            await watch.look()
            before = database.pool.stats().acquired
            if is_there:
                key = await make_key(url)
                await watch.refresh()
                ring.find(key)
            async with asyncio.timeout(30), watch.running():
                await done.wait()
            # 99 questions, one before the loop, and one note
            assert database.pool.stats().acquired == before + (101 if is_there else 0)
            assert clock.at == 1000 + 200


async def test_the_last_uses_are_told_at_the_end(url: str) -> None:
    """Whatever was used since the last note is noted when the service stops."""
    await make_shop(url)
    key = await make_key(url)
    async with watched(url) as (_, ring, watch, _clock):
        await watch.look()
        async with watch.running():
            ring.find(key)
    assert (await listed(url))[0].last_used_at is not None


async def test_nothing_changed_is_one_trip(postgresql_url: str) -> None:
    """As long as nothing changes it is asked for four numbers, and for no row."""
    await make_shop(postgresql_url)
    await make_key(postgresql_url)
    async with watched(postgresql_url, pool_min_size=1, pool_max_size=1) as (database, _, watch, _):
        await watch.look()
        asked: list[str] = []
        async with database.pool.lease(trusted=True) as lease:
            connection = lease.connection
        connection.add_query_logger(lambda record: asked.append(record.query))
        for _ in range(5):
            await watch.refresh()
        await asyncio.sleep(0)  # the driver tells of a statement in the loop's next turn
        assert len(asked) == 5
        assert all("count" in query and "hash" not in query for query in asked)


async def test_uses_in_one_statement(url: str) -> None:
    """Last uses are written in one statement for all keys, and never set back."""
    await make_shop(url)
    keys = [await make_key(url, f"key {number}") for number in range(20)]
    async with watched(url) as (database, ring, watch, _):
        await watch.look()
        for key in keys[:-1] * 50:
            ring.find(key)
        before = database.pool.stats().acquired
        await watch.note_uses()
        await watch.note_uses()
        assert database.pool.stats().acquired == before + 1
        found = await listed(url)
        assert all(key.last_used_at is not None and key.last_used_at >= key.created_at for key in found[:-1])
        assert found[-1].last_used_at is None
        ring.return_uses({found[0].number: 1000.0, found[-1].number: 1000.0})
        await watch.note_uses()
        again = await listed(url)
        assert again[0] == found[0]
        assert again[-1].last_used_at is not None
        assert again[-1].last_used_at.timestamp() == 1000


async def test_a_note_that_cannot_be_written(postgresql_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Who may not note last uses is told so once; keys work on, and the notes are kept for better times."""
    await make_shop(postgresql_url)
    key = await make_key(postgresql_url)
    await run(
        postgresql_url,
        "create function refuse() returns trigger language plpgsql as"
        " 'begin raise insufficient_privilege using message = ''not here''; end'",
        "create trigger refuse before update on poolgate_api_key execute function refuse()",
    )
    async with watched(postgresql_url) as (_, ring, watch, _clock):
        await watch.look()
        for _ in range(3):
            ring.find(key)
            await watch.note_uses()
        assert [line for line in caplog.messages if "last used" in line] == [
            "when API keys were last used cannot be noted: not here"
        ]
        await run(postgresql_url, "drop trigger refuse on poolgate_api_key")
        await watch.note_uses()
    assert (await listed(postgresql_url))[0].last_used_at is not None


async def test_a_pool_that_is_exhausted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While no connection can be had keys are good for 30 s more, then refused, and good again afterwards."""
    monkeypatch.setattr("service.key_watch.PATIENCE", 0.05)
    await make_shop(url)
    key = await make_key(url)
    async with watched(url, pool_min_size=1, pool_max_size=1) as (database, ring, watch, clock):
        await watch.look()
        async with database.pool.lease():
            for passed in (10, 10, 10):
                clock.at += passed
                await watch.refresh()
                ring.find(key)
            clock.at += 1
            await watch.refresh()
            with pytest.raises(UnavailableError):
                ring.find(key)
        await watch.refresh()
        ring.find(key)


async def test_a_table_that_cannot_be_read(postgresql_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """A table of that name that is none of ours is told of once, and keys answer 503, not as anonymous callers."""
    caplog.set_level(logging.INFO, "poolgate")
    await run(postgresql_url, "create table poolgate_api_key (id int)")
    async with watched(postgresql_url) as (_, ring, watch, _clock):
        await watch.look()
        await watch.refresh()
        assert ring.is_key("pgk_x")
        with pytest.raises(UnavailableError):
            ring.find("pgk_x")
        await run(postgresql_url, "drop table poolgate_api_key")
        await migrate(postgresql_url)
        await watch.refresh()
        with pytest.raises(AuthError):
            ring.find("pgk_x")
    said = [line for line in caplog.messages if "API keys" in line]
    assert [line.partition(":")[0] for line in said] == [
        "API keys cannot be checked, callers who send one get a 503",
        "API keys can be checked again",
    ]


async def test_a_table_that_somebody_planted(postgresql_url: str) -> None:
    """A table of keys counts only if it belongs to one who may do everything there anyway."""
    await run(
        postgresql_url,
        "create role planter nologin",
        "create schema loose",
        "grant create on schema loose to planter",
    )
    try:
        await migrate(postgresql_url)
        await run(postgresql_url, "create table loose.poolgate_api_key (like public.poolgate_api_key including all)")
        await run(postgresql_url, "alter table loose.poolgate_api_key owner to planter")
        key = await make_key(postgresql_url)
        await run(postgresql_url, "insert into loose.poolgate_api_key table public.poolgate_api_key")
        await run(postgresql_url, "drop table public.poolgate_api_key")
        async with watched(postgresql_url) as (_, ring, watch, _clock):
            await watch.look()
            assert not ring.is_key(key)
            await run(postgresql_url, "alter table loose.poolgate_api_key owner to current_user")
            await watch.look()
            assert ring.find(key).prefix == key[:12]
    finally:
        await run(postgresql_url, "drop owned by planter cascade", "drop role planter")
