"""What callers' own SQL leaves on a connection: each kind is gone when the next caller has it, and ours is there."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiosqlite
import asyncpg
import pytest
from sqlalchemy import text

from service import create_app
from service.database import Database
from service.events import Reason
from service.settings import load_settings
from service.testing import client, running
from tests.database.opened import opened, until

Run = Callable[[Database, str], Awaitable[Any]]
SHOP = "create table item (id serial primary key, name text); insert into item (name) values ('pen')"
SCHEMA = """create table item (id integer primary key, name text not null);
    create table note (item integer references item, text text);"""


async def by_execute(database: Database, sql: str) -> None:
    await database.pool.execute(sql)


async def by_fetch(database: Database, sql: str) -> None:
    await database.pool.fetch(sql)


async def by_script(database: Database, sql: str) -> None:
    async with database.pool.lease(readonly=False) as lease:
        await lease.script(f"{sql}; select 1")


async def by_driver(database: Database, sql: str) -> None:
    async with database.pool.lease(readonly=False) as lease:
        await lease.connection.execute(sql)


async def by_acquire(database: Database, sql: str) -> None:
    async with database.pool.acquire() as connection:
        await connection.exec_driver_sql(sql)
        await connection.commit()


async def by_engine(database: Database, sql: str) -> None:
    async with database.pool.writer.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(sql.replace(":", "\\:")))


WAYS = [by_execute, by_fetch, by_script, by_driver, by_acquire, by_engine]

# What is left, and how the next caller would see it; a value of NULL, 0 or false is no sighting.
KINDS = {
    "setting": ("set application_name = 'left'", "select current_setting('application_name') = 'left'"),
    "own setting": ("select set_config('a.user', 'left', false)", "select current_setting('a.user', true) = 'left'"),
    "path": ("set search_path = pg_catalog", "select current_setting('search_path') = 'pg_catalog'"),
    "time limit": ("set statement_timeout = '33s'", "select current_setting('statement_timeout') <> '7s'"),
    "read only": ("set session characteristics as transaction read only",
                  "select current_setting('default_transaction_read_only') = 'on'"),
    "role": ("set role pg_read_all_data", "select current_user = 'pg_read_all_data'"),
    "authorization": ("set session authorization pg_read_all_data", "select session_user = 'pg_read_all_data'"),
    "temporary table": ("create temp table left_over (n int)", "select to_regclass('pg_temp.left_over') is not null"),
    "lock": ("select pg_advisory_lock(7)",
             "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"),
    "shared lock": ("select pg_advisory_lock_shared(7)",
             "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"),
    "listening": ("listen left_over", "select count(*) from pg_listening_channels()"),
    "prepared": ("prepare left_over as select 1", "select count(*) from pg_prepared_statements where from_sql"),
    "cursor": ("declare left_over cursor with hold for select 1",
               "select count(*) from pg_cursors where name = 'left_over'"),
    "sequence": ("select nextval('item_id_seq')", """select lastval() from item where id < 0
        union all select count(*) from pg_sequences where false"""),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_gone_on_postgresql(kind: str, postgresql_url: str) -> None:
    """Each kind of thing, left by each way, is gone from the same connection for the next caller."""
    left, seen = KINDS[kind]
    async with opened(postgresql_url, SHOP, pool_min_size=1, pool_max_size=1, statement_timeout=7) as database:
        pool = database.pool
        pid = await pool.fetchval("select pg_backend_pid()")
        for way in WAYS:
            await way(database, left)
            async with pool.lease(trusted=True) as lease:
                assert not await lease.fetchval(seen), way
                assert await lease.fetchval("select pg_backend_pid()") == pid
        assert pool.stats().closed == {}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"sequence"}))
async def test_seen_without(kind: str, postgresql_url: str) -> None:
    """With `POOL_RESET=transaction` each would be seen: the questions above are the right ones."""
    left, seen = KINDS[kind]
    limits = {"pool_min_size": 1, "pool_max_size": 1, "statement_timeout": 7, "pool_reset": "transaction"}
    async with opened(postgresql_url, SHOP, **limits) as database:
        await database.pool.execute(left)
        assert await database.pool.fetchval(seen)
        assert database.pool.stats().renewed == 0


async def test_our_settings_stay(postgresql_url: str) -> None:
    """After a renewal each limit of ours is in force, and so is the role that the URL's options set."""
    url = f"{postgresql_url}&options=-c%20role%3Dpg_read_all_data"
    async with opened(url, pool_min_size=1, pool_max_size=1, statement_timeout=7) as database:
        names = ("statement_timeout", "lock_timeout", "transaction_timeout", "application_name", "role", "search_path")
        before = [await database.pool.fetchval(f"show {name}") for name in names]
        assert before[:2] == ["7s", "3500ms"]
        await database.pool.execute("set statement_timeout = 0; set lock_timeout = 0; set application_name = 'x'")
        async with database.pool.lease(trusted=True) as lease:
            assert [await lease.fetchval(f"show {name}") for name in names] == before


