"""Security 18: which sites' pages may call the table API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from werkzeug.datastructures import Headers

from security.edge_app import ITEM, asking, caller, filled, made
from service.app import PoolgateFlask
from service.cors import MAX_AGE, Cors
from service.errors import SettingsError
from service.settings import load_settings
from service.testing import running

SITE = "https://app.example.org"
OTHER = "http://localhost:5173"


def told(answer: httpx.Response) -> dict[str, str]:
    """The headers for other origins, by the ends of their names."""
    start = "access-control-"
    return {name.removeprefix(start): value for name, value in answer.headers.items() if name.startswith(start)}


def first(origin: str, method: str = "GET", headers: str = "") -> dict[str, str]:
    """What a browser asks with."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return {**asked, "Access-Control-Request-Headers": headers} if headers else asked


@pytest.fixture
async def http(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(filled(sqlite_url), anonymous="read", server_cors_allowed_origins=(SITE, OTHER)) as http:
        yield http


async def test_nothing_by_default(sqlite_url: str) -> None:
    """Security 18: With nothing set no answer has a word for other origins, and a preflight is any OPTIONS."""
    async with asking(filled(sqlite_url), anonymous="read") as http:
        for answer in (
            await http.get(ITEM, headers={"Origin": SITE}),
            await http.options(ITEM, headers=first(SITE)),
            await http.get(f"{ITEM}?id=bad.1", headers={"Origin": SITE}),
        ):
            assert told(answer) == {}
            assert "Origin" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("origin", [SITE, OTHER])
async def test_an_origin_that_is_named(origin: str, http: httpx.AsyncClient) -> None:
    """Security 18: A page of an origin that is named may read rows and all headers, with credentials."""
    answer = await http.get(ITEM, headers={"Origin": origin, "Accept-Encoding": "identity"})
    assert answer.json()[0] == {"id": 1, "name": "pen"}
    headers = told(answer)
    assert (headers["allow-origin"], headers["allow-credentials"]) == (origin, "true")
    exposed = {name.lower() for name in headers["expose-headers"].split(", ")}
    assert exposed >= {name for name in answer.headers if not name.startswith(("access-control-", "x-content"))}
    assert {"content-range", "etag", "server-timing", "x-request-id", "content-encoding"} <= exposed
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("origin", [
    "null", "", "*", "https://app.example.org:443", "https://app.example.org.evil.example", "https://app.example.orgx",
    "https://evil.example/https://app.example.org", "http://app.example.org", "https://APP.example.org", "https://app.example.org/",
    "https://appxexample.org", "https://sub.app.example.org", "https://app.example.org, http://localhost:5173", "http://localhost:51730",
    "http://localhost", "app.example.org", "é",
])  # fmt: skip
async def test_any_other_origin(origin: str, http: httpx.AsyncClient) -> None:
    """Security 18: What is not the whole of a named origin gets nothing, and caches are told on what that hangs."""
    for answer in (
        await http.get(ITEM, headers=[(b"Origin", origin.encode())]),
        await http.options(ITEM, headers=[(name.encode(), value.encode()) for name, value in first(origin).items()]),
    ):
        assert told(answer) == {}
        assert "Origin" in answer.headers["Vary"]
        assert answer.is_success


async def test_two_origins_in_two_headers(http: httpx.AsyncClient) -> None:
    """Security 18: Who sends the header twice is nobody's page."""
    assert told(await http.get(ITEM, headers=[("Origin", "https://evil.example"), ("Origin", SITE)])) == {}


async def test_every_origin_and_no_credentials(sqlite_url: str) -> None:
    """Security 18: `*` goes to everybody alike, never with credentials; so it is the same for a cache."""
    async with asking(filled(sqlite_url), anonymous="read", server_cors_allowed_origins=("*",)) as http:
        for headers in ({}, {"Origin": SITE}, {"Origin": "null"}):
            answer = await http.get(ITEM, headers=headers)
            assert told(answer).keys() == {"allow-origin", "expose-headers"}
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert "Origin" not in answer.headers["Vary"]
        asked = told(await http.options(ITEM, headers=first(SITE, "POST", "authorization")))
        assert (asked["allow-origin"], "allow-credentials" in asked) == ("*", False)
        assert "Authorization" in asked["allow-headers"]


ANSWERS: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", ITEM, {}, 200),
    ("HEAD", ITEM, {}, 200),
    ("OPTIONS", ITEM, {}, 200),
    ("GET", "/rest/v1/", {}, 200),
    ("GET", f"{ITEM}?id=bad.1", {}, 400),
    ("POST", ITEM, {"json": {"id": 3}}, 401),
    ("GET", "/rest/v1/nothing", {}, 404),
    ("GET", f"{ITEM}/1", {}, 404),
    ("GET", "/rest/v1/rpc/nothing", {}, 404),
    ("BREW", ITEM, {}, 405),
    ("POST", ITEM, {"content": b"x" * 2000}, 413),
    ("GET", f"{ITEM}?id=eq.{'1' * 9000}", {}, 414),
    ("GET", ITEM, {"headers": {f"X-{number}": "a" for number in range(200)}}, 431),
    ("GET", ITEM, {"headers": {"Range": "5-2"}}, 416),
]


