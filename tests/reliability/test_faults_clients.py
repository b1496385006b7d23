"""Faults of the callers: they hang up, in a statement or in the queue, one or two hundred a second."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from time import monotonic

import asyncpg
import pytest

from service import create_app
from service.settings import load_settings
from service.testing import client, running
from tests.figures import measured
from tests.reliability.trial import Trial, Watch, share, trial, until
from tests.serving.poolgate_process import Start

pytestmark = pytest.mark.slow
ACTIVE = "state = 'active'"


@pytest.mark.parametrize("path", ["/rest/v1/nap", "/sleep/30.0"])
async def test_hanging_up_in_a_statement(path: str, serve: Start, url: str) -> None:
    """Fault 7: within a second of a hang-up nothing runs on the server, and the same connection serves on."""
    async with trial(serve, url, pool=1, statement_timeout=60) as service:
        pid = (await service.get("/sleep/0.0")).json()["pid"]
        writer = await service.begin(path)
        await until(lambda: service.watch.ours(ACTIVE))
        writer.close()
        began = monotonic()

        async def over() -> bool:
            return not await service.watch.ours(ACTIVE)

        await until(over, 1.0)
        await service.when(idle=1)
        assert monotonic() - began < 1.0
        assert (await service.get("/sleep/0.0")).json()["pid"] == pid
        measured(7, f"freed after {monotonic() - began:.3f} s")


async def _hang_up(service: Trial, path: str, after: float) -> None:
    writer = await service.begin(path)
    await asyncio.sleep(after)
    writer.close()


async def _healthy(service: Trial, path: str, rate: int, seconds: float, after: float) -> list[float]:
    """What a healthy client's requests take while others begin `path` at that rate and leave after so long."""
    durations, others = [], set()
    began = monotonic()
    while (passed := monotonic() - began) < seconds:
        while len(others) < passed * rate:
            others.add(asyncio.create_task(_hang_up(service, path, after)))
        answer, duration = await service.timed("/rest/v1/item")
        assert answer.status_code == 200
        durations.append(duration)
        await asyncio.sleep(0.005)
    await asyncio.gather(*others)
    return durations


async def test_two_hundred_hang_ups_a_second(serve: Start, url: str) -> None:
    """Fault 8, for 10 s: hardly a connection is lost, and others are served as fast as beside as many
    clients who stay, for as long as it takes until a hang-up is noticed (50 ms)."""
    async with trial(serve, url, pool=20, keep=True) as service:
        opened = (await service.pool())["connects"]
        staying = await _healthy(service, "/sleep/0.05", 200, 2.0, after=0.2)
        leaving = await _healthy(service, "/sleep/0.1", 200, 10.0, after=0.01)
        await service.when(in_use=0)
        reconnects = (await service.pool())["connects"] - opened
        measured(
            8, f"p99 {share(leaving, 0.99):.4f} s, {share(staying, 0.99):.4f} s beside stayers; {reconnects} reconnects"
        )
        assert reconnects <= 20
        assert share(leaving, 0.99) <= 3 * max(share(staying, 0.99), 0.02)


async def test_hanging_up_in_the_queue(serve: Start, url: str) -> None:
    """Fault 9: who hangs up while waiting for a connection is out of the queue within 100 ms, and nothing is lost."""
    async with trial(serve, url, pool=1) as service:
        holder = asyncio.create_task(service.get("/hold/1.0"))
        await service.when(in_use=1)
        writers = [await service.begin("/rest/v1/item") for _ in range(5)]
        await service.when(waiting=5)
        for writer in writers:
            writer.close()
        began = monotonic()

        async def gone() -> bool:
            return bool((await service.pool())["waiting"] == 0)

        await until(gone, 0.1)
        measured(9, f"out of the queue after {monotonic() - began:.3f} s")
        assert not holder.done()
        assert (await holder).status_code == 200
        pool = await service.pool()
        assert (pool["size"], pool["cancelled"], pool["connects"]) == (1, 5, 1)
        assert await service.statuses("/rest/v1/item", 20) == {200: 20}


async def test_a_thousand_cancels_hit_nobody_else(url: str) -> None:
    """Fault 10: with a thousand requests cancelled at random moments on two shared connections, no cancel reaches
    the statement of another."""
    app = create_app(load_settings(database_url=url, anonymous="read", pool_min_size=2, pool_max_size=2))

    @app.get("/brief")
    async def brief() -> dict[str, int]:
        async with pool.lease() as lease:
            return {"slept": len(await lease.fetch("select pg_sleep(0.003)"))}

    pool = app.extensions["poolgate"].database.pool
    rng = random.Random(10)
    innocent: Counter[int] = Counter()
    ended = asyncio.Event()
    async with running(app), client(app) as http:
        tasks = len(asyncio.all_tasks())

        async def guiltless() -> None:
            while not ended.is_set():
                innocent[(await http.get("/rest/v1/item")).status_code] += 1

        async def cancelled() -> None:
            for _ in range(250):
                request = asyncio.create_task(http.get("/brief"))
                await asyncio.sleep(rng.random() * 0.012)
                request.cancel()
                await asyncio.gather(request, return_exceptions=True)

        others = [asyncio.create_task(guiltless()) for _ in range(2)]
        await asyncio.gather(*(cancelled() for _ in range(4)))
        ended.set()
        await asyncio.gather(*others)
        await until(lambda: pool.stats().in_use == pool.stats().waiting == 0)
        stats = pool.stats()
        measured(10, f"innocent: {dict(innocent)}; resets {stats.resets}, connects {stats.connects}")
        assert set(innocent) == {200}
        assert innocent[200] > 100
        assert stats.resets > 100  # cancels did land in statements
        assert stats.connects == 2
        await until(lambda: len(asyncio.all_tasks()) <= tasks)