async def test_prepared_statements_stay(postgresql_url: str) -> None:
    """What asyncpg prepared survives a renewal, for one round trip a read; also where a caller prepared its own."""
    async with opened(postgresql_url, pool_min_size=1, pool_max_size=1) as database:
        ours = "select count(*) from pg_prepared_statements where not from_sql"
        await database.pool.execute("prepare left_over as select 1")
        counts = []
        for _ in range(3):
            async with database.pool.lease(trusted=True) as lease:
                await lease.fetchval("select 1")
                counts.append(await lease.fetchval(ours))
            await database.pool.fetchval("select 1")
        assert counts[0] >= 2
        assert counts == counts[:1] * 3


@pytest.mark.parametrize("sql", ["discard all", "deallocate all", "deallocate prepare  ALL"])
async def test_who_throws_away_what_asyncpg_prepared(sql: str, postgresql_url: str) -> None:
    """A connection whose prepared statements a caller threw away is closed: the next caller's would be missed."""
    async with opened(postgresql_url, pool_min_size=1, pool_max_size=1) as database:
        assert await database.pool.fetchval("select 1") == 1
        await database.pool.execute(sql)
        assert await database.pool.fetchval("select 1") == 1
        assert database.pool.stats().closed == {Reason.RESET_FAILED: 1}


async def test_a_transaction_of_the_drivers_that_nobody_ended(postgresql_url: str) -> None:
    """A `transaction()` of asyncpg's that was begun and left does not swallow the next caller's."""
    async with opened(postgresql_url, SHOP, pool_min_size=1, pool_max_size=1) as database:
        async with database.pool.lease() as lease:
            await lease.connection.transaction().start()
            await lease.execute("delete from item")
        async with database.pool.acquire() as connection, connection.begin():
            await connection.exec_driver_sql("insert into item (name) values ('ink')")
        assert await database.pool.fetchval("select count(*) from item") == 2
        assert database.pool.stats().closed == {}


async def test_a_listener_of_the_drivers(postgresql_url: str) -> None:
    """A callback that a view left on the driver's connection is not called any more."""
    heard: list[Any] = []
    async with opened(postgresql_url, pool_min_size=1, pool_max_size=1) as database:
        async with database.pool.lease() as lease:
            connection = lease.connection
            await connection.add_listener("left_over", lambda *what: heard.append(what))
        await database.pool.execute("notify left_over")
        await until(lambda: database.pool.get_idle_size() == 1)
        assert heard == []
        assert not connection._listeners


async def test_what_could_hinder_a_renewal(postgresql_url: str) -> None:
    """A time limit that a caller set does not keep the connection from being renewed, nor does a read-only session."""
    async with opened(postgresql_url, pool_min_size=1, pool_max_size=1) as database:
        await database.pool.execute("set default_transaction_read_only = on")
        await database.pool.execute("create temp table own (n int)")
        await database.pool.execute("set statement_timeout = '1s'")
        assert await database.pool.fetchval("show statement_timeout") == "10s"
        assert database.pool.stats().closed == {}


