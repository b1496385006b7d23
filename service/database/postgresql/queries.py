"""What reflection asks PostgreSQL; `$1` is always the exposed schemas. Types are in `types.py`."""

from __future__ import annotations

# With an empty path every type outside pg_catalog is printed with its schema.
PREPARE = """
    set transaction isolation level repeatable read;
    set local search_path = '';
    set local statement_timeout = '60s';
"""

SCHEMAS = """
    select n.nspname::text as name, current_setting('server_version') as version
    from pg_namespace n
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' or n.nspname = any($1::text[])
    order by n.nspname
"""

# A wrapper without a handler makes pg_relation_is_updatable fail, and all the rest with it.
RELATIONS = """
    select c.oid::int8 as oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
        c.relrowsecurity as row_security, s.description as comment,
        case when c.relkind = 'f' and not exists (
            select from pg_foreign_table f join pg_foreign_server o on o.oid = f.ftserver
            join pg_foreign_data_wrapper w on w.oid = o.srvfdw and w.fdwhandler <> 0 where f.ftrelid = c.oid)
            then 0 else pg_relation_is_updatable(c.oid, true) end as events
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
    left join pg_description s on s.classoid = 'pg_class'::regclass and s.objoid = c.oid and s.objsubid = 0
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
"""

# An identity column is given the default it stands for.
COLUMNS = """
    select a.attrelid::int8 as relation, a.attname::text as name, a.atttypid::int8 as type, a.atttypmod as modifier,
        format_type(a.atttypid, a.atttypmod) as printed, a.attnotnull as not_null, a.attgenerated <> '' as generated,
        case when a.attidentity <> ''
            then format('nextval(%L::regclass)', pg_get_serial_sequence(a.attrelid::regclass::text, a.attname))
            else pg_get_expr(d.adbin, d.adrelid) end as initial,
        s.description as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    left join pg_description s on s.classoid = 'pg_class'::regclass and s.objoid = c.oid and s.objsubid = a.attnum
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
    order by a.attrelid, a.attnum
"""

UNIQUES = """
    select i.indrelid::int8 as relation, i.indisprimary as is_primary,
        array(select a.attname::text
            from unnest(i.indkey::int2[]) with ordinality k(number, place)
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
            where k.place <= i.indnkeyatts order by k.place) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
    join pg_index i on i.indrelid = c.oid
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
        and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
    order by i.indexrelid
"""

# What a partition inherits, and the copies PostgreSQL keeps for a referenced table's partitions, have a parent.
FOREIGN_KEYS = """
    select f.conrelid::int8 as relation, f.conname::text as name, t.nspname::text as to_schema,
        r.relname::text as to_relation,
        array(select a.attname::text from unnest(f.conkey) with ordinality k(number, place)
            join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.number order by k.place) as columns,
        array(select a.attname::text from unnest(f.confkey) with ordinality k(number, place)
            join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.number order by k.place) as to_columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
    join pg_constraint f on f.conrelid = c.oid and f.contype = 'f' and f.conparentid = 0
    join pg_class r on r.oid = f.confrelid join pg_namespace t on t.oid = r.relnamespace
    order by f.conname
"""
