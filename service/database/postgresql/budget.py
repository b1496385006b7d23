"""Whether the server has as many connections as the service may come to need; found out at start, not under load."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from service.errors import SettingsError

logger = logging.getLogger("poolgate")

# An unset limit of a role or of a database is below 0. `reserved_connections` came with PostgreSQL 16.
ASK = """
    select pg_backend_pid() as pid, max_connections, reserved, max_connections - reserved as left,
        nullif(greatest(r.rolconnlimit, -1), -1) as of_role, nullif(greatest(d.datconnlimit, -1), -1) as of_database
    from (select current_setting('max_connections')::int as max_connections,
            current_setting('superuser_reserved_connections')::int
            + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved) s,
        pg_roles r, pg_database d
    where r.rolname = session_user and d.datname = current_database()
"""


@dataclass(frozen=True)
class Budget:
    """What all workers together may open.

    Args:
        workers: how many there are.
        pool_max_size: the most connections of each one's pool.
    """

    workers: int
    pool_max_size: int

    @property
    def needed(self) -> int:
        """The pools', and one connection each that listens for changes of the schema."""
        return self.workers * (self.pool_max_size + 1)

    async def check(self, connection: Any) -> None:
        """Asks the server on an asyncpg connection.

        Raises:
            SettingsError: there are fewer; says how many, and what to set.
        """
        found = await connection.fetchrow(ASK)
        if found["pid"] != connection.get_server_pid():
            logger.info("the database is behind a connection pooler; its limit on connections is not checked")
            return
        limits = {
            f"max_connections is {found['max_connections']} with {found['reserved']} reserved": found["left"],
            f"its role's CONNECTION LIMIT is {found['of_role']}": found["of_role"],
            f"the database's CONNECTION LIMIT is {found['of_database']}": found["of_database"],
        }
        for why, limit in limits.items():
            if limit is not None and limit < self.needed:
                raise SettingsError([self._fault(why, limit)])

    def _fault(self, why: str, limit: int) -> str:
        each = f"{self.pool_max_size} connections and 1 to listen"
        need = f"each have up to {each}" if self.workers > 1 else f"has up to {each}"
        largest = limit // self.workers - 1
        advice = f"POOLGATE_POOL_MAX_SIZE to {largest} at most" if largest > 0 else "POOLGATE_WORKERS to fewer"
        noun = "workers" if self.workers > 1 else "worker"
        return (
            f"POOLGATE_POOL_MAX_SIZE: {self.workers} {noun} {need}, {self.needed} in all, but the server has {limit} "
            f"for this service ({why}); set {advice}, or raise the server's limit"
        )
