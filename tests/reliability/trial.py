"""The service under trial: a real process, asked over real sockets, watched from the database's side."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import asyncpg
import httpx
import psutil

from tests.serving.poolgate_process import Process, Start

SCHEMA = """
    create table item (id integer primary key, name text not null);
    insert into item values (1, 'pen'), (2, 'ink');
    create view nap as select 1 as id, pg_sleep(30)::text as slept;
    create view large as select n as id, repeat('x', 1000) as text from generate_series(1, 900) as n;
"""
OURS = "from pg_stat_activity where application_name = 'poolgate' and datname = current_database()"
PLAIN = False  # no TLS is spoken, and making a context for it takes longer than a request
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


async def until(holds: Callable[[], Any], seconds: float = 10.0) -> Any:
    """What `holds` gives as soon as that is true; it may be a coroutine function."""
    deadline = monotonic() + seconds
    while True:
        value = holds()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        assert monotonic() < deadline, f"it did not come to pass within {seconds:g} s"
        await asyncio.sleep(0.01)


class Watch:
    """The database's side, on a connection of its own that comes again after an outage.

    Args:
        url: of the database, not by way of the network under trial.
    """

    def __init__(self, url: str) -> None:
        self.peak = 0
        self._url = url
        self._connection: Any = None
        self._lock = asyncio.Lock()

    async def ask(self, sql: str, *args: Any) -> Any:
        """One value.

        Raises:
            asyncpg.PostgresError, asyncpg.InterfaceError, OSError: the server is away.
        """
        async with self._lock:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(self._url, timeout=5)
            return await self._connection.fetchval(sql, *args)

    async def ours(self, condition: str = "true") -> int:
        """How many connections of the pool there are for which this holds."""
        return int(await self.ask(f"select count(*) {OURS} and {condition}"))

    async def accepts(self) -> bool:
        """Whether the server lets anybody in."""
        with contextlib.suppress(*LOST):
            return bool(await self.ask("select true"))
        return False

    async def run(self) -> None:
        """Samples how many connections the pool has."""
        while True:
            with contextlib.suppress(*LOST):
                self.peak = max(self.peak, await self.ours())
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close(timeout=2)


class Trial:
    """The service, and what it is asked with.

    Args:
        process: that serves.
        http: keeps its connections to the service.
        watch: the database's side.
    """

    def __init__(self, process: Process, http: httpx.AsyncClient, watch: Watch) -> None:
        self.process = process
        self.http = http
        self.watch = watch

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def timed(self, path: str) -> tuple[httpx.Response, float]:
        """The answer, and seconds until it was there."""
        began = monotonic()
        return await self.http.get(path), monotonic() - began

    async def statuses(self, path: str, number: int) -> Counter[int]:
        """The answers to so many requests, one after another."""
        return Counter([(await self.get(path)).status_code for _ in range(number)])

    async def pool(self) -> dict[str, Any]:
        """The pool's numbers."""
        return dict((await self.get("/-/pool")).json())

    async def when(self, **numbers: int) -> None:
        """Waits until the pool's numbers are these."""

        async def same() -> bool:
            pool = await self.pool()
            return all(pool[name] == number for name, number in numbers.items())

        await until(same)

    async def begin(self, path: str) -> asyncio.StreamWriter:
        """A request on a socket of its own, whose answer is not read; closing it is what a client does that leaves."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.process.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await writer.drain()
        return writer

    async def held(self) -> dict[str, int]:
        """What the process holds while it answers one client."""
        async with httpx.AsyncClient(base_url=self.process.url, verify=PLAIN) as http:
            return dict((await http.get("/held", headers={"Connection": "close"})).json())

    async def at_rest(self, before: dict[str, int]) -> None:
        """Waits until nothing is in use, nobody waits, and no more is held than before."""
        await self.when(in_use=0, waiting=0, closing=0, checking=0)
        await self.http.aclose()

        async def back() -> bool:
            now = await self.held()
            return all(now[name] <= before[name] for name in before)

        try:
            await until(back)
        except AssertionError:
            raise AssertionError(f"{before} has become {await self.held()}") from None


@asynccontextmanager
async def trial(
    serve: Start,
    url: str,
    *,
    seen_at: str | None = None,
    pool: int = 4,
    warm: bool = True,
    most: int | None = None,
    keep: bool = False,
    **settings: Any,
) -> AsyncIterator[Trial]:
    """The service on a database; afterwards all must be as it was, and the server must never have seen too many.

    Args:
        url: of the database.
        seen_at: where that is to be watched, if not by the same way.
        pool: the most connections; with `warm` that many from the start.
        most: connections the server may see, if not `pool`: it learns of those that a network swallowed later than we.
        keep: whether the client keeps its connections; Hypercorn holds on to one that was for 5 s after it is closed.
        settings: others.
    """
    settings = {"anonymous": "read", "pool_min_size": pool if warm else 1, **settings}
    process = serve("--app", "trial_app:app", database_url=url, pool_max_size=str(pool),
                    **{name: str(value) for name, value in settings.items()})  # fmt: skip
    base = await asyncio.to_thread(lambda: process.url)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    watch = Watch(seen_at or url)
    headers = {} if keep else {"Connection": "close"}
    async with httpx.AsyncClient(base_url=base, headers=headers, limits=limits, timeout=60, verify=PLAIN) as http:
        service = Trial(process, http, watch)
        await service.when(in_use=0, waiting=0, size=settings["pool_min_size"])
        await until(lambda: _ready(service))
        before = await _steady(service)
        sampling = asyncio.create_task(watch.run())
        try:
            yield service
            await service.at_rest(before)
            assert watch.peak <= (most or pool), f"the server saw {watch.peak} connections"
        finally:
            sampling.cancel()
            await asyncio.gather(sampling, return_exceptions=True)
            await watch.close()
    assert await asyncio.to_thread(process.stop) == 0, process.text


async def _ready(service: Trial) -> bool:
    return (await service.get("/-/ready")).status_code == 200


async def _steady(service: Trial) -> dict[str, int]:
    """What it holds with every connection of the pool open, this client's own one to it included."""
    first = await service.held()
    await until(lambda: _same(service, first))
    # Room for what may come once and stay: connections beyond the smallest size, and a second for the last client.
    room = int((await service.pool())["max_size"]) - int((await service.pool())["size"])
    return {"tasks": first["tasks"], "threads": first["threads"], "files": first["files"] + room}


async def _same(service: Trial, first: dict[str, int]) -> bool:
    now = await service.held()
    same = now == first
    first.update(now)
    return same


def share(durations: list[float], part: float) -> float:
    """The duration below which that part of them lies."""
    return sorted(durations)[min(len(durations) - 1, int(len(durations) * part))]


def sockets_of(process: Process, port: int) -> int:
    """How many connections to that port of this machine the process has."""
    with contextlib.suppress(psutil.Error):
        found = psutil.Process(process._process.pid).net_connections("tcp")
        return sum(each.raddr != () and each.raddr[1] == port for each in found)
    return 0


def alive(process: Process) -> bool:
    """Whether it still runs."""
    return os.path.exists(f"/proc/{process._process.pid}") and process._process.is_alive()
