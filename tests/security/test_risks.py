"""What is not safe is found before the service serves: said in the log, or refused."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg
import pytest

from service.app import create_app
from service.database import Database
from service.database.postgresql.target import target_of
from service.settings import Settings
from service.testing import client, running
from tests.database.opened import opened
from tests.serving.poolgate_process import make_shop, starting, until

SCHEMA = """
create table note (id int primary key, tenant text);
create table guarded (id int primary key, tenant text);
alter table guarded enable row level security;
create table forced (id int primary key);
alter table forced enable row level security;
alter table forced force row level security;
create table poolgate_own (id int);
"""


@pytest.fixture
async def owner(postgresql_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """The database's owner, a superuser, with tables made."""
    connection = await asyncpg.connect(postgresql_url)
    await connection.execute(SCHEMA)
    yield connection
    await connection.close()


Make = Callable[..., Any]


@pytest.fixture
async def make(owner: asyncpg.Connection[Any]) -> AsyncIterator[Make]:
    """Makes a role of a name that nobody else has, for the time of the test."""
    made: list[str] = []

    async def one(options: str = "") -> str:
        made.append(f"risk_{uuid.uuid4().hex}")
        await owner.execute(f"create role {made[-1]} {options}")
        return made[-1]

    yield one
    for role in made:
        await owner.execute(f"reassign owned by {role} to current_user; drop owned by {role} cascade; drop role {role}")


