"""Pages told by keys: each row exactly once and in order, whatever it is ordered by and whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from walks import ROWS, SCHEMAS, TERMS, following, walk

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
EXAMPLES = settings(
    max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
DATABASES = tuple(SCHEMAS)


@dataclass(frozen=True)
class Served:
    http: httpx.AsyncClient
    url: str
    pool: Any

    async def run(self, sql: str) -> None:
        """Changes data behind the service's back."""
        async with self.pool.acquire() as connection:
            await connection.exec_driver_sql(sql)
            await connection.commit()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(templates: Any) -> AsyncIterator[Mapping[str, Served]]:
    """By database, an application over the tables of `walks`."""
    async with AsyncExitStack() as stack:
        found = {}
        for database, schema in SCHEMAS.items():
            url = await stack.enter_async_context(templates(database, schema).fresh())
            app = create_app(Settings(database_url=url, anonymous="read", db_max_rows=None, db_plan_enabled=True))
            await stack.enter_async_context(running(app))
            pool = app.extensions["poolgate"].database.pool
            found[database] = Served(await stack.enter_async_context(client(app)), url, pool)
        yield found


async def get(http: httpx.AsyncClient, path: str, **options: Any) -> httpx.Response:
    return await asyncio.wait_for(http.get(f"/rest/v1/{path}", **options), timeout=30)


def orders(database: str) -> st.SearchStrategy[list[tuple[str, str, str]]]:
    term = st.tuples(
        st.sampled_from(TERMS[database]),
        st.sampled_from(["", ".desc"]),
        st.sampled_from(["", ".nullsfirst", ".nullslast"]),
    )
    return st.lists(term, min_size=1, max_size=4, unique_by=lambda each: each[0])


@pytest.mark.parametrize("database", DATABASES)
@EXAMPLES
@given(data=st.data(), limit=st.integers(1, ROWS + 2))
async def test_each_row_once(served: Mapping[str, Served], database: str, data: st.DataObject, limit: int) -> None:
    """Whatever the order and the page's size, the pages together are the whole read."""
    order = data.draw(orders(database))
    http = served[database].http
    select = "id,owners()" if any("(" in term for term, _, _ in order) else "id"
    asked = quote(",".join("".join(term) for term in order))
    whole = (await get(http, f"walk?select={select}&order={asked},id{order[-1][1]}")).json()
    pages = await walk(http, f"walk?select={select}&order={asked}&limit={limit}&cursor=")
    assert [row for page in pages for row in page] == whole
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert len(pages[-1]) > 0


