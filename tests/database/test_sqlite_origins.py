"""What SQLite's views show, read from their SQL."""

# ruff: noqa: E501 - a statement is read in one piece

from __future__ import annotations

import pytest

from service.catalog.model import Catalog
from service.catalog.relationships import Relationships
from service.database.sqlite.tokens import fold, tokens
from tests.database.opened import reflected

TABLES = (
    "create table t (id integer primary key, name text, up int references t)",
    'create table u (id integer primary key, T_Id int references t, "not" int, "x y" text, x blob)',
    "create view v0 as select name as called, id from t",
    "create virtual table f using fts5(title, body)",
)


def origins(catalog: Catalog, name: str = "v") -> dict[str, str]:
    """The view's columns and the `table.column` each shows."""
    found = catalog.relations["main", name].origins
    return {column: f"{origin.relation}.{origin.column}" for column, origin in found.items()}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("v as select id, name from t", {"id": "t.id", "name": "t.name"}),
        ("v as select ID as Number, t.NAME n, T.up from T", {"Number": "t.id", "n": "t.name", "up": "t.up"}),
        ("v (a, b) as select id, up from t", {"a": "t.id", "b": "t.up"}),
        ("if not exists main.[v] (\"a\", `b`) as select [id], `up` from \"t\"", {"a": "t.id", "b": "t.up"}),
        ("v as select distinct id, up from t", {"id": "t.id", "up": "t.up"}),
        ("v as select all t.id as 'x' from t", {"x": "t.id"}),
        ("v as select * from t", {"id": "t.id", "name": "t.name", "up": "t.up"}),
        ("v as select u.*, t.name from t, u", {"id": "u.id", "T_Id": "u.T_Id", "not": "u.not", "x y": "u.x y", "x": "u.x", "name": "t.name"}),
        ("v as select * from t a join t as b on a.up = b.id",
            {"id": "t.id", "name": "t.name", "up": "t.up", "id:1": "t.id", "name:1": "t.name", "up:1": "t.up"}),
        ("v as select a.id, b.id as b, t_id from t a left outer join u b on a.id = b.t_id and a.up in (select id from u) cross join v0 order by a.id",
            {"id": "t.id", "b": "u.id", "T_Id": "u.T_Id"}),
        ("v as select u.id, name from t natural join u", {"id": "u.id", "name": "t.name"}),
        ("v as select name, t_id, u.id from t inner join u using (id) where name > 'from x' limit 1", {"name": "t.name", "T_Id": "u.T_Id", "id": "u.id"}),
        ("v as select id, main.t.name from main.t", {"id": "t.id"}),
        ("v as select id from main.t as x where id in (select id from u union select 1) group by name having 1", {"id": "t.id"}),
        ("v as select id from t not indexed", {"id": "t.id"}),
        ("v as select /* id, */ name -- from u\n from t", {"name": "t.name"}),
        ("v as select called, id from v0", {"called": "t.name", "id": "t.id"}),
        ("v as select * from v0", {"called": "t.name", "id": "t.id"}),
        ("v as select title, t.id from f join t on t.id = f.rowid", {"title": "f.title", "id": "t.id"}),
        ("v as select max(id) as id, count(*) as n, up from t group by up", {"up": "t.up"}),
        ("v as select id + 1 as id, -up as up, (name) as name, 'id' as s, \"nothing\" as q, 1 as one, null as n, up as u from t", {"u": "t.up"}),
        ("v as select up isnull as a, up notnull as b, up is null as c, up collate nocase as d, not up as e, id as f from t", {"f": "t.id"}),
        ("v as select case id when 1 then 2 end as a, cast(id as text) as b, (select up) as c, id from t", {"id": "t.id"}),
        ("v as select x'12' as a, \"not\", not u.id as c, x, id is not distinct from t_id as d from u", {"not": "u.not", "x": "u.x"}),
        ("v as select row_number() over (order by id) as r, id over_it, exists (select 1) as e from t", {"over_it": "t.id"}),
        ("v as select up || name as a, up -> '$' as b, name like 'x' as c, up between 1 and 2 as d, id as e from t", {"e": "t.id"}),
        ("v as select rowid as r, t.oid as o, id from t", {"id": "t.id"}),
        ("v as select id from t join u using (id)", {}),
        ("v as select * from t join u using (id)", {}),
        ("v as select u.* from u full outer join t using (id)", {}),
        ("v as select up, u.* from t natural right join u", {}),
        ("v as select id from t union all select id from u", {}),
        ("v as select id from t except select 1", {}),
        ("v as with q as (select id from u) select id from q", {}),
        ("v as select id from (select id from t)", {}),
        ("v as select t.id from t join (select 1 as one)", {}),
        ("v as select t.id from t, json_each('[1]')", {}),
        ("v as select t.id from (t join u)", {}),
        ("v as values (1, 2)", {}),
        ("v as select 1 as a", {}),
    ],
)  # fmt: skip
async def test_origins(sqlite_url: str, sql: str, expected: dict[str, str]) -> None:
    """A view's column has the origin that it shows unchanged; what is computed, or not understood, has none."""
    assert origins(await reflected(sqlite_url, *TABLES, f"create view {sql}")) == expected


