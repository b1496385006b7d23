"""What is asked by GET or HEAD changes nothing, whatever the database's own code would do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.app import create_app
from service.current import current_connection
from service.settings import Settings
from tests.conftest import fresh
from tests.database.opened import opened
from tests.security.bounded_service import BOTH, of, refusal, serving, value_of

COUNT = "select (select count(*) from log) + (select count(*) from kept)"
NOTHING_WRITTEN = (405, "25006")
SCHEMA = """
create table log (line text);
create table kept (id integer primary key, name text);
insert into kept values (1, 'one'), (2, 'two');
create sequence numbers;
create function write() returns text volatile language sql as 'insert into log values (''x'') returning line';
create function write_rows() returns setof kept volatile language sql as
    'update kept set name = name || ''!'' returning *';
create function stable_liar() returns text stable language plpgsql as
    $$ begin insert into log values ('x'); return 'x'; end $$;
create function by_copy() returns text volatile language plpgsql as
    $$ begin execute 'create table made (id integer)'; return 'x'; end $$;
create function by_sequence() returns bigint volatile language sql as 'select nextval(''numbers'')';
create function to_write() returns text volatile language plpgsql as
    $$ begin set transaction read write; insert into log values ('x'); return 'x'; end $$;
create function by_definer() returns text volatile security definer language sql as
    'insert into log values (''x'') returning line';
