"""PostgreSQL's schemas as a catalog."""

from __future__ import annotations

import pytest

from service.catalog.model import Catalog, ForeignKey, Kind, Relation, RelationKind
from service.errors import SettingsError
from tests.database.opened import opened, reflected


def relation(catalog: Catalog, name: str) -> Relation:
    found = catalog.find("public", name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("type_", "kind", "printed", "cast", "length"),
    [
        ("int", Kind.INTEGER, "integer", "integer", None),
        ("bigint", Kind.INTEGER, "bigint", "bigint", None),
        ("real", Kind.REAL, "real", "real", None),
        ("float8", Kind.REAL, "double precision", "double precision", None),
        ("numeric(8,2)", Kind.NUMERIC, "numeric(8,2)", "numeric", None),
        ("bool", Kind.BOOLEAN, "boolean", "boolean", None),
        ("text", Kind.TEXT, "text", "text", None),
        ("varchar(10)", Kind.TEXT, "character varying(10)", "character varying", 10),
        ("char(3)", Kind.TEXT, "character(3)", "bpchar", 3),
        ('"char"', Kind.TEXT, '"char"', '"char"', None),
        ("json", Kind.JSON, "json", "json", None),
        ("jsonb", Kind.JSON, "jsonb", "jsonb", None),
        ("bytea", Kind.BLOB, "bytea", "bytea", None),
        ("uuid", Kind.UUID, "uuid", "uuid", None),
        ("date", Kind.DATE, "date", "date", None),
        ("time(3)", Kind.TIME, "time(3) without time zone", "time without time zone", None),
        ("timetz", Kind.TIME, "time with time zone", "time with time zone", None),
        ("timestamp", Kind.TIMESTAMP, "timestamp without time zone", "timestamp without time zone", None),
        ("timestamptz(0)", Kind.TIMESTAMP_TZ, "timestamp(0) with time zone", "timestamp with time zone", None),
        ("tsvector", Kind.TSVECTOR, "tsvector", "tsvector", None),
        ("int4range", Kind.RANGE, "int4range", "int4range", None),
        ("nummultirange", Kind.RANGE, "nummultirange", "nummultirange", None),
        ("inet", Kind.OTHER, "inet", "inet", None),
        ("interval", Kind.OTHER, "interval", "interval", None),
        ("point", Kind.OTHER, "point", "point", None),
        ("int2vector", Kind.OTHER, "int2vector", "int2vector", None),
        ("public.mood", Kind.OTHER, "public.mood", "public.mood", None),
        ("public.place", Kind.COMPOSITE, "public.place", "public.place", None),
        ("public.short", Kind.TEXT, "public.short", "character varying", 5),
        ("public.shorter", Kind.TEXT, "public.shorter", "character varying", 5),
    ],
)  # fmt: skip
async def test_types(postgresql_url: str, type_: str, kind: Kind, printed: str, cast: str, length: int | None) -> None:
    """Names are qualified outside pg_catalog; the cast has no length and no domain; a domain's own length counts."""
    catalog = await reflected(
        postgresql_url,
        "create type public.mood as enum ('ok', 'sad')",
        "create type public.place as (x int, y int)",
        "create domain public.short as varchar(5) default 'a' not null",
        "create domain public.shorter as public.short check (value <> '')",
        f"create table t (c {type_})",
    )
    column = relation(catalog, "t").columns["c"]
    assert (column.kind, column.type, column.cast, column.max_length) == (kind, printed, cast, length)
    if "short" in type_:
        assert (column.nullable, column.default) == (False, "'a'::character varying")
    if "mood" in type_:
        assert column.enum == ("ok", "sad")


@pytest.mark.parametrize(
    ("type_", "element", "cast"),
    [
        ("int[]", Kind.INTEGER, "integer[]"),
        ("varchar(3)[]", Kind.TEXT, "character varying[]"),
        ("public.mood[]", Kind.OTHER, "public.mood[]"),
        ("public.tags", Kind.TEXT, "text[]"),
        ("public.positive[]", Kind.INTEGER, "public.positive[]"),
        ("json[]", Kind.JSON, "json[]"),
    ],
)
async def test_arrays(postgresql_url: str, type_: str, element: Kind, cast: str) -> None:
    """An array knows its elements' kind, also through domains."""
    catalog = await reflected(
        postgresql_url,
        "create type public.mood as enum ('ok', 'sad')",
        "create domain public.tags as text[]",
        "create domain public.positive as int check (value > 0)",
        f"create table t (c {type_})",
    )
    column = relation(catalog, "t").columns["c"]
    assert (column.kind, column.element, column.cast) == (Kind.ARRAY, element, cast)


