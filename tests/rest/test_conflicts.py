"""Transactions that are in each other's way: done once more where that is safe, and never twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.app import create_app
from service.migrate import migrate
from service.settings import Settings
from service.testing import client, running
from tests.database.opened import until

SCHEMA = """
create table account (id int primary key, amount int not null);
insert into account values (1, 100), (2, 100);
create table gate (id int primary key, passed int not null);
insert into gate values (1, 0);
create sequence attempts;
create table stubborn (id int primary key);
create function fails() returns trigger language plpgsql as $$ begin
    perform nextval('attempts');
    raise serialization_failure using message = 'always';
end $$;
create trigger stubborn before insert on stubborn for each row execute function fails();
create function tries() returns int language plpgsql volatile as $$ begin
    insert into account values (99, 99);
    perform nextval('attempts');
    raise serialization_failure using message = 'always';
end $$;
create function move(amount_ int) returns int language sql volatile as
    'update account set amount = amount + amount_ where id = 1 returning amount';

-- It fails where it is read for the first time by a session: a session's lock outlasts what is rolled back.
create function first_fails() returns int language plpgsql volatile as $$ begin
    if exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) then return 1; end if;
    perform pg_advisory_lock(1);
    raise serialization_failure using message = 'the first time';
end $$;
create view hesitant as select first_fails() as id;
"""
DEADLINE = 30.0
BATCH = [
    {"method": "PATCH", "path": "account?id=eq.1", "body": {"amount": 1}},
    {"method": "PATCH", "path": "gate?id=eq.1", "body": {"passed": 1}},
    {"method": "PATCH", "path": "account?id=eq.2", "body": {"amount": 2}},
]
Connect = Callable[[], Awaitable[Any]]


@pytest.fixture
async def raw(postgresql_url: str) -> AsyncIterator[Connect]:
    """Makes connections of somebody else's."""
    opened: list[Any] = []

    async def connect() -> Any:
        opened.append(await asyncpg.connect(postgresql_url))
        return opened[-1]

    await (await connect()).execute(SCHEMA)
    yield connect
    for each in opened:
        await each.close()


@asynccontextmanager
async def serving(url: str, *, functions: Path | None = None, **options: str) -> AsyncIterator[httpx.AsyncClient]:
    """The service; `options` are PostgreSQL's settings of its connections."""
    given = "".join(f"%20-c%20{name}%3D{value}" for name, value in options.items())
    url += f"{'&' if '?' in url else '?'}options={given}" if given else ""
    app = create_app(
        Settings(database_url=url, anonymous="write", pool_min_size=1, pool_max_size=1, functions=functions)
    )

    @app.rpc()
    async def python(connection: AsyncConnection) -> None:
        await connection.execute(text("select tries()"))

    async with running(app), client(app, base_url="http://testserver/rest/v1/") as http:
        yield http


async def until_blocked(watching: Any, sessions: int = 1) -> None:
    """Until so many sessions of the database wait for another's lock."""
    asked = f"""select count(*) >= {sessions} from pg_stat_activity
        where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0"""
    await until(lambda: watching.fetchval(asked), within=DEADLINE)


async def test_a_deadlock(postgresql_url: str, raw: Connect) -> None:
    """Whose transaction was broken off is done again as a whole when the other is through, and answered."""
    other, third, watching = await raw(), await raw(), await raw()
    await other.execute("set deadlock_timeout = '60s'")  # so it is ours that is broken off
    async with serving(postgresql_url, deadlock_timeout="10ms") as http:
        await other.execute("begin; update account set amount = 20 where id = 2")
        await third.execute("begin; update gate set passed = 0")
        batch = asyncio.create_task(http.post("", json=BATCH))
        await until_blocked(watching)  # ours has row 1, and waits at the gate
        crossing = asyncio.create_task(other.execute("update account set amount = amount + 10 where id = 1"))
        await until_blocked(watching, 2)
        await third.execute("commit")  # ours goes on to row 2, and the ring is closed
        await asyncio.wait_for(crossing, DEADLINE)
        assert not batch.done()
        await other.execute("commit")
        answer = await asyncio.wait_for(batch, DEADLINE)
    assert answer.status_code == 200, answer.text
    deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
    await until(lambda: watching.fetchval(deadlocks), within=DEADLINE)  # it was one, as the server counts them
    assert [tuple(row) for row in await other.fetch("select * from account order by id")] == [(1, 1), (2, 2)]


