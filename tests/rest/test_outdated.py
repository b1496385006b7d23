"""Statements that were prepared for another schema, or in a session that is gone: a read is none the wiser."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from service.app import create_app
from service.database import Database
from service.database.postgresql.driver import AsyncpgDriver
from service.errors import OutdatedError
from service.events import StatementsOutdated
from service.operator.news import in_words
from service.settings import Settings
from service.testing import Template, client, running
from tests.metrics import value

CONNECTIONS = 3
SCHEMA = """
do $$ begin create role outdated_reader nologin; exception when duplicate_object then null; end $$;
create type hue as enum ('red', 'green');
create table shelf (id int primary key, name text);
create table book (id int primary key, shelf_id int references shelf, title text, hue hue);
create view shown as select id, title from book;
create function found(start int) returns setof book stable language plpgsql
    as $$ begin return query select * from book where id >= start order by id; end $$;
create function taken(start int) returns setof book volatile language plpgsql
    as $$ begin return query select * from book where id >= start order by id; end $$;
create function spoil() returns void language plpgsql as $$ begin execute 'deallocate all'; end $$;
insert into shelf values (1, 'a'), (2, 'b');
insert into book select n, 1 + n % 2, repeat('long ', 100) || n, 'red' from generate_series(1, 400) n;
grant select on book, shelf, shown to outdated_reader;
"""
LOST = "select spoil()"
"""Run on a connection, leaves the server with none of what asyncpg has prepared."""
OTHER_TYPE = """
alter table book alter hue type text; drop type hue; create type hue as enum ('red', 'blue');
alter table book alter hue type hue using hue::hue;
"""
"""Run by somebody else: PostgreSQL fails at what a prepared call gives, for it does not notice that it is outdated."""


class Read(NamedTuple):
    url: str
    headers: Mapping[str, str] = MappingProxyType({})
    body: Any = None


READS = {
    "table": Read("book?id=eq.7"),
    "view in a transaction": Read("shown?id=eq.7"),
    "embedding": Read("shelf?select=name,book(title)&book.limit=2&order=id"),
    "counted": Read("book?limit=2", {"Prefer": "count=estimated"}),
    "call": Read("rpc/found?start=399"),
    "call by POST": Read("rpc/found", body={"start": 399}),
    "call that may write, read only": Read("rpc/taken?start=399"),
    "stream, in one part": Read("book?select=id&limit=5", {"Accept": "text/csv"}),
    "stream, in many": Read("book?select=id,title", {"Accept": "application/x-ndjson"}),
}


class Service:
    """The service on a pool whose connections have all run what will be asked."""

    def __init__(self, http: httpx.AsyncClient, database: Database) -> None:
        self.http = http
        self.database = database

    async def ask(self, read: Read) -> httpx.Response:
        send = self.http.get if read.body is None else partial(self.http.post, json=read.body)
        return await send(f"/rest/v1/{read.url}", headers=read.headers)

    async def each(self, read: Read) -> list[httpx.Response]:
        """Asked by each connection in turn, the others being in use."""
        answers = []
        async with AsyncExitStack() as stack:
            leases = [self.database.pool.lease(readonly=True, trusted=True) for _ in range(CONNECTIONS)]
            held = [await stack.enter_async_context(lease) for lease in leases]
            for number, lease in enumerate(held):
                await lease.__aexit__(None, None, None)
                answers.append(await self.ask(read))
                held[number] = await lease.__aenter__()
        return answers

    async def lose(self) -> None:
        """Takes from the server what is prepared on each connection."""
        async with AsyncExitStack() as stack:
            leases = [self.database.pool.lease(readonly=False, trusted=True) for _ in range(CONNECTIONS)]
            for lease in [await stack.enter_async_context(lease) for lease in leases]:
                await lease.script(LOST)

    async def outdated(self) -> int:
        """How often that was found out, as the metrics have it."""
        return int(value((await self.http.get("/-/metrics")).text, "poolgate_statements_outdated_total"))


@asynccontextmanager
async def serving(template: Template, **settings: Any) -> AsyncIterator[tuple[Service, str]]:
    async with template.fresh() as url:
        size = {"pool_min_size": CONNECTIONS, "pool_max_size": CONNECTIONS}
        app = create_app(Settings(database_url=url, **{"anonymous": "write", **size, **settings}))
        async with running(app), client(app) as http:
            yield Service(http, app.extensions["poolgate"].database), url


@pytest.fixture
def template(postgresql_templates: Any) -> Template:
    made: Template = postgresql_templates(SCHEMA)
    return made


async def run(url: str, sql: str) -> None:
    """By somebody else, on a connection of their own."""
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


@pytest.mark.parametrize("name", READS)
async def test_a_read_survives_the_loss(name: str, template: Template) -> None:
    """What asyncpg prepared is gone from the session: the read is done once more, and all connections prepare anew."""
    async with serving(template) as (service, _):
        before = await service.each(READS[name])
        assert {answer.status_code for answer in before} <= {200, 206}
        await service.lose()
        assert [answer.content for answer in await service.each(READS[name])] == [answer.content for answer in before]
        assert await service.outdated() == 1


@pytest.mark.parametrize("name", [name for name in READS if name.startswith("call")])
async def test_a_call_survives_another_type(name: str, template: Template) -> None:
    """An enum in a function's rows is another one: PostgreSQL fails by the old plan, and the call is planned anew."""
    async with serving(template) as (service, url):
        before = await service.each(READS[name])
        await run(url, OTHER_TYPE)
        assert [answer.content for answer in await service.each(READS[name])] == [answer.content for answer in before]
        assert await service.outdated() == 1


