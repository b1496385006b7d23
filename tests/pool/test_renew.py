"""Connections on which a caller's own SQL ran: nobody else gets one before it is as new, and nobody waits in vain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.events import Reason
from service.pool import Pool
from service.pool.fake import FakeConnection, FakeDatabase, FakeError

IDLE = "<Pool open size=1/1 idle=1 in_use=0 waiting=0>"
RENEWING = "<Pool open size=1/1 idle=0 in_use=0 waiting=0 checking=1>"


@pytest.fixture
def fake() -> FakeDatabase:
    return FakeDatabase(by_hand=False, touchy=True)


@pytest.fixture
async def pool(fake: FakeDatabase) -> AsyncIterator[Pool]:
    """A pool of one connection, where nobody may wait while it is in use."""
    pool = fake.pool(min_size=1, max_size=1, max_waiting=0, reset_timeout=0.05)
    await pool.open()
    yield pool
    await pool.close(timeout=0)


def only(fake: FakeDatabase) -> FakeConnection:
    (connection,) = fake.live
    return connection


async def by_lease(pool: Pool) -> None:
    async with pool.lease() as lease:
        await lease.fetch("q")


async def by_acquire(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.exec_driver_sql("q")


async def by_engine(pool: Pool) -> None:
    async with pool.engine.connect() as connection:
        await connection.exec_driver_sql("q")


async def by_fetch(pool: Pool) -> None:
    await pool.fetch("q")


@pytest.mark.parametrize("use", [by_lease, by_acquire, by_engine, by_fetch])
async def test_after_a_callers_own_sql(use: Any, fake: FakeDatabase, pool: Pool) -> None:
    """By whichever way a caller came, the connection is renewed; its caller does not wait for that, the next does."""
    fake.hold_renewals = asyncio.Event()
    await use(pool)
    assert repr(pool) == RENEWING
    following = asyncio.create_task(pool.fetchval("next"))
    await fake.settle()
    assert only(fake).ran == ["q", "renew"]
    fake.hold_renewals.set()
    assert await following == 1
    await fake.settle()
    assert only(fake).ran == ["q", "renew", "next", "renew"]
    assert repr(pool) == IDLE
    assert (pool.stats().renewed, pool.stats().resets) == (2, 0)


async def test_the_houses_own_lane(fake: FakeDatabase, pool: Pool) -> None:
    """What sets nothing for the session says so, and its connection is idle at once, without a further statement."""
    async with pool.lease(trusted=True) as lease:
        await lease.fetch("q")
    assert repr(pool) == IDLE
    assert only(fake).ran == ["q"]


async def test_trust_is_not_inherited(fake: FakeDatabase, pool: Pool) -> None:
    """A connection that was trusted once is renewed all the same after somebody else's use."""
    async with pool.lease(trusted=True):
        pass
    await pool.fetch("q")
    await fake.settle()
    assert only(fake).ran == ["q", "renew"]


async def test_the_first_come_is_the_first_served(fake: FakeDatabase) -> None:
    """Callers who wait for a connection that is being renewed get it in their order; none is opened in its place."""
    fake.hold_renewals = asyncio.Event()
    order: list[int] = []
    async with fake.pool(min_size=1, max_size=3) as pool:
        await pool.fetch("q")

        async def ask(number: int) -> None:
            async with pool.lease(trusted=True):
                order.append(number)

        first = asyncio.create_task(ask(1))
        await fake.settle()
        assert pool.stats().connects == 1
        second = asyncio.create_task(ask(2))
        fake.hold_renewals.set()
        await asyncio.gather(first, second)
        assert order == [1, 2]


async def test_who_waits_asks_before_the_last_one_goes_on(fake: FakeDatabase) -> None:
    """What its last holder does next is done while the database works for the one who waited."""
    fake.hold_renewals = asyncio.Event()
    async with fake.pool(min_size=1, max_size=1) as pool:
        async with pool.lease():
            waits = asyncio.create_task(pool.fetchval("next"))
            await fake.settle()
            asyncio.get_running_loop().call_later(0.005, fake.hold_renewals.set)
        assert only(fake).ran == ["renew", "next", "renew"]
        await waits


