"""Requests that are to be done once, on SQLite: one writes at a time, so what is not there is nobody's."""

from __future__ import annotations

import sqlite3

from service.database.keys import SWEPT, TABLE, Claim, Kept, Keys
from service.pool import Lease

_FIND = """
    select request, body_hash, status, headers, body from poolgate_idempotency
    where scope = $1 and key = $2 and expires_at > datetime('now')
"""
_KEEP = """
    insert or replace into poolgate_idempotency
        (scope, key, request, body_hash, state, status, headers, body, expires_at)
    values ($1, $2, $3, $4, 'done', $5, $6, $7, datetime('now', $8 || ' seconds'))
"""
_SWEEP = """
    delete from poolgate_idempotency where rowid in (
        select rowid from poolgate_idempotency where expires_at <= datetime('now') order by expires_at limit $1)
"""


class SqliteKeys(Keys):
    async def claim(self, lease: Lease, claim: Claim) -> Kept | None:
        try:
            row = await lease.fetchrow(_FIND, claim.scope, claim.key)
        except sqlite3.OperationalError as error:
            if str(error) == f"no such table: {TABLE}":
                raise LookupError(TABLE) from error
            raise
        return None if row is None else Kept(row[0], row[1], row[2], row[3], row[4])

    async def keep(self, lease: Lease, claim: Claim, answer: Kept, *, restore: bool) -> None:
        lasts = str(round(claim.lifetime))
        request = (claim.scope, claim.key, answer.request, answer.digest)
        await lease.execute(_KEEP, *request, answer.status, answer.headers, answer.body, lasts)
        await lease.execute(_SWEEP, SWEPT)
