"""Storms over real databases: whatever the callers do, nothing is lost and `max_size` is never exceeded."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from service.errors import PoolFullError, PoolTimeoutError
from service.pool import Pool

pytestmark = pytest.mark.slow
MAX = 5


class MistakeError(Exception):
    """A caller's own mistake."""


async def until(condition: Callable[[], Awaitable[bool]] | Callable[[], bool], seconds: float = 10) -> None:
    """Waits for the condition, at most so long."""
    async with asyncio.timeout(seconds):
        while not (await met if isinstance(met := condition(), Awaitable) else met):  # noqa: ASYNC110 - a server acts
            await asyncio.sleep(0.005)


def held() -> tuple[int, int]:
    """Threads and file descriptors. A statement that an error's traceback still holds keeps SQLite's file open."""
    gc.collect()
    return threading.active_count(), len(os.listdir("/proc/self/fd"))


async def one_caller(pool: Pool, rng: random.Random, slow: str) -> None:
    """One of the ways to use a pool, rightly or wrongly."""
    timeout = rng.choice((0.001, 0.05, 5.0))
    match rng.randrange(8):
        case 0:
            await pool.fetchval("select 1", timeout=timeout)
        case 1:
            async with pool.lease(timeout=timeout) as lease:
                await lease.fetchval(slow, rng.random() * 0.01)
        case 2:
            async with pool.lease(timeout=timeout) as lease:
                await lease.script(lease._driver.begin(readonly=True))  # and never ends it
                raise MistakeError
        case 3:
            async with pool.lease(timeout=timeout) as lease, lease.transaction(readonly=True):
                await lease.fetchrow("select 1")
        case 4:
            async with pool.acquire(timeout=timeout) as connection:
                await connection.execute(text("select 1"))
        case 5:
            async with pool.engine.connect() as connection:
                await connection.execute(text("select 1"))
        case 6:
            async with AsyncSession(pool.engine) as session:
                await session.execute(text("select 1"))
        case 7:
            async with pool.lease(timeout=timeout) as lease:
                if rng.random() < 0.02:
                    lease.invalidate()


async def storm(pool: Pool, slow: str, callers: int, rng: random.Random) -> Counter[str]:
    tasks: list[asyncio.Task[None]] = []
    for _ in range(callers):
        tasks.append(asyncio.create_task(one_caller(pool, rng, slow)))
        if rng.random() < 0.3:
            rng.choice(tasks[-200:]).cancel()
        if rng.random() < 0.3:
            await asyncio.sleep(rng.choice((0, 0.001, 0.003)))
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    return Counter(type(end).__name__ for end in ends)


async def test_storm(real: Any) -> None:
    """Thousands of callers with random deadlines, cancellations and mistakes: all ends well, peak = max_size."""
    before, rng = held(), random.Random(11)
    pool = real.make(min_size=2, max_size=MAX, max_waiting=300, acquire_timeout=2.0)
    await pool.open()
    peak, ended = 0, asyncio.Event()

    async def watch() -> None:
        nonlocal peak
        while not ended.is_set():
            peak = max(peak, await real.seen())
            assert pool.get_size() <= MAX
            await asyncio.sleep(0.02)

    watcher = asyncio.create_task(watch())
    outcome = await storm(pool, real.slow, 4000, rng)
    await until(lambda: pool.stats().in_use == 0 and pool.stats().closing == 0)
    ended.set()
    await watcher
    stats = pool.stats()
    assert set(outcome) <= {"NoneType", "CancelledError", "PoolTimeoutError", "PoolFullError", "MistakeError"}
    assert min(outcome["NoneType"], outcome["CancelledError"], outcome["MistakeError"]) > 50
    assert (stats.in_use, stats.waiting, stats.connecting) == (0, 0, 0)
    assert stats.timed_out >= outcome["PoolTimeoutError"]  # more, if cancelled right afterwards
    assert stats.shed >= outcome["PoolFullError"]
    assert stats.peak_in_use == MAX
    assert peak == MAX
    # Not one place was lost: as many as ever can be held at once.
    leases = [await pool.acquire(timeout=5) for _ in range(MAX)]
    with pytest.raises(PoolTimeoutError):
        await pool.acquire(timeout=0.01)
    for connection in leases:
        await pool.release(connection)
    assert repr(pool) == f"<Pool open size={MAX}/{MAX} idle={MAX} in_use=0 waiting=0>"
    await pool.close(timeout=5)
    assert repr(pool) == f"<Pool closed size=0/{MAX} idle=0 in_use=0 waiting=0>"
    await until(lambda: _all_gone(real))
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await until(lambda: all(now <= then for now, then in zip(held(), before, strict=True)))


