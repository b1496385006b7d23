"""What is less safe than it could be on PostgreSQL: the roles' rights, asked in one query, and the way to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from service.database.context import quoted
from service.database.postgresql.roles import granting
from service.database.postgresql.target import Target
from service.database.risks import ANONYMOUS_WRITE, Risk, some
from service.pool import Lease

# `$1` is the exposed schemas, `$2` the role of callers without credentials. The service comes as itself or as any role
# that it may take on; owners, and who has their rights, are not held by row security unless it is forced.
_ASK = r"""
    with own as (select oid, rolname, rolsuper, rolbypassrls from pg_catalog.pg_roles where rolname = session_user),
    others as (
        select r.oid, r.rolname, r.rolsuper, r.rolbypassrls from pg_catalog.pg_roles r, own
        where r.oid <> own.oid and pg_catalog.pg_has_role(own.oid, r.oid, 'member')),
    coming as (select * from own union all select * from others),
    tables as (
        select c.oid, format('%I.%I', n.nspname, c.relname) as name, c.relowner,
            c.relrowsecurity and not c.relforcerowsecurity as guarded
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f')
            and c.relname not like 'poolgate\_%' and c.relname <> 'alembic_version'),
    owned as (
        select t.name, t.guarded from tables t join pg_catalog.pg_class c on c.oid = t.oid and c.relkind in ('r', 'p')
        where exists (select from coming where pg_catalog.pg_has_role(coming.oid, t.relowner, 'usage')))
    select own.rolname::text as own, own.rolsuper as is_super, own.rolbypassrls as bypasses,
        array(select rolname::text from others where rolsuper order by 1) as supers,
        array(select rolname::text from others where rolbypassrls and not rolsuper order by 1) as bypassing,
        array(select name from owned where not guarded order by 1) as owned,
        array(select name from owned where guarded order by 1) as void,
        array(select r.rolname::text from pg_catalog.pg_roles r
            where r.rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
                and pg_catalog.pg_has_role(own.oid, r.oid, 'member') order by 1) as files,
        array(select distinct format('%I.%I', n.nspname, p.proname)
            from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace, coming
            where p.proname in ('dblink', 'dblink_connect', 'dblink_connect_u', 'dblink_exec', 'dblink_send_query')
                and p.probin like '%dblink%' and pg_catalog.has_function_privilege(coming.oid, p.oid, 'execute')
            order by 1) as dblink,
        array(select t.name from tables t join pg_catalog.pg_roles a on a.rolname = $2::name
            where pg_catalog.has_any_column_privilege(a.oid, t.oid, 'insert, update')
                or pg_catalog.has_table_privilege(a.oid, t.oid, 'delete') order by 1) as written
    from own
"""
_ROLE = "connect as a role that has just the rights it needs (docs/roles.md)"


async def find_risks(
    lease: Lease, target: Target, schemas: Sequence[str], *, access: str, anonymous: str | None
) -> list[Risk]:
    """What there is to find.

    Args:
        schemas: the exposed ones.
        access: the setting ANONYMOUS.
        anonymous: the setting DB_ANON_ROLE.

    Raises:
        asyncpg.PostgresError: as the server answers.
    """
    row = await lease.fetchrow(_ASK, list(schemas), anonymous)
    found = [] if row is None else list(_of_roles(row))
    if anonymous is None and access == "write":
        found.append(ANONYMOUS_WRITE)
    elif row is not None and anonymous is not None and row["written"]:
        found.append(_writes(anonymous, row["written"]))
    if target.exposed:
        found.append(_without_tls(target.exposed))
    return found


def _of_roles(row: Any) -> Iterator[Risk]:
    own = row["own"]
    if row["is_super"]:
        yield Risk(
            "superuser", f"the service connects as {own!r}, a superuser, whom no right and no policy holds", _ROLE
        )
        return  # who may do everything, and take on everybody; the rest is no news
    if row["bypasses"]:
        advice = f"alter role {quoted(own)} nobypassrls"
        yield Risk(
            "bypassrls", f"row security does not hold for the service's role {own!r}, which has BYPASSRLS", advice
        )
    for role in row["supers"]:
        what = f"the service may take on {role!r}, a superuser: a token with that role may do everything"
        yield Risk("superuser-role", what, _revoking(role, own))
    for role in row["bypassing"]:
        what = f"the service may take on {role!r}, which has BYPASSRLS: a token with that role sees every row"
        yield Risk("bypassrls-role", what, _revoking(role, own))
    yield from _of_tables(row)
    for role in row["files"]:
        what = f"the service has the rights of {role}: it may reach the server's files or programs"
        yield Risk("server-files", what, f"revoke {role} from it, or from the role by which it has them")
    if row["dblink"]:
        what = f"functions that connect to other servers may be called: {some(row['dblink'])}"
        yield Risk("dblink", what, "revoke execute on them from public")


def _of_tables(row: Any) -> Iterator[Risk]:
    advice = "have another role own them (alter table … owner to …)"
    owns = "the service, or a role that it may take on, owns"
    if row["void"]:
        what = f"{owns} tables whose row security does not hold for it: {some(row['void'])}"
        yield Risk("owner-of-policies", what, f"{advice}, or alter table … force row level security")
    if row["owned"]:
        yield Risk("owner", f"{owns} exposed tables: {some(row['owned'])}", advice)


def _writes(role: str, tables: Sequence[str]) -> Risk:
    what = f"callers without credentials may write, by the rights of the role {role!r}: {some(tables)}"
    return Risk(
        "anonymous-write", what, f"revoke insert, update, delete on them from {quoted(role)} if that is not meant"
    )


def _without_tls(hosts: Sequence[str]) -> Risk:
    what = f"the connection to {some(hosts)} need not be encrypted, and whose server it is is not checked"
    return Risk("no-tls", what, "add sslmode=verify-full and sslrootcert=… to the database's URL")


def _revoking(role: str, own: str) -> str:
    return granting(role, own).replace("grant ", "revoke ", 1).replace(" to ", " from ", 1)
