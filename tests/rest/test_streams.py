"""Streams at their other end: readers who are slow, stop or leave, databases that fail; the connection is let go."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from case import BOTH

from service.app import create_app
from service.asgi import AsyncFlask
from service.auth import anonymous
from service.database import Database
from service.rest.asked import read_request
from service.rest.execute import Request, open_stream
from service.rest.plan.media import choose_media
from service.rest.prepare import Statements
from service.rest.terms import MediaRange
from service.settings import Settings
from service.testing import running

SERIES = {
    "sqlite": "with recursive n (id) as (select 1 union all select id + 1 from n where id < {count}) select id from n",
    "postgresql": "select n as id from generate_series(1, {count}) as n",
}
SCHEMA = {
    "sqlite": f"""
        create table few (id integer primary key);
        insert into few values (1), (2);
        create table long (id integer primary key, text text);
        insert into long select id, printf('%0200d', id) from ({SERIES["sqlite"].format(count=50_000)});
        create view broken as
            select id, abs(case id when 30000 then -9223372036854775808 else id end) as value, text from long;
    """,
    "postgresql": f"""
        create table few (id integer primary key);
        insert into few values (1), (2);
        create table long (id integer primary key, text text);
        insert into long select id, lpad(id::text, 200, '0') from ({SERIES["postgresql"].format(count=50_000)}) as n;
        create view broken as select id, 1 / (30000 - id) as value, text from long;
        create view slow as select id, pg_sleep(0.004)::text as slept from long;
    """,
}
ROWS = 50_000
BUSY = """
    select count(*) from pg_stat_activity
    where application_name = 'poolgate' and datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()
"""
OURS = "application_name = 'poolgate' and datname = current_database()"


on_postgresql = pytest.mark.parametrize("serve", ["postgresql"], indirect=True)  # SQLite has nothing of the kind


class Call:
    """A request whose reader is this test: what the application sends is taken when the test says so.

    Attributes:
        parts: of the body, as they were taken.
        whole: whether the body came to its end.
    """

    def __init__(self, app: AsyncFlask, path: str, accept: str = "application/x-ndjson") -> None:
        path, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": f"/rest/v1/{path}", "raw_path": f"/rest/v1/{path}".encode(), "query_string": query.encode(),
            "root_path": "", "headers": [(b"host", b"test"), (b"accept", accept.encode())],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        self.status = 0
        self.headers: dict[str, str] = {}
        self.parts: list[bytes] = []
        self.whole = False
        self._may_take = asyncio.Semaphore(0)
        self._takes_all = False
        self._gone = asyncio.Event()
        self._started = asyncio.Event()
        self._task = asyncio.create_task(app.asgi(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self._started.set()
            return
        if not self._takes_all:
            await self._may_take.acquire()
        self.parts.append(message["body"])
        self.whole = not message.get("more_body", False)

    def take(self, parts: int | None = None) -> None:
        """Lets so many parts more be taken, or all."""
        self._takes_all = parts is None
        for _ in range(1 if parts is None else parts):
            self._may_take.release()

    def leave(self) -> None:
        self._gone.set()

    async def started(self) -> None:
        await asyncio.wait_for(self._started.wait(), 10)

    async def ended(self, seconds: float = 20) -> None:
        await asyncio.wait_for(asyncio.wait([self._task]), seconds)
        assert self._task.done()
        self._task.result()

    @property
    def lines(self) -> int:
        return b"".join(self.parts).count(b"\n")


class Served:
    """An application, and what its database does."""

    def __init__(self, app: AsyncFlask, url: str) -> None:
        self.app = app
        self.url = url
        self.database: Database = app.extensions["poolgate"].database

    def call(self, path: str, accept: str = "application/x-ndjson") -> Call:
        return Call(self.app, path, accept)

    @property
    def in_use(self) -> int:
        return self.database.pool.stats().in_use

    async def is_free(self, seconds: float = 5.0) -> None:
        """Waits until no connection is held, and none has anything open; then the database is asked as well."""
        await until(lambda: not self.in_use and self.database.pool.stats().idle, seconds)
        async with self.database.pool.lease(timeout=1) as lease:
            if self.database.name == "sqlite":
                assert lease.connection.raw.left_open is None
                assert not lease.connection.in_transaction
            else:
                assert await lease.fetchval(BUSY) == 0
        if self.database.name == "sqlite":
            # A reader who still held his snapshot would keep the write-ahead log from being emptied.
            with closing(sqlite3.connect(urlsplit(self.url).path, isolation_level=None)) as other:
                other.execute("insert into few values (null)")
                assert other.execute("pragma wal_checkpoint(truncate)").fetchone()[0] == 0

    async def backend(self) -> object:
        """Who answers on the one connection there is."""
        async with self.database.pool.lease(timeout=1) as lease:
            if self.database.name == "sqlite":
                return lease.connection
            return await lease.fetchval("select pg_backend_pid()")


async def until(condition: Callable[[], Any], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.005)


@pytest.fixture(params=BOTH)
async def serve(request: pytest.FixtureRequest, templates: Any) -> AsyncIterator[Callable[..., Any]]:
    """`await serve(**settings)`: an application with one connection, over 50,000 rows of 200 letters."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(templates(request.param, SCHEMA[request.param]).fresh())

        async def start(change: Callable[[AsyncFlask], None] = lambda _: None, **settings: Any) -> Served:
            options = {"anonymous": "read", "pool_min_size": 1, "pool_max_size": 1, **settings}
            app = create_app(Settings(database_url=url, **options))
            change(app)
            await stack.enter_async_context(running(app))
            return Served(app, url)

        yield start


