"""The drivers under the pool: what holds on both databases alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

import pytest
from sqlalchemy import JSON, Column, Integer, MetaData, Table, select

from service.database import Database
from service.errors import DatabaseError
from tests.database.opened import REFUSALS, opened, until

PETS = "create table pet (id integer primary key, name text not null unique)"
FOREVER = {
    "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
    "postgresql": "select pg_sleep(60)::text",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


async def backend(database: Database) -> object:
    async with database.pool.lease() as lease:
        return lease.connection.get_server_pid() if database.name == "postgresql" else id(lease.connection)


async def beginning(database: Database, url: str) -> Callable[[], object]:
    """What tells whether the pool's only connection has begun the next statement."""
    async with database.pool.lease() as lease:
        connection = lease.connection
    if database.name == "sqlite":
        last = connection.raw.running
        return lambda: connection.raw.running is not last

    async def is_active() -> bool:
        active = (
            "select count(*) = 1 from pg_stat_activity where pid = $1 and state = 'active' and wait_event = 'PgSleep'"
        )
        async with opened(url) as other:
            found: bool = await other.pool.fetchval(active, connection.get_server_pid())
        return found

    return is_active


async def test_arguments_and_rows(url: str) -> None:
    """`$1` binds on both databases; rows go by position and by name; a write says how many rows it affected."""
    async with opened(url, PETS) as database:
        pool = database.pool
        assert await pool.execute("insert into pet values ($1, $2), ($3, $4)", 1, "Rex", 2, "Tom") == 2
        row = await pool.fetchrow("select id, name from pet where name = $1", "Tom")
        assert row is not None
        assert (row[0], row["name"]) == (2, "Tom")
        assert [r["name"] for r in await pool.fetch("select name from pet order by id")] == ["Rex", "Tom"]
        assert await pool.fetchval("select name from pet where id = $1 or id = $1", 1) == "Rex"
        assert await pool.fetchval("insert into pet values ($1, $2), ($3, $4) returning id", 3, "Kim", 4, "Flo") == 3
        assert await pool.fetchval("select count(*) from pet") == 4
        assert await pool.fetchrow("select 1 from pet where id = $1", 9) is None


async def test_a_script_may_hold_semicolons(url: str) -> None:
    """A script's statements are told apart also where texts and comments hold semicolons."""
    async with opened(
        url, PETS + "; insert into pet values (1, 'a;b'); -- a;b\n insert into pet values (2, 'c')"
    ) as db:
        assert await db.pool.fetchval("select count(*) from pet") == 2


@pytest.mark.slow
async def test_a_statement_past_the_limit_ends_as_57014(url: str) -> None:
    """Fault 14: the limit is kept within 100 ms (SQLite) or 250 ms, and the same connection serves on."""
    async with opened(url, statement_timeout=0.3, pool_max_size=1, pool_min_size=1) as database:
        before = await backend(database)
        began = monotonic()
        with pytest.raises(REFUSALS) as caught:
            await database.pool.fetchval(FOREVER[database.name])
        took = monotonic() - began
        error = database.translate(caught.value)
        assert isinstance(error, DatabaseError)
        assert (error.code, error.status) == ("57014", 504)
        assert 0.25 <= took <= 0.3 + (0.1 if database.name == "sqlite" else 0.25)
        assert await backend(database) == before


@pytest.mark.slow
async def test_a_cancelled_statement_ends_and_its_connection_serves_on(url: str) -> None:
    """Fault 7: cancelling the task that awaits a statement stops it on the server; nothing is thrown away."""
    async with opened(url, pool_max_size=1, pool_min_size=1) as database:
        before = await backend(database)
        begun = await beginning(database, url)
        running = asyncio.create_task(database.pool.fetchval(FOREVER[database.name]))
        await until(begun)
        began = monotonic()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await database.pool.fetchval("select cast($1 as text)", "here") == "here"
        assert monotonic() - began < 1.0
        assert await backend(database) == before


async def test_a_write_that_was_cut_off_leaves_no_transaction(url: str) -> None:
    """A transaction whose task was cancelled is rolled back before anybody else gets the connection."""
    async with opened(url, PETS, pool_max_size=1, pool_min_size=1) as database:
        inside = asyncio.Event()

        async def write() -> None:
            async with database.pool.lease(readonly=False) as lease, lease.transaction(readonly=False):
                await lease.execute("insert into pet values (1, 'Rex')")
                inside.set()
                await asyncio.Event().wait()

        writing = asyncio.create_task(write())
        await inside.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert await database.pool.execute("insert into pet values (2, 'Tom')") == 1
        assert await database.pool.fetchval("select count(*) from pet") == 1