async def _all_gone(real: Any) -> bool:
    return await real.seen() == 0


async def test_fairness(real: Any) -> None:
    """Forty callers who come again and again are served evenly, and none waits much longer than its turn."""
    pool = real.make(min_size=MAX, max_size=MAX, acquire_timeout=10)
    served, callers, rounds, longest = Counter[int](), 40, 25, 0.0

    async def caller(number: int) -> None:
        nonlocal longest
        for _ in range(rounds):
            async with pool.lease() as lease:
                longest = max(longest, lease.waited)
                await asyncio.sleep(0.004)
            served[number] += 1
            assert max(served.values()) - min(served[n] for n in range(callers)) <= 2

    async with pool:
        began = monotonic()
        await asyncio.gather(*(caller(number) for number in range(callers)))
        ideal = (monotonic() - began) / rounds
    assert set(served.values()) == {rounds}
    assert longest <= 2.5 * ideal
    assert pool.stats().timed_out == 0


async def test_cancelled_call_frees_its_connection(real: Any) -> None:
    """A caller that goes away in a long statement frees its connection within a second, and the same one serves on."""
    async with real.make(min_size=1, max_size=1) as pool:
        task = asyncio.create_task(pool.fetch(real.slow, 30))
        await until(lambda: pool.stats().in_use == 1)
        began = monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await pool.fetchval("select 1") == 1
        assert monotonic() - began < 1
        stats = pool.stats()
        assert (stats.connects, stats.resets, stats.closed) == (1, 1, {})


async def test_hard_close_leaves_nothing(real: Any) -> None:
    """A pool closed in a hurry stops what runs on the server, by whichever lane it came; nothing of ours is left."""
    before = held()
    pool = real.make(min_size=2, max_size=2)
    await pool.open()

    async def by_engine() -> None:
        async with pool.acquire() as connection:
            await connection.exec_driver_sql(real.slow, (30,))

    tasks = [asyncio.create_task(pool.fetch(real.slow, 30)), asyncio.create_task(by_engine())]
    await until(lambda: pool.stats().in_use == 2)
    await asyncio.sleep(0.1)
    began = monotonic()
    await pool.close(timeout=0.05)
    await until(lambda: _all_gone(real))
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert monotonic() - began < 4
    assert all(isinstance(end, Exception) for end in ends)
    await until(lambda: held()[0] <= before[0])


async def test_a_killed_backend_costs_one_connection(postgresql: Any) -> None:
    """A backend the server ends takes one connection with it, in use or idle; nobody else notices."""
    async with postgresql.make(min_size=4, max_size=4) as pool:
        async with pool.acquire() as victim, pool.acquire() as other:
            pid = (await victim.execute(text("select pg_backend_pid()"))).scalar_one()
            await other.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
            with pytest.raises(DBAPIError):
                await victim.execute(text("select 1"))
        pids = {await pool.fetchval("select pg_backend_pid()") for _ in range(1)}
        async with pool.lease() as lease, pool.lease() as killer:
            idle = await lease.fetchval("select pg_backend_pid()")
            await killer.fetchval("select pg_terminate_backend($1)", idle)
            pids.add(idle)
            await until(lambda: lease.connection.is_closed())
        for _ in range(20):
            await pool.fetchval("select 1")
        assert sum(pool.stats().closed.values()) == 2
        assert pool.stats().connects <= 6


async def test_full_queue_on_a_real_pool(real: Any) -> None:
    """With everything in use and the queue full the next caller is answered at once."""
    async with real.make(min_size=1, max_size=1, max_waiting=1) as pool, pool.lease():
        waiting = asyncio.create_task(pool.fetch("select 1"))
        await until(lambda: pool.stats().waiting == 1)
        began = monotonic()
        with pytest.raises(PoolFullError):
            await pool.fetch("select 1")
        assert monotonic() - began < 0.05
        waiting.cancel()
