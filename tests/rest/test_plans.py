"""A request's plan is made once for its shape, whatever its values, and as often as the schema changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from sqlalchemy.sql.compiler import SQLCompiler

from service.app import PoolgateFlask, create_app
from service.settings import Settings
from service.testing import Schema, Template, client, running
from tests.metrics import values

SCHEMA = "create table item (id integer primary key, name text, n integer);"
FUNCTION = """create function above(low integer) returns setof item stable language sql
    as $$ select * from item where n > low $$;"""
SHAPES: dict[str, tuple[str, str, Any]] = {
    "a filter": ("GET", "item?id=eq.{0}", None),
    "a list of any length": ("GET", "item?id=in.({1})", None),
    "a page": ("GET", "item?order=id&limit={0}7&offset={0}", None),
    "a range of rows": ("GET", "item?name=like.{0}*&n=not.gt.{0}&or=(n.is.null,name.eq.{0})", None),
    "one inserted": ("POST", "item", {"id": "{0}00", "name": "{0}"}),
    "one changed": ("PATCH", "item?id=eq.{0}", {"name": "{0}"}),
    "one deleted": ("DELETE", "item?id=eq.{0}", None),
}
CALL = ("GET", "rpc/above?low={0}", None)
TIMES = 12


@pytest.fixture(params=["sqlite", "postgresql"])
async def app(
    request: pytest.FixtureRequest, templates: Callable[[str, Schema], Template]
) -> AsyncIterator[PoolgateFlask]:
    schema = SCHEMA + (FUNCTION if request.param == "postgresql" else "")
    async with templates(request.param, schema).fresh() as url:
        app = create_app(Settings(database_url=url, anonymous="write", pool_max_size=2))
        async with running(app):
            yield app


@pytest.fixture
async def http(app: PoolgateFlask) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as http:
        yield http


async def ask(http: httpx.AsyncClient, shape: tuple[str, str, Any], number: int) -> None:
    """A request of a shape, with values of its own."""
    method, url, body = shape
    sent = None if body is None else {name: str(each).format(number) for name, each in body.items()}
    several = ",".join(str(each) for each in range(number + 1))
    answer = await http.request(method, f"/rest/v1/{url.format(number, several)}", json=sent)
    assert answer.status_code < 300, answer.text


async def plans(http: httpx.AsyncClient) -> dict[str, int]:
    """As the metrics have them."""
    return values((await http.get("/-/metrics")).text, "poolgate_plans_total")


@contextmanager
def compiling() -> Iterator[list[str]]:
    """The statements that SQLAlchemy compiles meanwhile."""
    compiled: list[str] = []
    begin = SQLCompiler.__init__

    def counted(self: SQLCompiler, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        compiled.append(str(self))

    with patch.object(SQLCompiler, "__init__", counted):
        yield compiled


def shapes_of(app: PoolgateFlask) -> dict[str, tuple[str, str, Any]]:
    on_postgresql = app.extensions["poolgate"].database.name == "postgresql"
    return {**SHAPES, "a call": CALL} if on_postgresql else SHAPES


async def test_each_shape_is_planned_and_compiled_once(app: PoolgateFlask, http: httpx.AsyncClient) -> None:
    """Reads, writes and calls that differ in their values alone share a plan: no other is made, nothing compiled."""
    shapes = shapes_of(app)
    for number, shape in enumerate(shapes.values()):
        with compiling() as compiled:
            await ask(http, shape, 1)
        assert compiled
        with compiling() as compiled:
            for value in range(2, TIMES + 1):
                await ask(http, shape, value)
        assert compiled == [], shape
        assert await plans(http) == {"made": number + 1, "found": (number + 1) * (TIMES - 1)}


async def test_another_schema_is_planned_anew(app: PoolgateFlask, http: httpx.AsyncClient) -> None:
    """Once the schema was read again no plan of before it is used; each shape is planned once more, and once only."""
    shapes = shapes_of(app).values()
    for shape in shapes:
        await ask(http, shape, 1)
    assert await plans(http) == {"made": len(shapes), "found": 0}
    assert await app.extensions["poolgate"].catalog.reload("a test")
    for value in (2, 3):
        for shape in shapes:
            await ask(http, shape, value)
    assert await plans(http) == {"made": 2 * len(shapes), "found": len(shapes)}


async def test_what_cannot_be_planned_is_not_counted(http: httpx.AsyncClient) -> None:
    """A request for what there is not leaves no plan, so that nobody fills the cache with mistakes."""
    for number in range(3):
        assert (await http.get(f"/rest/v1/item?no_such_{number}=eq.1")).status_code == 400
        assert (await http.get(f"/rest/v1/no_such_{number}")).status_code == 404
    assert await plans(http) == {"made": 0, "found": 0}


@pytest.mark.parametrize(
    "page, text",
    [
        pytest.param("id=gte.{0}&order=id&limit=100", "LIMIT 100 ", id="by its values"),
        pytest.param("order=n&limit=100&cursor={1}", "LIMIT 101 ", id="behind a cursor"),
    ],
)
async def test_postgresql_keeps_its_plan(postgresql_url: str, page: str, text: str) -> None:
    """A page of a usual size is planned by the database too no more than a few times, not each time that it is read."""
    kept = f"select sum(generic_plans) from pg_prepared_statements where statement like '%{text}%'"
    app = create_app(Settings(database_url=postgresql_url, anonymous="read", pool_min_size=1, pool_max_size=1))
    pool = app.extensions["poolgate"].database.pool
    async with running(app), client(app) as http:
        await pool.execute("create table item (id integer primary key, n integer)")
        await pool.execute("insert into item select g, g % 10 from generate_series(1, 5000) g")
        await pool.execute("create index on item (n, id)")
        assert await app.extensions["poolgate"].catalog.reload("a test")
        cursor = ""
        for number in range(TIMES + 1):
            answer = await http.get(f"/rest/v1/item?{page.format(number, cursor)}")
            assert len(answer.json()) == 100
            cursor = answer.headers.get("Link", "").partition("cursor=")[2].partition(">")[0]
        assert await pool.fetchval(kept) >= TIMES - 6