ALTERED = {
    "column's type": "drop view shown; alter table shelf alter name type varchar(90)",
    "column more": "alter table shelf add more text default 'x'",
    "column anew": "alter table shelf drop name; alter table shelf add name text default 'x'",
    "view anew": "drop view shown; create view shown as select id::bigint, title::varchar(9000) from book",
    "enum": OTHER_TYPE,
    "table anew": "drop table shelf cascade; create table shelf (name text, id bigint primary key); "
    "insert into shelf values ('z', 9)",
}


@pytest.mark.parametrize("change", ALTERED)
async def test_what_an_answer_is_made_of_never_changes(change: str, template: Template) -> None:
    """A read gives text and numbers whatever the columns are, so other columns do not make its prepared form wrong."""
    reads = [Read("shelf?select=id,name&order=id"), Read("book?select=id,title,hue&limit=3&order=id&hue=eq.red")]
    if "drop view" not in ALTERED[change] or "create view" in ALTERED[change]:
        reads.append(Read("shown?select=id,title&limit=3&order=id"))
    async with serving(template) as (service, url):
        for read in reads:
            await service.each(read)
        await run(url, ALTERED[change])
        for read in reads:
            assert {answer.status_code for answer in await service.each(read)} == {200}, read
        assert await service.outdated() == 0


async def test_a_role_is_taken_on_again(template: Template) -> None:
    """Done once more, a read has its role and transaction as the first time."""
    async with serving(template, db_anon_role="outdated_reader") as (service, _):
        before = await service.ask(READS["table"])
        await service.lose()
        assert (await service.ask(READS["table"])).content == before.content
        assert (await service.http.delete("/rest/v1/book?id=eq.7")).status_code == 401


async def test_a_write_is_not_repeated(template: Template) -> None:
    """A write, or a call that may write, that met the loss did nothing: 503 and Retry-After; sent again, it is done."""
    async with serving(template) as (service, _):
        inserted, called = Read("shelf", body={"id": 3, "name": "c"}), Read("rpc/taken", body={"start": 399})
        for each, status in ((inserted, 201), (called, 200)):
            await service.each(each)
            await service.http.delete("/rest/v1/shelf?id=eq.3")
            await service.lose()
            answer = await service.ask(each)
            assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "1"), each
            assert answer.json() == {
                "code": "26000",
                "message": "What was prepared in the database for this request is outdated",
                "details": None,
                "hint": "Send it again: nothing was done, and it is prepared anew.",
            }
            assert (await service.ask(Read("shelf?id=eq.3"))).json() == []
            assert (await service.ask(each)).status_code == status


