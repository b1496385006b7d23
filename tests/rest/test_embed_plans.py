"""What embeds cost: the planner looks up the page's rows by index, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from service.app import Poolgate, create_app
from service.rest.asked import read_request
from service.rest.prepare import Statements
from service.settings import Settings
from service.testing import running

PARENTS = 10_000
"""Of which each has ten children: 100,000 rows."""
TABLES = """
create table grand (id integer primary key, name text);
create table parent (id integer primary key, name text, grand_id integer references grand);
create table child (id integer primary key, parent_id integer references parent, body text, n integer);
create table label (id integer primary key, name text);
create table child_label (child_id integer references child, label_id integer references label,
  primary key (child_id, label_id));
create index on_parent on child (parent_id);
create index on_grand on parent (grand_id);
"""
ROWS = f"""
insert into grand select n, 'g' || n from numbers where n <= 100;
insert into parent select n, 'p' || n, n % 100 + 1 from numbers where n <= {PARENTS};
insert into child select n, n % {PARENTS} + 1, 'c' || n, n from numbers;
insert into label select n, 'l' || n from numbers where n <= 20;
insert into child_label select n, n % 20 + 1 from numbers;
drop table numbers;
"""
NUMBERS = {
    "postgresql": f"create table numbers as select n from generate_series(1, {PARENTS * 10}) n;",
    "sqlite": f"""create table numbers (n integer); with recursive r (n) as (
        select 1 union all select n + 1 from r where n < {PARENTS * 10}) insert into numbers select n from r;""",
}
pytestmark = pytest.mark.asyncio(loop_scope="module")
Served = Mapping[str, Poolgate]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(templates: Any) -> AsyncIterator[Served]:
    """By database, what an application over 100,000 rows is made of."""
    async with AsyncExitStack() as stack:
        found = {}
        for database, numbers in NUMBERS.items():
            url = await stack.enter_async_context(templates(database, f"{TABLES} {numbers} {ROWS} analyze;").fresh())
            app = create_app(Settings(database_url=url, anonymous="read", db_max_rows=None, db_aggregates_enabled=True))
            await stack.enter_async_context(running(app))
            found[database] = app.extensions["poolgate"]
        yield found


async def explained(rooms: Poolgate, explain: str, table: str, query: str) -> list[Any]:
    asked = read_request("GET", table, query, {})
    statements = Statements(rooms.database.name, max_rows=None, aggregates=True)
    statement = statements.read(asked, rooms.catalog.current).statement
    arguments = statement.arguments(asked.values, asked.page, [page for _, page in asked.pages])
    return list(await rooms.database.pool.fetch(f"{explain} {statement.text}", *arguments))


READS = [
    pytest.param("parent", "select=id,child(body)&order=id&limit=20", id="to-many"),
    pytest.param(
        "parent", "select=id,child(body)&child.order=n.desc&child.limit=3&order=id&limit=20", id="a page of each"
    ),
    pytest.param("parent", "select=id,...child(body)&order=id&limit=20", id="a spread"),
    pytest.param("child", "select=id,parent(name)&order=n.desc&limit=20", id="to-one"),
    pytest.param("child", "select=id,parent(name,grand(name))&order=id&limit=20", id="to-one twice"),
    pytest.param("child", "select=id,label(name)&order=id&limit=20", id="many-to-many"),
    pytest.param("parent", "select=id,child(n,label(name))&order=id&limit=20", id="deep"),
    pytest.param("parent", "select=id,child!inner(body)&order=id&limit=20", id="inner"),
    pytest.param("parent", "select=id,child()&child=not.is.null&child.n=gt.0&order=id&limit=20", id="not.is.null"),
    pytest.param("parent", "select=id,child(count(),n.sum())&order=id&limit=20", id="aggregates"),
    pytest.param("child", "select=id,...parent(name)&order=id&limit=20", id="a spread to-one"),
]


@pytest.mark.parametrize("table, query", READS)
async def test_embeds_are_looked_up_on_sqlite(served: Served, table: str, query: str) -> None:
    """No table is scanned but the one that is read: the others are searched by index."""
    steps = [row[3] for row in await explained(served["sqlite"], "explain query plan", table, query)]
    scanned = [step for step in steps if re.match(r"SCAN t\d", step)]
    assert len(scanned) <= 1, steps
    assert any(step.startswith("SEARCH") for step in steps), steps


@pytest.mark.parametrize("table, query", READS)
async def test_embeds_are_looked_up_on_postgresql(served: Served, table: str, query: str) -> None:
    """Of 100,000 rows those of the page alone are looked at, and by index what is related to them."""
    explain = "explain (analyze, format json, timing off, costs off)"
    plan = json.loads((await explained(served["postgresql"], explain, table, query))[0][0])[0]["Plan"]
    scans = [node for node in nodes(plan) if "Relation Name" in node]
    seen = sum(
        node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
        for node in scans
        if node["Relation Name"] not in (table, "label", "grand")  # small tables are read as a whole, and rightly
    )
    assert seen <= 700, plan


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
