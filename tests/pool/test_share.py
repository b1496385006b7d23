"""Shares: one caller with many requests does not keep the others out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from typing import Any

import pytest
from sqlalchemy import text

from service.errors import PoolFullError, PoolShareError
from service.pool import Pool
from service.pool.fake import FakeDatabase


class Asking:
    """A task that leases a connection for an identity, notes when it got one, and keeps it until told otherwise."""

    def __init__(self, pool: Pool, identity: Hashable | None, served: list[Hashable | None]) -> None:
        self.enough = asyncio.Event()
        self.task = asyncio.create_task(self._run(pool, identity, served))

    async def _run(self, pool: Pool, identity: Hashable | None, served: list[Hashable | None]) -> None:
        async with pool.lease(identity=identity):
            served.append(identity)
            await self.enough.wait()


@pytest.fixture
def fake() -> FakeDatabase:
    return FakeDatabase(by_hand=False)


@pytest.fixture
async def pool(fake: FakeDatabase) -> AsyncIterator[Pool]:
    """Four connections, of which one identity may have two while others wait."""
    pool = fake.pool(min_size=4, max_size=4, max_waiting=20, share=0.5)
    await pool.open()
    yield pool
    await pool.close(timeout=0)


async def asking(fake: FakeDatabase, pool: Pool, names: str, served: list[Any]) -> list[Asking]:
    """A caller for each letter, in this order."""
    callers = [Asking(pool, name, served) for name in names]
    await fake.settle()
    return callers


async def test_who_has_its_share_is_passed_over(fake: FakeDatabase, pool: Pool) -> None:
    """A caller that holds its share already waits behind those who hold less, in whatever order they came."""
    served: list[Any] = []
    callers = await asking(fake, pool, "aaaa" + "aabc", served)
    assert repr(pool) == "<Pool open size=4/4 idle=0 in_use=4 waiting=4>"
    for caller in callers[:4]:
        caller.enough.set()
        await fake.settle()
    assert "".join(served) == "aaaa" + "bcaa"
    for caller in callers:
        caller.enough.set()
    await asyncio.gather(*(caller.task for caller in callers))
    assert repr(pool) == "<Pool open size=4/4 idle=4 in_use=0 waiting=0>"


async def test_nothing_lies_idle_for_fairness(fake: FakeDatabase, pool: Pool) -> None:
    """Where nobody else waits one caller may have the whole pool, and is served in turn."""
    served: list[Any] = []
    callers = await asking(fake, pool, "aaaaaa", served)
    assert repr(pool) == "<Pool open size=4/4 idle=0 in_use=4 waiting=2>"
    callers[0].enough.set()
    await fake.settle()
    assert len(served) == 5
    for caller in callers:
        caller.enough.set()
    await asyncio.gather(*(caller.task for caller in callers))


async def test_one_caller_does_not_fill_the_queue(fake: FakeDatabase, pool: Pool) -> None:
    """What a caller wants beyond its share of the queue is refused at once with 429, and others still get a place."""
    served: list[Any] = []
    callers = await asking(fake, pool, "a" * 14, served)
    assert repr(pool) == "<Pool open size=4/4 idle=0 in_use=4 waiting=10>"
    with pytest.raises(PoolShareError) as caught:
        await pool.lease(identity="a").__aenter__()
    error = caught.value
    assert (error.status, error.code, error.headers["Retry-After"]) == (429, "PGATE429", "1")
    callers += await asking(fake, pool, "bcdefghijk", served)
    assert repr(pool) == "<Pool open size=4/4 idle=0 in_use=4 waiting=20>"
    with pytest.raises(PoolFullError):
        await pool.lease(identity="l").__aenter__()
    assert pool.stats().shed == 2
    for caller in callers:
        caller.enough.set()
    await asyncio.gather(*(caller.task for caller in callers))


async def test_the_share_comes_back_however_a_caller_ends(fake: FakeDatabase, pool: Pool) -> None:
    """Cancelled in the queue, after the hand-off or in use: nothing is counted against a caller that has gone."""
    served: list[Any] = []
    for _ in range(5):
        callers = await asking(fake, pool, "a" * 8, served)
        callers[0].enough.set()
        await asyncio.sleep(0)
        for caller in callers:
            caller.task.cancel()
        await asyncio.gather(*(caller.task for caller in callers), return_exceptions=True)
    await fake.settle()
    assert repr(pool) == "<Pool open size=4/4 idle=4 in_use=0 waiting=0>"
    shares = pool._stock._shares
    assert (shares._held, shares._waiting) == ({}, {})


async def test_everybody_without_an_identity_is_alike(fake: FakeDatabase, pool: Pool) -> None:
    """A caller that says not who it is has no share, and is served in turn."""
    served: list[Any] = []
    callers = [Asking(pool, None, served) for _ in range(8)]
    await fake.settle()
    callers += await asking(fake, pool, "a", served)
    for caller in callers:
        caller.enough.set()
        await fake.settle()
    assert served == [None] * 8 + ["a"]


async def test_acquire_counts_too(fake: FakeDatabase, pool: Pool) -> None:
    """`acquire` takes the identity as `lease` does."""
    async with pool.acquire(identity="a") as connection:
        await connection.execute(text("select 1"))
        assert [holder.identity for holder in pool.holders()] == ["a"]
    assert pool.holders() == []


@pytest.mark.parametrize("share", [0, -1, 1.1])
async def test_an_impossible_share(fake: FakeDatabase, share: float) -> None:
    """A share is a part of the pool."""
    with pytest.raises(ValueError, match="share"):
        fake.pool(share=share)