async def test_the_table_api_pays_nothing(data_url: str) -> None:
    """Reads of tables and views, ready or not, and reading the schema leave nothing, and nothing is undone after them;
    of a view's own statement it is."""
    app = create_app(load_settings(database_url=data_url, anonymous="read", pool_min_size=1, pool_max_size=1))
    pool = app.extensions["poolgate"].database.pool
    async with running(app), client(app) as http:
        relations = app.extensions["poolgate"].catalog.current.relations
        for name in sorted(name for _, name in relations if name.isidentifier()):
            answer = await http.get(f"/rest/v1/{name}", params={"limit": 1}, headers={"Prefer": "count=exact"})
            assert answer.status_code in (200, 206), answer.text
        assert (await http.get("/-/ready")).status_code == 200
        assert pool.stats().acquired > 5
        assert pool.stats().renewed == pool.stats().resets == 0
        await pool.execute("pragma foreign_keys = on" if data_url.startswith("sqlite") else "select 1")
        assert pool.stats().checking == 1


async def test_the_names_of_asyncpg() -> None:
    """What the connection and the driver use of asyncpg without its promise is there."""
    names = (
        *("_get_statement", "_listeners", "_log_listeners", "_top_xact", "_config", "_reset", "_aborted", "_protocol"),
        *("_stmt_cache", "_stmt_exclusive_section", "_query_loggers", "_drop_global_statement_cache", "_cancel"),
    )
    for name in names:
        assert hasattr(asyncpg.Connection, name)
    for name in ("is_connected", "is_in_transaction", "get_record_class", "bind_execute"):
        assert hasattr(asyncpg.protocol.Protocol, name)
    assert asyncpg.connection._Atomic()._acquired == 0
    assert asyncpg.connection._StatementCache.get


async def test_the_names_of_aiosqlite(sqlite_url: str) -> None:
    """What the connection uses of aiosqlite without its promise is there."""
    async with opened(sqlite_url, pool_min_size=1) as database, database.pool.lease() as lease:
        for name in ("_execute", "_connect", "_conn", "_connection", "_connector", "_running", "_thread", "_tx"):
            assert hasattr(lease.connection, name)
        assert "_execute" in vars(aiosqlite.Connection)  # ours is in the place of theirs


PRAGMAS = {
    "foreign keys": ("pragma foreign_keys = off", "pragma foreign_keys", 1),
    "busy timeout": ("PRAGMA busy_timeout=1", "pragma busy_timeout", 5000),
    "query only": ("pragma query_only(on)", "pragma query_only", 0),
    "like": ("pragma case_sensitive_like = on", "select 'A' like 'a'", 1),
    "attached": ("attach ':memory:' as other", "select count(*) from pragma_database_list where name = 'other'", 0),
    "temporary table": ("create temp table left_over (n)", "select count(*) from temp.sqlite_schema", 0),
    "temporary by name": ('create view "temp".v as select 1', "select count(*) from temp.sqlite_schema", 0),
    "temporary trigger": ("create temporary trigger t after insert on item begin select 1; end",
                          "select count(*) from temp.sqlite_schema", 0),
    "exclusive": ("pragma locking_mode = exclusive", "select locking_mode <> 'normal' from pragma_locking_mode", 0),
    "key order": ("pragma reverse_unordered_selects = 1", "pragma reverse_unordered_selects", 0),
}  # fmt: skip


@pytest.mark.parametrize("kind", PRAGMAS)
async def test_gone_on_sqlite(kind: str, sqlite_url: str) -> None:
    """What a caller's pragma, ATTACH or temporary table changed on the writer is as it was, whichever way."""
    left, seen, ours = PRAGMAS[kind]
    async with opened(sqlite_url, SCHEMA, pool_max_size=1) as database:
        for number, way in enumerate(set(WAYS) - {by_fetch}, 1):
            await way(database, left)
            async with database.pool.lease(readonly=False, trusted=True) as lease:
                assert await lease.fetchval(seen) == ours, way
            assert database.pool.stats().renewed == number


