"""API keys on SQLite. Times are texts in UTC, as CURRENT_TIMESTAMP writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from service.auth import KnownKey
from service.database.api_keys import TABLE, ApiKeys, Changes
from service.pool import Lease

_EXISTS = "select 1 from sqlite_master where type = 'table' and name = $1"
_CHANGES = "select count(*), max(id), count(revoked_at), max(revoked_at) from poolgate_api_key"
# What does not read as a time is long past, not never.
_READ = """
    select id, prefix, hash, role,
        case when expires_at is not null then coalesce(cast(strftime('%s', expires_at) as integer), 0) end
    from poolgate_api_key where revoked_at is null and typeof(hash) = 'blob'
"""
_NOTE = """
    update poolgate_api_key
    set last_used_at = max(coalesce(last_used_at, ''), datetime(used.value, 'unixepoch'))
    from json_each($1) as used where poolgate_api_key.id = cast(used.key as integer)
"""


class SqliteApiKeys(ApiKeys):
    async def changes(self, lease: Lease) -> Changes | None:
        if await lease.fetchval(_EXISTS, TABLE) is None:
            return None
        (row,) = await lease.fetch(_CHANGES)
        return Changes(row[0], (row[1], row[2], row[3]))

    async def read(self, lease: Lease) -> list[KnownKey]:
        rows = await lease.fetch(_READ)
        return [KnownKey(row[0], row[1], bytes(row[2]), row[3], row[4]) for row in rows]

    async def note_uses(self, lease: Lease, uses: Mapping[int, float]) -> None:
        await lease.execute(_NOTE, json.dumps(uses))

    def forget(self) -> None:
        """Nothing: there is one schema, and the table is looked for each time."""