@pytest.mark.parametrize("isolation", ["repeatable%5C%20read", "serializable"])
@pytest.mark.parametrize("what", ["write", "call", "saved", "batch"])
async def test_a_serialization_failure(
    postgresql_url: str, raw: Connect, tmp_path: Path, isolation: str, what: str
) -> None:
    """What another transaction changed meanwhile is read anew, and the change is made once."""
    (tmp_path / "shift.sql").write_text(
        "-- param: by integer\nupdate account set amount = amount + :by where id = 1 returning amount"
    )
    requests = {
        "write": ("PATCH", "account?id=eq.1&amount=gt.0", {"amount": 5}, 5),
        "call": ("POST", "rpc/move", {"amount_": 5}, 115),
        "saved": ("POST", "rpc/shift", {"by": 5}, 115),
        "batch": ("POST", "", [{"method": "POST", "path": "rpc/move", "body": {"amount_": 5}}], 115),
    }
    method, url, body, amount = requests[what]
    other, watching = await raw(), await raw()
    async with serving(postgresql_url, functions=tmp_path, default_transaction_isolation=isolation) as http:
        await other.execute("begin; update account set amount = amount + 10 where id = 1")
        asking = asyncio.create_task(http.request(method, url, json=body))
        await until_blocked(watching)
        await other.execute("commit")
        answer = await asyncio.wait_for(asking, DEADLINE)
    assert answer.is_success, answer.text
    assert await other.fetchval("select amount from account where id = 1") == amount


REQUESTS: dict[str, tuple[str, str, Any, int]] = {
    "write": ("POST", "stubborn", {"id": 1}, 2),
    "call": ("POST", "rpc/tries", {}, 2),
    "batch": ("POST", "", [{"method": "POST", "path": "account", "body": {"id": 7, "amount": 7}},
                           {"method": "POST", "path": "stubborn", "body": {"id": 1}}], 2),
    "python": ("POST", "rpc/python", {}, 1),
}  # fmt: skip


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}], ids=["plain", "under a key"])
@pytest.mark.parametrize("what", REQUESTS)
async def test_a_second_failure(postgresql_url: str, raw: Connect, what: str, key: dict[str, str]) -> None:
    """It is 503 after two attempts, and nothing is done; a function in Python has one attempt."""
    method, url, body, attempts = REQUESTS[what]
    other = await raw()
    await migrate(postgresql_url)
    async with serving(postgresql_url) as http:
        answer = await http.request(method, url, json=body, headers=key)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "40001", "1")
    assert await other.fetchval("select last_value from attempts") == attempts
    assert await other.fetchval("select count(*) from account") == 2


@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
async def test_a_read(postgresql_url: str, raw: Connect, accept: str) -> None:
    """It is read once more."""
    async with serving(postgresql_url) as http:
        answer = await http.get("hesitant", headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    assert answer.text in ('[{"id":1}]', "id\n1")


async def test_a_busy_file(sqlite_url: str) -> None:
    """SQLite has no conflicts but a writer that does not let go: 503, and nothing is done."""
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("create table note (id integer primary key)")
        app = create_app(Settings(database_url=sqlite_url, anonymous="write", statement_timeout=1.0))
        async with running(app), client(app, base_url="http://testserver/rest/v1/") as http:
            other.execute("begin immediate")
            answer = await asyncio.wait_for(http.post("note", json={"id": 1}), DEADLINE)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), answer.text
            other.execute("rollback")
            assert (await http.post("note", json={"id": 1})).status_code == 201
        assert other.execute("select count(*) from note").fetchone() == (1,)
