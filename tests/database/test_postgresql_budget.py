"""The connections that a service may come to need, held against what the server has."""

from __future__ import annotations

from dataclasses import dataclass, replace

import asyncpg
import pytest

from service.database import open_database
from service.database.postgresql.budget import Budget
from service.errors import SettingsError
from service.settings import Settings


@dataclass(frozen=True)
class Server:
    """An asyncpg connection that says what limits there are."""

    max_connections: int = 100
    reserved: int = 3
    of_role: int | None = None
    of_database: int | None = None
    pid: int = 7
    pid_of_the_peer: int = 7

    async def fetchrow(self, _sql: str) -> dict[str, int | None]:
        return {**self.__dict__, "left": self.max_connections - self.reserved}

    def get_server_pid(self) -> int:
        return self.pid_of_the_peer


ANY = Server()


@pytest.mark.parametrize("workers, pool_max_size, server", [
    (1, 96, ANY),
    (4, 23, ANY),
    (1, 4, replace(ANY, of_role=5, of_database=5)),
    (9, 999, replace(ANY, pid=12)),
], ids=["just enough", "workers", "limits", "behind a pooler"])  # fmt: skip
async def test_what_fits(workers: int, pool_max_size: int, server: Server) -> None:
    """As many as there are, one more for each worker counted in, are enough; a pooler's server says nothing of it."""
    await Budget(workers, pool_max_size).check(server)


@pytest.mark.parametrize("workers, pool_max_size, server, told", [
    (1, 97, ANY, "1 worker has up to 97 connections and 1 to listen, 98 in all, but the server has 97 for this service "
     "(max_connections is 100 with 3 reserved); set POOLGATE_POOL_MAX_SIZE to 96 at most, or raise the server's limit"),
    (4, 24, ANY, "4 workers each have up to 24 connections and 1 to listen, 100 in all, but the server has 97 for this "
     "service (max_connections is 100 with 3 reserved); set POOLGATE_POOL_MAX_SIZE to 23 at most, or raise"),
    (60, 1, ANY, "set POOLGATE_WORKERS to fewer, or raise the server's limit"),
    (1, 5, replace(ANY, of_role=5), "(its role's CONNECTION LIMIT is 5)"),
    (1, 5, replace(ANY, of_database=5), "(the database's CONNECTION LIMIT is 5)"),
])  # fmt: skip
async def test_what_does_not_fit(workers: int, pool_max_size: int, server: Server, told: str) -> None:
    """One too many is refused with all the numbers and what to set."""
    with pytest.raises(SettingsError) as caught:
        await Budget(workers, pool_max_size).check(server)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith("POOLGATE_POOL_MAX_SIZE: ")
    assert told in caught.value.faults[0]


@pytest.mark.slow
async def test_a_real_server(postgresql_url: str) -> None:
    """The server's own numbers decide: what it keeps for others, and a limit of the database."""
    connection = await asyncpg.connect(postgresql_url)
    try:
        names = "max_connections", "superuser_reserved_connections", "reserved_connections"
        most, *reserved = [int(await connection.fetchval(f"show {name}")) for name in names]
        left = most - sum(reserved)
        await _check(postgresql_url, left - 1)
        with pytest.raises(SettingsError, match=f"has {left} for this service"):
            await _check(postgresql_url, left)
        name = await connection.fetchval("select current_database()")
        await connection.execute(f'alter database "{name}" connection limit 8')
        await _check(postgresql_url, 7)
        with pytest.raises(SettingsError, match="CONNECTION LIMIT is 8"):
            await _check(postgresql_url, 8)
    finally:
        await connection.close()


async def _check(url: str, pool_max_size: int) -> None:
    database = open_database(Settings(database_url=url, pool_max_size=pool_max_size))
    try:
        await database.check()
    finally:
        await database.close()