async def test_columns(postgresql_url: str) -> None:
    """Order, nullability, defaults, identity, generated columns and comments are the table's; dropped ones are gone."""
    catalog = await reflected(
        postgresql_url,
        "create table t (gone int, id int generated always as identity primary key, name text not null default 'x',"
        " n serial, twice int generated always as (n * 2) stored)",
        "alter table t drop gone",
        "comment on table t is 'a table'",
        "comment on column t.name is 'its name'",
    )
    columns = relation(catalog, "t").columns
    assert list(columns) == ["id", "name", "n", "twice"]
    assert [c.nullable for c in columns.values()] == [False, False, False, True]
    assert columns["id"].default == "nextval('public.t_id_seq'::regclass)"
    assert columns["name"].default == "'x'::text"
    assert columns["n"].default == "nextval('public.t_n_seq'::regclass)"
    assert [c.generated for c in columns.values()] == [False, False, False, True]
    assert (relation(catalog, "t").comment, columns["name"].comment, columns["n"].comment) == (
        "a table",
        "its name",
        None,
    )
    assert catalog.server_version.startswith("1")


async def test_keys(postgresql_url: str) -> None:
    """Keys keep their order; partial and expression indexes do not count; targets may lie elsewhere."""
    catalog = await reflected(
        postgresql_url,
        "create schema other",
        "create table other.land (a text, b text, primary key (b, a))",
        "create table town (id int primary key, x text, y text, z text, unique (z, x),"
        " constraint of_land foreign key (x, y) references other.land (b, a), up int references town)",
        "create unique index on town (y) include (x)",
        "create unique index on town (x) where x > 'a'",
        "create unique index on town (lower(y))",
    )
    town = relation(catalog, "town")
    assert town.primary_key == ("id",)
    assert set(town.uniques) == {("z", "x"), ("y",)}
    assert town.foreign_keys == (
        ForeignKey("of_land", ("x", "y"), "other", "land", ("b", "a")),
        ForeignKey("town_up_fkey", ("up",), "public", "town", ("id",)),
    )
    assert catalog.find("other", "land") is None


async def test_kinds_of_relations(postgresql_url: str) -> None:
    """What there is, what can be written, and whose reading runs nobody's code."""
    catalog = await reflected(
        postgresql_url,
        "create table t (a int primary key)",
        "create table secured (a int)",
        "alter table secured enable row level security",
        "create table p (a int primary key, up int references t) partition by range (a)",
        "create table p1 partition of p for values from (0) to (10)",
        "create view v as select a from t",
        "create view sums as select sum(a) from t",
        "create view w as select sum(a) from t",
        "create function nothing() returns trigger language plpgsql as 'begin return null; end'",
        "create trigger wi instead of insert on w for each row execute function nothing()",
        "create materialized view m as select a from t",
        "create extension if not exists plpgsql",
        "create foreign data wrapper w; create server s foreign data wrapper w",
        "create foreign table f (a int) server s",
        "create table poolgate_api_key (id int); create table alembic_version (id int)",
        "create sequence q; create type c as (a int); create index on t (a)",
    )
    found = {r.name: (r.kind, r.insertable, r.updatable, r.deletable, r.plain) for r in catalog.by_schema["public"]}
    assert found == {
        "t": (RelationKind.TABLE, True, True, True, True),
        "secured": (RelationKind.TABLE, True, True, True, False),
        "p": (RelationKind.PARTITIONED_TABLE, True, True, True, True),
        "p1": (RelationKind.TABLE, True, True, True, True),
        "v": (RelationKind.VIEW, True, True, True, False),
        "sums": (RelationKind.VIEW, False, False, False, False),
        "w": (RelationKind.VIEW, True, False, False, False),
        "m": (RelationKind.MATERIALIZED_VIEW, False, False, False, True),
        "f": (RelationKind.FOREIGN_TABLE, False, False, False, False),
    }
    assert relation(catalog, "p").primary_key == ("a",)
    assert [key.to_relation for key in relation(catalog, "p").foreign_keys] == ["t"]
    assert relation(catalog, "p1").foreign_keys == ()