async def test_a_full_house(serve: Start, url: str) -> None:
    """Fault 11, with T = 1 s: with every connection in use and the queue full one more is refused at once; who waits
    is told when the time is over; and what needs no connection is answered all the while."""
    async with trial(serve, url, pool=2, pool_max_waiting=5, pool_acquire_timeout=1.0) as service:
        holders = [asyncio.create_task(service.get("/hold/3.0")) for _ in range(2)]
        await service.when(in_use=2)
        queued = [asyncio.create_task(service.timed("/rest/v1/item")) for _ in range(5)]
        await service.when(waiting=5)
        refused = [await service.timed("/rest/v1/item") for _ in range(50)]
        assert {answer.status_code for answer, _ in refused} == {503}
        assert {answer.json()["code"] for answer, _ in refused} == {"PGATE001"}
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer, _ in refused)
        assert share([duration for _, duration in refused], 0.99) <= 0.05
        others = await _without_connection(service)
        waited = await asyncio.gather(*queued)
        assert {answer.json()["code"] for answer, _ in waited} == {"PGRST003"}
        assert all(0.9 <= duration <= 1.1 for _, duration in waited), waited
        assert all(answer.headers["Retry-After"] for answer, _ in waited)
        measured(
            11,
            f"refused p99 {share([d for _, d in refused], 0.99):.4f}; waited "
            f"{min(d for _, d in waited):.3f} to {max(d for _, d in waited):.3f}; others {max(others):.4f}",
        )
        assert max(others) <= 0.05
        assert {answer.status_code for answer in await asyncio.gather(*holders)} == {200}


async def _without_connection(service: Trial) -> list[float]:
    durations = []
    for method, path, status in (
        ("GET", "/-/live", 200), ("GET", "/-/pool", 200), ("GET", "/-/metrics", 200),
        ("OPTIONS", "/rest/v1/item", 200), ("GET", "/nowhere", 404),
        ("GET", "/rest/v1/nowhere", 404), ("GET", "/rest/v1/item?id=eqq.1", 400), ("PUT", "/rest/v1/item", 401),
    ):  # fmt: skip
        began = monotonic()
        answer = await service.http.request(method, path)
        assert answer.status_code == status, path
        durations.append(monotonic() - began)
    return durations


async def test_no_anonymous_caller_waits(serve: Start, url: str) -> None:
    """Fault 11: a caller without rights is told so within 50 ms while no connection is free."""
    async with trial(serve, url, pool=1, anonymous="none") as service:
        holder = asyncio.create_task(service.get("/hold/0.5"))
        await service.when(in_use=1)
        answer, duration = await service.timed("/rest/v1/item")
        assert (answer.status_code, holder.done()) == (401, False)
        assert duration <= 0.05
        await holder


async def test_two_hundred_clients_are_served_in_turn(serve: Start, url: str, full: bool) -> None:
    """Fault 12, for 60 s (15 in the suite): with ten connections and 20 ms each nobody waits longer than 2.5 times its
    turn, and all are served alike."""
    async with trial(serve, url, pool=10, pool_max_waiting=200) as service:
        served: Counter[int] = Counter()
        ends = monotonic() + (60 if full else 15)

        async def come_again(number: int) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", service.process.port)
            while monotonic() < ends:
                writer.write(b"GET /sleep/0.02 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 ")
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
                served[number] += 1
            writer.write(b"GET /-/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            await reader.read()
            writer.close()

        await asyncio.gather(*(come_again(number) for number in range(200)))
        pool = await service.pool()
        measured(
            12,
            f"longest wait {pool['max_wait_seconds']:.3f} s; each {min(served.values())} to {max(served.values())}, "
            f"{sum(served.values())} in all",
        )
        assert pool["queued"] > 500
        assert pool["timed_out"] == pool["shed"] == 0
        assert pool["max_wait_seconds"] <= 2.5 * 200 / 10 * 0.02
        assert min(served.values()) >= 0.5 * max(served.values())


async def test_the_watch_counts(url: str) -> None:
    """What watches the server's side sees a connection of the pool's name."""
    watch = Watch(url)
    other = await asyncpg.connect(url, server_settings={"application_name": "poolgate"})
    assert await watch.ours() == 1
    await other.close()
    await watch.close()
