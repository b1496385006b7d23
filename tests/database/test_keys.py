"""Answers that are kept under a key, on both databases: in the transaction of the write, and for their time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from database.opened import opened
from service.auth import anonymous
from service.database import Database
from service.database.context import NOBODY
from service.database.keys import SWEPT, Claim, Kept
from service.errors import KeyInUseError, KeyReusedError, NotImplementedHereError
from service.migrate import migrate
from service.pool import Lease
from service.rest.execute.idempotency import Memory, Once, in_turn
from service.rest.execute.transaction import Terms, Turn

CLAIM = Claim('["anonymous", null]', "k", "POST /rest/v1/item", b"d" * 32, 60.0)
ANSWER = Kept(CLAIM.request, CLAIM.digest, 201, '[["Location", "/item?id=eq.1"]]', b"\x00\xff")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    await migrate(url)
    async with opened(url, "create table item (name text)", pool_max_size=4) as database:
        yield database


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[Lease]:
    async with database.pool.lease(readonly=False) as lease, lease.transaction(readonly=False):
        yield lease


async def once(database: Database, claim: Claim = CLAIM, answer: Kept = ANSWER) -> Kept | None:
    """A row is written under the key, or the answer found that was given."""
    memory = Memory(database)  # one each, as in processes that know nothing of each other
    async with writing(database) as lease:
        kept = await memory.find(lease, claim)
        if kept is None:
            await lease.execute("insert into item values ($1)", claim.key)
            await memory.keep(lease, claim, replace(answer, request=claim.request, digest=claim.digest), restore=False)
        return kept


async def count(database: Database, table: str = "item") -> int:
    async with database.pool.lease() as lease:
        return int(await lease.fetchval(f"select count(*) from {table}"))


async def past(database: Database, condition: str = "true") -> None:
    async with writing(database) as lease:
        await lease.execute(f"update poolgate_idempotency set expires_at = '2001-01-01 00:00:00' where {condition}")


async def test_the_second_gets_the_firsts_answer(database: Database) -> None:
    """A request under a key is done once, and its answer found as it was, byte for byte."""
    assert await once(database) is None
    assert await once(database) == ANSWER
    assert await count(database) == 1
    assert await once(database, replace(CLAIM, scope="another")) is None
    assert await once(database, replace(CLAIM, key="another")) is None


async def test_another_request_under_the_key(database: Database) -> None:
    """With another URL or body the key is refused, and what is kept stays."""
    await once(database)
    for other in (replace(CLAIM, request="POST /rest/v1/other"), replace(CLAIM, digest=b"e" * 32)):
        with pytest.raises(KeyReusedError) as caught:
            await once(database, other)
        assert caught.value.status == 422
    assert await once(database) == ANSWER


async def test_what_failed_keeps_no_key(database: Database) -> None:
    """After an error everything is as if the request had never come."""
    with suppress(ZeroDivisionError):
        async with writing(database) as lease:
            assert await Memory(database).find(lease, CLAIM) is None
            await lease.execute("insert into item values ('lost')")
            await Memory(database).keep(lease, CLAIM, ANSWER, restore=False)
            raise ZeroDivisionError
    assert await count(database) == await count(database, "poolgate_idempotency") == 0
    assert await once(database) is None


async def test_an_answer_past_its_time(database: Database) -> None:
    """After its time a key is free again, for any request, and only then."""
    await once(database)
    await past(database)
    other = replace(CLAIM, request="DELETE /rest/v1/item", digest=b"e" * 32)
    assert await once(database, other) is None
    assert (await once(database, other)) == replace(ANSWER, request=other.request, digest=other.digest)
    assert await count(database, "poolgate_idempotency") == 1


async def test_old_answers_are_swept(database: Database) -> None:
    """Each new answer takes a few away that are past their time, and none that is not."""
    for number in range(SWEPT + 3):
        await once(database, replace(CLAIM, key=f"old {number}"))
    await once(database, replace(CLAIM, key="young"))
    await past(database, "key like 'old%'")
    await once(database, replace(CLAIM, key="new"))
    assert await count(database, "poolgate_idempotency") == 2 + 3
    await once(database, replace(CLAIM, key="newer"))
    assert await count(database, "poolgate_idempotency") == 3


async def test_a_twin_of_this_process() -> None:
    """While one is under way its twin is told so; another key is free, and so is this one afterwards."""
    memory = Memory(None)  # type: ignore[arg-type]  # no database is asked
    with memory.alone(CLAIM):
        with pytest.raises(KeyInUseError) as caught, memory.alone(CLAIM):
            pass
        assert (caught.value.status, caught.value.headers) == (409, {"Retry-After": "1"})
        with memory.alone(replace(CLAIM, scope="another")):
            pass
    with memory.alone(CLAIM):
        pass


async def test_a_twin_of_another_process(postgresql_url: str) -> None:
    """On PostgreSQL it is told at once too; on SQLite it would wait for the first one's end, as every write does."""
    await migrate(postgresql_url)
    async with opened(postgresql_url, "create table item (name text)", pool_max_size=4) as database:
        with suppress(ZeroDivisionError):
            async with writing(database) as lease:
                await Memory(database).find(lease, CLAIM)
                async with asyncio.timeout(2):
                    with pytest.raises(KeyInUseError):
                        await once(database)
                    assert await once(database, replace(CLAIM, key="another")) is None
                raise ZeroDivisionError
        assert await once(database) is None


