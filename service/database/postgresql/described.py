"""What PostgreSQL says about the schemas beside their relations: comments, and who may read and call what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from service.catalog.model import Catalog
from service.pool import Lease, Pool

# What PostgreSQL itself says of the schema public is nothing about this one.
_COMMENTS = """
    select n.nspname::text as name, s.description as comment
    from pg_namespace n
    join pg_description s on s.classoid = 'pg_namespace'::regclass and s.objoid = n.oid and s.objsubid = 0
    where n.nspname = any($1::text[]) and s.description <> 'standard public schema'
"""
# A right to one column is enough to see the relation.
_READABLE = """
    select n.nspname::text as schema, c.relname::text as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
        and has_schema_privilege(coalesce($2::name, current_user), n.oid, 'usage')
        and (has_table_privilege(coalesce($2::name, current_user), c.oid, 'select')
            or has_any_column_privilege(coalesce($2::name, current_user), c.oid, 'select'))
"""
# Of several functions with one name, one is enough.
_CALLABLE = """
    select distinct n.nspname::text as schema, p.proname::text as name
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = any($1::text[])
    where has_schema_privilege(coalesce($2::name, current_user), n.oid, 'usage')
        and has_function_privilege(coalesce($2::name, current_user), p.oid, 'execute')
"""

Names = frozenset[tuple[str, str]]


async def with_description(pool: Pool, catalog: Catalog) -> Catalog:
    """The catalog with its schemas' comments, and with what the connecting role may read and call.

    Raises:
        asyncpg.PostgresError: as the server answers.
    """
    async with pool.lease(readonly=True, trusted=True) as lease, lease.transaction(readonly=True):
        comments = {row["name"]: row["comment"] for row in await lease.fetch(_COMMENTS, list(catalog.schemas))}
        readable = await _names(lease, _READABLE, catalog.schemas, None)
        called = await _names(lease, _CALLABLE, catalog.schemas, None)
    return replace(catalog, comments=MappingProxyType(comments), readable=readable, callable=called)


async def read_readable(pool: Pool, schemas: Sequence[str], role: str) -> Names:
    """What a role may read.

    Raises:
        asyncpg.PostgresError: as the server answers; 42704 where there is no such role.
    """
    async with pool.lease(readonly=True, trusted=True) as lease, lease.transaction(readonly=True):
        return await _names(lease, _READABLE, schemas, role)


async def _names(lease: Lease, query: str, schemas: Sequence[str], role: str | None) -> Names:
    return frozenset((row["schema"], row["name"]) for row in await lease.fetch(query, list(schemas), role))