async def test_a_reading_transaction_cannot_write(url: str) -> None:
    """Security 2: in a READ ONLY transaction, or on a reader, a write is refused as 25006."""
    async with opened(url, PETS) as database:
        with pytest.raises(REFUSALS) as caught:
            async with database.pool.lease(readonly=True) as lease, lease.transaction(readonly=True):
                await lease.execute("insert into pet values (1, 'Rex')")
        error = database.translate(caught.value)
        assert error is not None
        assert (error.code, error.status) == ("25006", 405)


async def test_sqlalchemy_goes_the_same_way(url: str) -> None:
    """An AsyncConnection of the pool reads, writes and decodes JSON; its transaction is real."""
    table = Table("note", MetaData(), Column("id", Integer, primary_key=True), Column("data", JSON))
    async with opened(url, "create table note (id integer primary key, data json)") as database:
        async with database.pool.acquire() as connection:
            await connection.execute(table.insert(), [{"id": 1, "data": {"a": [1, None]}}])
            await connection.rollback()
            assert (await connection.execute(select(table.c.id))).all() == []
            await connection.execute(table.insert(), [{"id": 2, "data": {"a": [1, None]}}])
            await connection.commit()
        async with database.pool.acquire(readonly=True) as connection:
            assert (await connection.execute(select(table.c.data))).scalar_one() == {"a": [1, None]}
        assert isinstance(await database.pool.fetchval("select data from note"), str)


@pytest.mark.slow
async def test_sqlalchemy_is_limited_too(url: str) -> None:
    """A statement through an AsyncConnection has the same time limit and the same error."""
    async with opened(url, statement_timeout=0.2) as database, database.pool.acquire(readonly=True) as connection:
        began = monotonic()
        with pytest.raises(REFUSALS) as caught:
            (await connection.exec_driver_sql(FOREVER[database.name])).all()
        assert monotonic() - began < 1.0
        error = database.translate(caught.value)
        assert isinstance(error, DatabaseError)
        assert (error.code, error.status) == ("57014", 504)


async def test_autocommit_of_sqlalchemy_writes_at_once(url: str) -> None:
    """AUTOCOMMIT opens no transaction, and leaves nothing behind for who comes next."""
    async with opened(url, PETS, pool_max_size=1, pool_min_size=1) as database:
        async with database.pool.acquire() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("insert into pet values (1, 'Rex')")
        assert await database.pool.execute("insert into pet values (2, 'Tom')") == 1
        assert await database.pool.fetchval("select count(*) from pet") == 2


@pytest.mark.parametrize(
    ("sql", "code", "status"),
    [
        ("insert into pet values (1, 'Kim')", "23505", 409),
        ("insert into pet values (2, 'Rex')", "23505", 409),
        ("insert into pet values (2, null)", "23502", 400),
        ("insert into toy values (1, 9, 1)", "23503", 409),
        ("insert into toy values (1, 1, -1)", "23514", 400),
        ("select colour from pet", "42703", 400),
        ("select * from nowhere", "42P01", 404),
        ("select paint(1)", "42883", 404),
    ],
)
async def test_refusals_have_one_code_on_both_databases(url: str, sql: str, code: str, status: int) -> None:
    """What a client looks for is the same SQLSTATE; no SQL text is told, nor where it stood."""
    toys = (
        "create table toy (id integer primary key, pet integer references pet (id), weight integer check (weight > 0))"
    )
    async with opened(url, PETS, toys, "insert into pet values (1, 'Rex')") as database:
        with pytest.raises(REFUSALS) as caught:
            await database.pool.execute(sql)
        error = database.translate(caught.value)
        assert isinstance(error, DatabaseError)
        assert (error.code, error.status) == (code, status)
        assert "insert" not in error.message.replace("insert, update or delete", "").replace("insert or update", "")
        async with database.pool.acquire() as connection:
            with pytest.raises(REFUSALS) as wrapped:
                await connection.exec_driver_sql(sql)
        same = database.translate(wrapped.value)
        assert same is not None
        assert same.body() == error.body()


@pytest.mark.parametrize("make", [lambda: KeyError("x"), lambda: ValueError("no"), TimeoutError, ConnectionResetError])
async def test_errors_that_are_not_the_drivers_are_left_alone(url: str, make: Callable[[], Exception]) -> None:
    """`translate` knows its own and nothing else."""
    async with opened(url) as database:
        assert database.translate(make()) is None


async def test_a_wrong_argument_never_shows_its_value(url: str) -> None:
    """What a driver itself refuses to bind is 22P02 or 22003, without the value."""
    async with opened(url, PETS) as database:
        for value in ("secret", 2**70) if database.name == "postgresql" else (2**70, object()):
            with pytest.raises(REFUSALS) as caught:
                await database.pool.execute("update pet set id = $1", value)
            error = database.translate(caught.value)
            assert error is not None
            assert error.code in ("22P02", "22003")
            assert "secret" not in str(error.body())
