"""How requests on the fast path end, and what is counted and written of them."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from two_ways import FAST, OVER, Ask, Asked, serving

from service.pool.stats import PoolStats
from tests.metrics import values

BOOK = "/rest/v1/book"
ROW = Ask(f"{BOOK}?id=eq.5")


def pool_of(asked: Asked) -> PoolStats:
    """The pool's numbers."""
    stats: PoolStats = asked.app.extensions["poolgate"].database.pool.stats()
    return stats


async def until(condition: Any) -> None:
    """Wait for it."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # the pool's numbers have no event
            await asyncio.sleep(0.01)


async def counted(asked: Asked) -> dict[str, int]:
    """How many requests were answered, by method and status."""
    text = (await asked(Ask("/-/metrics", None)))[2].decode()
    return values(text, "poolgate_http_requests_total")


async def test_a_caller_who_leaves(shop_url: str) -> None:
    """The statement of who has gone is cancelled, and its connection serves the next."""
    async with serving(shop_url, pool_max_size=1, pool_min_size=1, statement_timeout=60) as asked:
        gone, sent = asyncio.Event(), []

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asked.ways.append("")
        task = asyncio.create_task(asked.app.asgi(Ask("/rest/v1/slow").scope(), receive, send))
        await until(lambda: pool_of(asked).in_use == 1)
        gone.set()
        async with asyncio.timeout(20):
            await task
        assert (sent, asked.ways) == ([], [OVER])  # begun on the fast path; nobody was answered
        async with asyncio.timeout(20):
            assert (await asked(ROW))[0] == 200
        assert asked.ways[-1] == FAST


@pytest.mark.parametrize(("version", "told"), [("1.1", b"close"), ("2", None)])
async def test_while_it_drains(version: str, told: bytes | None, small_url: str) -> None:
    """An answer says that the connection ends with it, where a connection is one caller's."""
    async with serving(small_url) as asked:
        asked.app.extensions["poolgate"].lifecycle.drain()
        headers = dict((await asked(Ask(ROW.target, version=version)))[1])
        assert (headers.get(b"connection", headers.get(b"Connection")), asked.ways) == (told, [FAST])


async def test_the_access_log(small_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """A request's line is the same both ways but for its times; one that Flask answers in the end has one line too."""
    passed_on = Ask(BOOK, headers=(("X-Forwarded-For", "203.0.113.9"),))
    asks = [ROW, Ask("/rest/v1/gr%C3%B6%C3%9Fe"), Ask("/rest/v1/nothing?id=eq.1"), passed_on]
    lines: list[list[Any]] = []
    for fast in (True, False):
        async with serving(small_url, fast_path=fast, trusted_proxies=1) as asked:
            with caplog.at_level(logging.INFO, "poolgate.access"):
                caplog.clear()
                for ask in asks:
                    await asked(ask)
            records: list[Any] = [record for record in caplog.records if record.name == "poolgate.access"]
            lines.append([
                (record.method, record.path, record.status, record.address, sorted(record.stages)) for record in records
            ])  # fmt: skip
    assert lines[0] == lines[1]
    assert [line[:4] for line in lines[0]] == [
        ("GET", BOOK, 200, "127.0.0.1"),
        ("GET", "/rest/v1/gr%C3%B6%C3%9Fe", 200, "127.0.0.1"),
        ("GET", "/rest/v1/nothing", 404, "127.0.0.1"),
        ("GET", BOOK, 200, "203.0.113.9"),
    ]


async def test_each_is_counted_once(small_url: str) -> None:
    """Whichever way it goes, and where it goes both."""
    async with serving(small_url) as asked:
        for ask in (ROW, Ask(f"{BOOK}?id=bad.1"), Ask(BOOK, headers=(("Accept", "application/x-ndjson"),))):
            await asked(ask)
        assert asked.ways == [FAST, OVER, OVER]
        assert await counted(asked) == {"GET 200": 2, "GET 400": 1}


async def test_the_rate_counts_each_once(small_url: str) -> None:
    """Of three requests that are allowed a stream and a failure take one each."""
    async with serving(small_url, rate_limit="3/hour") as asked:
        stream, wrong = Ask(BOOK, headers=(("Accept", "application/x-ndjson"),)), Ask(f"{BOOK}?id=bad.1")
        assert [(await asked(ask))[0] for ask in (stream, wrong, ROW, ROW)] == [200, 400, 200, 429]
        assert asked.ways == [OVER, OVER, FAST, OVER]
