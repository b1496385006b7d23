"""The description over HTTP, on both databases."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate
from samples import ROOT, Serving, thousand

from service.auth import anonymous
from service.demo import build
from service.rest.describe import Documents
from service.settings import Settings

TWO = {"Accept": "application/openapi+json; version=2.0"}


async def got(http: httpx.AsyncClient, **headers: str) -> Any:
    """The document that a caller with these headers gets."""
    answer = await http.get(ROOT, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_both_versions_are_valid(http: httpx.AsyncClient) -> None:
    """A validator finds nothing wrong with the document of the tests' data, in either version."""
    three, two = await got(http), await got(http, **TWO)
    assert (three["openapi"], two["swagger"]) == ("3.1.0", "2.0")
    validate(three)
    validate(two)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_the_demo(request: pytest.FixtureRequest, serving: Serving, database: str) -> None:
    """The demo's description is valid too, and leads from a country to its airports."""
    url = request.getfixturevalue(f"{database}_url")
    await build(url)
    async with serving(url) as http:
        document = await got(http)
        validate(document)
        validate(await got(http, **TWO))
    assert set(document["paths"]) >= {"/airports", "/countries", "/scheduled_airports"}
    properties = document["components"]["schemas"]["airports"]["properties"]
    assert "<fk table='countries' column='alpha_2'/>" in properties["country"]["description"]
    assert properties["elevation"]["type"] == "integer"
    assert "`airports` (many)" in document["paths"]["/countries"]["get"]["description"]


async def test_every_relation_is_described_and_can_be_read(http: httpx.AsyncClient) -> None:
    """Each path answers, with the columns that its schema has and no others."""
    document = await got(http)
    assert len(document["paths"]) > 25
    for path, item in document["paths"].items():
        if path == "/" or path.startswith("/rpc/"):
            continue
        answer = await http.get(f"{document['servers'][0]['url']}{path}?limit=1")
        assert answer.status_code == 200, answer.text
        found = item["get"]["responses"]["200"]["$ref"].rpartition("/")[2]
        content = document["components"]["responses"][found]["content"]["application/json"]["schema"]
        schema = document["components"]["schemas"][content["items"]["$ref"].rpartition("/")[2]]
        stored = [
            name
            for name, each in schema["properties"].items()
            if not each.get("description", "").startswith("Computed from the row")
        ]
        for row in answer.json():
            assert list(row) == stored