create function leaking(kept) returns text volatile language sql as 'insert into log values (''x'') returning line';
create view writing as select id, write() as written from kept;
create view writing_if as select id, name from kept where write() = 'x';
create view over_writing as select * from writing;
"""
READS = [
    "writing", "writing?select=id,written", "writing_if", "writing_if?select=id", "over_writing?limit=1",
    "kept?select=id,leaking", "kept?leaking=eq.x", "kept?order=leaking",
    "rpc/write", "rpc/write_rows", "rpc/write_rows?select=id", "rpc/by_copy", "rpc/by_definer",
]  # fmt: skip
FORMS = {
    "as JSON": {},
    "as one object": {"Accept": "application/vnd.pgrst.object+json"},
    "as CSV": {"Accept": "text/csv"},
    "as NDJSON": {"Accept": "application/x-ndjson"},
    "counted": {"Prefer": "count=exact"},
    "to be committed": {"Prefer": "tx=commit"},
    "by another name for GET": {"X-HTTP-Method-Override": "POST"},
}


@pytest.fixture
def url(postgresql_templates: Any) -> Iterator[str]:
    """Code of every kind that writes."""
    yield from fresh(postgresql_templates(SCHEMA))


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
async def test_a_read_on_postgresql(url: str, form: str) -> None:
    """Security 2: views, computed columns and functions that write are refused by GET and HEAD with 405, in each form
    of an answer, also where the transaction is to be committed; the rows are as many as before."""
    async with serving(url, db_tx_end="commit-allow-override") as (http, _):
        before = await value_of(url, COUNT)
        for path in READS:
            answer = await http.get(f"/rest/v1/{path}", headers=FORMS[form])
            assert refusal(answer) == NOTHING_WRITTEN, (path, answer.text)
            head = await http.head(f"/rest/v1/{path}", headers=FORMS[form])
            # Rows that nobody wants are not made, and what would write is not run.
            assert head.status_code in (405, 200, 206, 406), path
            assert await value_of(url, COUNT) == before, path
        assert await value_of(url, "select max(name) from kept") == "two"


async def test_a_function_cannot_open_the_transaction_to_writing(url: str) -> None:
    """Security 2: a function that sets its transaction to write is refused, and no sequence moves."""
    async with serving(url) as (http, _):
        before = await value_of(url, COUNT)
        answer = await http.get("/rest/v1/rpc/to_write")
        assert answer.status_code >= 400
        liar = await http.get("/rest/v1/rpc/stable_liar")
        assert refusal(liar) == (400, "0A000")  # PostgreSQL's own word for it
        assert (await http.get("/rest/v1/rpc/by_sequence")).status_code == 405
        assert await value_of(url, COUNT) == before
        assert await value_of(url, "select is_called from numbers") is False


async def test_reads_of_a_batch(url: str) -> None:
    """Security 2: a GET in a batch is as little a write, alone or between operations that are; all is undone."""
    put_in = {"method": "POST", "path": "log", "body": {"line": "a"}}
    async with serving(url) as (http, _):
        before = await value_of(url, COUNT)
        for path in READS:
            for operations in ([{"path": path}], [put_in, {"path": path}], [put_in, {"path": path}, put_in]):
                answer = await http.post("/rest/v1/", json=operations)
                assert refusal(answer) == NOTHING_WRITTEN, (path, answer.text)
        assert await value_of(url, COUNT) == before


async def test_in_the_same_service_a_post_writes(url: str) -> None:
    """Security 2: it is the method that decides: the same function called by POST does what it does."""
    async with serving(url) as (http, _):
        before = await value_of(url, COUNT)
        assert (await http.post("/rest/v1/rpc/write")).status_code == 200
        assert await value_of(url, COUNT) == before + 1


WRITING = {
    "sqlite": {
        "inserts": "insert into kept (name) values ('x') returning *",
        "inserts_with": "with x (name) as (values ('y')) insert into kept (name) select name from x returning *",
        "updates": "update kept set name = 'z'",
        "deletes": "delete from kept",
    },
    "postgresql": {
        "inserts": "insert into kept values (9, 'x') returning *",
        "inserts_with": "with x as (insert into kept values (8, 'x') returning *) select * from x",
        "deletes_with": "with x as (delete from kept returning *) select count(*) as n from x",
        "calls": "select write() as line",
        "updates": "update kept set name = 'z'",
    },
}


@pytest.fixture(params=BOTH)
def either(request: pytest.FixtureRequest, templates: Any) -> Iterator[str]:
    """Tables on each kind of database, and on PostgreSQL code that writes."""
    plain = SCHEMA.partition("create sequence")[0]
    yield from fresh(templates(request.param, SCHEMA if request.param == "postgresql" else plain))


async def test_saved_functions(either: str, tmp_path: Path) -> None:
    """Security 2: a saved function that writes, in a WITH too, is not called by GET or HEAD, nor by a GET in a batch;
    one that is said to be read-only and writes is refused at the start or by the database."""
    kind = either.partition(":")[0]
    for name, sql in WRITING[kind].items():
        (tmp_path / f"{name}.sql").write_text(sql)
    async with serving(either, functions=tmp_path) as (http, _):
        before = await value_of(either, COUNT)
        for name in WRITING[kind]:
            for answer in (
                await http.get(f"/rest/v1/rpc/{name}"),
                await http.post("/rest/v1/", json=[{"path": f"rpc/{name}"}]),
            ):
                assert answer.status_code == 405, (name, answer.text)
            assert (await http.head(f"/rest/v1/rpc/{name}")).status_code == 405
            assert await value_of(either, COUNT) == before, name


def every_saved() -> list[Any]:
    return [(kind, name) for kind, files in WRITING.items() for name in files]


@pytest.mark.parametrize("kind, name", every_saved())
async def test_saved_functions_that_lie(templates: Any, tmp_path: Path, kind: str, name: str) -> None:
    """Security 2: one that is said to be read-only and writes is refused at the start, or by the database."""
    plain = SCHEMA.partition("create sequence")[0]
    (tmp_path / f"{name}.sql").write_text(f"-- readonly: yes\n{WRITING[kind][name]}")
    async with templates(kind, SCHEMA if kind == "postgresql" else plain).fresh() as url:
        before = await value_of(url, COUNT)
        if name == "calls":  # only the database knows what it calls
            async with serving(url, functions=tmp_path) as (http, _):
                assert refusal(await http.get(f"/rest/v1/rpc/{name}")) == NOTHING_WRITTEN
        else:
            with pytest.raises(RuntimeError, match=name):
                async with serving(url, functions=tmp_path):
                    pass
        assert await value_of(url, COUNT) == before


async def test_functions_in_python(either: str) -> None:
    """Security 2: a function in Python that is registered as read-only cannot write either, whichever way it tries."""
    app = create_app(Settings(database_url=either, anonymous="write", log_level="critical"))

    @app.rpc("sly", readonly=True)
    async def sly() -> int:
        await current_connection.execute(text("insert into log values ('x')"))
        return 1

    async with of(app) as (http, _):
        before = await value_of(either, COUNT)
        for answer in (await http.get("/rest/v1/rpc/sly"), await http.post("/rest/v1/rpc/sly")):
            assert answer.status_code == 500  # a mistake of the function's, which did not expect it
        assert await value_of(either, COUNT) == before


@pytest.mark.parametrize("sql", [
    "insert into kept (id, name) values (9, 'x')",
    "with x (id) as (values (9)) insert into kept (id) select id from x",
    "update kept set name = 'x'",
    "delete from kept",
    "create table made (id integer)",
    "drop table kept",
])  # fmt: skip
async def test_connections_that_read(either: str, sql: str) -> None:
    """Security 2: a connection that is lent for reading writes nothing, by the lane and by SQLAlchemy; on SQLite it is
    opened so, and stays so when `query_only` is turned off."""
    async with opened(either) as database:
        before = await value_of(either, COUNT)
        if database.to_readonly is None:
            async with database.pool.lease(readonly=True) as lease:
                with pytest.raises(sqlite3.OperationalError, match="readonly"):
                    await lease.execute(sql)
                await lease.execute("pragma query_only = off")
                with pytest.raises(sqlite3.OperationalError, match="readonly"):
                    await lease.execute(sql)
        async with database.pool.lease(readonly=True) as lease:
            with pytest.raises(Exception, match=r"readonly|read-only"):
                async with lease.transaction(readonly=True):
                    await lease.execute(sql)
        async with database.pool.acquire(readonly=True) as connection:
            if database.to_readonly is None:
                with pytest.raises(DBAPIError, match="readonly"):
                    await connection.execute(text(sql))
        assert await value_of(either, COUNT) == before
