"""The lease: what becomes of a connection when its caller ends well, badly or in the middle of a call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.events import Reason
from service.pool import Pool
from service.pool.fake import FakeConnection, FakeDatabase, FakeError


@pytest.fixture
def fake() -> FakeDatabase:
    return FakeDatabase(by_hand=False)


@pytest.fixture
async def pool(fake: FakeDatabase) -> AsyncIterator[Pool]:
    """A pool of one connection."""
    pool = fake.pool(min_size=1, max_size=1, reset_timeout=0.01)
    await pool.open()
    yield pool
    await pool.close(timeout=0)


def only(fake: FakeDatabase) -> FakeConnection:
    (connection,) = fake.live
    return connection


IDLE = "<Pool open size=1/1 idle=1 in_use=0 waiting=0>"


async def test_queries(fake: FakeDatabase, pool: Pool) -> None:
    """Each way to ask gives its part of the driver's answer, over the driver's own connection."""
    fake.answer = lambda sql, args: [(*args, sql), (2, sql)]
    async with pool.lease() as lease:
        assert lease.connection is only(fake)
        assert lease.waited == 0.0
        assert await lease.fetch("q", 1) == [(1, "q"), (2, "q")]
        assert await lease.fetchrow("q", 1) == (1, "q")
        assert await lease.fetchval("q", 1) == 1
        assert await lease.execute("q", 1) == 2
        fake.answer = lambda sql, args: []
        assert await lease.fetchrow("q") is None
        assert await lease.fetchval("q") is None
    assert await pool.fetchrow("q") is None
    assert await pool.execute("q") == 0
    assert repr(pool) == IDLE


async def test_given_back_at_once(fake: FakeDatabase, pool: Pool) -> None:
    """A connection with nothing open on it is idle as soon as the lease ends, and no statement was sent for that."""
    async with pool.lease() as lease:
        await lease.fetch("q")
    assert repr(pool) == IDLE
    assert only(fake).ran == ["q"]


async def test_open_transaction_is_ended(fake: FakeDatabase, pool: Pool) -> None:
    """A transaction left open is rolled back before anybody else gets the connection."""
    async with pool.lease() as lease:
        await lease.script("begin")
    assert repr(pool) == IDLE
    assert only(fake).ran == ["begin", "reset"]
    assert pool.stats().resets == 1


async def test_a_transaction_that_cannot_be_ended(fake: FakeDatabase, pool: Pool) -> None:
    """A connection that does not come clean within its deadline is closed and replaced."""
    fake.hold_resets = True
    async with pool.lease() as lease:
        await lease.script("begin")
    fake.hold_resets = False
    assert await pool.fetchval("select 1") == 1
    assert lease.connection.closed
    assert pool.stats().closed == {Reason.RESET_FAILED: 1}


async def test_cancelled_in_a_call(fake: FakeDatabase, pool: Pool) -> None:
    """A caller cancelled in a call ends at once; what it ran is stopped, and the same connection serves on."""
    fake.hold = True
    task = asyncio.create_task(pool.fetch("slow"))
    await fake.settle()
    connection = only(fake)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert repr(pool) == "<Pool open size=1/1 idle=0 in_use=1 waiting=0>"
    fake.hold = False
    assert await pool.fetchval("next") == 1
    assert connection.ran == ["slow", "interrupt", "reset", "next"]


async def test_cancelled_in_a_call_on_the_drivers_connection(fake: FakeDatabase, pool: Pool) -> None:
    """A call that the lease does not see counts as cut short all the same when its caller is cancelled."""
    fake.hold = True

    async def caller() -> None:
        async with pool.lease() as lease:
            await lease.connection.run("slow")

    task = asyncio.create_task(caller())
    await fake.settle()
    task.cancel()
    await fake.settle()
    assert only(fake).ran == ["slow", "interrupt", "reset"]
    assert repr(pool) == IDLE


async def test_caller_that_survives_its_cancelled_call(fake: FakeDatabase, pool: Pool) -> None:
    """A caller with a time limit of its own around one call goes on; its connection is cleaned before the next one."""
    fake.hold = True
    async with pool.lease() as lease:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await lease.fetch("slow")
    assert only(fake).ran == ["slow", "interrupt", "reset"]
    assert repr(pool) == IDLE


async def test_errors_are_the_drivers(fake: FakeDatabase, pool: Pool) -> None:
    """A statement that fails leaves the connection as clean as it was."""

    def answer(_sql: str, _args: Any) -> list[Any]:
        raise FakeError("no such table")

    fake.answer = answer
    with pytest.raises(FakeError, match="no such table"):
        await pool.fetch("q")
    assert repr(pool) == IDLE
    assert only(fake).ran == ["q"]


@pytest.mark.parametrize("readonly, begin", [(True, "begin read only"), (False, "begin")])
async def test_transaction(fake: FakeDatabase, pool: Pool, readonly: bool, begin: str) -> None:
    """A transaction is committed at its end."""
    async with pool.lease() as lease, lease.transaction(readonly=readonly):
        await lease.fetch("q")
    assert only(fake).ran == [begin, "q", "commit"]
    assert repr(pool) == IDLE


async def test_transaction_that_fails(fake: FakeDatabase, pool: Pool) -> None:
    """A transaction whose block raises is rolled back, and the error goes on."""
    with pytest.raises(ZeroDivisionError):
        async with pool.lease() as lease, lease.transaction(readonly=False):
            raise ZeroDivisionError
    assert only(fake).ran == ["begin", "rollback"]
    assert repr(pool) == IDLE


async def test_transaction_on_a_lost_connection(fake: FakeDatabase, pool: Pool) -> None:
    """When the connection is gone the caller's own error goes on, not the failed rollback."""

    async def caller() -> None:
        async with pool.lease() as lease, lease.transaction(readonly=False):
            lease.connection.drop()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await caller()
    assert repr(pool) == "<Pool open size=0/1 idle=0 in_use=0 waiting=0>"
    assert pool.stats().closed == {Reason.LOST: 1}
    assert await pool.fetchval("select 1") == 1


