"""How the service stops: it answers what it has begun, lets everything go, and always ends."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import asyncpg
import httpx
import pytest
from poolgate_process import DEADLINE, Start, behind, both_servers, make_shop, until

from tests.figures import measured

pytestmark = pytest.mark.slow


@pytest.fixture
def shop_app(serve: Start) -> Start:
    """`serve` for the application in shop.py."""
    return lambda **settings: serve("--app", "shop:app", **settings)


OURS = "select count(*) from pg_stat_activity where datname = current_database() and application_name ~ '^poolgate'"


def ours(url: str) -> int:
    """How many connections of the service the database has."""

    async def ask() -> int:
        connection = await asyncpg.connect(url)
        try:
            return int(await connection.fetchval(OURS))
        finally:
            await connection.close()

    return asyncio.run(ask())


@both_servers
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_requests_in_flight_get_their_answers(number: int, shop_app: Start, postgresql_url: str) -> None:
    """A stop waits for what has begun, tells its callers that the connection ends, and leaves nothing on the server."""
    process = shop_app(database_url=postgresql_url)
    assert process.get("/-/ready").status_code == 200
    assert ours(postgresql_url) > 2
    slow = behind(process, "/slow/1.0")
    with httpx.Client(base_url=process.url, timeout=DEADLINE) as kept:
        assert "Connection" not in kept.get("/-/live").headers
        process.signal(number)
        until(lambda: process.lines_with("stopping; 1 requests are running"))
        draining = kept.get("/-/ready")
    assert (draining.status_code, draining.headers["Connection"]) == (503, "close")
    assert draining.headers["Retry-After"] == "1"
    assert process.wait() == 0
    answer = slow.result()
    assert (answer.json(), answer.headers["Connection"]) == ({"slept": 1.0}, "close")
    assert ours(postgresql_url) == 0
    assert process.lines[-1].endswith("INFO    stopped")


@both_servers
def test_a_stream_in_flight_comes_to_its_end(shop_app: Start, sqlite_url: str) -> None:
    """A response that is being streamed is streamed to its end."""
    process = shop_app(database_url=sqlite_url)
    with httpx.stream("GET", f"{process.url}/stream/1.0", timeout=DEADLINE) as response:
        lines = response.iter_lines()
        next(lines)
        process.signal()
        assert len(list(lines)) == 9
    assert process.wait() == 0


def test_nothing_of_sqlite_is_left(shop_app: Start, tmp_path: Path) -> None:
    """After a clean stop the file stands alone: its write-ahead log is in it."""
    process = shop_app(database_url=make_shop(tmp_path / "shop.db"))
    assert process.get("/again").status_code == 409
    assert (tmp_path / "shop.db-wal").exists()
    assert process.stop() == 0
    assert not list(tmp_path.glob("shop.db-*"))
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)


@both_servers
@pytest.mark.parametrize("path, answers", [("/slow/60.0", True), ("/plain/60.0", False), ("/blocking/60.0", False)])
def test_what_is_stuck_is_cut_off(path: str, answers: bool, shop_app: Start, postgresql_url: str) -> None:
    """Fault 21: what does not end is cut off a second after the drain timeout at most, even where it cannot be."""
    process = shop_app(database_url=postgresql_url, drain_timeout="0.3")
    stuck = behind(process, path)
    began = time.monotonic()
    assert process.stop() == 0
    took = time.monotonic() - began
    measured(21, f"1 worker, {path}: ended in {took:.2f} s with a drain timeout of 0.3 s")
    assert 0.2 < took < 2.3
    if answers:
        assert (stuck.result().status_code, stuck.result().json()["code"]) == (503, "PGATE503")
    else:
        assert isinstance(stuck.exception(), httpx.TransportError)
    until(lambda: ours(postgresql_url) == 0, 2.0)


@both_servers
def test_told_twice(shop_app: Start, sqlite_url: str) -> None:
    """A second signal ends the process at once."""
    process = shop_app(database_url=sqlite_url, drain_timeout="30")
    slow = behind(process, "/slow/60.0")
    process.signal()
    until(lambda: process.lines_with("stopping;"))
    began = time.monotonic()
    process.signal()
    assert process.wait() == 128 + signal.SIGTERM
    assert time.monotonic() - began < 1.0
    with pytest.raises(httpx.TransportError):
        slow.result()


@pytest.mark.parametrize("drain_timeout", ["0.5", "10"])
async def test_a_comparison_does_not_hold_up_a_stop(drain_timeout: str, serve: Start, postgresql_url: str) -> None:
    """A comparison that runs ends with the stop, answered 503, however long its statements would still take."""
    async with closing_connection(postgresql_url) as other:
        await other.execute("create table held (id int primary key)")
        process = serve(database_url=postgresql_url, drain_timeout=drain_timeout, statement_timeout="60")
        base = await asyncio.to_thread(lambda: process.url)
        await other.execute("begin; lock table held in access exclusive mode")
        async with httpx.AsyncClient(base_url=base, timeout=DEADLINE) as http:
            comparing = asyncio.create_task(http.post("/-/pool/compare", headers={"X-Poolgate": "compare"}))
            async with asyncio.timeout(DEADLINE):
                while await other.fetchval(BLOCKED) == 0:  # noqa: ASYNC110  # nothing announces it
                    await asyncio.sleep(0.01)
            began = time.monotonic()
            process.signal()
            answer = await comparing
        assert await asyncio.to_thread(process.wait) == 0
        assert time.monotonic() - began < 0.5 + 1
        assert (answer.status_code, answer.json()["code"], answer.headers["Connection"]) == (503, "PGATE503", "close")
        assert await other.fetchval(BLOCKED) == 0
    assert not process.lines_with("Traceback")


BLOCKED = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


@asynccontextmanager
async def closing_connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the service's."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@both_servers
async def test_a_stop_under_load_loses_nothing(serve: Start, shop: Path) -> None:
    """Clients that keep their connections, and clients that make new ones, get a whole answer to each request."""
    process = serve(database_url=f"sqlite:///{shop}", anonymous="read")
    url = await asyncio.to_thread(lambda: process.url)
    outcomes: list[int | str] = []

    async def client(keep: bool) -> None:
        limits = httpx.Limits(max_keepalive_connections=10 if keep else 0)
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=DEADLINE) as http:
            while True:
                try:
                    outcomes.append((await http.get("/rest/v1/item")).status_code)
                except httpx.ConnectError:
                    return  # it does not listen any more
                except httpx.TransportError as error:
                    outcomes.append(repr(error))
                    return

    clients = [asyncio.create_task(client(keep=number % 2 == 0)) for number in range(16)]
    await asyncio.to_thread(until, lambda: len(outcomes) > 200)
    process.signal()
    await asyncio.gather(*clients)
    assert await asyncio.to_thread(process.wait) == 0
    assert set(outcomes) == {200}
