"""Whatever is asked, by whatever method and with whatever headers, is answered in order."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import fuzz_embeds
import httpx
import pytest
import pytest_asyncio
from fuzz import SCHEMAS, headers, methods, paths, queries
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app import Poolgate, create_app
from service.auth import anonymous
from service.errors import PoolgateError
from service.rest.asked import read_request
from service.rest.execute import Request, run_read
from service.rest.prepare import Statements
from service.settings import Settings
from service.testing import client, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
EXAMPLES = settings(
    max_examples=400, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
BEFORE_SQL = ("PGRST1", "PGRST2", "PGRST3", "42703", "PGATE4")
"""How the codes begin of what is refused before a connection is needed."""


@dataclass(frozen=True)
class Served:
    http: httpx.AsyncClient
    rooms: Poolgate

    @property
    def acquired(self) -> int:
        """How often a connection was taken."""
        return self.rooms.database.pool.stats().acquired


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(templates: Any) -> AsyncIterator[Mapping[str, Served]]:
    """By database, an application over tables of odd names and odder values."""
    async with AsyncExitStack() as stack:
        found = {}
        for database, schema in SCHEMAS.items():
            url = await stack.enter_async_context(templates(database, schema).fresh())
            settings = Settings(database_url=url, anonymous="read", db_max_rows=None, db_aggregates_enabled=True)
            app = create_app(settings)
            await stack.enter_async_context(running(app))
            found[database] = Served(await stack.enter_async_context(client(app)), app.extensions["poolgate"])
        yield found


@EXAMPLES
@given(method=methods(), path=paths(), query=queries(), headers=headers())
async def test_whatever_is_asked(
    served: Mapping[str, Served], method: str, path: str, query: str, headers: dict[str, str]
) -> None:
    """No request fails with 5xx or hangs; an error has the one shape; one that needs no SQL takes no connection."""
    for each in served.values():
        before = each.acquired
        url = httpx.URL("http://testserver/rest/v1/").copy_with(raw_path=f"/rest/v1/{path}?{query}".encode("latin-1"))
        answer = await asyncio.wait_for(each.http.request(method, url, headers=headers), timeout=30)
        assert answer.status_code < 500, (path, query, answer.text)
        if answer.status_code < 400:
            assert method in ("HEAD", "OPTIONS") or is_of_its_type(answer)
        elif method != "HEAD":
            error = answer.json()
            assert list(error) == ["code", "message", "details", "hint"]
            if error["code"].startswith(BEFORE_SQL) and error["code"] != "PGRST103":
                assert each.acquired == before, (path, query, answer.text)


@EXAMPLES
@given(asked=fuzz_embeds.requests(), prefer=st.sampled_from(["", "count=exact"]))
async def test_whatever_is_embedded(served: Mapping[str, Served], asked: tuple[str, str], prefer: str) -> None:
    """No tree of embeds, whatever its names and whatever is in the rows, fails with 5xx or gives what is no JSON."""
    table, query = asked
    for database, each in served.items():
        request = each.http.get(f"/rest/v1/{table}?{query}", headers={"Prefer": prefer})
        answer = await asyncio.wait_for(request, timeout=30)
        assert answer.status_code < 500, (database, table, query, answer.text)
        if answer.status_code < 300:
            assert isinstance(json.loads(answer.content, parse_constant=no_json), list)
        else:
            assert list(answer.json()) == ["code", "message", "details", "hint"]


def no_json(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def is_of_its_type(answer: httpx.Response) -> bool:
    """Whether the body is what the type says: rows as an array, an object, lines of JSON or of as many fields each."""
    if answer.request.url.path.rstrip("/") == "/rest/v1":
        return {"openapi", "swagger"} & answer.json().keys() != set()
    match answer.headers["Content-Type"].partition(";")[0]:
        case "application/json" | "application/vnd.pgrst.array+json":
            return isinstance(answer.json(), list)
        case "application/vnd.pgrst.object+json":
            return isinstance(answer.json(), dict)
        case "application/x-ndjson" | "application/ndjson" | "application/jsonl":
            lines = answer.text.split("\n")
            return lines.pop() == "" and all(isinstance(json.loads(line), dict) for line in lines)
        case "text/csv":
            head, *rows = csv.reader(io.StringIO(answer.text, newline=""), strict=True)
            return all(len(row or [""]) == len(head or [""]) for row in rows)
        case "text/plain":
            return answer.content.decode() == answer.text
        case "application/octet-stream":
            return True
    return False


IDS = "id=lt.4&order=id&select=id"
FOUND = [
    pytest.param("odd?id=eq.2&select=body", '[{"body":"\ufffdA"}]', id="a text that is not UTF-8"),
    pytest.param("odd?body=ilike.*a&order=id&select=id", '[{"id":1},{"id":2}]', id="a pattern over such a text"),
    pytest.param("odd?body=match.A&select=id", '[{"id":2}]', id="an expression over such a text"),
    pytest.param("odd?id=eq.3&select=body", '[{"body":"em\\u0000bed"}]', id="a NUL in a text"),
    pytest.param("odd?id=lt.3&order=id&select=doc->l->1", '[{"l":null},{"l":null}]', id="a path into what is no JSON"),
    pytest.param("odd?doc->a=not.is.null&select=id", '[{"id":1}]', id="a filter over what is no JSON"),
    pytest.param("odd?doc=is.null&select=id", '[{"id":4}]', id="what is no JSON is not null"),
    pytest.param(f"odd?doc=isdistinct.5&{IDS}", '[{"id":1},{"id":2},{"id":3}]', id="what is no JSON is no number"),
    pytest.param(
        "odd?select=id&order=doc.nullsfirst,id&limit=2", '[{"id":2},{"id":4}]', id="what is no JSON in an order"
    ),
    pytest.param("odd?select=doc&id=eq.2", '[{"doc":"{broken"}]', id="what is no JSON, itself"),
    pytest.param("odd?flag=is.true&select=id", '[{"id":1}]', id="only true is true"),
    pytest.param("odd?flag=is.false&select=id", '[{"id":5}]', id="only false is false"),
    pytest.param("odd?any=in.(5,text)&select=id&order=id", '[{"id":1},{"id":2}]', id="a list over untyped values"),
    pytest.param("odd?any=not.eq.text&select=id&order=id", '[{"id":1},{"id":3},{"id":5}]', id="untyped values differ"),
    pytest.param("odd?any=lt(any).{5,1}&select=id", '[{"id":5}]', id="a quantifier over untyped values"),
    pytest.param("odd?real=in.(Infinity)&select=id", '[{"id":2}]', id="infinity in a list"),
    pytest.param("c0?select=_row,c0,total,key", '[{"_row":"r","c0":1,"total":4,"key":8}]', id="columns like our own"),
    pytest.param(
        'c0?select="%25(p0)s","%3F","$1",":p0"&"$1"=eq.12',
        '[{"%(p0)s":10,"?":11,"$1":12,":p0":13}]',
        id="columns like placeholders",
    ),
    pytest.param("_row?select=main&_row=eq.1", '[{"main":2}]', id="a table like our own"),
    pytest.param("%3F%20$1%20%25(p0)s?n=eq.1&select=n", '[{"n":1}]', id="a table like placeholders"),
    pytest.param(
        "words?or=(title.fts.hello,body.fts.dog)&select=title&title=not.fts.bye",
        '[{"title":"hello world"}]',
        id="full text in logic",
    ),
]


@pytest.mark.parametrize("url, body", FOUND)
async def test_odd_values_and_names(served: Mapping[str, Served], url: str, body: str) -> None:
    """A value that is not what its column says, and a name that means something elsewhere, spoil no read."""
    answer = await served["sqlite"].http.get(f"/rest/v1/{url}")
    assert (answer.status_code, answer.text) == (200, body)


@pytest.mark.parametrize(
    "url, row",
    [
        ("c0", {"c0": 1, "_row": "r", "one": 2, "body": "b", "total": 4, "page_total": 5}),
        ("c0?select=_row,c0&order=_row&%22%25(p0)s%22=eq.10", {"_row": "r", "c0": 1}),
        ('c0?select="%25(p0)s","$1"', {"%(p0)s": 10, "$1": 12}),
        ("_row", {"_row": 1, "main": 2}),
        ("%3F%20$1%20%25(p0)s?select=n&n=eq.1", {"n": 1}),
    ],
)
async def test_odd_names(served: Mapping[str, Served], url: str, row: dict[str, object]) -> None:
    """On both databases a column or a table may be called what a statement of ours calls something else."""
    for each in served.values():
        answer = await each.http.get(f"/rest/v1/{url}")
        assert answer.status_code == 200, answer.text
        assert row.items() <= answer.json()[0].items()


LONG = [
    pytest.param(f"id=in.({','.join(map(str, range(5000)))})", 200, id="5,000 items in a list"),
    pytest.param(f"id=in.({','.join(map(str, range(5001)))})", 400, id="5,001 items in a list"),
    pytest.param("select=" + ",".join(f"a{n}:id" for n in range(900)), 200, id="900 columns"),
    pytest.param("select=" + ",".join(f"a{n}:doc->a->b->>c" for n in range(900)), 200, id="900 paths"),
    pytest.param("select=id,doc" + "->a" * 50, 200, id="a path of 50 steps"),
    pytest.param("or=" + "(or" * 19 + "(id.eq.1)" + ")" * 19, 200, id="logic 20 deep"),
    pytest.param("or=" + "(not.and" * 19 + "(id.eq.1,doc->a.lt.5)" + ")" * 19, 200, id="negations 20 deep"),
    pytest.param("and=(" + ",".join(["doc->a.gt.5"] * 199) + ")", 200, id="199 conditions on a path"),
    pytest.param("&".join(["id=eq(any).{1,2}"] * 200), 200, id="200 lists"),
    pytest.param("order=" + ",".join(["doc->a.desc"] * 50), 200, id="50 terms of order"),
    pytest.param(f"body=match.{'(a%3F)' * 160}{'a' * 20}", 200, id="a slow regular expression"),
    pytest.param(f"body=like.{'*a' * 500}", 200, id="a slow pattern"),
    pytest.param(f"body=eq.{'x' * 60_000}", 200, id="a long value"),
    pytest.param(f"id=eq.{'9' * 60_000}", 400, id="a long number"),
    pytest.param(f"real=eq.{'9' * 60_000}", 400, id="a long float"),
    pytest.param(f"doc=eq.{'[' * 7_000}", 400, id="deep JSON"),
    pytest.param(f"doc=eq.{'[' * 900}{']' * 900}", 200, id="deep JSON that is closed"),
    pytest.param("doc->" + "k" * 200 + "->>x=eq.1", 200, id="a long key"),
    pytest.param(f"{'x' * 2_000}=eq.1", 400, id="a long column"),
    pytest.param("select=" + ",".join(f"a{n}:link!odd_id(id)" for n in range(200)), 200, id="200 embeds"),
    pytest.param("select=" + ",".join(f"a{n}:link!odd_id!inner()" for n in range(200)), 200, id="200 inner embeds"),
    pytest.param("select=" + ",".join(f"a{n}:link!odd_id()" for n in range(201)), 400, id="201 embeds"),
    pytest.param(
        "select=link!odd_id(" + ",".join(f"...link_id(a{n}:id)" for n in range(60)) + ")", 200, id="60 spreads"
    ),
    pytest.param(f"select=link!odd_id({'pupils:link!link_id(' * 5}id{')' * 5})", 200, id="6 embeds deep"),
    pytest.param("select=link!odd_id(" + ",".join(f"a{n}:body" for n in range(900)) + ")", 200, id="a wide embed"),
]


@pytest.mark.parametrize("query, status", LONG)
async def test_much_at_once(served: Mapping[str, Served], query: str, status: int) -> None:
    """What is within the dialect's limits is answered, and what is beyond is refused, without delay."""
    for each in served.values():
        assert await asyncio.wait_for(status_of(each.rooms, query), timeout=10) == status


async def status_of(rooms: Poolgate, query: str) -> int:
    """The status of a read that is not held to the length of a URL."""
    try:
        asked = read_request("GET", "odd", query, {})
        prepared = Statements(rooms.database.name, max_rows=None).read(asked, rooms.catalog.current)
        await run_read(Request(rooms.database, prepared, asked, anonymous("read", None), asked.page))
    except PoolgateError as error:
        return error.status
    return 200


_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


@settings(EXAMPLES, max_examples=60)
@given(aliases=st.lists(st.text(_letters, min_size=1, max_size=15), min_size=1, max_size=20, unique=True))
async def test_any_alias(served: Mapping[str, Served], aliases: list[str]) -> None:
    """A key of the answer may be any text, and is that very text."""
    quoted = ['"' + alias.replace("\\", "\\\\").replace('"', '\\"') + '"' for alias in aliases]
    for each in served.values():
        select = ",".join(f"{alias}:id" for alias in quoted)
        answer = await each.http.get("/rest/v1/odd", params={"select": select, "limit": "1"})
        assert answer.status_code == 200, answer.text
        assert list(answer.json()[0]) == aliases
