"""What the pool says about itself: histograms, holders, JSON."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from service.pool import Pool
from service.pool.fake import FakeDatabase
from service.pool.histogram import BOUNDS, Tally
from service.pool.where import here, in_words, place


def test_histogram() -> None:
    """Each bucket counts all that took no longer than its bound; the last counts all."""
    tally = Tally()
    for seconds in (0.0, 0.0005, 0.0006, 0.3, 100.0):
        tally.add(seconds)
    histogram = tally.frozen(at_once=10)
    counts = dict(histogram.buckets)
    assert (counts[0.0005], counts[0.001], counts[0.25], counts[0.5], counts[30.0], counts[math.inf]) == (
        *(12, 13, 13, 14, 14, 15),
    )
    assert (histogram.count, histogram.sum) == (15, pytest.approx(100.3011))
    assert tuple(counts) == BOUNDS
    assert histogram.as_dict()["buckets"]["+Inf"] == 15
    assert (histogram + histogram).count == 30


def test_quantiles() -> None:
    """A quantile lies in the bucket that holds it; there is none of nothing."""
    tally = Tally()
    assert tally.frozen().quantile(0.5) == 0.0
    for _ in range(99):
        tally.add(0.002)
    tally.add(7.0)
    histogram = tally.frozen()
    assert 0.001 < histogram.quantile(0.5) < 0.0025
    assert 0.001 < histogram.quantile(0.99) <= 0.0025
    assert 5.0 < histogram.quantile(1.0) <= 10.0
    tally.add(1000.0)
    assert tally.frozen().quantile(1.0) == 30.0


async def test_counts(postgresql: Any, sqlite: Any) -> None:
    """Waiting, using and connecting are counted one for one, who did not wait included; a hand-over is counted."""
    for real in (postgresql, sqlite):
        async with real.make(min_size=1, max_size=1) as pool:
            await asyncio.gather(*(pool.fetchval("select 1") for _ in range(10)))
            stats = pool.stats()
            assert (stats.acquired, stats.queued, stats.handed_over) == (10, 9, 9)
            assert (stats.wait.count, stats.usage.count, stats.connect.count) == (10, 10, 1)
            assert stats.wait.sum == stats.wait_seconds > 0
            assert stats.usage.sum == stats.usage_seconds > 0
            assert stats.connect.sum == stats.connect_seconds > 0
            assert stats.wait.buckets[0][1] >= 1


async def test_the_peak_is_that_of_the_time_since_it_was_asked() -> None:
    """Connections in use for a moment are seen though nobody looked in that moment, a reader and the writer at once as
    two; one that was taken away from its holder is in use no more."""
    fake = FakeDatabase(by_hand=False)
    async with Pool(fake.engine(), fake.driver, writer=fake.engine(), reclaim_after=5.0, clock=fake.clock) as pool:
        async with pool.lease(), pool.lease(readonly=False):
            pass
        assert [pool.take_peak(), pool.take_peak()] == [2, 0]
        async with pool.lease():
            assert [pool.take_peak(), pool.take_peak()] == [1, 1]
            fake.clock.advance(6.0)
            await fake.settle()
            assert pool.holders() == []
        assert [pool.take_peak(), pool.take_peak()] == [1, 0]


async def test_json() -> None:
    """The numbers become strict JSON as they are, those of a pool with a writer too."""
    fake = FakeDatabase(by_hand=False)
    pool = Pool(fake.engine(), fake.driver, writer=fake.engine(), min_size=1)
    async with pool:
        await pool.execute("insert")
        pool.expire_connections()
        stats = pool.stats()
        shown = json.loads(json.dumps(stats.as_dict(), allow_nan=False))
        assert stats.writer is not None
        assert (shown["acquired"], shown["writer"]["acquired"], shown["generation"]) == (1, 1, 1)
        assert shown["usage"]["count"] == shown["usage"]["buckets"]["+Inf"] == 1
        assert (stats.usage.count, stats.writer.usage.count, shown["away"]) == (1, 1, False)


async def test_holders() -> None:
    """Each connection in use has its holder: how long, where it was taken, for whom; the longest first."""
    fake = FakeDatabase(by_hand=False, hold=True)
    pool = fake.pool(min_size=4)
    await pool.open()
    async with pool.lease(identity=7):
        fake.clock.advance(5)
        task = asyncio.create_task(pool.fetchval("held"))
        await fake.settle()
        fake.clock.advance(2)
        first, second = pool.holders()
    await pool.close(timeout=0)
    await asyncio.gather(task, return_exceptions=True)
    assert (first.since, first.identity) == (7.0, 7)
    assert first.where.startswith("pool/test_numbers.py:")
    assert first.where.split(" < ")[0].endswith("in test_holders")
    assert (second.since, second.identity) == (2.0, None)
    assert pool.holders() == []


async def test_a_place_that_the_caller_tells() -> None:
    """Whoever says where it is is believed, and not looked for; also of a connection that it had to wait for."""
    fake = FakeDatabase(by_hand=False)
    here_it_is = place(test_holders.__code__)
    async with fake.pool(min_size=1, max_size=1) as pool:

        async def told() -> str:
            async with pool.lease(where=here_it_is):
                return pool.holders()[0].where

        for where in await asyncio.gather(told(), told()):
            assert where == f"pool/test_numbers.py:{test_holders.__code__.co_firstlineno} in test_holders"


async def test_where_through_sqlalchemy() -> None:
    """The place is the caller's own, by whichever way it came, waiting or not."""
    fake = FakeDatabase(by_hand=False)

    async def by_acquire(pool: Pool) -> str:
        async with pool.acquire():
            return pool.holders()[0].where

    async def by_engine(pool: Pool) -> str:
        async with pool.engine.connect():
            return pool.holders()[0].where

    async def by_session(pool: Pool) -> str:
        async with AsyncSession(pool.engine) as session:
            await session.execute(text("select 1"))
            return pool.holders()[0].where

    async with fake.pool(min_size=0, max_size=1) as pool:
        ways = (by_acquire, by_engine, by_session)
        places = await asyncio.gather(*(way(pool) for way in ways))
        for way, place in zip(ways, places, strict=True):
            assert place.split(" < ")[0].endswith(f"in {way.__name__}")


def test_in_words() -> None:
    """A place is a file with its folder, a line and a function; where all is the pool's own, that is said."""
    place = here(0)
    line = test_in_words.__code__.co_firstlineno + 2
    assert in_words(place).split(" < ")[0] == f"pool/test_numbers.py:{line} in test_in_words"
    assert in_words([(here.__code__, 0)]) == f"pool/where.py:{here.__code__.co_firstlineno} in here"
    assert in_words([]) == ""