async def test_transaction_cancelled(fake: FakeDatabase, pool: Pool) -> None:
    """A cancelled transaction is rolled back by the pool; the caller does not wait for it."""
    fake.hold = True

    async def caller() -> None:
        async with pool.lease() as lease, lease.transaction(readonly=False):
            await lease.fetch("slow")

    task = asyncio.create_task(caller())
    await fake.settle()
    task.cancel()
    await fake.settle()
    assert task.cancelled()
    assert only(fake).ran == ["begin", "slow", "interrupt", "reset"]
    assert repr(pool) == IDLE


async def test_invalidate(fake: FakeDatabase, pool: Pool) -> None:
    """A connection its caller does not trust is closed, not given to somebody else."""
    async with pool.lease() as lease:
        lease.invalidate()
    await fake.settle()
    assert lease.connection.closed
    assert repr(pool) == IDLE
    assert pool.stats().closed == {Reason.INVALIDATED: 1}


async def test_release_is_shielded(fake: FakeDatabase, pool: Pool) -> None:
    """A caller cancelled while it releases an SQLAlchemy connection does not keep it from coming back."""
    connection = await pool.acquire()
    await connection.begin()
    (await connection.get_raw_connection()).driver_connection.in_transaction = True
    task = asyncio.create_task(pool.release(connection))
    await asyncio.sleep(0)
    task.cancel()
    await fake.settle()
    assert task.cancelled()
    assert repr(pool) == IDLE
    assert only(fake).ran == ["rollback"]


async def test_release_has_a_deadline(fake: FakeDatabase, pool: Pool) -> None:
    """A connection that does not answer to the rollback is closed instead."""
    connection = await pool.acquire()
    raw = (await connection.get_raw_connection()).driver_connection
    raw.in_transaction = True
    never = asyncio.get_running_loop().create_future()

    async def no_answer() -> None:
        await never

    raw.rollback = no_answer
    await pool.release(connection)
    await fake.settle()
    assert raw.closed
    assert only(fake) is not raw
    assert repr(pool) == IDLE


async def test_whoever_is_handed_a_connection_goes_first() -> None:
    """A caller in the queue uses its connection before the one who gave it up goes on: none lies unused meanwhile."""
    fake = FakeDatabase(by_hand=False)
    async with fake.pool(min_size=1, max_size=1) as pool:
        order: list[str] = []
        queued = asyncio.Event()

        async def first() -> None:
            async with pool.lease():
                await queued.wait()
            order.append("the first goes on")

        async def second() -> None:
            queued.set()
            async with pool.lease():
                order.append("the second has it")

        await asyncio.gather(first(), second())
        assert order == ["the second has it", "the first goes on"]
