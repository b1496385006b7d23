"""API keys on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from service.auth import KnownKey
from service.database.api_keys import TABLE, ApiKeys, Changes
from service.database.postgresql.own import locate
from service.pool import Lease

LOCATE = locate(TABLE)
_CHANGES = """
    select pg_catalog.count(*), pg_catalog.max(id), pg_catalog.count(revoked_at), pg_catalog.max(revoked_at)
    from {table}
"""
_READ = """
    select id, prefix, hash, role, cast(extract(epoch from expires_at) as float8)
    from {table} where revoked_at is null
"""
_NOTE = """
    update {table} as known set last_used_at = greatest(known.last_used_at, pg_catalog.to_timestamp(used.at))
    from unnest(cast($1 as int8[]), cast($2 as float8[])) as used (id, at) where known.id = used.id
"""


class PostgresqlApiKeys(ApiKeys):
    def __init__(self) -> None:
        self._table: str | None = None

    async def changes(self, lease: Lease) -> Changes | None:
        if self._table is None:
            found = await lease.fetchrow(LOCATE)
            if found is None:
                return None
            self._table = found[1]
        try:
            (row,) = await lease.fetch(_CHANGES.format(table=self._table))
        except asyncpg.UndefinedTableError:  # taken away; one made anew elsewhere is found when the catalog is read
            self._table = None
            return None
        return Changes(row[0], (row[1], row[2], row[3]))

    async def read(self, lease: Lease) -> list[KnownKey]:
        rows = await lease.fetch(_READ.format(table=self._table))
        return [KnownKey(row[0], row[1], row[2], row[3], row[4]) for row in rows]

    async def note_uses(self, lease: Lease, uses: Mapping[int, float]) -> None:
        await lease.execute(_NOTE.format(table=self._table), list(uses), list(uses.values()))

    def forget(self) -> None:
        self._table = None