@pytest.mark.parametrize(
    "accept, content_type, version",
    [
        (None, "application/openapi+json; charset=utf-8", "3.1.0"),
        ("*/*", "application/openapi+json; charset=utf-8", "3.1.0"),
        ("application/json", "application/json; charset=utf-8", "3.1.0"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/openapi+json; charset=utf-8", "3.1.0"),
        ("application/openapi+json", "application/openapi+json; charset=utf-8", "2.0"),
        ("application/openapi+json; version=2.0", "application/openapi+json; charset=utf-8", "2.0"),
        ('application/openapi+json; version="3.1"', "application/openapi+json; charset=utf-8", "3.1.0"),
        ("application/openapi+json;version=3.1.0", "application/openapi+json; charset=utf-8", "3.1.0"),
        ("application/openapi+json;version=3", "application/openapi+json; charset=utf-8", "3.1.0"),
        ("application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json; charset=utf-8", "3.1.0"),
        ("text/csv;q=1, application/json;q=0.5", "application/json; charset=utf-8", "3.1.0"),
        ("application/openapi+json;version=3.0, application/json;q=0.1", "application/json; charset=utf-8", "3.1.0"),
    ],
)
async def test_who_gets_what(
    sqlite_url: str, serving: Serving, accept: str | None, content_type: str, version: str
) -> None:
    """3.1, and 2.0 for those who ask for it: by name, or by the type that PostgREST's clients ask by."""
    async with serving(sqlite_url) as http:
        if accept is None:
            del http.headers["Accept"]
        answer = await http.get(ROOT, headers={} if accept is None else {"Accept": accept})
    assert answer.headers["Content-Type"] == content_type
    assert answer.json().get("openapi", answer.json().get("swagger")) == version


async def test_the_setting_of_the_version(sqlite_url: str, serving: Serving) -> None:
    """Where PostgREST's is the default, 3.1 can still be asked for."""
    async with serving(sqlite_url, openapi_version="2.0") as http:
        assert (await got(http))["swagger"] == "2.0"
        assert (await got(http, Accept="application/json"))["swagger"] == "2.0"
        assert (await got(http, Accept="application/openapi+json;version=3.1"))["openapi"] == "3.1.0"


@pytest.mark.parametrize("accept", ["text/html", "application/openapi+json;version=3.0", "application/json;q=0"])
async def test_what_there_is_not(sqlite_url: str, serving: Serving, accept: str) -> None:
    """Anything else is refused with what there is."""
    async with serving(sqlite_url) as http:
        answer = await http.get(ROOT, headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST107")
    assert "application/json" in answer.json()["hint"]


async def test_head_options_and_the_others(http: httpx.AsyncClient) -> None:
    """HEAD has GET's headers, OPTIONS the methods, and others are refused; so it is without the slash at the end."""
    for url in (ROOT, ROOT.rstrip("/")):
        get, head, options = await http.get(url), await http.head(url), await http.options(url)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["ETag"] == get.headers["ETag"]
        assert head.headers["Content-Type"] == get.headers["Content-Type"]
        assert (options.status_code, options.headers["Allow"]) == (200, "OPTIONS,GET,HEAD,POST")
        refused = await http.put(url, json={})
        assert (refused.status_code, refused.json()["code"]) == (405, "PGRST117")
        assert refused.headers["Allow"] == "OPTIONS,GET,HEAD,POST"


async def test_asked_again(http: httpx.AsyncClient) -> None:
    """Who has the document is told that it has not changed; each version has a tag of its own."""
    first = await http.get(ROOT)
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Vary"] == "Accept, Accept-Encoding, Accept-Profile, Authorization, apikey"
    again = await http.get(ROOT, headers={"If-None-Match": f'"other", {first.headers["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert "Content-Length" not in again.headers
    assert again.headers["ETag"] == first.headers["ETag"]
    other = await http.get(ROOT, headers=TWO | {"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


async def test_packed(http: httpx.AsyncClient) -> None:
    """It is sent packed to who can unpack it, and is the same document."""
    packed = await http.get(ROOT, headers={"Accept-Encoding": "gzip"})
    plain = await http.get(ROOT, headers={"Accept-Encoding": "identity"})
    assert packed.content == plain.content  # httpx has unpacked it
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 8
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["ETag"] == plain.headers["ETag"]


async def test_it_follows_the_schema(sqlite_url: str, serving: Serving) -> None:
    """A table that was made is described as soon as the schema has been read anew, under another tag."""
    import aiosqlite

    async with serving(sqlite_url) as http:
        before = await http.get(ROOT)
        assert list(before.json()["paths"]) == ["/"]
        async with aiosqlite.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
            await connection.execute("create table made (id integer primary key)")
            await connection.commit()
        async with asyncio.timeout(20):
            while list((after := await http.get(ROOT)).json()["paths"]) == ["/"]:  # noqa: ASYNC110  # no event tells of it
                await asyncio.sleep(0.02)
    assert list(after.json()["paths"]) == ["/", "/made"]
    assert after.headers["ETag"] != before.headers["ETag"]


async def test_nobody_is_let_in_unasked(sqlite_url: str, serving: Serving) -> None:
    """The description is for those who may read the tables."""
    async with serving(sqlite_url, anonymous="none") as http:
        answer = await http.get(ROOT)
    assert (answer.status_code, answer.json()["code"]) == (401, "PGRST302")


async def test_switched_off(sqlite_url: str, serving: Serving) -> None:
    """Neither the description nor the page is there, and the first page leads to neither."""
    async with serving(sqlite_url, openapi_mode="disabled") as http:
        for url, code in ((ROOT, "PGRST126"), ("/docs", "PGRST125"), ("/docs/ui/swagger-ui.css", "PGRST125")):
            answer = await http.get(url)
            assert (answer.status_code, answer.json()["code"]) == (404, code)
        assert not {"docs", "openapi"} & set((await http.get("/")).json()["links"])
        assert 'href="/docs"' not in (await http.get("/", headers={"Accept": "text/html"})).text


async def test_it_is_linked(http: httpx.AsyncClient) -> None:
    """The first page leads to the description and the page, the description to the page."""
    assert (await http.get("/")).json()["links"].items() >= {"docs": "/docs", "openapi": ROOT}.items()
    page = (await http.get("/", headers={"Accept": "text/html"})).text
    assert 'href="/docs"' in page
    assert f'href="{ROOT}"' in page
    assert (await http.get(ROOT)).headers["Link"] == '</docs>; rel="service-doc"; type="text/html"'


async def test_tables_at_the_root(sqlite_url: str, serving: Serving) -> None:
    """Where the tables are mounted at /, programs get the description there and browsers the first page."""
    async with serving(sqlite_url, rest_prefix="/") as http:
        assert (await http.get("/")).json()["servers"] == [{"url": "/"}]
        swagger = await http.get("/", headers={"Accept": "application/openapi+json"})
        assert swagger.json()["basePath"] == "/"
        page = await http.get("/", headers={"Accept": "text/html"})
        assert page.headers["Content-Type"].startswith("text/html")


async def test_a_thousand_tables_from_memory(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, serving: Serving
) -> None:
    """A document that was asked for before is served in less than 5 ms, however large, without a connection."""
    catalog = thousand().catalog
    async with serving(sqlite_url, pool=False) as http:
        monkeypatch.setattr("service.catalog.holder.CatalogHolder.current", catalog)
        assert len((await got(http))["paths"]) == 1001
        taken = []
        for _ in range(9):
            began = time.process_time()  # the machine has other work
            async with http.stream("GET", ROOT) as answer:  # not read: httpx would take its time to unpack it
                assert int(answer.headers["Content-Length"]) > 100_000
            taken.append(time.process_time() - began)
    assert min(taken) < 0.005


async def test_built_once_for_all_who_ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers at the same time wait for one document to be built."""
    built = 0

    class Database:
        name = "sqlite"

        async def rights(self, schemas: Any, role: Any) -> None:
            nonlocal built
            built += 1

    documents = Documents(Settings(), Database())  # type: ignore[arg-type]
    catalog, reader = thousand().catalog, anonymous("read", "reader")
    found = await asyncio.gather(*(documents.get(catalog, "public", reader, "3.1") for _ in range(10)))
    assert built == 1
    assert len({id(each) for each in found}) == 1
