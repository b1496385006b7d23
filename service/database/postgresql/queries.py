"""What reflection asks PostgreSQL; `$1` is always the exposed schemas, `$2` of keys the hidden tables that count too.
Types are in `types.py`."""

from __future__ import annotations

# With an empty path every type outside pg_catalog is printed with its schema.
PREPARE = """
    set transaction isolation level repeatable read;
    set local search_path = '';
    set local statement_timeout = '60s';
"""

STAMP = "select txid_current_snapshot()::text"
"""Which transactions are seen: another one as soon as any that writes has begun or ended since, whatever it wrote."""

SCHEMAS = """
    select n.nspname::text as name, current_setting('server_version') as version,
        txid_current_snapshot()::text as stamp
    from pg_namespace n
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' or n.nspname = any($1::text[])
    order by n.nspname
"""

# A wrapper without a handler makes pg_relation_is_updatable fail, and all the rest with it. A view is simple if it is
# updated without triggers: each of its rows is one of its table's, and can be merged with.
RELATIONS = """
    select c.oid::int8 as oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
        c.relrowsecurity as row_security, c.relispartition as partition, s.description as comment,
        case when c.relkind = 'f' and not exists (
            select from pg_foreign_table f join pg_foreign_server o on o.oid = f.ftserver
            join pg_foreign_data_wrapper w on w.oid = o.srvfdw and w.fdwhandler <> 0 where f.ftrelid = c.oid)
            then 0 else pg_relation_is_updatable(c.oid, true) end as events,
        c.relkind = 'v' and not c.relhastriggers and pg_relation_is_updatable(c.oid, false) & 4 <> 0 as simple
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
    left join pg_description s on s.classoid = 'pg_class'::regclass and s.objoid = c.oid and s.objsubid = 0
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
"""

# An identity column is given the default it stands for, one without a default that of its domain. Its sequence is not
# asked for by pg_get_serial_sequence, which takes a right to the schema.
COLUMNS = """
    select a.attrelid::int8 as relation, a.attnum as number, a.attname::text as name,
        a.atttypid::int8 as type, a.atttypmod as modifier,
        format_type(a.atttypid, a.atttypmod) as printed, a.attnotnull as not_null, a.attgenerated <> '' as generated,
        case when a.attidentity <> ''
            then format('nextval(%L::regclass)', (select i.objid::regclass from pg_depend i
                where i.classid = 'pg_class'::regclass and i.refclassid = 'pg_class'::regclass and i.deptype = 'i'
                    and i.refobjid = a.attrelid and i.refobjsubid = a.attnum))
            else coalesce(pg_get_expr(d.adbin, d.adrelid), pg_get_expr(t.typdefaultbin, 0)) end as initial,
        s.description as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_type t on t.oid = a.atttypid and t.typtype = 'd'
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    left join pg_description s on s.classoid = 'pg_class'::regclass and s.objoid = c.oid and s.objsubid = a.attnum
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
    order by a.attrelid, a.attnum
"""

# What runs when rows of a table are inserted, updated or deleted: on it, its parts, and where keys pass a change on.
# Functions in C, as the server's own and most extensions' are, read no settings.
CODE = """
    with recursive passed(of, on_to, events) as materialized (
        select inhparent, inhrelid, array['insert', 'update', 'delete'] from pg_inherits
        union all
        select confrelid, conrelid, array['update', 'delete'] from pg_constraint
        where contype = 'f' and confupdtype in ('c', 'n', 'd')
        union all
        select confrelid, conrelid, array['delete'] from pg_constraint
        where contype = 'f' and confdeltype in ('c', 'n', 'd')
    ), reached(of, event, oid) as (
        select c.oid, e.event, c.oid
        from unnest(array['insert', 'update', 'delete']) e(event), pg_class c
        join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
        where c.relkind in ('r', 'p')
        union
        select r.of, r.event, p.on_to from reached r join passed p on p.of = r.oid and r.event = any(p.events)
    ), expressions(oid, class, part, text) as (
        select d.adrelid, 'pg_attrdef'::regclass, d.oid, pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
        union all
        select k.conrelid, 'pg_constraint'::regclass, k.oid, pg_get_constraintdef(k.oid) from pg_constraint k
        where k.contype = 'c' and k.conrelid <> 0
        union all
        select a.attrelid, 'pg_constraint'::regclass, k.oid, pg_get_constraintdef(k.oid)
        from pg_attribute a join pg_constraint k on k.contypid = a.atttypid where k.contypid <> 0 and a.attnum > 0
        union all
        select a.attrelid, 'pg_type'::regclass, t.oid, pg_get_expr(t.typdefaultbin, 0)
        from pg_attribute a join pg_type t on t.oid = a.atttypid
        where t.typtype = 'd' and t.typdefaultbin is not null and a.attnum > 0
    ), calling(oid) as materialized (
        select e.oid from expressions e
        where e.text ~ 'current_setting' or exists (
            select from pg_depend d join pg_proc p on p.oid = d.refobjid
            join pg_language l on l.oid = p.prolang and l.lanname not in ('c', 'internal')
            where d.classid = e.class and d.objid = e.part and d.refclassid = 'pg_proc'::regclass)
    )
    select r.of::int8 as relation, r.event,
        bool_or(c.relkind not in ('r', 'p')
            or exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled <> 'D')
            or exists (select from pg_rewrite w where w.ev_class = c.oid)) as triggered,
        bool_or(c.relrowsecurity or exists (select from calling e where e.oid = c.oid)) as coded
    from reached r join pg_class c on c.oid = r.oid
    group by r.of, r.event
"""