@asynccontextmanager
async def counting(served: Served, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[int]]:
    """The number of rows of each part that was fetched from the database."""
    fetched: list[int] = []
    driver: Any = served.database.pool._driver
    open_cursor = driver.open_cursor

    async def opened(*args: Any) -> Any:
        cursor = await open_cursor(*args)
        fetch = cursor.fetch

        async def counted(count: int) -> Any:
            rows = await fetch(count)
            fetched.append(len(rows))
            return rows

        cursor.fetch = counted
        return cursor

    monkeypatch.setattr(driver, "open_cursor", opened)
    yield fetched


async def test_all_of_it_comes(serve: Callable[..., Any]) -> None:
    """A stream has every row once, in order, and then the connection is free."""
    served = await serve()
    for accept, ends in (("application/x-ndjson", ROWS), ("text/csv", ROWS)):
        call = served.call("long?order=id&select=id", accept)
        call.take()
        await call.ended()
        assert (call.status, call.whole, call.lines) == (200, True, ends)
        numbers = [line.strip(b'{"id:}') for line in b"".join(call.parts).split(b"\n")]
        assert [number for number in numbers if number] == [str(n).encode() for n in range(1, ROWS + 1)]
        await served.is_free()


async def test_the_database_is_read_no_further_than_the_caller(
    serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back-pressure: a reader who stops has the database stop; what is read ahead is bounded."""
    served = await serve()
    async with counting(served, monkeypatch) as fetched:
        call = served.call("long")
        await call.started()
        ahead = sum(fetched)
        assert ahead * 220 < 2 * 65_536 + 100 * 220
        call.take(3)
        await until(lambda: len(call.parts) == 3, 5)
        for _ in range(100):  # what was to be read ahead would be read now
            await asyncio.sleep(0)
        assert sum(fetched) <= ahead + 3 * 65_536 / 220 + 100
        assert served.in_use == 1
        call.leave()
        await call.ended()
    await served.is_free()


async def test_a_reader_who_stops_is_cut_off(serve: Callable[..., Any]) -> None:
    """After SEND_TIMEOUT the answer is cut; the connection is clean, and the same one serves on."""
    served = await serve(send_timeout=0.2)
    before = await served.backend()
    call = served.call("long")
    call.take(2)
    await call.ended(5)
    assert (call.status, call.whole, len(call.parts)) == (200, False, 2)
    await served.is_free()
    assert await served.backend() == before


@pytest.mark.parametrize("taken", [0, 1, 5])
async def test_a_reader_who_leaves(serve: Callable[..., Any], taken: int) -> None:
    """Within a second of a caller's leaving the connection is free, and the same one serves on."""
    served = await serve()
    before = await served.backend()
    call = served.call("long")
    call.take(taken)
    await call.started()
    await until(lambda: len(call.parts) == taken, 5)
    call.leave()
    await call.ended(2)
    await served.is_free(1.0)
    assert not call.whole
    assert await served.backend() == before


@on_postgresql
async def test_a_reader_who_leaves_while_the_database_works(serve: Callable[..., Any]) -> None:
    """Nor is a connection kept by a part that is being fetched."""
    served = await serve()
    before = await served.backend()
    call = served.call("slow")
    call.take()
    await until(lambda: served.in_use, 5)
    call.leave()
    await call.ended(2)
    await served.is_free(1.0)
    assert await served.backend() == before


@pytest.mark.parametrize("accept", ["application/x-ndjson", "text/csv"])
async def test_an_error_in_the_middle_cuts_the_answer(serve: Callable[..., Any], accept: str) -> None:
    """What began with 200 and cannot be finished is never sent as if it were whole."""
    served = await serve()
    call = served.call("broken?order=id", accept)
    call.take()
    await call.ended()
    assert (call.status, call.whole) == (200, False)
    assert 20_000 < call.lines < 30_000
    await served.is_free()


async def test_an_error_in_what_is_sent_in_one_piece(serve: Callable[..., Any]) -> None:
    """Before anything was sent an error is an answer in order."""
    served = await serve()
    call = served.call("broken?id=gt.29990&order=id")
    call.take()
    await call.ended()
    assert call.status in (400, 500)
    assert call.whole
    assert b'"code"' in call.parts[0]
    await served.is_free()


@on_postgresql
async def test_a_backend_that_is_killed(serve: Callable[..., Any]) -> None:
    """A lost connection cuts the answer, and the next request has another connection."""
    served = await serve()
    call = served.call("long")
    call.take(1)
    await until(lambda: call.parts, 5)
    killer = await asyncpg.connect(served.url)
    try:
        await killer.execute(
            f"select pg_terminate_backend(pid) from pg_stat_activity where {OURS} and state like 'idle in%'"
        )
    finally:
        await killer.close()
    call.take()
    await call.ended()
    assert not call.whole
    await served.is_free()
    again = served.call("few")
    again.take()
    await again.ended()
    assert (again.status, again.whole) == (200, True)


async def test_streams_have_a_time_limit(serve: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    """STREAM_TIMEOUT ends the stream of a reader who always reads a little."""
    served = await serve(stream_timeout=0.2)
    call = served.call("long")
    await call.started()
    until_over = time.monotonic() + 0.25
    while time.monotonic() < until_over:
        await asyncio.sleep(0.05)
        call.take(1)
    call.take()
    await call.ended(5)
    assert (call.status, call.whole) == (200, False)
    assert "the stream took longer than 0.2 s" in caplog.text
    await served.is_free()


@pytest.mark.slow
async def test_a_slow_reader_is_no_idle_transaction(serve: Callable[..., Any]) -> None:
    """A reader who takes longer for a part than a statement may take, and longer in all than a transaction may, is
    served to the end."""
    served = await serve(statement_timeout=0.2)
    call = served.call("long?limit=2000")
    while not call.whole:
        await asyncio.sleep(0.35)
        call.take(1)
        assert not call._task.done() or call.whole
    await call.ended()
    assert (call.status, call.lines) == (200, 2000)
    assert len(call.parts) > 3


@pytest.mark.slow
@on_postgresql
async def test_the_statement_timeout_is_each_parts(serve: Callable[..., Any]) -> None:
    """A stream may take longer than a statement: parts are so short that each has time."""
    served = await serve(statement_timeout=0.8)
    began = time.monotonic()
    call = served.call("slow?limit=400")
    call.take()
    await call.ended()
    assert (call.status, call.whole, call.lines) == (200, True, 400)
    assert time.monotonic() - began > 1.2


@pytest.mark.parametrize("path", ["few", "few?limit=5", "long?limit=100", "long?limit=200", "long?id=lt.0"])
@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson"])
async def test_what_is_short_holds_no_connection(serve: Callable[..., Any], path: str, accept: str) -> None:
    """An answer of one piece is sent when its connection has been given back."""
    served = await serve()
    call = served.call(path, accept)
    await call.started()
    assert served.in_use == 0
    other = served.call("few")
    other.take()
    await other.ended()
    assert other.status == 200
    call.take()
    await call.ended()
    assert "content-length" in call.headers
    assert call.whole


async def test_a_page_that_is_known_to_be_short_is_one_trip(
    serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of a hundred rows of a table at most is one statement without a transaction."""
    served = await serve()
    driver: Any = served.database.pool._driver
    calls: list[str] = []
    for name in ("fetch", "fetchrow", "script", "open_cursor"):
        monkeypatch.setattr(driver, name, noting(getattr(driver, name), name, calls))
    call = served.call("few?limit=10", "text/csv")
    call.take()
    await call.ended()
    assert (call.status, calls) == (200, ["fetch"])


def noting(method: Any, name: str, calls: list[str]) -> Any:
    async def noted(*args: Any) -> Any:
        calls.append(name)
        return await method(*args)

    return noted


async def test_a_stream_that_is_thrown_away_unread(serve: Callable[..., Any]) -> None:
    """An application that fails between the view and the first part has the connection back."""

    def change(app: AsyncFlask) -> None:
        @app.after_request
        def fail(response: Any) -> Any:
            raise ZeroDivisionError

    served = await serve(change)
    call = served.call("long")
    call.take()
    await call.ended()
    assert call.status == 500
    await served.is_free()


async def test_a_stream_that_is_replaced(serve: Callable[..., Any]) -> None:
    """So has one whose hook answers with something else."""

    def change(app: AsyncFlask) -> None:
        @app.after_request
        def instead(response: Any) -> Any:
            return app.make_response("something else")

    served = await serve(change)
    call = served.call("long")
    call.take()
    await call.ended()
    assert (call.status, call.parts) == (200, [b"something else"])
    await served.is_free()


async def test_a_stream_that_nobody_closes(serve: Callable[..., Any]) -> None:
    """Under a server that closes nothing, the connection is free when the stream is garbage."""
    served = await serve()
    rooms = served.app.extensions["poolgate"]
    asked = read_request("GET", "long", "", {})
    media = choose_media((MediaRange("text/csv"),))
    prepared = Statements(rooms.database.name, max_rows=None).read(asked, rooms.catalog.current, media)
    request = Request(rooms.database, prepared, asked, anonymous("read", None), asked.page)
    stream = await open_stream(request, timeout=5)
    assert served.in_use == 1
    del stream
    await served.is_free()


async def test_a_stop_in_the_middle(serve: Callable[..., Any]) -> None:
    """A server that cancels the request frees the connection."""
    served = await serve()
    call = served.call("long")
    call.take(1)
    await until(lambda: call.parts, 5)
    call._task.cancel()
    await asyncio.wait([call._task], timeout=5)
    assert call._task.cancelled()
    assert not call.whole
    await served.is_free()