WALKS = [
    pytest.param("walk?order=must&select=id&id=lt.0&limit=3", "must,id", id="no rows"),
    pytest.param("walk?select=id&limit=10", "id", id="by its key alone"),
    pytest.param("couples?select=a,b&limit=3", "a,b", id="a key of two columns"),
    pytest.param("couples?order=b.desc&select=a,b&limit=3", "b.desc,a.desc", id="a part of the key, then the rest"),
    pytest.param("couples?order=note.desc&limit=3", "note.desc,a.desc,b.desc", id="the key in the order's direction"),
    pytest.param("tagged?order=size&limit=3", "size,tag", id="a column without doubles in place of a key"),
    pytest.param(
        "walk?select=id&order=i,t,c,n,r,b,d&limit=7", "i,t,c,n,r,b,d,id", id="as many terms as there may be, with nulls"
    ),
    pytest.param("keyless?order=b&limit=3", "b", id="a table without a key"),
    pytest.param("shown?order=b.desc&limit=3", "b.desc", id="a view"),
    pytest.param("walk?select=id,must&order=must,id&limit=7&must=gt.0&or=(id.lt.30,id.gt.35)", "must,id", id="filters"),
    pytest.param("walk?select=id,owners(id,name)&order=must&limit=7", "must,id", id="rows in rows"),
    pytest.param(
        "walk?select=id,...owners(owner_name:name)&order=owners(name)&limit=7", "owners(name),id", id="spread"
    ),
    pytest.param('bookmarks?"näme"=eq.ü&limit=2', "id", id="letters beyond ASCII"),
    pytest.param("bookmarks?cursor=eq.1&limit=2", "id", id="a filter on a column called cursor"),
    pytest.param('bookmarks?select="key0":id,n:cursor,"more":id,"tied":id&limit=2', "id", id="keys called like ours"),
]


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("path, order", WALKS)
async def test_walks(served: Mapping[str, Served], database: str, path: str, order: str) -> None:
    """The pages together are the whole read, and the last one says that it is."""
    http = served[database].http
    bare = path.replace("order=", "was=").replace("limit=", "was=")
    kept = "&".join(part for part in bare.partition("?")[2].split("&") if not part.startswith("was="))
    whole = (await get(http, f"{path.partition('?')[0]}?{kept}&order={order}")).json()
    pages = await walk(http, f"{path}&cursor=")
    assert [row for page in pages for row in page] == whole
    assert len(pages) == max(1, -(-len(whole) // int(path.rpartition("limit=")[2].partition("&")[0])))


@pytest.mark.parametrize("database", DATABASES)
async def test_changes_meanwhile(served: Mapping[str, Served], database: str) -> None:
    """Rows that come or go between two pages, the page's last one too, make no other row come twice or not at all."""
    there = served[database]
    await there.run("delete from couples where a = 'z'")
    before = (await get(there.http, "couples?order=note,a,b")).json()
    path, seen, number = "couples?order=note&limit=4&cursor=", [], 0
    gone: list[tuple[str, int]] = []
    while path:
        answer = await get(there.http, path)
        page = answer.json()
        seen += page
        number += 1
        last = page[-1]
        gone.append((last["a"], last["b"]))
        await there.run(f"delete from couples where a = '{last['a']}' and b = {last['b']}")
        await there.run(f"insert into couples values ('z', {number}, '!')")
        path = following(answer, path)
    assert seen == before
    for (a, b), note in zip(gone, (row["note"] for row in before if (row["a"], row["b"]) in gone), strict=True):
        await there.run(f"insert into couples values ('{a}', {b}, '{note}')")
    await there.run("delete from couples where a = 'z'")


@pytest.mark.parametrize("database", DATABASES)
async def test_rows_that_cannot_be_told_apart(served: Mapping[str, Served], database: str) -> None:
    """Where a page ends between two rows that are alike the answer is an error, for the next page would miss one."""
    http = served[database].http
    assert len((await get(http, "keyless?order=a&limit=4&cursor=")).json()) == 4
    refused = await get(http, "keyless?order=a&limit=3&cursor=")
    assert (refused.status_code, refused.json()["code"]) == (400, "PGATE400")
    assert "more columns" in refused.json()["hint"]
    unordered = await get(http, "shown?limit=3&cursor=")
    assert (unordered.status_code, unordered.json()["code"]) == (400, "PGATE400")


async def test_sqlite_keys_with_nulls(served: Mapping[str, Served]) -> None:
    """SQLite's primary keys may hold NULL, more than once: such a key tells nothing apart."""
    refused = await get(served["sqlite"].http, "loose?limit=1&cursor=")
    assert refused.status_code == 400


async def test_texts_that_are_not_utf8(served: Mapping[str, Served]) -> None:
    """A page that ends at a text of no letters is an error, not a lost row."""
    refused = await get(served["sqlite"].http, "raw?order=t.desc&limit=1&cursor=&select=id")
    assert (refused.status_code, refused.json()["code"]) == (400, "PGATE400")


REFUSED = [
    pytest.param("walk?cursor=&offset=5", {}, 400, id="with an offset"),
    pytest.param("walk?cursor=", {"Range": "0-9"}, 400, id="with a Range"),
    pytest.param("walk?cursor=&order=nothing", {}, 400, id="an unknown column"),
    pytest.param("walk?cursor=", {"Accept": "text/csv"}, 400, id="as CSV"),
    pytest.param("walk?cursor=", {"Accept": "application/x-ndjson"}, 400, id="as NDJSON"),
    pytest.param("walk?cursor=&select=must,count()", {}, 400, id="with groups"),
    pytest.param("walk?cursor=&order=i,t,c,n,r,b,u,d,ts", {}, 400, id="by too many terms"),
    pytest.param("walk?cursor=abc", {}, 400, id="no cursor"),
    pytest.param("walk?cursor=%FF", {}, 400, id="no text"),
    pytest.param(f"walk?cursor={'A' * 5000}", {}, 400, id="a long one"),
]


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("path, headers, status", REFUSED)
async def test_refused(
    served: Mapping[str, Served], database: str, path: str, headers: dict[str, str], status: int
) -> None:
    """What has no cursor is refused, and no connection is taken for it."""
    there = served[database]
    before = there.pool.stats().acquired
    answer = await get(there.http, path, headers=headers)
    assert answer.status_code == status
    assert list(answer.json()) == ["code", "message", "details", "hint"]
    assert there.pool.stats().acquired == before


def cursor_of(answer: httpx.Response) -> str:
    return following(answer, "").rpartition("cursor=")[2]


@pytest.mark.parametrize("database", DATABASES)
async def test_a_cursor_of_another_order(served: Mapping[str, Served], database: str) -> None:
    """A cursor holds for the table and the order that it was made for; other columns and filters may change."""
    http = served[database].http
    cursor = cursor_of(await get(http, "walk?order=must&limit=5&cursor="))
    for path in ("walk?order=i", "walk?order=must.desc", "walk?order=must,i", "walk", "couples", "owners?order=id"):
        refused = await get(http, f"{path}{'&' if '?' in path else '?'}limit=5&cursor={cursor}")
        assert (refused.status_code, refused.json()["code"]) == (400, "PGATE400"), path
    for query in ("select=id", "id=gt.3", "limit=1", "select=id,owners(id)"):
        assert (await get(http, f"walk?order=must&{query}&cursor={cursor}")).status_code == 200


@pytest.mark.parametrize("database", DATABASES)
@EXAMPLES
@given(data=st.data())
async def test_damaged_cursors(served: Mapping[str, Served], database: str, data: st.DataObject) -> None:
    """A cursor that was cut, changed or forged is refused or read as any value is; it never breaks the service."""
    http = served[database].http
    terms = data.draw(st.lists(st.sampled_from(TERMS[database][:-2]), min_size=1, max_size=2, unique=True))
    order = quote(",".join(terms))
    good = cursor_of(await get(http, f"walk?order={order}&limit=5&cursor="))
    text = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)).decode()
    mark, *values = json.loads(text)
    anything = st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.sampled_from(["\0", "\ud800", "'; --"]),
        lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=2),
        max_leaves=4,
    )
    forged = st.lists(anything, min_size=len(values), max_size=len(values)).map(lambda each: [mark, *each])
    changed = st.one_of(
        st.integers(0, len(good)).map(lambda at: good[:at]),
        st.tuples(st.integers(0, len(good)), st.text("ABCabc-_=9", max_size=3)).map(
            lambda each: good[: each[0]] + each[1] + good[each[0] :]
        ),
        st.one_of(forged, anything).map(lambda each: encoded(json.dumps(each))),
        st.text(max_size=20),
    )
    cursor = data.draw(changed)
    assume(cursor != good)
    answer = await get(http, f"walk?order={order}&limit=5&cursor={quote(cursor, safe='', errors='replace')}")
    assert answer.status_code in (200, 400), answer.text


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("text", ["%0D%0ASet-Cookie:%20a=b", "%3E;%20rel=%22prev%22", ">", "'", "%C3%A9", "%22", "a,b"])
async def test_the_link_is_a_header(served: Mapping[str, Served], database: str, text: str) -> None:
    """Nothing in a query string gets out of the link that it stands in."""
    url = f"http://testserver/rest/v1/walk?limit=1&cursor=&select=id&t=neq.{text}"
    answer = await asyncio.wait_for(served[database].http.get(url), timeout=30)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Link"].startswith("<?limit=1&select=id&t=neq.")
    assert [answer.headers["Link"].count(mark) for mark in '<>"'] == [1, 1, 2]