@pytest.mark.parametrize("method, path, options, status", ANSWERS)
async def test_errors_can_be_read(
    method: str, path: str, options: dict[str, Any], status: int, sqlite_url: str
) -> None:
    """Security 18: A page reads what was wrong as well: each answer of the table API says that it may."""
    settings: dict[str, Any] = {"anonymous": "read", "server_cors_allowed_origins": (SITE,), "max_body": 1000}
    async with asking(filled(sqlite_url), **settings) as http:
        headers = {"Origin": SITE, **options.get("headers", {})}
        answer = await http.request(method, path, **{**options, "headers": headers})
        assert answer.status_code == status
        assert told(answer)["allow-origin"] == SITE
        asked = await http.options(path, headers=first(SITE, method))
        assert (asked.status_code, asked.content) == (204, b"")
        assert told(asked)["allow-origin"] == SITE


async def test_errors_of_the_pool_and_the_rate_can_be_read(sqlite_url: str) -> None:
    """Security 18: 429 and 503 too."""
    settings: dict[str, Any] = {"anonymous": "read", "server_cors_allowed_origins": (SITE,)}
    app = made(filled(sqlite_url), rate_limit="1/hour", pool_max_size=2, pool_acquire_timeout=0.01, **settings)
    async with running(app), caller(app, headers={"Origin": SITE}) as http:
        pool = app.extensions["poolgate"].database.pool
        async with pool.lease(), pool.lease():
            answers = [await http.get(ITEM) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 429]
    for answer in answers:
        assert told(answer)["allow-origin"] == SITE
        assert "Retry-After" in told(answer)["expose-headers"]


@pytest.mark.parametrize("path", ["/", "/-/live", "/-/pool", "/-/metrics", "/-/nothing", "/docs", "/rest/v10", "/rest"])
async def test_other_pages_are_not_for_others(path: str, http: httpx.AsyncClient) -> None:
    """Security 18: The pages for operators and all else beside the table API are for no other origin."""
    assert told(await http.get(path, headers={"Origin": SITE})) == {}
    assert told(await http.options(path, headers=first(SITE))) == {}


async def test_a_preflight_costs_nothing(sqlite_url: str) -> None:
    """Security 18: A preflight needs neither credentials nor a connection, and says nothing of what there is."""
    app = made(filled(sqlite_url), anonymous="none", server_cors_allowed_origins=(SITE,))
    async with running(app), caller(app) as http:
        pool = app.extensions["poolgate"].database.pool
        before = pool.stats().acquired
        answers = [
            await http.options(path, headers=first(SITE, "PATCH", "authorization,x-own"))
            for path in (ITEM, "/rest/v1/nothing", "/rest/v1/rpc/nothing")
        ]
        assert pool.stats().acquired == before
    assert [answer.status_code for answer in answers] == [204] * 3
    assert len({str(told(answer)) for answer in answers}) == 1


async def test_a_preflight_while_the_database_is_away(tmp_path: Path) -> None:
    """Security 18: It is answered before the schema has ever been read."""
    url = f"postgresql://nobody@/none?host={tmp_path}"
    app: PoolgateFlask = made(url, anonymous="read", server_cors_allowed_origins=(SITE,))
    async with running(app), caller(app) as http:
        answer = await http.options(ITEM, headers=first(SITE))
        assert (answer.status_code, told(answer)["allow-origin"]) == (204, SITE)
        away = await http.get(ITEM, headers={"Origin": SITE})
        assert (away.status_code, told(away)["allow-origin"]) == (503, SITE)


