"""Where the service's own tables are on PostgreSQL, and whose they have to be."""

from __future__ import annotations


def locate(table: str) -> str:
    """The query that finds one of them: its schema, and its name as it stands in SQL.

    Whoever may make tables in some schema could make one of that name, and be believed what stands in it. So it counts
    only if its owner is one who could do that anyway: the service's role, the schema's or the database's owner, or a
    superuser. Of several, it is the one that the connection would find by the name alone.

    Args:
        table: its name, a constant of the service's.
    """
    return f"""
        select n.nspname, pg_catalog.format('%I.%I', n.nspname, c.relname)
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        join pg_catalog.pg_roles owner on owner.oid = c.relowner
        where c.relname = '{table}' and c.relkind in ('r', 'p') and c.relpersistence <> 't'
            and (owner.rolsuper or owner.rolname = session_user or owner.oid = n.nspowner or owner.oid = (
                select datdba from pg_catalog.pg_database where datname = pg_catalog.current_database()))
        order by pg_catalog.pg_table_is_visible(c.oid) desc, n.nspname limit 1
    """  # noqa: S608  # the name is a constant