async def test_keys_of_views(postgresql_url: str) -> None:
    """A view has its table's key if its rows are that table's and it shows the whole key, under whatever names."""
    catalog = await reflected(
        postgresql_url,
        "create table t (a int, b int, c int, primary key (b, a))",
        "create schema inner_one; create table inner_one.h (id int primary key, n int)",
        "create view whole as select c, a as x, b as y from t where c > 0",
        "create view chained as select y as second, x as first from whole",
        "create view hiding as select n, id from inner_one.h",
        "create view part as select a, c from t",
        "create view joined as select t.a, t.b, h.id from t join inner_one.h on h.n = t.c",
        "create view grouped as select a, b from t group by a, b",
        "create view fired as select a, b from t",
        "create function nothing() returns trigger language plpgsql as 'begin return null; end'",
        "create trigger f instead of update on fired for each row execute function nothing()",
    )
    found = {each.name: each.primary_key for each in catalog.by_schema["public"]}
    assert found == {
        "t": ("b", "a"),
        "whole": ("y", "x"),
        "chained": ("second", "first"),
        "hiding": ("id",),
        "part": (),
        "joined": (),
        "grouped": (),
        "fired": (),
    }


@pytest.mark.parametrize("name", ["größe", 'a"b', "a.b", "a b", "a'b", "select", "日本", "%", "a\\b", "Poolgate_x"])
async def test_weird_names(postgresql_url: str, name: str) -> None:
    """Any name is taken as it is, for schemas, tables, columns, types and keys."""
    quoted, kind = ('"' + text.replace('"', '""') + '"' for text in (name, f"{name} kind"))
    catalog = await reflected(
        postgresql_url,
        f"create schema {quoted}; create type {quoted}.{kind} as enum ('x')",
        f"create table {quoted}.{quoted} ({quoted} text primary key, up text references {quoted}.{quoted},"
        f" id int generated always as identity, kind {quoted}.{kind})",
        schemas=("public", name),
    )
    found = catalog.find(name, name)
    assert found is not None
    assert list(found.columns) == [name, "up", "id", "kind"]
    assert found.primary_key == (name,)
    assert (found.foreign_keys[0].to_schema, found.foreign_keys[0].to_columns) == (name, (name,))
    async with opened(postgresql_url) as database:
        assert await database.pool.fetchval(f"select 'x'::text::{found.columns['kind'].cast}::text") == "x"
        assert await database.pool.fetchval(f"select {found.columns['id'].default}") == 1


async def test_schemas(postgresql_url: str) -> None:
    """Exposed schemas are read in their order; one that does not exist is told with those that do."""
    setup = (
        "create schema a; create schema b; create table a.t (x int); create table b.t (y int); create table u (z int)"
    )
    async with opened(postgresql_url, setup) as database:
        catalog = await database.reflect(("b", "a"), 5)
        assert (catalog.schemas, catalog.version) == (("b", "a"), 5)
        assert sorted(catalog.relations) == [("a", "t"), ("b", "t")]
        assert sorted((await database.reflect((), 6)).relations) == [("public", "u")]
        with pytest.raises(SettingsError, match="no schema 'nowhere'; there are a, b, public"):
            await database.reflect(("a", "nowhere"), 7)


async def test_it_leaves_nothing_on_the_session(postgresql_url: str) -> None:
    """Reading the schema sets nothing that outlives its transaction (fault 16)."""
    async with opened(postgresql_url, pool_min_size=1, pool_max_size=1) as database:
        before = await database.pool.fetchval("select current_setting('search_path')")
        await database.reflect((), 1)
        assert await database.pool.fetchval("select current_setting('search_path')") == before
        assert await database.pool.fetchval("show statement_timeout") == "10s"
        assert await database.pool.fetchval("show transaction_read_only") == "off"
