"""What PostgreSQL's catalog says of views, partitions and functions of a row."""

from __future__ import annotations

import pytest

from service.catalog.model import Catalog, ComputedRelationship, ForeignKey, Kind, Relation
from service.catalog.relationships import Relationships
from service.database.postgresql.views import Origins, Place, shown_columns
from tests.database.opened import opened, reflected

TABLES = "create table t (id int primary key, name text); create table u (id int primary key, t_id int references t)"


def relation(catalog: Catalog, name: str, schema: str = "public") -> Relation:
    found = catalog.find(schema, name)
    assert found is not None
    return found


def origins(catalog: Catalog, name: str) -> dict[str, str]:
    """The view's columns and the `table.column` each shows, with the schema where it is another than public."""
    return {
        column: f"{origin.schema}.{origin.relation}.{origin.column}".removeprefix("public.")
        for column, origin in relation(catalog, name).origins.items()
    }


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("id, name from t", {"id": "t.id", "name": "t.name"}),
        ("id as a, id as b from t", {"a": "t.id", "b": "t.id"}),
        ("id + 1 as id, upper(name) as name, name::varchar as n, id::bigint as i from t", {}),
        ("t.*, u.id as u_id, t_id from t join u on t.id = t_id",
            {"id": "t.id", "name": "t.name", "u_id": "u.id", "t_id": "u.t_id"}),
        ("u.id from u left join t using (id) where exists (select t_id from u) order by name", {"id": "u.id"}),
        ("x.b from (select id as b from t) x", {"b": "t.id"}),
        ("a from (with q as (select id from t) select id from q) s (a)", {"a": "t.id"}),
        ("id, count(*) as n, max(id) as m from t group by id having bool_and(id > 1)", {"id": "t.id"}),
        ("distinct on (id) id, name from t", {"id": "t.id", "name": "t.name"}),
        ("id, row_number() over (partition by name) as r from t", {"id": "t.id"}),
        ("id from t union select id from u", {}),
        ("id, (select max(t_id) from u) as most, (select t_id from u limit 1) as one from t", {"id": "t.id"}),
        ("(t).name, t as whole, 1 as c, null as n from t", {"name": "t.name"}),
        ("id from v0", {"id": "t.id"}),
        ("v0.id as a, u.id as b from v0 join u on true", {"a": "t.id", "b": "u.id"}),
        ("n from generate_series(1, 2) n", {}),
        ("x from (values (1)) v (x)", {}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["view", "materialized view"])
async def test_origins(postgresql_url: str, kind: str, select: str, expected: dict[str, str]) -> None:
    """A view's column has the origin that it shows unchanged; anything computed has none."""
    catalog = await reflected(
        postgresql_url, TABLES, "create view v0 as select name, id from t", f"create {kind} v as select {select}"
    )
    assert origins(catalog, "v") == expected


async def test_chains_lead_to_the_table_in_any_schema(postgresql_url: str) -> None:
    """Views over views, materialized ones, renamed columns and columns added later; in schemas that are not exposed."""
    catalog = await reflected(
        postgresql_url,
        "create schema deep; create schema deeper",
        'create table deeper.base (gone int, "a } \\ {(b" int primary key, ref int unique)',
        "alter table deeper.base drop gone, add more int references deeper.base",
        'create view deep.one as select "a } \\ {(b" as "x :resorigtbl 9 :resorigcol 9 ", ref from deeper.base',
        'create materialized view deep.two as select ref, "x :resorigtbl 9 :resorigcol 9 " as "y}" from deep.one',
        'create view three as select "y}" as z, ref from deep.two',
        "alter view three rename ref to renamed",
        'create or replace view three as select "y}" as z, ref as renamed, b.more'
        " from deep.two join deeper.base b using (ref)",
    )
    assert origins(catalog, "three") == {
        "z": "deeper.base.a } \\ {(b",
        "renamed": "deeper.base.ref",
        "more": "deeper.base.more",
    }
    assert list(catalog.relations) == [("public", "three")]
    base = catalog.hidden["deeper", "base"]
    assert list(catalog.hidden) == [("deeper", "base")]
    assert (base.primary_key, base.uniques, dict(base.columns)) == (("a } \\ {(b",), (("ref",),), {})
    assert base.foreign_keys == (ForeignKey("base_more_fkey", ("more",), "deeper", "base", ("a } \\ {(b",)),)
    assert [each.pairs for each in Relationships(catalog).of(relation(catalog, "three"))] == [
        (("more", "z"),),
        (("z", "more"),),
    ]


