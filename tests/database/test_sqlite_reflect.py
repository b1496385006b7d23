"""SQLite's schema as a catalog."""

from __future__ import annotations

import pytest

from service.catalog.model import Kind, RelationKind
from service.errors import SettingsError
from tests.database.opened import REFUSALS, opened, reflected


@pytest.mark.parametrize(
    ("declared", "kind", "cast", "length"),
    [
        ("INTEGER", Kind.INTEGER, "INTEGER", None),
        ("unsigned big int", Kind.INTEGER, "INTEGER", None),
        ("VARCHAR(20)", Kind.TEXT, "TEXT", 20),
        ("text", Kind.TEXT, "TEXT", None),
        ("CLOB", Kind.TEXT, "TEXT", None),
        ("BLOB", Kind.BLOB, "BLOB", None),
        ("REAL", Kind.REAL, "REAL", None),
        ("double precision", Kind.REAL, "REAL", None),
        ("FLOAT", Kind.REAL, "REAL", None),
        ("NUMERIC(8,2)", Kind.NUMERIC, "NUMERIC", None),
        ("decimal(10, 5)", Kind.NUMERIC, "NUMERIC", None),
        ("Boolean", Kind.BOOLEAN, "INTEGER", None),
        ("JSON", Kind.JSON, "TEXT", None),
        ("jsonb", Kind.JSON, "TEXT", None),
        ("DATE", Kind.DATE, "TEXT", None),
        ("time", Kind.TIME, "TEXT", None),
        ("datetime", Kind.TIMESTAMP, "TEXT", None),
        ("TIMESTAMP", Kind.TIMESTAMP, "TEXT", None),
        ("timestamp with time zone", Kind.TIMESTAMP_TZ, "TEXT", None),
        ("uuid", Kind.UUID, "TEXT", None),
        ("", Kind.OTHER, "", None),
        ("colour", Kind.NUMERIC, "NUMERIC", None),
    ],
)
async def test_declared_types(sqlite_url: str, declared: str, kind: Kind, cast: str, length: int | None) -> None:
    """A declared type says what is meant, by its name or by SQLite's affinity rules."""
    catalog = await reflected(sqlite_url, f"create table t (c {declared})")
    column = catalog.relations["main", "t"].columns["c"]
    assert (column.kind, column.cast, column.max_length) == (kind, cast, length)


async def test_columns(sqlite_url: str) -> None:
    """Order, nullability, defaults and generated columns are the table's; a rowid's default is NULL."""
    catalog = await reflected(
        sqlite_url,
        "create table t (id integer primary key, name text not null default 'x''y', n int default (1 + 1),"
        " twice int as (n * 2), thrice int generated always as (n * 3) stored)",
    )
    columns = catalog.relations["main", "t"].columns
    assert list(columns) == ["id", "name", "n", "twice", "thrice"]
    assert [c.nullable for c in columns.values()] == [False, False, True, True, True]
    assert [c.default for c in columns.values()] == ["NULL", "'x''y'", "1 + 1", None, None]
    assert [c.generated for c in columns.values()] == [False, False, False, True, True]


async def test_keys(sqlite_url: str) -> None:
    """Primary keys keep their order; composite, implicit and twin foreign keys are found; partial indexes are not."""
    catalog = await reflected(
        sqlite_url,
        "create table Land (a text, b text, c text unique, primary key (b, a)) without rowid",
        "create table town (id integer primary key, x text, y text, z text references LAND (C),"
        " foreign key (x, y) references land, foreign key (z) references land (c),"
        " foreign key (x) references nowhere (q), unique (x, z))",
        "create unique index u1 on town (y)",
        "create unique index u2 on town (z) where z > 'a'",
        "create unique index u3 on town (lower(x))",
    )
    land, town = catalog.relations["main", "Land"], catalog.relations["main", "town"]
    assert land.primary_key == ("b", "a")
    assert land.uniques == (("c",),)
    assert not land.columns["a"].nullable
    assert set(town.uniques) == {("x", "z"), ("y",)}
    assert [(k.name, k.columns, k.to_relation, k.to_columns) for k in town.foreign_keys] == [
        ("town_z_fkey", ("z",), "Land", ("c",)),
        ("town_x_y_fkey", ("x", "y"), "Land", ("b", "a")),
        ("town_z_fkey2", ("z",), "Land", ("c",)),
    ]


