"""What PostgreSQL says about the schemas beside their relations: comments, and who may do and call what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from types import MappingProxyType

from service.catalog.model import Catalog, Right, Rights
from service.pool import Lease, Pool

# What PostgreSQL itself says of the schema public is nothing about this one.
_COMMENTS = """
    select n.nspname::text as name, s.description as comment
    from pg_namespace n
    join pg_description s on s.classoid = 'pg_namespace'::regclass and s.objoid = n.oid and s.objsubid = 0
    where n.nspname = any($1::text[]) and s.description <> 'standard public schema'
"""
# A right to one column is enough.
_RIGHTS = """
    select n.nspname::text as schema, c.relname::text as name,
        has_any_column_privilege(who.name, c.oid, 'select') as reads,
        has_any_column_privilege(who.name, c.oid, 'insert') as inserts,
        has_any_column_privilege(who.name, c.oid, 'update') as updates,
        has_table_privilege(who.name, c.oid, 'delete') as deletes
    from (select coalesce($2::name, current_user) as name) who
    cross join pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and has_schema_privilege(who.name, n.oid, 'usage')
"""
_NAMED = {"reads": Right.READ, "inserts": Right.INSERT, "updates": Right.UPDATE, "deletes": Right.DELETE}
# Of several functions with one name, one is enough.
_CALLABLE = """
    select distinct n.nspname::text as schema, p.proname::text as name
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = any($1::text[])
    where has_schema_privilege(coalesce($2::name, current_user), n.oid, 'usage')
        and has_function_privilege(coalesce($2::name, current_user), p.oid, 'execute')
"""

Names = frozenset[tuple[str, str]]


async def with_description(pool: Pool, catalog: Catalog) -> Catalog:
    """The catalog with its schemas' comments, and with what the connecting role may do and call.

    Raises:
        asyncpg.PostgresError: as the server answers.
    """
    async with pool.lease(readonly=True, trusted=True) as lease, lease.transaction(readonly=True):
        comments = {row["name"]: row["comment"] for row in await lease.fetch(_COMMENTS, list(catalog.schemas))}
        rights = await _rights(lease, catalog.schemas, None)
        called = await _names(lease, _CALLABLE, catalog.schemas, None)
    return replace(catalog, comments=MappingProxyType(comments), rights=rights, callable=called)


async def read_rights(pool: Pool, schemas: Sequence[str], role: str) -> Rights:
    """What a role may do.

    Raises:
        asyncpg.PostgresError: as the server answers; 42704 where there is no such role.
    """
    async with pool.lease(readonly=True, trusted=True) as lease, lease.transaction(readonly=True):
        return await _rights(lease, schemas, role)


async def _rights(lease: Lease, schemas: Sequence[str], role: str | None) -> Rights:
    found = {}
    for row in await lease.fetch(_RIGHTS, list(schemas), role):
        rights = reduce(or_, (right for name, right in _NAMED.items() if row[name]), Right(0))
        if rights:
            found[row["schema"], row["name"]] = rights
    return MappingProxyType(found)


async def _names(lease: Lease, query: str, schemas: Sequence[str], role: str | None) -> Names:
    return frozenset((row["schema"], row["name"]) for row in await lease.fetch(query, list(schemas), role))