# The exposed views, and all that these show anything of, through whatever views, in any schema.
BEHIND = """
    with recursive behind(oid) as (
        select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
        where c.relkind in ('v', 'm')
        union
        select d.refobjid from behind v
        join pg_rewrite r on r.ev_class = v.oid and r.rulename = '_RETURN'
        join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
            and d.refclassid = 'pg_class'::regclass
    )
    select c.oid::int8 as oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
        c.relrowsecurity as row_security, c.relispartition as partition
    from behind join pg_class c using (oid) join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
"""

# `$1` is some views. A tree of megabytes would be a query of a hundred pages.
TREES = """
    select r.ev_class::int8 as view, r.ev_action::text as tree
    from pg_rewrite r
    where r.ev_class = any($1::oid[]) and r.rulename = '_RETURN' and octet_length(r.ev_action::text) < 4000000
"""

# `$1` is some relations.
NAMES = """
    select a.attrelid::int8 as relation, a.attnum as number, a.attname::text as name
    from pg_attribute a where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
"""

# Functions of one row of an exposed relation, in an exposed schema or one of `$2`; the one that counts first.
FUNCTIONS = """
    select p.proname::text as name, n.nspname::text as schema, c.oid::int8 as relation,
        p.prorettype::int8 as type, format_type(p.prorettype, null) as printed, p.proretset as is_set,
        not p.proretset or p.prorows = 1 as to_one, m.nspname::text as to_schema, r.relname::text as to_relation,
        s.description as comment
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace and n.nspname = any($1::text[] || $2::text[])
    join pg_class c on c.reltype = p.proargtypes[0] and c.relkind in ('r', 'p', 'v', 'm', 'f')
    join pg_namespace o on o.oid = c.relnamespace and o.nspname = any($1::text[])
    join pg_type t on t.oid = p.prorettype and t.typtype <> 'p'
    left join pg_class r on r.oid = t.typrelid and r.relkind in ('r', 'p', 'v', 'm', 'f')
    left join pg_namespace m on m.oid = r.relnamespace
    left join pg_description s on s.classoid = 'pg_proc'::regclass and s.objoid = p.oid and s.objsubid = 0
    where p.prokind = 'f' and p.pronargs = 1 and p.provariadic = 0
    order by n.oid <> o.oid, array_position($1::text[] || $2::text[], n.nspname::text), p.proname
"""

UNIQUES = """
    select i.indrelid::int8 as relation, i.indisprimary as is_primary,
        not exists (select from pg_constraint u
            where u.conrelid = i.indrelid and u.conindid = i.indexrelid and u.contype in ('p', 'u')) as is_index,
        array(select a.attname::text
            from unnest(i.indkey::int2[]) with ordinality k(number, place)
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
            where k.place <= i.indnkeyatts order by k.place) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
        and (n.nspname = any($1::text[]) or c.oid = any($2::oid[]))
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
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
        and (n.nspname = any($1::text[]) or c.oid = any($2::oid[]))
    join pg_constraint f on f.conrelid = c.oid and f.contype = 'f' and f.conparentid = 0
    join pg_class r on r.oid = f.confrelid join pg_namespace t on t.oid = r.relnamespace
    order by f.conname
"""

# PostGIS may be in any schema. Of the extension, for anybody can make a function of that name.
GEOJSON = """
    select n.nspname::text as schema
    from pg_extension e
    join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
        and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
    join pg_proc p on p.oid = d.objid and p.proname = 'st_asgeojson' and p.proargtypes[0] = 'record'::regtype
    join pg_namespace n on n.oid = p.pronamespace
    where e.extname = 'postgis'
"""