async def test_twins_of_many_processes(database: Database) -> None:
    """Of twenty that come at once, each with many tries, one is done, and all others find its answer."""

    async def insist() -> Kept | None:
        while True:
            try:
                return await once(database)
            except KeyInUseError:
                await asyncio.sleep(0)

    async with asyncio.timeout(20):
        found = await asyncio.gather(*(insist() for _ in range(20)))
    assert sorted(found, key=bool) == [None] + [ANSWER] * 19
    assert await count(database) == 1


async def test_no_table(url: str) -> None:
    """Where the service's own tables are not there the error names the command that makes them; then it works."""
    async with opened(url, "create table item (name text)") as database:
        with pytest.raises(NotImplementedHereError, match="no table") as caught:
            await once(database)
        assert (caught.value.status, "poolgate migrate" in str(caught.value.hint)) == (400, True)
        assert await count(database) == 0
        await migrate(url)
        assert await once(database) is None
        await migrate(url, "base")
        with pytest.raises(NotImplementedHereError):
            await once(database)


async def test_a_table_elsewhere(postgresql_url: str) -> None:
    """The table is found in whatever schema it is, also where a function changes the search path meanwhile."""
    script = """
        create schema "Inner room"; create table item (name text);
        do $$ begin execute format('alter database %I set search_path = "Inner room"', current_database()); end $$;
    """
    async with opened(postgresql_url, script):
        await migrate(postgresql_url)
    async with opened(postgresql_url, db_schemas=("public",), db_extra_search_path=("pg_catalog",)) as database:
        assert await once(database) is None
        async with writing(database) as lease:
            assert await database.keys.claim(lease, replace(CLAIM, key="other")) is None
            await lease.fetchval("select set_config('search_path', 'public', true)")
            await database.keys.keep(lease, replace(CLAIM, key="other"), ANSWER, restore=False)
        assert await once(database) == ANSWER


ROLES = """
    create role keyless nologin; grant insert, select on item to keyless; grant keyless to current_user;
    create table late (id int); grant insert on late to keyless;
    create function note() returns trigger language plpgsql as
        $$ begin insert into item values (current_user); return null; end $$;
    create constraint trigger noted after insert on late deferrable initially deferred
        for each row execute function note();
"""


async def test_a_role_without_rights(postgresql_url: str) -> None:
    """A caller's role needs no right to the table; what the transaction put off to its end is done in that role."""
    await migrate(postgresql_url)
    async with opened(postgresql_url, "create table item (name text)", ROLES) as database:
        memory = Memory(database)
        try:
            async with writing(database) as lease:
                assert await memory.find(lease, CLAIM) is None
                await lease.fetchval("select set_config('role', 'keyless', true)")
                await lease.execute("insert into late values (1)")
                await memory.keep(lease, CLAIM, ANSWER, restore=True)
            assert await once(database) == ANSWER
            async with database.pool.lease() as lease:
                assert await lease.fetchval("select name from item") == "keyless"
                await lease.script("drop owned by keyless; ")
        finally:
            async with writing(database) as lease:
                await lease.script("drop owned by keyless; drop role keyless")


async def test_a_table_that_is_closed(postgresql_url: str) -> None:
    """Where the service itself may not write to the table, the error says which rights it needs."""
    await migrate(postgresql_url)
    async with opened(postgresql_url, "create table item (name text)", "create role doorless nologin") as database:
        try:
            with pytest.raises(NotImplementedHereError, match="closed") as caught:
                await _find_as_doorless(database)
            assert "Grant" in str(caught.value.hint)
        finally:
            async with writing(database) as lease:
                await lease.script("drop role doorless")


async def _find_as_doorless(database: Database) -> None:
    async with writing(database) as lease:
        await lease.fetchval("select set_config('role', 'doorless', true)")
        await Memory(database).find(lease, CLAIM)


async def test_what_only_reads_is_done_each_time(database: Database) -> None:
    """A key on what changes nothing, as a function that is known to do so, is not looked at."""
    times = 0

    async def work(_: Turn) -> int:
        nonlocal times
        times += 1
        return times

    def never(_: object) -> Any:
        raise AssertionError("it is neither kept nor found")

    once = Once(Memory(database), CLAIM, never, never)
    for number in (1, 2):
        assert await in_turn(database, anonymous("read", None), Terms(readonly=True), NOBODY, work, once) == number
    assert await count(database, "poolgate_idempotency") == 0