async def test_kinds_of_relations(sqlite_url: str) -> None:
    """Tables, views and full-text tables are told apart; what SQLite and the service keep for themselves is hidden."""
    catalog = await reflected(
        sqlite_url,
        "create table t (id integer primary key autoincrement, d date)",
        "create table poolgate_api_key (id int)",
        "create table alembic_version (id int)",
        "create view v as select d, id + 1 as next from t",
        "create view w as select d from t",
        "create trigger wi instead of insert on w begin insert into t (d) values (new.d); end",
        "create trigger wd Instead /* or so */ of delete on w begin delete from t where d = old.d; end",
        "create virtual table search using fts5(title, body)",
    )
    relations = {name: relation for (_, name), relation in catalog.relations.items()}
    assert sorted(relations) == ["search", "t", "v", "w"]
    assert {name: relation.kind for name, relation in relations.items()} == {
        "t": RelationKind.TABLE,
        "v": RelationKind.VIEW,
        "w": RelationKind.VIEW,
        "search": RelationKind.FULL_TEXT_TABLE,
    }
    assert [(c.name, c.kind) for c in relations["v"].columns.values()] == [("d", Kind.DATE), ("next", Kind.OTHER)]
    assert [(c.name, c.kind) for c in relations["search"].columns.values()] == [
        ("title", Kind.TEXT),
        ("body", Kind.TEXT),
    ]
    written = {name: (r.insertable, r.updatable, r.deletable) for name, r in relations.items()}
    assert written["t"] == written["search"] == (True, True, True)
    assert written["v"] == (False, False, False)
    assert written["w"] == (True, False, True)


async def test_a_broken_view_hides_only_itself(sqlite_url: str) -> None:
    """A view over a table that is gone does not keep the other relations from being read."""
    catalog = await reflected(sqlite_url, "create table t (a)", "create view v as select a from t", "drop table t")
    assert not catalog.relations
    catalog = await reflected(sqlite_url, "create table u (a)")
    assert list(catalog.relations) == [("main", "u")]


@pytest.mark.parametrize("name", ["größe", 'a"b', "a.b", "a b", "a'b", "select", "日本", "%", "a]b", "Poolgate_x"])
async def test_weird_names(sqlite_url: str, name: str) -> None:
    """Any name is taken as it is, for tables, columns and keys."""
    quoted = '"' + name.replace('"', '""') + '"'
    catalog = await reflected(
        sqlite_url, f"create table {quoted} ({quoted} text primary key, up text references {quoted} ({quoted}))"
    )
    relation = catalog.relations["main", name]
    assert list(relation.columns) == [name, "up"]
    assert relation.primary_key == (name,)
    assert (relation.foreign_keys[0].to_relation, relation.foreign_keys[0].to_columns) == (name, (name,))


async def test_there_is_one_schema(sqlite_url: str) -> None:
    """SQLite has main alone; another one is a fault in the settings."""
    async with opened(sqlite_url) as database:
        assert (await database.reflect(("main",), 7)).version == 7
        with pytest.raises(SettingsError, match="'public' is no schema"):
            await database.reflect(("main", "public"), 1)


async def test_strict_tables(sqlite_url: str) -> None:
    """In a STRICT table ANY is of every kind, and a value of the wrong type is 22P02."""
    async with opened(sqlite_url, "create table t (a any, b int) strict") as database:
        columns = (await database.reflect((), 1)).relations["main", "t"].columns
        assert [c.kind for c in columns.values()] == [Kind.OTHER, Kind.INTEGER]
        with pytest.raises(REFUSALS) as caught:
            await database.pool.execute("insert into t (b) values ('x')")
        error = database.translate(caught.value)
        assert error is not None
        assert error.body() == {
            "code": "22P02",
            "message": 'column "b" of relation "t" holds int, not text',
            "details": None,
            "hint": None,
        }