async def test_hidden_tables(postgresql_url: str) -> None:
    """Of the schemas that are not exposed, only the tables that exposed views show are known."""
    catalog = await reflected(
        postgresql_url,
        "create schema inner_; create table inner_.a (id int primary key)",
        "create table inner_.b (id int primary key, a_id int references inner_.a)",
        "create table inner_.c (a_id int references inner_.a, b_id int references inner_.b, primary key (a_id, b_id))",
        "create view inner_.unseen as select * from inner_.c",
        "create view a as select id from inner_.a; create view b as select id, a_id from inner_.b",
    )
    assert sorted(catalog.hidden) == [("inner_", "a"), ("inner_", "b")]
    found = Relationships(catalog).of(relation(catalog, "b"))
    assert [(each.target.name, each.constraint, each.pairs) for each in found] == [
        ("a", "b_a_id_fkey", (("a_id", "id"),))
    ]


async def test_a_circle_of_views_ends(postgresql_url: str) -> None:
    """Views can be made to show each other; they have no origins then, and the rest of the schema has its own."""
    catalog = await reflected(
        postgresql_url,
        TABLES,
        "create view a as select id from t; create view b as select id from a",
        "create or replace view a as select id from b; create view c as select id from t",
    )
    assert (origins(catalog, "a"), origins(catalog, "b"), origins(catalog, "c")) == ({}, {}, {"id": "t.id"})


@pytest.mark.parametrize(
    "tree",
    ["", "<>", "({QUERY", "({QUERY :targetList", "({QUERY :targetList ({TARGETENTRY :resno x", "}}}", "\\", "{" * 99],
)
def test_a_tree_that_is_not_understood_shows_nothing(tree: str) -> None:
    """Whatever stands there, the other relations can still be read."""
    assert shown_columns(tree) == {}


def test_the_fields_of_a_tree_differ_between_versions() -> None:
    """Only what has been in every version is looked at, at the query's own depth."""
    entry = (
        " {TARGETENTRY :expr {%s} :resno %d :resname a\\ \\} :ressortgroupref 0"
        " :resorigtbl %d :resorigcol %d :resjunk false}"
    )
    below = "{QUERY :rtable <> :targetList (" + entry % ("VAR", 1, 7, 7) + ") :override 0}"
    tree = (
        "({QUERY :new 1 :cteList ({CTE :ctequery " + below + "}) :targetList ("
        + entry % ("VAR :x 1", 1, 16400, 2)
        + entry % ("SUBLINK :subselect " + below, 2, 0, 0)
        + entry % ("VAR", 3, 16401, 0)  # a whole row, which is no column
        + ") :having {SUBLINK :subselect " + below + "}})"
    )  # fmt: skip
    assert shown_columns(tree) == {1: Place(16400, 2)}


def test_origins_without_a_name_are_left_out() -> None:
    """A table that is gone, or that may not be seen, is no origin."""
    shown = {1: {1: Place(2, 1), 2: Place(3, 1), 3: Place(2, 9)}}
    found = Origins(shown, {2: ("s", "t")}, {Place(1, 1): "a", Place(1, 2): "b", Place(1, 3): "c", Place(2, 1): "x"})
    assert list(found.of(1)) == ["a"]
    assert found.of(99) == {}


async def test_partitions(postgresql_url: str) -> None:
    """A partition says that it is one; a table that inherits is none."""
    catalog = await reflected(
        postgresql_url,
        "create table t (id int primary key)",
        "create table p (id int primary key, t_id int references t) partition by range (id)",
        "create table p1 partition of p for values from (0) to (9) partition by range (id)",
        "create table p11 partition of p1 for values from (0) to (3)",
        "create table child () inherits (t)",
    )
    assert {each.name: each.partition for each in catalog.by_schema["public"]} == {
        "child": False, "p": False, "p1": True, "p11": True, "t": False,
    }  # fmt: skip
    found = Relationships(catalog).of(relation(catalog, "t"))
    assert [each.target.name for each in found] == ["p"]


async def test_unique_indexes(postgresql_url: str) -> None:
    """What is unique by an index alone is told apart from what a constraint says."""
    catalog = await reflected(
        postgresql_url,
        "create table t (a int unique, b int, c int, d int)",
        "create unique index on t (a); create unique index on t (b); create unique index i on t (c)",
        "alter table t add unique using index i",
    )
    assert set(relation(catalog, "t").uniques) == {("a",), ("b",), ("c",)}
    assert relation(catalog, "t").unique_indexes == (("b",),)


