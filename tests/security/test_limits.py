"""Everything of a request that a caller may choose the size of has a limit; the table of docs/limits.md, asked of the
service."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.asgi.limits import Limits as ServerLimits
from service.database.sqlite.functions import MOST_LIKE, MOST_PATTERN
from service.pool import Pool
from service.rest.asked.limits import DEFAULT_LIMITS
from service.rest.asked.payload_json import DEPTH
from service.settings import Settings, describe
from tests.security.bounded_service import BOTH, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")
DOCS = Path(__file__).parents[2] / "docs" / "limits.md"
SOON = 0.05  # seconds of the processor's, at best
SCHEMA = """
create table a (id integer primary key, name text, parent integer references a);
insert into a values (1, 'one', null), (2, 'two', 1);
"""
Services = dict[str, tuple[httpx.AsyncClient, Pool]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def services(templates: Any) -> AsyncIterator[Services]:
    """The service as it comes, on each kind of database."""
    async with AsyncExitStack() as stack:
        found = {}
        for database in BOTH:
            url = await stack.enter_async_context(templates(database, SCHEMA).fresh())
            found[database] = await stack.enter_async_context(serving(url, max_url="32KiB"))
        yield found


def embedded(depth: int) -> str:
    return "select=" + "parent(id," * (depth - 1) + "parent(id" + ")" * depth


def batch(count: int) -> dict[str, Any]:
    return {"json": [{"path": "a?limit=1"}] * count}


def in_batch(query: str) -> dict[str, Any]:
    return {"json": [{"path": f"a?{query}"}]}


L, SERVER = DEFAULT_LIMITS, ServerLimits()
Case = tuple[str, str, str, dict[str, Any], int]
SHAPES: list[Case] = [
    ("a URL", "GET", "a?id=eq." + "1" * 32 * 1024, {}, 414),
    ("embeds in each other", "GET", "a?" + embedded(6), {}, 400),
    ("embeds in each other, a thousand", "GET", "a?" + embedded(1000), {}, 400),
    ("embeds", "GET", "a?select=" + ",".join(["a()"] * (L.embeds + 1)), {}, 400),
    ("filters", "GET", "a?" + "&".join(["id=eq.1"] * (L.conditions + 1)), {}, 400),
    ("filters in a tree", "GET", "a?or=(" + ",".join(["id.eq.1"] * (L.conditions + 1)) + ")", {}, 400),
    ("trees in each other", "GET", "a?or=" + "(and" * (L.depth + 1) + "(id.eq.1)" + ")" * (L.depth + 1), {}, 400),
    ("items of a list", "GET", f"a?id=in.({'1,' * L.list_items}1)", {}, 400),
    ("items of an array", "GET", f"a?id=eq(any).{{{'1,' * L.list_items}1}}", {}, 400),
    ("columns", "GET", "a?select=" + "id," * L.columns + "id", {}, 400),
    ("columns of a write", "POST", "a?columns=" + "id," * L.columns + "id", {"json": {"id": 9}}, 400),
    ("columns of a conflict", "POST", "a?on_conflict=" + "id," * L.columns + "id", {"json": {"id": 9}}, 400),
    ("terms of order", "GET", "a?order=" + ",".join(["id"] * (L.order_terms + 1)), {}, 400),
    ("steps of a path", "GET", "a?select=name" + "->a" * (L.steps + 1), {}, 400),
    ("a LIKE pattern", "GET", "a?name=like.*" + "x" * L.pattern, {}, 400),
    ("an ILIKE pattern", "GET", "a?name=ilike.*" + "x" * L.pattern, {}, 400),
    ("a regular expression", "GET", "a?name=match." + "(a+)" * (L.pattern // 4 + 1), {}, 400),
    ("a regular expression, any case", "GET", "a?name=imatch." + "(a+)+" * (L.pattern // 5 + 1), {}, 400),
    ("a pattern in a tree", "GET", "a?or=(name.match." + "x" * (L.pattern + 1) + ",id.eq.1)", {}, 400),
    ("a pattern in an array", "GET", "a?name=like(any).{a," + "x" * (L.pattern + 1) + "}", {}, 400),
    ("filters of a deletion", "DELETE", "a?" + "&".join(["id=eq.1"] * (L.conditions + 1)), {}, 400),
    ("a pattern of a change", "PATCH", "a?name=match." + "x" * (L.pattern + 1), {"json": {"name": "b"}}, 400),
    ("operations", "POST", "", batch(101), 400),
    ("a batch's filters", "POST", "", in_batch("&".join(["id=eq.1"] * (L.conditions + 1))), 400),
    ("a batch's embeds", "POST", "", in_batch(embedded(6)), 400),
    ("a batch's URL", "POST", "", in_batch("id=eq." + "1" * 40_000), 413),
    ("depth of a body", "POST", "a", {"content": '{"id":' + "[" * DEPTH + "]" * DEPTH + "}"}, 400),
    ("a body", "POST", "a", {"content": b" " * (1024 * 1024 + 1)}, 413),
    ("headers", "GET", "a", {"headers": {f"X-{n}": "a" for n in range(SERVER.max_headers + 1)}}, 431),
    ("bytes of headers", "GET", "a", {"headers": {"X-A": "a" * SERVER.max_header_bytes}}, 431),
]


@pytest.mark.parametrize("database", BOTH)
@pytest.mark.parametrize("case", SHAPES, ids=[case[0] for case in SHAPES])
async def test_beyond_a_limit(services: Services, database: str, case: Case) -> None:
    """Security 14: what is beyond a limit is refused within milliseconds, with a short answer that says what there was
    too much of, and takes no connection."""
    _, method, path, options, status = case
    http, pool = services[database]
    url = httpx.URL("http://testserver").copy_with(raw_path=f"/rest/v1/{path}".encode())
    before, times = pool.stats().acquired, []
    while not times or (times[-1] >= SOON and len(times) < 5):
        began = time.process_time()
        answer = await asyncio.wait_for(http.request(method, url, **options), timeout=30)
        times.append(time.process_time() - began)
    assert answer.status_code == status, answer.text
    assert answer.json()["message"]
    assert len(answer.content) < 2000
    assert pool.stats().acquired == before
    assert min(times) < SOON


@pytest.mark.parametrize("database", BOTH)
async def test_an_offset_of_any_size(services: Services, database: str) -> None:
    """Security 13: an offset may be of any size: what is passed over is never in memory, and the time it takes is held
    to STATEMENT_TIMEOUT like any other."""
    http, _ = services[database]
    for offset in (10**9, 2**63 - 1, 2**63, 10**400):
        answer = await http.get(f"/rest/v1/a?offset={offset}")
        assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.slow
@pytest.mark.parametrize("database", BOTH)
async def test_an_offset_into_what_is_slow(templates: Any, database: str) -> None:
    """Security 13: who asks for what lies behind a hundred million rows is told that it took too long, and the
    connection goes on."""
    rows = {
        "postgresql": "select g as n from generate_series(1, 1000000000) g",
        "sqlite": "with recursive g (n) as (select 1 union all select n + 1 from g where n < 1e9) select n from g",
    }
    async with (
        templates(database, f"create view long as {rows[database]}").fresh() as url,
        serving(url, statement_timeout=0.3) as (http, pool),
    ):
        answer = await asyncio.wait_for(http.get("/rest/v1/long?offset=100000000&limit=1"), timeout=20)
        assert (answer.status_code, answer.json()["code"]) == (504, "57014")
        assert pool.stats().in_use == 0


EVIL = ("(a+)+$", "(a|aa)+$", "(.*a){20}", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y", "((a*)*)*b")


@pytest.mark.parametrize("pattern", EVIL)
async def test_expressions_that_explode(services: Services, pattern: str) -> None:
    """Security 14: a regular expression that keeps other engines busy for years takes no time on SQLite, whose
    expressions are RE2's; PostgreSQL's own are held to STATEMENT_TIMEOUT."""
    http, _ = services["sqlite"]
    await http.post("/rest/v1/a", json={"id": 100, "name": "a" * 5000 + "!"})
    began = time.process_time()
    answer = await http.get("/rest/v1/a", params={"name": f"match.{pattern}", "select": "id"})
    assert answer.status_code == 200
    assert time.process_time() - began < 1
    await http.delete("/rest/v1/a?id=eq.100")


async def test_patterns_of_sqlites_own_functions() -> None:
    """Security 14: behind the setting SQLite's functions have limits of their own, for patterns that come from a
    table."""
    from service.database.sqlite.complaints import ComplaintError
    from service.database.sqlite.functions import pg_like, regexp

    with pytest.raises(ComplaintError):
        regexp("a" * (MOST_PATTERN + 1), "a")
    with pytest.raises(ComplaintError):
        pg_like("_" * (MOST_LIKE + 1), "a")


async def test_what_functions_read_of_a_request_is_bounded(services: Services, templates: Any) -> None:
    """Security 16: `request.headers` and its like are no larger than the headers may be, six times that where each
    character has to be written as an escape of JSON."""
    schema = (
        SCHEMA
        + """create function size() returns integer stable language sql as
        'select octet_length(current_setting(''request.headers'', true))';"""
    )
    async with templates("postgresql", schema).fresh() as url, serving(url) as (http, _):
        headers = {"X-A": b"\xc3\xa9" * 15_000}
        answer = await http.get("/rest/v1/rpc/size", headers=headers)
        assert answer.status_code == 200
        assert answer.json() <= 6 * SERVER.max_header_bytes
        assert (await http.get("/rest/v1/rpc/size", headers={"X-A": b"\xc3\xa9" * 17_000})).status_code == 431


async def test_the_table_of_limits_is_whole() -> None:
    """Security 14: docs/limits.md has every setting that is a limit with its default, and every limit without one."""
    text = DOCS.read_text()
    rows = dict(re.findall(r"^\|[^|\n]*\| `([A-Z_]+)` \| ([^|\n]*?) \|", text, re.MULTILINE))
    settings = {each.name.removeprefix("POOLGATE_"): each.value for each in describe(Settings())}
    limits = {name for name in settings if name.startswith("MAX_")} | {
        *("DB_MAX_ROWS", "DB_MAX_COST", "STREAM_MAX_ROWS", "STATEMENT_TIMEOUT", "STREAM_TIMEOUT", "BODY_TIMEOUT"),
        *("SEND_TIMEOUT", "KEEP_ALIVE", "DRAIN_TIMEOUT", "POOL_MAX_SIZE", "POOL_MAX_WAITING", "POOL_ACQUIRE_TIMEOUT"),
        *("POOL_SHARE", "POOL_RECLAIM_AFTER", "IDEMPOTENCY_LIFETIME"),
    }
    assert limits <= set(rows)
    assert {name: value.replace(",", "") for name, value in rows.items()} == {name: settings[name] for name in rows}
    for fixed in (L.depth, L.steps, L.order_terms, L.media_ranges, DEPTH, SERVER.max_headers, MOST_PATTERN):
        assert re.search(rf"\b{fixed:,}\b", text), fixed