async def test_a_chain_of_views_leads_to_the_table(sqlite_url: str) -> None:
    """However long it is, and in whatever order the views were made."""
    links = [f"create view v{n} (c{n}) as select C{n - 1} from V{n - 1}" for n in range(1, 30)]
    catalog = await reflected(
        sqlite_url, *reversed(links), "create view v0 as select up as c0 from base", "create table Base (up integer)"
    )
    assert origins(catalog, "v29") == {"c29": "Base.up"}


async def test_a_chain_that_is_too_long_keeps_nothing_from_being_read(sqlite_url: str) -> None:
    """The views of a chain of hundreds may lack their origins; the schema is read."""
    links = [f"create view v{n:03} as select id from v{n - 1:03}" for n in range(399, 0, -1)]
    catalog = await reflected(
        sqlite_url, ";".join(links), "create table t (id int)", "create view v000 as select id from t"
    )
    assert origins(catalog, "v000") == {"id": "t.id"}


@pytest.mark.parametrize("name", ['a"b', "a]b", "a`b", "a.b", "a b", "select", "日本", "*", "a--b", "/*", "'", "Ü"])
async def test_weird_names(sqlite_url: str, name: str) -> None:
    """Any name is found, in any of the quotes that hold it."""
    quoted = '"' + name.replace('"', '""') + '"'
    views = [
        f"create view v1 as select {quoted}.{quoted} as {quoted} from {quoted}",
        f'create view {quoted[:-1]}2" as select * from v1',
    ]
    if "`" not in name:
        views.append(f"create view v3 as select `{name}` x from `{name}`")
    if "]" not in name:
        views.append(f"create view v4 as select [{name}].* from [{name}]")
    catalog = await reflected(sqlite_url, f"create table {quoted} ({quoted} text)", *views)
    views_found = [each for each in catalog.relations.values() if each.origins]
    assert len(views_found) == len(views)
    for each in views_found:
        (origin,) = each.origins.values()
        assert (origin.schema, origin.relation, origin.column) == ("main", name, name)


async def test_names_are_compared_as_sqlite_does(sqlite_url: str) -> None:
    """Letters beyond ASCII are as they are: tables whose names differ in them are two."""
    catalog = await reflected(
        sqlite_url,
        'create table "É" (id integer primary key); create table "é" (id integer primary key, É int references "É")',
        'create view v as select ID, É from "é"',
    )
    assert sorted(name for _, name in catalog.relations) == ["v", "É", "é"]
    assert origins(catalog) == {"id": "é.id", "É": "é.É"}
    found = Relationships(catalog).of(catalog.relations["main", "v"])
    assert [(each.target.name, each.pairs) for each in found] == [("É", (("É", "id"),))]


async def test_a_view_has_its_tables_relationships(sqlite_url: str) -> None:
    """Origins make views related: to tables, to each other, through junctions."""
    catalog = await reflected(
        sqlite_url,
        *TABLES,
        "create table tu (t int references t, u int references u, primary key (t, u))",
        "create view ts (no, above) as select id, up from t; create view tus as select * from tu",
    )
    found = Relationships(catalog).of(catalog.relations["main", "ts"])
    assert {(each.target.name, each.cardinality.value) for each in found} >= {
        ("t", "many-to-one"), ("ts", "one-to-many"), ("u", "one-to-many"), ("tu", "one-to-many"), ("tus", "one-to-many"),
        ("u", "many-to-many"),
    }  # fmt: skip


async def test_unique_indexes(sqlite_url: str) -> None:
    """What is unique by an index alone is told apart from what a constraint says."""
    catalog = await reflected(
        sqlite_url,
        "create table t (a int unique, b int, c int)",
        "create unique index one on t (a); create unique index two on t (b, c)",
    )
    relation = catalog.relations["main", "t"]
    assert set(relation.uniques) == {("a",), ("b", "c")}
    assert relation.unique_indexes == (("b", "c"),)
    assert (relation.computed, relation.related, relation.partition, catalog.hidden) == ({}, (), False, {})


@pytest.mark.parametrize("sql", ["", "'", '"', "[", "`", "/*", "--", "x'", ")))", "((((", "\0", "é", "1e5.e"])
def test_anything_is_tokens(sql: str) -> None:
    """Nothing makes the reader raise or stand still."""
    assert "".join(token.text for token in tokens(sql)) in ("", sql)


def test_folding() -> None:
    """A to Z alone have two cases."""
    assert fold("ÄBC_é1") == "Äbc_é1"