async def test_what_a_preflight_allows(http: httpx.AsyncClient) -> None:
    """All methods, the headers that the API reads, and those that are asked for and are any; kept for two hours."""
    headers = first(SITE, "DELETE", "x-own, apikey,bad name, x-\x01,, X-Own ,é")
    answer = await http.options(ITEM, headers=[(name.encode(), value.encode()) for name, value in headers.items()])
    allowed = told(answer)
    assert allowed["allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    assert int(allowed["max-age"]) == MAX_AGE == 7200
    names = allowed["allow-headers"].split(", ")
    assert names[-1] == "x-own"
    assert {"apikey", "Authorization", "Content-Type", "Prefer", "Accept-Profile", "Idempotency-Key"} < set(names)
    assert len(names) == len({name.lower() for name in names})
    assert answer.headers["X-Request-Id"]


async def test_a_preflight_with_a_bad_host(http: httpx.AsyncClient) -> None:
    """Security 17: It has to name its host like any request."""
    assert (await http.options(ITEM, headers={**first(SITE), "Host": "a b"})).status_code == 400


async def test_tables_at_the_root(sqlite_url: str) -> None:
    """Security 18: With the tables at the root all paths are theirs but the operators'."""
    settings: dict[str, Any] = {"anonymous": "read", "server_cors_allowed_origins": (SITE,), "rest_prefix": "/"}
    async with asking(filled(sqlite_url), **settings) as http:
        for path, expected in (("/item", SITE), ("/", SITE), ("/-/live", None), ("/-/pool", None)):
            assert told(await http.get(path, headers={"Origin": SITE})).get("allow-origin") == expected


async def test_a_compressed_answer(http: httpx.AsyncClient) -> None:
    """What an answer varies by is said once each, however many add to it."""
    answer = await http.get("/rest/v1/", headers={"Origin": SITE, "Accept-Encoding": "gzip"})
    varies = [name.strip().lower() for name in answer.headers["Vary"].split(",")]
    assert {"origin", "accept-encoding", "accept"} <= set(varies)
    assert len(varies) == len(set(varies))


@pytest.mark.parametrize("origins, allowed", [((SITE,), {}), (("*",), {"Access-Control-Allow-Origin": "*"})])
def test_a_function_does_not_let_others_in(origins: tuple[str, ...], allowed: dict[str, str]) -> None:
    """Security 18: Where the setting says who may, what a function of the database says does not count."""
    headers = Headers({"access-control-allow-origin": "https://evil.example", "Vary": "Accept"})
    headers.add("Access-Control-Allow-Credentials", "true")
    headers.add("Vary", "Prefer")
    Cors(origins, "/rest/v1").mark({"HTTP_ORIGIN": "https://evil.example"}, headers)
    told = {name: value for name, value in headers if "allow" in name.lower()}
    assert told == allowed
    assert headers.getlist("Vary") == (["Accept", "Prefer"] if allowed else ["Accept, Prefer, Origin"])


@pytest.mark.parametrize("text", [
    "null", "https://*.example.org", "https://example.org,*", "https://Example.org", "https://example.org:443", "http://a:80",
    "file://",     "https://user@example.org", "https://example.org?x", "https://example.org/path",
    "//example.org", "https://", "https://exämple.org",
    "https://example.org:0", "https://[::1", ".example.org", "https://a b",
])  # fmt: skip
def test_origins_that_no_browser_sends(text: str) -> None:
    """Security 18: An origin that could never match, or a pattern, is a fault at the start and not silence later."""
    with pytest.raises(SettingsError) as caught:
        load_settings(server_cors_allowed_origins=text)
    assert "; expected " in str(caught.value)


@pytest.mark.parametrize(
    "text", ["https://a.example,http://[::1]:3000", "capacitor://localhost", "http://localhost:3000"]
)
def test_origins_that_browsers_send(text: str) -> None:
    """Names, addresses and the schemes of applications that are made of pages."""
    assert load_settings(server_cors_allowed_origins=text).server_cors_allowed_origins == tuple(text.split(","))