async def test_a_read_is_repeated_once(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where that does not help either, the second error is the answer."""
    tried = 0
    fetchrow = AsyncpgDriver.fetchrow

    async def lost(self: AsyncpgDriver, connection: Any, sql: str, args: Any) -> Any:
        nonlocal tried
        tried += 1
        await fetchrow(self, connection, LOST, [])
        return await fetchrow(self, connection, sql, args)

    async with serving(template) as (service, _):
        await service.each(READS["table"])
        monkeypatch.setattr(AsyncpgDriver, "fetchrow", lost)
        monkeypatch.setattr(type(service.database), "forget_statements", _nothing)
        answer = await service.ask(READS["table"])
        assert (answer.status_code, answer.json()["code"], tried) == (503, "26000", 2)


async def _nothing(*_: Any) -> None:
    """Cures nothing."""


async def test_it_is_told(template: Template, caplog: pytest.LogCaptureFixture) -> None:
    """A line at the level info has the server's word for it, and the pool's page a sentence without."""
    caplog.set_level(logging.INFO, "poolgate")
    async with serving(template) as (service, _):
        await service.ask(READS["table"])
        await service.lose()
        await service.ask(READS["table"])
    lines = [record for record in caplog.records if "outdated" in record.getMessage()]
    assert [record.levelno for record in lines] == [logging.INFO]
    assert "does not exist" in lines[0].getMessage()
    assert "pgbouncer" not in lines[0].getMessage()
    assert in_words(StatementsOutdated("secret")) == ("Prepared statements were outdated, and are prepared anew", False)


async def test_a_stream_under_way_goes_on(template: Template) -> None:
    """Others' forgetting takes nothing from a cursor that is open."""
    async with serving(template) as (service, _):
        pool = service.database.pool
        async with pool.lease(readonly=True, trusted=True) as lease, lease.transaction(readonly=True):
            parts = lease.stream("select n::text from generate_series(1, 500) n where n > $1", 0, part=10)
            count = len(await anext(parts))
            await service.database.forget_statements(ValueError("others'"))
            async for rows in parts:
                count += len(rows)
        assert count == 500


async def test_what_counts_as_outdated(template: Template) -> None:
    """asyncpg's own two errors do, inside a transaction too; a caller's own missing statement does not."""
    async with serving(template) as (service, url):
        database = service.database
        found = {}
        for name, sql in {"plan": "select * from shelf", "row": "select shelf from shelf"}.items():
            async with database.pool.lease(readonly=False) as lease:
                await lease.fetch(sql)
                await run(url, f"alter table shelf add {name} text default 'x'")
                with pytest.raises((asyncpg.PostgresError, asyncpg.InternalClientError)) as caught:
                    async with lease.transaction(readonly=True):
                        await lease.fetch(sql)
                found[name] = database.translate(caught.value)
                await database.forget_statements(caught.value)
                async with lease.transaction(readonly=True):
                    assert len(await lease.fetch(sql)) == 2
        assert [(type(error), error.code, error.status) for error in found.values() if error] == [
            (OutdatedError, "0A000", 503),
            (OutdatedError, "XX000", 500),  # the statement was run: nobody is told that nothing was done
        ]
        async with database.pool.lease(readonly=False) as lease:
            with pytest.raises(asyncpg.InvalidSQLStatementNameError) as missed:
                await lease.script("execute nobody_prepared_it")
        assert not isinstance(database.translate(missed.value), OutdatedError)


async def test_sqlite_prepares_anew_by_itself(sqlite_templates: Any) -> None:
    """Another process alters a table: what is prepared on each connection is made anew, and nobody sees an error."""
    template = sqlite_templates("create table t (id integer primary key, a text); insert into t values (1, 'x')")
    read = Read("t?select=id,a&id=eq.1")
    async with serving(template) as (service, url):
        await service.each(read)
        with closing(sqlite3.connect(urlsplit(url).path)) as connection:
            connection.executescript("alter table t add column b default 'y'; create index i on t (a)")
        assert {answer.text for answer in await service.each(read)} == {'[{"id":1,"a":"x"}]'}
        assert await service.outdated() == 0