def as_role(url: str, role: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{quote(role)}@{parts.netloc.rpartition('@')[2]}").geturl()


async def found(url: str, **settings: Any) -> dict[str, str]:
    """What is found, by its code."""
    async with opened(url, **settings) as database:
        return await codes(database, Settings(database_url=url, **settings))


async def codes(database: Database, settings: Settings) -> dict[str, str]:
    return {risk.code: f"{risk.what}; {risk.advice}" for risk in await database.risks(settings)}


async def test_a_role_of_few_rights(postgresql_url: str, owner: Any, make: Make) -> None:
    """Security 1: with a role that owns nothing and takes on such roles nothing is found."""
    service, clerk = await make("login noinherit"), await make()
    await owner.execute(f"grant {clerk} to {service}; grant select, insert on note to {clerk}")
    assert await found(as_role(postgresql_url, service)) == {}
    assert await found(as_role(postgresql_url, service), anonymous="read") == {}


async def test_a_superuser(postgresql_url: str, owner: Any) -> None:
    """Security 1: it is found, and as the only thing: the rest is no news."""
    assert list(await found(postgresql_url)) == ["superuser"]


async def test_bypassrls(postgresql_url: str, owner: Any, make: Make) -> None:
    """Security 1: the attribute is found."""
    service = await make("login bypassrls")
    assert list(await found(as_role(postgresql_url, service))) == ["bypassrls"]


async def test_an_owner(postgresql_url: str, owner: Any, make: Make) -> None:
    """Security 1: who owns exposed tables, itself or by a role that it takes on, is told which."""
    service, clerk = await make("login noinherit"), await make()
    await owner.execute(f"grant {clerk} to {service}; alter table note owner to {service}")
    told = await found(as_role(postgresql_url, service))
    assert list(told) == ["owner"]
    assert "public.note" in told["owner"]
    await owner.execute(f"alter table guarded owner to {clerk}; alter table forced owner to {clerk}")
    told = await found(as_role(postgresql_url, service))
    assert list(told) == ["owner-of-policies", "owner"]
    assert "public.guarded;" in told["owner-of-policies"]
    assert "public.forced, public.note;" in told["owner"]
    await owner.execute(f"alter table poolgate_own owner to {service}")
    assert "poolgate_own" not in str(await found(as_role(postgresql_url, service)))


async def test_roles_that_are_taken_on(postgresql_url: str, owner: Any, make: Make) -> None:
    """Security 1: a superuser, or one with BYPASSRLS, that a token could name."""
    service, god, seer = await make("login noinherit"), await make("superuser"), await make("bypassrls")
    await owner.execute(f"grant {seer} to {service}")
    assert list(await found(as_role(postgresql_url, service))) == ["bypassrls-role"]
    await owner.execute(f"grant {god} to {service}")
    told = await found(as_role(postgresql_url, service))
    assert told.keys() >= {"superuser-role", "bypassrls-role"}
    assert f'revoke "{god}" from "{service}"' in told["superuser-role"]


@pytest.mark.parametrize("role", ["pg_read_server_files", "pg_write_server_files", "pg_execute_server_program"])
async def test_the_servers_files(postgresql_url: str, owner: Any, make: Make, role: str) -> None:
    """Security 21: the roles that reach the server's files and programs, had through another role too."""
    service, clerk = await make("login noinherit"), await make()
    await owner.execute(f"grant {clerk} to {service}; grant {role} to {clerk}")
    told = await found(as_role(postgresql_url, service))
    assert list(told) == ["server-files"]
    assert role in told["server-files"]


async def test_connections_to_elsewhere(postgresql_url: str, owner: Any, make: Make) -> None:
    """Security 21: functions of dblink, which anybody may call unless they are taken away."""
    service = await make("login")
    if not await owner.fetchval("select count(*) from pg_available_extensions where name = 'dblink'"):
        await owner.execute(
            "create function dblink(text) returns text language internal as 'textin' ; "
            "update pg_proc set probin = '$libdir/dblink' where proname = 'dblink'"
        )
    else:
        await owner.execute("create extension dblink")
    told = await found(as_role(postgresql_url, service))
    assert list(told) == ["dblink"]
    assert "public.dblink" in told["dblink"]
    await owner.execute(
        "do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname like 'dblink%' loop "
        "execute format('revoke execute on function %s from public', f); end loop; end $$"
    )
    assert await found(as_role(postgresql_url, service)) == {}


async def test_anonymous_callers_who_write(postgresql_url: str, owner: Any, make: Make) -> None:
    """By ANONYMOUS, or by the rights of DB_ANON_ROLE, to a column too."""
    service, web = await make("login noinherit"), await make()
    url = as_role(postgresql_url, service)
    await owner.execute(f"grant {web} to {service}; grant select on note to {web}")
    assert list(await found(url, anonymous="write")) == ["anonymous-write"]
    assert await found(url, anonymous="write", db_anon_role=web) == {}  # the role's rights decide
    for right in ("insert (id)", "update (tenant)", "delete"):
        await owner.execute(f"grant {right} on note to {web}")
        told = await found(url, db_anon_role=web)
        assert "public.note" in told["anonymous-write"]
        await owner.execute(f"revoke {right} on note from {web}")


async def test_it_is_one_question(postgresql_url: str, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it takes one round trip."""
    async with opened(postgresql_url) as database:
        asked: list[str] = []
        original = type(database.pool._driver).fetchrow  # type: ignore[attr-defined]

        async def noted(self: Any, connection: Any, sql: str, args: Any) -> Any:
            asked.append(sql)
            return await original(self, connection, sql, args)

        monkeypatch.setattr("service.database.postgresql.driver.AsyncpgDriver.fetchrow", noted)
        await database.risks(Settings(database_url=postgresql_url))
        assert len(asked) == 1


@pytest.mark.parametrize(
    "url, environment, hosts",
    [
        ("postgresql://db.example.org/d", {}, ("db.example.org",)),
        ("postgresql://u:p%40@db.example.org:5433/d?sslmode=prefer", {}, ("db.example.org",)),
        ("postgresql://10.0.0.7/d?sslmode=disable", {}, ("10.0.0.7",)),
        ("postgresql://[2001:db8::1]:5432/d?sslmode=allow", {}, ("2001:db8::1",)),
        ("postgresql://localhost,db2:5432/d", {}, ("db2",)),
        ("postgresql:///d?host=db3", {}, ("db3",)),
        ("postgresql:///d", {"PGHOST": "db4"}, ("db4",)),
        ("postgresql://db/d", {"PGSSLMODE": "require"}, ()),
        ("postgresql://db/d?sslmode=disable", {"PGSSLMODE": "require"}, ("db",)),
        ("postgresql://db/d?sslmode=require", {}, ()),
        ("postgresql://db/d?sslmode=verify-full", {}, ()),
        ("postgresql:///d?host=/var/run/postgresql", {}, ()),
        ("postgresql://%2Fvar%2Frun/d", {}, ()),
        ("postgresql:///d", {}, ()),
        ("postgresql://localhost/d", {}, ()),
        ("postgresql://127.0.0.1/d?sslmode=disable", {}, ()),
        ("postgresql://[::1]/d", {}, ()),
    ],
)
def test_the_way_to_the_server(
    monkeypatch: pytest.MonkeyPatch, url: str, environment: dict[str, str], hosts: tuple[str, ...]
) -> None:
    """Security 23: a server elsewhere that is spoken to without TLS for certain."""
    for name in ("PGHOST", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert target_of(url, statement_timeout=1, connect_timeout=1).exposed == hosts


async def test_a_server_elsewhere_is_said(postgresql_url: str, owner: Any, make: Make) -> None:
    """Security 23: with what to add to the URL."""
    service = await make("login")
    async with opened(as_role(postgresql_url, service)) as database:
        far = target_of("postgresql://db.example.org/d", statement_timeout=1, connect_timeout=1)
        database.target = far  # type: ignore[attr-defined]
        told = await codes(database, Settings(database_url=postgresql_url, anonymous="none"))
    assert list(told) == ["no-tls"]
    assert "db.example.org" in told["no-tls"]
    assert "sslmode=verify-full" in told["no-tls"]


def permit(url: str, mode: int) -> Path:
    path = Path("/" + urlsplit(url).path.lstrip("/"))
    path.chmod(mode)
    return path


async def test_sqlite(sqlite_url: str) -> None:
    """Anonymous writers, anonymous readers of whom no rule speaks, and a file that every user may write."""
    path = permit(sqlite_url, 0o640)
    assert await found(sqlite_url, anonymous="read") == {}
    assert list(await found(sqlite_url, anonymous="write")) == ["anonymous-write"]
    rules = path.with_suffix(".toml")
    rules.write_text("[reader.tables]\n")
    assert list(await found(sqlite_url, anonymous="read", rules=rules)) == ["anonymous-unruled"]
    assert await found(sqlite_url, anonymous="none", rules=rules) == {}
    assert await found(sqlite_url, db_anon_role="reader", rules=rules) == {}
    permit(sqlite_url, 0o666)
    told = await found(sqlite_url)
    assert list(told) == ["file-mode"]
    assert f"chmod o-w {path}" in told["file-mode"]


# What becomes of them


async def test_each_is_said_once(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """By default the service serves, and the log has a warning for each."""
    permit(sqlite_url, 0o666)
    app = create_app(Settings(database_url=sqlite_url, anonymous="write"))
    async with running(app), client(app) as http:
        assert (await http.get("/-/ready")).status_code == 200
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [each.split(":")[:2] for each in said] == [["not safe", " anonymous-write"], ["not safe", " file-mode"]]


async def test_all_are_refused_at_once(sqlite_url: str) -> None:
    """With SECURITY_CHECKS=refuse it does not start, and says everything that it found."""
    permit(sqlite_url, 0o666)
    app = create_app(Settings(database_url=sqlite_url, anonymous="write", security_checks="refuse"))
    with pytest.raises(RuntimeError, match=r"SECURITY_CHECKS: anonymous-write: .*SECURITY_CHECKS: file-mode: "):
        async with running(app):
            pass


async def test_a_superuser_is_refused(postgresql_url: str, owner: Any) -> None:
    """Security 1: with SECURITY_CHECKS=refuse nothing is served to anybody."""
    app = create_app(Settings(database_url=postgresql_url, security_checks="refuse"))
    with pytest.raises(RuntimeError, match="SECURITY_CHECKS: superuser"):
        async with running(app):
            pass


@pytest.mark.slow
def test_several_workers_say_it_once(tmp_path: Path) -> None:
    """One of three workers says it; where it is refused, the exit status is 2 and each finding stands in a line."""
    url = make_shop(tmp_path / "shop.db")
    settings = {"database_url": url, "anonymous": "write", "workers": "3"}
    with starting(tmp_path) as start:
        process = start(**settings)
        until(lambda: process.lines_with("all 3 workers serve"))
        assert len(process.lines_with("not safe: anonymous-write")) == 1
        assert process.stop() == 0
        refused = start(**settings, security_checks="refuse")
        assert refused.wait() == 2
        assert len(refused.lines_with("SECURITY_CHECKS: anonymous-write")) == 1
        assert not refused.lines_with(" serving ")
