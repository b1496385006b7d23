"""Views made at random: an origin that is claimed is the truth."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from service.catalog.model import Column, Kind, Relation, RelationKind
from service.database.sqlite.tokens import fold
from service.database.sqlite.views import Views

TABLES = {"t": ("a", "b", "c"), "u": ("a", "d", "select"), "Left": ("b", "x")}


def one_of(words: str) -> st.SearchStrategy[str]:
    """One of the words between semicolons."""
    return st.sampled_from(words.split(";"))


NAMES = one_of(
    """a;A;"a";[a];`b`;b;c;d;x;"select";*;t.*;u.*;n.*;t.a;u.a;T.B;n.a;u.d;"Left".x;main.t.a;n.x;rowid;(a);a || '';-a;"""
    "not a;a isnull;a is b;max(a);x'12';'a';1;null;case a when 1 then b end;a collate nocase;cast(a as text);a like b;"
    "(select b from u);exists (select a from t);a between b and c;a in (b, c);count(*) over ();t.a.b;a notnull"
)
ALIASES = one_of(""";; as n1; N2; as "a"; as [from]; b; 'text'; /* , */; -- x\n""")
ITEMS = st.lists(st.tuples(NAMES, ALIASES).map("".join), min_size=1, max_size=4).map(", ".join)
SOURCES = one_of(
    """t;T;u;"Left";t n;u as n;main.t;main.u n;[t];t not indexed;(select 1 as a);v1;v1 n;(select b as a from t) n;"""
    "json_each('[1]');(t);`u` 'n'"
)
JOINS = one_of(", ; join ; left join ; cross join ; natural join ; inner join ; full outer join ;\nLEFT OUTER JOIN ")
CONDITIONS = one_of(
    ";; on 1; using (a); on t.a <> u.a; on exists (select a from u); on a is not distinct from b; on a in (b, c)"
)
ENDS = one_of(
    ";; where 1; where a <> 'from'; group by 1; order by 1; limit 5; union select 1 from u; union all select b from t;"
    " where a in (select d from u union select b from t); group by 1 having 1; window w as (order by a)"
)


@st.composite
def selects(draw: st.DrawFn) -> str:
    """A SELECT, though not always one that SQLite takes."""
    source = draw(SOURCES)
    for join, other, condition in draw(st.lists(st.tuples(JOINS, SOURCES, CONDITIONS), max_size=2)):
        source += join + other + ("" if join == ", " else condition)
    start = draw(
        st.sampled_from(["select ", "SELECT all ", "select distinct ", "with t as (select d as a from u) select "])
    )
    return f"{start}{draw(ITEMS)} from {source}{draw(ENDS)}"


def relation(connection: sqlite3.Connection, name: str) -> Relation:
    names = [row[0] for row in connection.execute("select name from pragma_table_xinfo(?)", (name,))]
    kind = RelationKind.TABLE if name in TABLES else RelationKind.VIEW
    return Relation("main", name, kind, {each: Column(each, "text", "TEXT", Kind.TEXT) for each in names})


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(selects(), selects())
def test_what_is_claimed_is_true(first: str, second: str) -> None:
    """In a column with an origin stands what stands in that column of that table, or nothing."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for table, columns in TABLES.items():
            connection.execute(f'create table "{table}" ({", ".join(f"[{each}]" for each in columns)})')
            for row in (1, 2):
                cells = ", ".join(f"'{table}.{each}.{row}'" for each in columns)
                connection.execute(f'insert into "{table}" values ({cells})')
        made = []
        for name, select in (("v1", first), ("v2", second)):
            try:
                connection.execute(f"create view {name} as {select}")
                found = connection.execute(f"select * from {name}").fetchall()
            except sqlite3.OperationalError:
                connection.execute(f"drop view if exists {name}")
                continue
            made.append((name, found))
        assume(made)
        every = {fold(name): relation(connection, name) for name in (*TABLES, *(name for name, _ in made))}
        sql = dict(connection.execute("select name, sql from sqlite_schema where type = 'view'"))
    views = Views(every, sql)
    for name, rows in made:
        origins = views.origins(name)
        for place, column in enumerate(every[name].columns):
            if column in origins:
                prefix = f"{origins[column].relation}.{origins[column].column}."
                assert all(row[place] is None or str(row[place]).startswith(prefix) for row in rows), (sql, column)