@pytest.mark.parametrize("kind", ["like", "attached", "key order"])
async def test_gone_from_a_reader(kind: str, sqlite_url: str) -> None:
    """What a caller changed on a reader is as it was."""
    left, seen, ours = PRAGMAS[kind]
    async with opened(sqlite_url, SCHEMA, pool_max_size=1) as database:
        await by_fetch(database, left)
        async with database.pool.lease(trusted=True) as lease:
            assert await lease.fetchval(seen) == ours


async def test_a_reader_stays_a_reader(sqlite_url: str) -> None:
    """A reader whose guard a caller took off has it again."""
    async with opened(sqlite_url, SCHEMA, pool_max_size=1) as database:
        await database.pool.fetch("pragma query_only = off")
        assert await database.pool.fetchval("pragma query_only") == 1
        assert database.pool.stats().renewed == 1


async def test_what_only_reads_is_not_renewed(sqlite_url: str) -> None:
    """Statements and pragmas that change nothing of the connection cost nothing afterwards."""
    async with opened(sqlite_url, SCHEMA, pool_max_size=1) as database:
        for sql in ("pragma table_info(item)", "PRAGMA main.index_list('item');", "pragma foreign_keys", "select 1"):
            await database.pool.fetch(sql)
        await database.pool.execute("insert into item values (1, 'temperature')")
        assert database.pool.stats().renewed == 0


@pytest.mark.parametrize("sql", [
    "pragma table_info(item); pragma foreign_keys = off", "pragma foreign_keys(off)", "/* */ PRAGMA foreign_keys=off",
    "create temp table t (n)", "create table temp.t (n)", "detach other",
])  # fmt: skip
async def test_what_changes_is_renewed(sql: str, sqlite_url: str) -> None:
    """However it is written."""
    async with opened(sqlite_url, SCHEMA, pool_max_size=1) as database:
        async with database.pool.lease(readonly=False) as lease:
            with suppress(sqlite3.OperationalError):  # there is none to detach
                await lease.script(sql)
        assert database.pool.stats().checking == 1
        await until(lambda: database.pool.stats().checking == 0)
        assert database.pool.stats().renewed == 1


async def test_the_shape_of_rows(sqlite_url: str) -> None:
    """What a caller set on the driver's connection itself, the kind of rows or of texts, is undone too."""
    async with opened(sqlite_url, SCHEMA, pool_max_size=1) as database:
        async with database.pool.lease() as lease:
            lease.connection.row_factory = lambda _cursor, row: list(row)
        async with database.pool.lease() as lease:
            assert await lease.connection.execute_fetchall("select 1") == [(1,)]


async def test_a_file_that_cannot_be_opened_any_more(sqlite_url: str, tmp_path: Any) -> None:
    """Where the file has gone the connection is closed, and the caller who was there notices nothing."""
    async with opened(sqlite_url, SCHEMA, pool_max_size=1) as database:
        async with database.pool.lease() as lease:
            connection = lease.connection
            await lease.fetch("pragma query_only = off")

            def gone() -> Any:
                raise OSError("gone")

            connection._connector = gone
        await until(lambda: database.pool.stats().closed)
        assert await asyncio.wait_for(database.pool.fetchval("select 1"), 5) == 1


async def test_renewed_and_renewed_again(sqlite_url: str) -> None:
    """Each renewal opens a file of its own: what serves next is never the one that was closed."""
    async with opened(sqlite_url, "create table note (id integer)", pool_max_size=1, pool_min_size=1) as database:
        for number in range(3):
            async with database.pool.acquire() as connection:
                await connection.exec_driver_sql("pragma busy_timeout = 77")
            assert await database.pool.execute("insert into note values ($1)", number) == 1
        assert await database.pool.fetchval("select count(*) from note") == 3


async def test_closed_behind_the_pools_back(sqlite_url: str) -> None:
    """A caller who closes the connection itself costs that connection, not its place."""
    async with opened(sqlite_url, pool_max_size=1, pool_min_size=1) as database:
        async with database.pool.lease(readonly=False) as lease:
            raw = lease.connection
            await raw.run(lambda held: held.close())
            thread = raw._thread
        assert await database.pool.execute("create table note (id integer)") >= -1
        await until(lambda: not thread.is_alive())
