"""The page at /-/metrics."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from service.app import create_app
from service.asgi import AsyncFlask
from service.settings import Settings
from service.testing import client, running

DOCS = Path(__file__).parent.parent.parent / "docs" / "metrics.md"
PATH = "/-/metrics"


@pytest.fixture
async def app(data_url: str) -> AsyncIterator[AsyncFlask]:
    app = create_app(Settings(database_url=data_url, anonymous="read", pool_max_size=2))
    async with running(app):
        yield app


@pytest.fixture
async def http(app: AsyncFlask) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as http:
        yield http


async def families(http: httpx.AsyncClient) -> dict[str, Metric]:
    """By the names that the documentation uses: a counter's with its ending."""
    answer = await http.get(PATH)
    assert answer.status_code == 200
    read = list(read_text(answer.text))
    return {each.name + ("_total" if each.type == "counter" else ""): each for each in read}


def value(family: Metric, **labels: str) -> float:
    """The sum over the samples that bear these labels; of a histogram the number."""
    wanted = family.name + {"counter": "_total", "histogram": "_count"}.get(family.type, "")
    found = [each for each in family.samples if each.name == wanted and labels.items() <= each.labels.items()]
    return sum(each.value for each in found)


async def test_every_name_is_documented(http: httpx.AsyncClient) -> None:
    """What is served and what docs/metrics.md lists are the same names, of the same kinds."""
    served = {name: family.type for name, family in (await families(http)).items()}
    listed = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", DOCS.read_text(), re.MULTILINE))
    assert served == listed


async def test_names_say_what_they_count(http: httpx.AsyncClient) -> None:
    """Every metric has a HELP; counters end in _total, durations in _seconds, memory in _bytes."""
    for name, family in (await families(http)).items():
        assert family.documentation, name
        assert re.fullmatch("[a-z_]+", name)
        told = family.documentation.lower()
        if family.type == "histogram" or re.match("(time |the longest)", told):
            assert name.endswith("_seconds"), name
        if "memory" in told:
            assert name.endswith("_bytes"), name
        assert name.endswith("_total") == (family.type == "counter"), name


async def test_the_numbers_are_those_of_the_pool(http: httpx.AsyncClient) -> None:
    """Requests are counted by method and status, and what they took from the pool by how long."""
    for _ in range(3):
        assert (await http.get("/rest/v1/items?limit=1")).status_code == 200
    assert (await http.get("/rest/v1/no_such")).status_code == 404
    assert (await http.request("BREW", "/-/live")).status_code == 405
    found = await families(http)
    pool = (await http.get("/-/pool")).json()
    assert value(found["poolgate_http_requests_total"], method="GET", status="200") == 3
    assert value(found["poolgate_http_requests_total"], method="GET", status="404") == 1
    assert value(found["poolgate_http_requests_total"], method="other", status="405") == 1
    assert value(found["poolgate_http_request_duration_seconds"], method="GET") == 4
    for name in ("size", "idle", "in_use", "waiting", "max_size", "min_size"):
        assert value(found[f"poolgate_pool_{name}"]) == pool[name]
    for name in ("acquired", "queued", "connects", "shed", "timed_out", "cancelled"):
        assert value(found[f"poolgate_pool_{name}_total"]) == pool[name]
    assert value(found["poolgate_pool_wait_seconds"]) == pool["acquired"]
    assert value(found["poolgate_pool_usage_seconds"]) == pool["acquired"]
    assert value(found["poolgate_pool_connect_seconds"]) == pool["connects"]
    assert value(found["poolgate_catalog_loads_total"], outcome="loaded") == 1
    assert value(found["poolgate_catalog_relations"]) > 3
    assert value(found["process_resident_memory_bytes"]) > 1e6


async def test_it_needs_no_connection(app: AsyncFlask, http: httpx.AsyncClient) -> None:
    """With every connection in use it answers, and shows that."""
    pool = app.extensions["poolgate"].database.pool
    async with pool.lease(), pool.lease():
        assert value((await families(http))["poolgate_pool_in_use"]) == 2


async def test_closed_connections_have_their_reason(app: AsyncFlask, http: httpx.AsyncClient) -> None:
    """Connections closed are counted by reason, and reasons that did not occur stand at nought."""
    async with app.extensions["poolgate"].database.pool.lease() as lease:
        lease.invalidate()
    closed = (await families(http))["poolgate_pool_closed_total"]
    assert (value(closed, reason="invalidated"), value(closed, reason="lost")) == (1, 0)


async def test_openmetrics_for_whom_asks_for_it(http: httpx.AsyncClient) -> None:
    """The media type decides the format; a strict reader of OpenMetrics accepts it."""
    answer = await http.get(PATH, headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    names = {family.name for family in read_openmetrics(answer.text)}  # type: ignore[no-untyped-call]  # the library gives it none
    assert {"poolgate", "poolgate_pool_acquired", "poolgate_pool_wait_seconds"} <= names
    assert (await http.get(PATH)).headers["Content-Type"].startswith("text/plain; version=")


async def test_applications_do_not_share_a_registry(http: httpx.AsyncClient, sqlite_url: str) -> None:
    """Two applications in one process count each for itself."""
    await http.get("/rest/v1/items")
    other = create_app(Settings(database_url=sqlite_url))
    async with running(other), client(other) as second:
        assert value((await families(second))["poolgate_http_requests_total"]) == 0
    assert value((await families(http))["poolgate_http_requests_total"]) == 1
