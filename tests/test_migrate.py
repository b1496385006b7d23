"""The service's own tables come and go, on both databases."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from service.database.single import single_connection
from service.errors import DatabaseAwayError, PoolgateError
from service.migrate import VERSION_TABLE, Migrated, migrate

OWN = {"poolgate_api_key", "poolgate_idempotency"}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/own.db"
    return str(request.getfixturevalue("postgresql_url"))


async def tables(url: str) -> set[str]:
    def names(connection: Connection) -> set[str]:
        return set(inspect(connection).get_table_names())

    async with single_connection(url) as connection:
        return await connection.run_sync(names)


async def test_up_and_down(url: str) -> None:
    """Every revision can be applied and taken back, and nothing but the version table stays."""
    assert await migrate(url) == Migrated(None, "0001", ("0001",))
    assert await tables(url) == OWN | {VERSION_TABLE}
    assert await migrate(url, "base") == Migrated("0001", None, ("0001",))
    assert await tables(url) == {VERSION_TABLE}
    assert await migrate(url, "0001") == Migrated(None, "0001", ("0001",))


async def test_again(url: str) -> None:
    """A second run has nothing to do, upwards as downwards, and says so."""
    assert (await migrate(url, "base")).steps == ()
    await migrate(url)
    again = await migrate(url)
    assert again.steps == ()
    assert str(again) == "nothing to do: the database is at 0001"


async def test_at_once(url: str) -> None:
    """Of several runs at once one works and the others find it done."""
    results = await asyncio.gather(*(migrate(url) for _ in range(4)))
    assert sorted(len(result.steps) for result in results) == [0, 0, 0, 1]


async def test_all_or_nothing(url: str) -> None:
    """A run that fails midway leaves the database as it was."""
    async with single_connection(url) as connection:
        await connection.execute(text("create table poolgate_idempotency (taken integer)"))
    with pytest.raises(DatabaseAwayError, match="already exists"):
        await migrate(url)
    assert await tables(url) == {"poolgate_idempotency"}


async def test_keeps_hands_off(url: str) -> None:
    """Tables of anybody else stay as they are through a run up and down."""
    async with single_connection(url) as connection:
        await connection.execute(text("create table theirs (id integer)"))
    await migrate(url)
    await migrate(url, "base")
    assert "theirs" in await tables(url)


async def test_columns(url: str) -> None:
    """A key and a remembered answer can be written with the defaults, and each key once per scope."""
    await migrate(url)
    answer = (
        "insert into poolgate_idempotency (scope, key, request, body_hash, expires_at) "
        "values ('a', 'k', 'POST /t', cast('x' as {bytes}), current_timestamp)"
    ).format(bytes="bytea" if url.startswith("postgres") else "blob")
    async with single_connection(url) as connection:
        await connection.execute(
            text("insert into poolgate_api_key (name, prefix, hash) values ('n', 'pg_1', :hash)"), {"hash": b"\0\xff"}
        )
        key = (await connection.execute(text("select id, created_at is not null from poolgate_api_key"))).one()
        await connection.execute(text(answer))
        state = (await connection.execute(text("select state from poolgate_idempotency"))).scalar_one()
    assert (key[0], bool(key[1]), state) == (1, True, "running")
    with pytest.raises(DatabaseAwayError, match=r"(?i)unique"):
        async with single_connection(url) as connection:
            await connection.execute(text(answer))


async def test_first_schema_of_the_search_path(postgresql_url: str) -> None:
    """On PostgreSQL the tables are made in the first schema of the search path."""
    async with single_connection(postgresql_url) as connection:
        await connection.execute(text("create schema inner_room"))
        database = (await connection.execute(text("select current_database()"))).scalar_one()
        await connection.execute(text(f'alter database "{database}" set search_path = inner_room, public'))
    await migrate(postgresql_url)
    async with single_connection(postgresql_url) as connection:
        found = await connection.execute(
            text("select distinct schemaname from pg_tables where tablename like 'poolgate%'")
        )
        assert found.scalars().all() == ["inner_room"]


async def test_no_such_revision(tmp_path: Path) -> None:
    """An unknown revision is refused by name, before any connection, with the ones there are."""
    with pytest.raises(PoolgateError, match="no revision '9999'; there are base, 0001 and head"):
        await migrate(f"sqlite:///{tmp_path}/none.db", "9999")
    assert os.listdir(tmp_path) == []


async def test_from_the_future(tmp_path: Path) -> None:
    """A database left by a newer version is not touched."""
    url = f"sqlite:///{tmp_path}/own.db"
    await migrate(url)
    async with single_connection(url) as connection:
        await connection.execute(text(f"update {VERSION_TABLE} set version_num = '9999'"))
    with pytest.raises(PoolgateError, match="at revision 9999, which this version does not know"):
        await migrate(url, "base")


@pytest.mark.parametrize("url, told", [
    ("sqlite:////nowhere/at/all.db", "the folder /nowhere/at does not exist"),
    ("postgresql://someone:canary@127.0.0.1:1/none", "(?i)connect"),
])  # fmt: skip
async def test_away(url: str, told: str) -> None:
    """A database that cannot be reached is named, with the reason and without its password."""
    with pytest.raises(DatabaseAwayError, match=told) as caught:
        await migrate(url)
    assert caught.value.message.startswith(url.replace("canary", "***"))


async def test_no_database(tmp_path: Path) -> None:
    """A file that is no database is told so and stays as it was."""
    file = tmp_path / "letter.txt"
    file.write_text("Dear all, " * 500)
    with pytest.raises(DatabaseAwayError, match="is not an SQLite database"):
        await migrate(f"sqlite:///{file}")
    assert file.read_text().startswith("Dear all, ")


@pytest.mark.slow
async def test_alembic_by_itself(tmp_path: Path) -> None:
    """Developers' `alembic` reaches the configured database over the same migrations."""
    url = f"sqlite:///{tmp_path}/own.db"
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert (await migrate(url)).steps == ()
