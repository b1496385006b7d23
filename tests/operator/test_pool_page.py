"""The pool's page: as JSON, as HTML, and as events that go on."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from poolgate_process import DEADLINE, make_shop, starting

from service.app import create_app
from service.asgi import AsyncFlask
from service.operator.state import PoolState
from service.pool.stats import Holder
from service.settings import Settings
from service.testing import client, running

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
async def app(data_url: str) -> AsyncIterator[AsyncFlask]:
    app = create_app(Settings(database_url=data_url, anonymous="read", pool_max_size=2))
    async with running(app):
        yield app


@pytest.fixture
async def http(app: AsyncFlask) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as http:
        yield http


def state_of(app: AsyncFlask) -> PoolState:
    state: PoolState = app.extensions["poolgate"].state
    return state


async def test_programs_get_json(app: AsyncFlask, http: httpx.AsyncClient) -> None:
    """The numbers, how long things took, who holds a connection and what happened."""
    await http.get("/rest/v1/items")
    async with app.extensions["poolgate"].database.pool.lease():
        answer = await http.get("/-/pool")
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "application/json; charset=utf-8",
        "no-store",
    )
    told = answer.json()
    assert (told["state"], told["in_use"], told["waiting"]) == ("open", 1, 0)
    assert told["times"]["usage"]["count"] >= 1
    assert told["times"]["usage"]["p50"] <= told["times"]["usage"]["p90"] <= told["times"]["usage"]["p99"]
    assert told["times"]["request"]["count"] == 1
    (holder,) = told["holders"]
    assert holder["since"] > 0
    assert "in test_programs_get_json" in holder["where"]
    assert any("connection was opened" in each["text"] for each in told["events"])


class Outline(HTMLParser):
    """A page's elements, and the text in each one with an id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(dict(attrs).get("id") or "")

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text[self._open[-1] if self._open else ""] = data


@pytest.mark.parametrize("path", ["/", "/-/pool"])
async def test_pages_load_nothing_from_elsewhere(path: str, http: httpx.AsyncClient) -> None:
    """No other host, no script or style in the page itself; the header forbids what is not there."""
    answer = await http.get(path, headers=BROWSER)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    for tag, attributes in Outline(answer.text).tags:
        assert tag != "style"
        assert tag != "script" or attributes["src"]
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("src", "href"):
            if tag == "a" and attributes.get("rel") == "noreferrer":
                continue  # followed by a person, not loaded by the page
            assert re.match(r"/[^/]|/$|#", attributes.get(name) or "/"), attributes


async def test_the_page_shows_the_numbers_by_itself(app: AsyncFlask, http: httpx.AsyncClient) -> None:
    """Without JavaScript the numbers are there, of this moment."""
    async with app.extensions["poolgate"].database.pool.lease():
        answer = await http.get("/-/pool", headers=BROWSER)
        told = (await http.get("/-/pool")).json()
    page = Outline(answer.text)
    assert page.text["in_use"] == "1"
    assert {name: int(page.text[name]) for name in ("idle", "waiting", "max_size", "connects")} == {
        name: told[name] for name in ("idle", "waiting", "max_size", "connects")
    }


async def test_what_a_page_shows_is_escaped(app: AsyncFlask, http: httpx.AsyncClient) -> None:
    """Text from elsewhere cannot become part of the page."""

    held = Holder(1.5, "<script>alert(1)</script>", "<b>")
    app.extensions["poolgate"].database.pool.holders = lambda: [held]
    page = (await http.get("/-/pool", headers=BROWSER)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert (await http.get("/-/pool")).json()["holders"] == [
        {"since": 1.5, "where": "<script>alert(1)</script>", "identity": "<b>", "pid": os.getpid()}
    ]


class Reader:
    """Someone who reads the events of an application, without a server between."""

    def __init__(self, app: AsyncFlask) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.events: asyncio.Queue[Any] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._asked = False
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "path": "/-/pool/events", "query_string": b"",
            "raw_path": b"/-/pool/events", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80), "scheme": "http", "root_path": "",
        }  # fmt: skip
        self.task = asyncio.ensure_future(app.asgi(scope, self._receive, self._send))

    async def _receive(self) -> Any:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        elif message["body"]:
            self.events.put_nowait(message["body"])

    async def next(self) -> Any:
        async with asyncio.timeout(DEADLINE):
            text = (await self.events.get()).decode()
        assert text.startswith("data: ")
        assert text.endswith("\n\n")
        return json.loads(text[6:])

    async def leave(self) -> None:
        self._gone.set()
        async with asyncio.timeout(DEADLINE):
            await self.task


@pytest.mark.slow
async def test_events_go_on_until_the_reader_leaves(app: AsyncFlask, http: httpx.AsyncClient) -> None:
    """First the minutes behind, then each second as it comes; when the reader has gone nothing is left of it."""
    reader = Reader(app)
    first = await reader.next()
    assert (reader.status, reader.headers[b"content-type"]) == (200, b"text/event-stream")
    assert len(first["samples"]) >= 1
    before = first["samples"][-1]
    async with app.extensions["poolgate"].database.pool.lease():
        second = await reader.next()
    ((at, in_use, *_, acquired),) = second["samples"]
    assert 0.9 < at - before[0] < 5
    assert (in_use, acquired) == (1, 1)
    assert state_of(app).history.watchers == 1
    await reader.leave()
    assert state_of(app).history.watchers == 0


async def test_events_end_when_the_service_stops(app: AsyncFlask) -> None:
    """A reader does not hold a stop up: its events end in order as soon as the service drains."""
    reader = Reader(app)
    await reader.next()
    app.extensions["poolgate"].lifecycle.drain()
    async with asyncio.timeout(0.9):  # less than the second until the next event
        await reader.task
    assert state_of(app).history.watchers == 0


async def test_readers_are_bounded(app: AsyncFlask, http: httpx.AsyncClient) -> None:
    """Twenty may read; one more is told to come later."""
    readers = [Reader(app) for _ in range(20)]
    for reader in readers:
        await reader.next()
    answer = await http.get("/-/pool/events")
    assert (answer.status_code, answer.json()["code"]) == (503, "PGATE503")
    for reader in readers:
        await reader.leave()
    assert state_of(app).history.watchers == 0


@pytest.mark.slow
def test_a_stop_with_readers_is_quick(tmp_path: Path) -> None:
    """On a real server too: at SIGTERM the stream ends properly and the process with it, long before the deadline."""
    with starting(tmp_path) as start:
        process = start(database_url=make_shop(tmp_path / "shop.db"), drain_timeout="15")
        with httpx.stream("GET", process.url + "/-/pool/events", timeout=DEADLINE) as stream:
            lines = stream.iter_lines()
            assert next(lines).startswith("data: ")
            process.signal(signal.SIGTERM)
            began = time.monotonic()
            assert all(line == "" or line.startswith("data: ") for line in lines)  # no error: it ended properly
        assert process.wait() == 0
        assert time.monotonic() - began < 5
        assert not process.lines_with("cut off")
