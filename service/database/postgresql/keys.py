"""Requests that are to be done once, on PostgreSQL: a lock for who is under way, a row for who is done."""

from __future__ import annotations

import asyncpg

from service.database.keys import SWEPT, TABLE, Claim, Kept, Keys
from service.database.postgresql.own import locate
from service.errors import KeyInUseError
from service.pool import Lease

_LOCATE = locate(TABLE)
# The row of one who is under way is seen by nobody, and whoever put one of the same key beside it would wait. So the
# lock is asked for first, which is given or not at once. It ends with the transaction, as the row's chances do.
# Who is let through may find a row that the statement's snapshot is too old for: the conflict tells of that one too.
_CLAIM = """
    with gate as materialized (select pg_catalog.pg_try_advisory_xact_lock($1) as is_open),
    claimed as (
        insert into {table} as kept (scope, key, request, body_hash, expires_at)
        select $2, $3, $4, $5, pg_catalog.now() + pg_catalog.make_interval(secs => $6) from gate where is_open
        on conflict (scope, key) do update set request = excluded.request, body_hash = excluded.body_hash,
            state = 'running', status = null, headers = null, body = null,
            created_at = pg_catalog.now(), expires_at = excluded.expires_at
        where kept.expires_at <= pg_catalog.now()
        returning 1)
    select is_open, exists (select from claimed) as is_new from gate
"""
_FIND = "select request, body_hash, status, headers, body from {table} where scope = $1 and key = $2"
_KEEP = """
    with swept as (
        delete from {table} where ctid = any (array(
            select ctid from {table} where expires_at <= pg_catalog.now()
            order by expires_at limit $6 for update skip locked)))
    update {table} set state = 'done', status = $3, headers = $4, body = $5 where scope = $1 and key = $2
"""
_RESTORE = "set constraints all immediate; set local role to default"


class PostgresqlKeys(Keys):
    def __init__(self) -> None:
        self._table: str | None = None

    async def claim(self, lease: Lease, claim: Claim) -> Kept | None:
        table = await self._known(lease)
        try:
            of = (claim.number, claim.scope, claim.key, claim.request, claim.digest, claim.lifetime)
            found = await lease.fetchrow(_CLAIM.format(table=table), *of)
        except asyncpg.UndefinedTableError as error:  # taken away, or made anew elsewhere
            self._table = None
            raise LookupError(TABLE) from error
        if found is None or not found["is_open"]:
            raise KeyInUseError()
        if found["is_new"]:
            return None
        row = await lease.fetchrow(_FIND.format(table=table), claim.scope, claim.key)
        if row is None or row["status"] is None:  # just swept; or put there by hand, and so for nobody to go on with
            raise KeyInUseError()
        return Kept(row[0], row[1], row[2], row[3], row[4])

    async def keep(self, lease: Lease, claim: Claim, answer: Kept, *, restore: bool) -> None:
        if restore:
            # What the caller's role has put off is done by that role.
            await lease.script(_RESTORE)
        noted = await lease.execute(
            _KEEP.format(table=self._table),
            *(claim.scope, claim.key, answer.status, answer.headers, answer.body, SWEPT),
        )
        if noted != 1:
            raise RuntimeError("the request's own key was taken away while it was done")

    async def _known(self, lease: Lease) -> str:
        if self._table is None:
            found = await lease.fetchrow(_LOCATE)
            if found is None:
                raise LookupError(TABLE)
            self._table = str(found[1])
        return self._table