async def test_nobody_stands_aside_for_long(fake: FakeDatabase) -> None:
    """A connection that takes its time to be renewed keeps the one who waits for it, and not the one who had it."""
    fake.hold_renewals = asyncio.Event()
    async with fake.pool(min_size=1, max_size=1) as pool:
        async with pool.lease():
            waits = asyncio.create_task(pool.fetchval("next"))
            await fake.settle()
        assert only(fake).ran == ["renew"]
        fake.hold_renewals.set()
        assert await waits == 1


async def test_a_transaction_and_a_session(fake: FakeDatabase, pool: Pool) -> None:
    """A transaction left open is ended first, then the rest is undone, all before the caller goes on."""
    async with pool.lease() as lease:
        await lease.script("begin")
    assert only(fake).ran == ["begin", "reset", "renew"]
    assert repr(pool) == IDLE
    assert (pool.stats().renewed, pool.stats().resets) == (1, 1)


async def test_cancelled_in_a_call(fake: FakeDatabase, pool: Pool) -> None:
    """After a cancelled call what ran is stopped, its transaction ended, and the rest undone."""
    fake.hold = True
    task = asyncio.create_task(pool.fetch("slow"))
    await fake.settle()
    task.cancel()
    await fake.settle()
    assert only(fake).ran == ["slow", "interrupt", "reset", "renew"]
    assert repr(pool) == IDLE


async def test_one_that_cannot_be_renewed(fake: FakeDatabase, pool: Pool) -> None:
    """A connection that is not as new within its deadline is closed, and the next caller gets another one."""
    fake.hold_renewals = asyncio.Event()
    await pool.fetch("q")
    old = only(fake)
    async with pool.lease(trusted=True) as lease:
        assert lease.connection is not old
    assert pool.stats().closed == {Reason.RESET_FAILED: 1}
    await fake.settle()
    assert old.closed
    assert repr(pool) == IDLE


async def test_one_that_is_lost_meanwhile(fake: FakeDatabase, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal that fails because the connection is gone counts as a loss, and costs the next caller nothing."""

    async def lose(connection: FakeConnection) -> None:
        connection.drop()
        raise FakeError("gone")

    monkeypatch.setattr(fake.driver, "renew", lose)
    await pool.fetch("q")
    async with pool.lease(trusted=True):
        pass
    assert pool.stats().closed == {Reason.LOST: 1}
    assert repr(pool) == IDLE


async def test_closing_meanwhile(fake: FakeDatabase) -> None:
    """A pool that closes does not wait for renewals: the connection ends."""
    fake.hold_renewals = asyncio.Event()
    pool = fake.pool(min_size=1, max_size=1, reset_timeout=0.05)
    await pool.open()
    await pool.fetch("q")
    await pool.close()
    assert repr(pool) == "<Pool closed size=0/1 idle=0 in_use=0 waiting=0>"
    assert not fake.live
    assert pool.stats().closed == {Reason.CLOSING: 1}


async def test_expired_or_resized_meanwhile(fake: FakeDatabase) -> None:
    """A connection that is being renewed when all are to be replaced, or too many, is closed afterwards."""
    for order, reason in ((Pool.expire_connections, Reason.EXPIRED), (lambda p: p.resize(0, 1), Reason.RESIZED)):
        fake.hold_renewals = asyncio.Event()
        async with fake.pool(min_size=2, max_size=2) as pool:
            async with pool.lease(), pool.lease():
                pass
            order(pool)
            fake.hold_renewals.set()
            await fake.settle()
            assert reason in pool.stats().closed


async def test_turned_off(fake: FakeDatabase) -> None:
    """With `renew=False` a transaction that was left open is ended, and nothing else is done."""
    async with fake.pool(min_size=1, max_size=1, renew=False) as pool:
        async with pool.lease() as lease:
            await lease.script("begin")
        await pool.fetch("q")
        assert only(fake).ran == ["begin", "reset", "q"]
        assert pool.stats().renewed == 0