FUNCTIONS = (
    "create schema extra; create schema other",
    TABLES + "; create view v as select id from t; create type pair as (x int, y text)",
    "create domain short as varchar(7); create type mood as enum ('ok', 'sad')",
    "create function length_(t) returns int language sql as 'select 1'",
    "create function list(t) returns mood[] language sql as 'select null::mood[]'",
    "create function short(t) returns short language sql as 'select null::short'",
    "create function pair(t) returns pair language sql as 'select null::pair'",
    "create function name(t) returns text language sql as 'select null::text'",
    "create function us(t) returns setof u language sql as 'select * from u'",
    "create function one_u(t) returns setof u rows 1 language sql as 'select * from u'",
    "create function row_u(t) returns u language sql as 'select * from u'",
    "create function numbers(t) returns setof int language sql as 'select 1'",
    "create function pairs(t) returns setof pair language sql as 'select null::pair'",
    "create function anything(t) returns record language sql as 'select 1, 2'",
    "create function cells(t) returns table (a int, b int) language sql as 'select 1, 2'",
    "create function nothing(t) returns void language sql as ''",
    "create function two(t, int) returns int language sql as 'select 1'",
    "create function many(variadic t[]) returns int language sql as 'select 1'",
    "create function poly(anyelement) returns int language sql as 'select 1'",
    "create function of_pair(pair) returns int language sql as 'select 1'",
    "create procedure done(t) language sql as ''",
    "create function of_v(v) returns uuid language sql as 'select null::uuid'",
    "create function extra.more(public.t) returns date language sql as 'select null::date'",
    "create function extra.length_(public.t) returns text language sql as 'select null::text'",
    "create function other.unseen(public.t) returns int language sql as 'select 1'",
    "comment on function length_(t) is 'how long'",
)


async def test_computed_columns(postgresql_url: str) -> None:
    """Functions of one row that give one value, with its type; a column's name and a nearer schema come first."""
    async with opened(postgresql_url, *FUNCTIONS, db_extra_search_path="extra,nowhere") as database:
        catalog = await database.reflect(("public",), 1)
    computed = relation(catalog, "t").computed
    assert {name: (each.schema, each.column.kind, each.column.cast) for name, each in computed.items()} == {
        "length_": ("public", Kind.INTEGER, "integer"),
        "list": ("public", Kind.ARRAY, "public.mood[]"),
        "short": ("public", Kind.TEXT, "character varying"),
        "pair": ("public", Kind.COMPOSITE, "public.pair"),
        "row_u": ("public", Kind.COMPOSITE, "public.u"),
        "more": ("extra", Kind.DATE, "date"),
    }
    assert all(each.column.generated and each.column.nullable for each in computed.values())
    assert computed["length_"].column.comment == "how long"
    assert (computed["short"].column.max_length, computed["short"].column.type) == (7, "public.short")
    assert computed["list"].column.element is Kind.OTHER
    assert list(relation(catalog, "v").computed) == ["of_v"]


async def test_computed_relationships(postgresql_url: str) -> None:
    """Functions of one row that give rows of a relation, or one row, and whether one row is the most."""
    catalog = await reflected(postgresql_url, *FUNCTIONS)
    assert sorted(relation(catalog, "t").related, key=lambda each: each.name) == [
        ComputedRelationship("one_u", "public", "public", "u", True),
        ComputedRelationship("row_u", "public", "public", "u", True),
        ComputedRelationship("us", "public", "public", "u", False),
    ]


async def test_functions_of_another_exposed_schema(postgresql_url: str) -> None:
    """A function in its relation's own schema comes before one of that name in another, whatever their order."""
    script = (
        "create schema a; create schema b; create table a.t (id int); create table b.t (id int)",
        "create function a.f(a.t) returns int language sql as 'select 1'",
        "create function a.f(b.t) returns int language sql as 'select 1'",
        "create function b.f(b.t) returns text language sql as 'select null::text'",
        "create function b.g(a.t) returns setof b.t language sql as 'select * from b.t'",
    )
    catalog = await reflected(postgresql_url, *script, schemas=("a", "b"))
    assert relation(catalog, "t", "a").computed["f"].schema == "a"
    assert relation(catalog, "t", "b").computed["f"].schema == "b"
    assert relation(catalog, "t", "a").related == (ComputedRelationship("g", "b", "b", "t", False),)