@pytest.mark.parametrize("database", DATABASES)
async def test_what_goes_with_it(served: Mapping[str, Served], database: str) -> None:
    """HEAD has the same link; a count is of all rows; one row comes as an object; an execution plan can be had."""
    http = served[database].http
    path = "walk?order=must&select=id&limit=1&cursor="
    answer = await get(http, path, headers={"Prefer": "count=exact"})
    assert answer.status_code == 200
    assert answer.headers["Content-Range"] == f"*/{ROWS}"
    head = await http.head(f"/rest/v1/{path}")
    assert head.headers["Link"] == answer.headers["Link"]
    single = await get(http, path, headers={"Accept": "application/vnd.pgrst.object+json"})
    assert single.json() == answer.json()[0]
    assert single.headers["Link"] == answer.headers["Link"]
    stripped = await get(http, path, headers={"Accept": "application/vnd.pgrst.array+json;nulls=stripped"})
    assert stripped.json() == answer.json()
    plan = await get(http, path, headers={"Accept": "application/vnd.pgrst.plan+json"})
    assert plan.status_code == 200
    assert "Link" not in (await get(http, "walk?cursor=&limit=0")).headers
    assert "Link" not in (await get(http, "walk?cursor=")).headers
    assert "Link" not in (await get(http, "walk?limit=5")).headers


@pytest.mark.parametrize("database", DATABASES)
async def test_a_key_too_long(served: Mapping[str, Served], database: str) -> None:
    """Where a cursor would be too long for an address the answer says so, instead of ending the walk."""
    there = served[database]
    await there.run("insert into tagged values ('" + "x" * 9000 + "', -1)")
    try:
        refused = await get(there.http, "tagged?order=size&limit=1&cursor=")
        assert (refused.status_code, refused.json()["code"]) == (400, "PGATE400")
        assert (await get(there.http, "tagged?order=size&cursor=")).status_code == 200
    finally:
        await there.run("delete from tagged where size = -1")


@pytest.mark.parametrize("database", DATABASES)
async def test_the_most_rows(served: Mapping[str, Served], database: str) -> None:
    """Where the service bounds a page a walk without a limit comes to the end all the same."""
    app = create_app(Settings(database_url=served[database].url, anonymous="read", db_max_rows=7))
    async with running(app), client(app) as http:
        pages = await walk(http, "walk?select=id&order=must&cursor=")
        assert [len(page) for page in pages] == [7] * 5 + [5]
        whole = (await get(served[database].http, "walk?select=id&order=must,id")).json()
        assert [row for page in pages for row in page] == whole
