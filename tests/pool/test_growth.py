"""How a pool grows, and the pool that keeps nothing."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import pytest

from service.events import Reason
from service.pool import Limits
from service.pool.fake import FakeConnection, FakeDatabase
from service.pool.growth import Demand, wanted
from tests.pool.test_pool import Caller


class TimedDatabase(FakeDatabase):
    """Connects and statements take their time.

    Args:
        connecting, running: seconds.
    """

    def __init__(self, *, connecting: float, running: float) -> None:
        super().__init__(by_hand=False)
        self.connecting, self.seconds = connecting, running

    async def open(self) -> FakeConnection:
        await asyncio.sleep(self.connecting)
        return await super().open()


async def test_a_spike() -> None:
    """Fault 13: fifty at once, 150 ms a connect, 2 ms a statement: all served within 250 ms, one connection more."""
    fake = TimedDatabase(connecting=0.15, running=0.002)
    async with fake.pool(min_size=5, max_size=20) as pool:
        assert pool.get_size() == 5

        async def ask() -> None:
            async with pool.lease():
                await asyncio.sleep(fake.seconds)

        began = monotonic()
        await asyncio.gather(*(ask() for _ in range(50)))
        assert monotonic() - began <= 0.25
        while pool.stats().connecting:  # noqa: ASYNC110  # 150 ms, and nothing announces it
            await asyncio.sleep(0.01)
        assert pool.get_size() == 6


async def test_a_lasting_queue() -> None:
    """A queue that is still there when a connection is ready gets two more, then four, up to `max_size`."""
    fake = FakeDatabase(by_hand=False)
    async with fake.pool(min_size=1, max_size=12) as pool:
        fake.by_hand = True
        callers = [Caller(pool) for _ in range(20)]
        grown = []
        for _ in range(4):
            await fake.settle()
            grown.append(len(fake.asked))
            for _ in range(len(fake.asked)):
                fake.connect()
        assert grown == [1, 2, 4, 4]
        await fake.settle()
        assert repr(pool) == "<Pool open size=12/12 idle=0 in_use=12 waiting=8>"
        for caller in callers:
            await caller.leave()


@pytest.mark.parametrize(
    "state, number",
    [
        ({}, 0),
        ({"waiting": 7}, 7),
        ({"waiting": 70}, 10),
        ({"waiting": 7, "opening": 5}, 2),
        ({"waiting": 7, "size": 3}, 1),
        ({"waiting": 7, "size": 3, "step": 4}, 4),
        ({"waiting": 7, "size": 3, "step": 4, "opening": 3}, 1),
        ({"waiting": 2, "size": 3, "checking": 2}, 0),
        ({"waiting": 7, "size": 8, "closing": 2}, 0),
        ({"waiting": 7, "size": 12}, 0),
        ({"limits": Limits(min_size=4)}, 4),
        ({"limits": Limits(min_size=4), "size": 2, "opening": 1}, 1),
        ({"waiting": 7, "retry": 0.5}, 0),
        ({"waiting": 7, "retry": 0.0}, 1),
        ({"waiting": 7, "retry": 0.0, "opening": 1}, 0),
        ({"waiting": 7, "size": 3, "limits": Limits(min_size=0, keep=False)}, 7),
    ],
)
def test_wanted(state: dict[str, Any], number: int) -> None:
    """As many as are needed: never beyond `max_size`, one at a time while connecting fails."""
    nothing: dict[str, Any] = dict.fromkeys(("size", "opening", "closing", "checking", "waiting"), 0)
    demand = Demand(**{"limits": Limits(min_size=0), **nothing, "step": 1, "retry": None, **state})
    assert wanted(demand) == number


async def test_a_connection_per_request() -> None:
    """The baseline opens a connection for each caller and closes it afterwards: none beforehand, none kept."""
    fake = FakeDatabase(by_hand=False)
    async with fake.pool(min_size=2, max_size=3, per_request=True) as pool:
        assert repr(pool) == "<Pool open size=0/3 idle=0 in_use=0 waiting=0>"
        for _ in range(5):
            assert await pool.fetchval("select 1") == 1
        await asyncio.gather(*(pool.fetchval("select 1") for _ in range(10)))
        async with pool.acquire():
            assert repr(pool).startswith("<Pool open size=1/3 idle=0 in_use=1")
        await fake.settle()
        stats = pool.stats()
        assert (stats.connects, stats.acquired, stats.closed) == (16, 16, {Reason.PER_REQUEST: 16})
        assert fake.live == set()
        assert fake.peak <= 3
        assert fake.clock.next is None
        assert repr(pool) == "<Pool open size=0/3 idle=0 in_use=0 waiting=0>"


async def test_a_connection_per_request_on_real_databases(real: Any) -> None:
    """The baseline has the same face on each database, and leaves nothing behind."""
    async with real.make(min_size=2, max_size=4, per_request=True) as pool:
        assert await asyncio.gather(*(pool.fetchval("select 1") for _ in range(20))) == [1] * 20
        stats = pool.stats()
        assert stats.connects == 20
        async with asyncio.timeout(5):
            while await real.seen():  # noqa: ASYNC110  # a server acts
                await asyncio.sleep(0.005)
