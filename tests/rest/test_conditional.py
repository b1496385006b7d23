"""What caches are told, and how they ask whether what they have still holds."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from service.app import create_app
from service.settings import Settings
from service.testing import SqliteTemplate, client, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
SCHEMA = """
    create table item (id integer primary key, name text);
    insert into item values (1, 'pen'), (2, 'ink');
    create table many (id integer primary key, text text);
    with recursive n (n) as (select 1 union all select n + 1 from n where n < 1000)
    insert into many select n, 'some text that is the same on every line' from n;
"""
PLAIN = {"Accept-Encoding": "identity"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application over two tables."""
    async with SqliteTemplate(SCHEMA) as template, template.fresh() as url:
        app = create_app(Settings(database_url=url, anonymous="read"))
        async with running(app), client(app, base_url="http://testserver/rest/v1", headers=PLAIN) as http:
            yield http


async def tag(http: httpx.AsyncClient, url: str, **headers: str) -> str:
    return str(
        (await http.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})).headers[
            "ETag"
        ]
    )


async def test_an_answer_has_a_strong_tag(http: httpx.AsyncClient) -> None:
    """The same answer has the same tag, of 32 hexadecimal digits, and it is strong."""
    first, second = await tag(http, "item"), await tag(http, "item")
    assert first == second
    assert re.fullmatch('"[0-9a-f]{32}"', first)


async def test_other_answers_have_other_tags(http: httpx.AsyncClient) -> None:
    """Another body, type or total is another tag: no two that differ in anything a client sees share one."""
    tags = {
        await tag(http, "item"),
        await tag(http, "item?order=id.desc"),
        await tag(http, "item", Accept="text/csv"),
        await tag(http, "item", Accept="application/x-ndjson"),
        await tag(http, "item", Prefer="count=exact"),
        await tag(http, "item?id=eq.1", Accept="application/vnd.pgrst.object"),
        await tag(http, "item?id=eq.1"),
        await tag(http, "item?limit=0"),
        await tag(http, "item?limit=0", Prefer="count=exact"),
        await tag(http, "item?id=eq.9", Prefer="count=exact"),
    }
    assert len(tags) == 10


@pytest.mark.parametrize(
    "form, status",
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"other", {tag}', 304),
        ('"a,b" ,W/"x",  W/{tag},"y"', 304),
        ("*", 304),
        (" * ", 304),
        ('"other"', 200),
        ('W/"other"', 200),
        ("", 200),
        ("tag without quotes", 200),
        ('"', 200),
    ],
)
async def test_if_none_match(http: httpx.AsyncClient, form: str, status: int) -> None:
    """A caller who has the answer is told so and is sent nothing; the comparison is the weak one."""
    url = "item?order=id"
    answer = await http.get(url, headers={"If-None-Match": form.format(tag=await tag(http, url))})
    assert answer.status_code == status
    assert (answer.content == b"") == (status == 304)


async def test_not_modified_says_what_a_cache_needs(http: httpx.AsyncClient) -> None:
    """A 304 has the tag in the form in which the caller has it, `Cache-Control` and `Vary`, and nothing of a body."""
    known = await tag(http, "item")
    for form in (known, f"W/{known}"):
        answer = await http.get("item", headers={"If-None-Match": f'"x", {form}'})
        assert answer.headers["ETag"] == form
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Vary"] == "Accept, Prefer, Range, Accept-Encoding"
        assert not {"Content-Type", "Content-Length", "Content-Range"} & {name.title() for name in answer.headers}
        assert "X-Request-Id" in answer.headers


async def test_partial_answers_are_revalidated_too(http: httpx.AsyncClient) -> None:
    """A page of rows is a whole answer of its own."""
    headers = {"Prefer": "count=exact", "Range": "0-0"}
    known = await tag(http, "item?order=id", **headers)
    assert (await http.get("item?order=id", headers=headers)).status_code == 206
    assert (await http.get("item?order=id", headers={**headers, "If-None-Match": known})).status_code == 304


async def test_what_is_new_is_sent() -> None:
    """After a change the old tag fits no more."""
    async with SqliteTemplate(SCHEMA) as template, template.fresh() as url:
        app = create_app(Settings(database_url=url, anonymous="read"))
        async with running(app), client(app, base_url="http://testserver/rest/v1", headers=PLAIN) as http:
            known = await tag(http, "item")
            await app.extensions["poolgate"].database.pool.execute("update item set name = 'pin' where id = 1")
            answer = await http.get("item", headers={"If-None-Match": known})
    assert (answer.status_code, answer.json()[0]["name"]) == (200, "pin")
    assert answer.headers["ETag"] != known


async def test_head_has_no_tag(http: httpx.AsyncClient) -> None:
    """A HEAD writes no rows, so nothing is known of them, and it is answered as ever."""
    answer = await http.head("item", headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.headers.get("ETag")) == (200, None)
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_a_stream_has_no_tag(http: httpx.AsyncClient) -> None:
    """What is sent before it is known to the end has no tag, and may still be kept."""
    answer = await http.get("many?select=a:text,b:text,c:text", headers={"Accept": "text/csv", "If-None-Match": "*"})
    assert (answer.status_code, answer.headers.get("ETag")) == (200, None)
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["Authorization", "apikey", "Cookie"])
@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
async def test_what_is_somebodys_own(http: httpx.AsyncClient, accept: str, name: str) -> None:
    """An answer to a request with credentials is for that caller's own cache alone."""
    answer = await http.get("many", headers={name: "Bearer x", "Accept": accept})
    assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("url", ["nope", "item?id=eq.x", "item?limit=-1", "../../nowhere"])
async def test_errors_are_not_kept(http: httpx.AsyncClient, url: str) -> None:
    """No cache keeps an error, not a 404 either."""
    answer = await http.get(url, headers={"If-None-Match": "*"})
    assert answer.status_code >= 400
    assert (answer.headers["Cache-Control"], answer.headers.get("ETag")) == ("no-store", None)


async def test_whether_a_page_follows_is_part_of_it(http: httpx.AsyncClient) -> None:
    """Of two pages with the same rows, the last one and one that another follows, neither stands for the other."""
    walk = await http.get("many?order=id&limit=2&cursor=")
    last = await http.get("many?order=id&limit=2&cursor=&id=lte.2")
    assert walk.content == last.content
    assert ("Link" in walk.headers, "Link" in last.headers) == (True, False)
    assert walk.headers["ETag"] != last.headers["ETag"]
