"""The pool over the fake database, cranked by hand; `repr` tells the state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from service.errors import DatabaseAwayError, PoolClosedError, PoolFullError, PoolTimeoutError
from service.events import (
    Acquired,
    Cancelled,
    Closed,
    Connected,
    ConnectFailed,
    Event,
    Reason,
    Released,
    Shed,
    TimedOut,
)
from service.pool import Pool, Store
from service.pool.fake import FakeDatabase, FakeError

Start = Callable[[Pool], Awaitable[None]]


@pytest.fixture
async def start() -> AsyncIterator[Callable[..., Any]]:
    """Opens pools and closes them after the test, in whatever state it left them."""
    pools: list[Pool] = []

    async def start(fake: FakeDatabase, **limits: Any) -> Pool:
        pools.append(pool := fake.pool(**{"min_size": 0, **limits}))
        await pool.open()
        return pool

    yield start
    for pool in pools:
        await pool.close(timeout=0)


class Caller:
    """A task that leases a connection and keeps it until told otherwise."""

    def __init__(self, pool: Pool, timeout: float | None = None) -> None:
        self.enough = asyncio.Event()
        self.holding = False
        self.task = asyncio.create_task(self._run(pool, timeout))

    async def _run(self, pool: Pool, timeout: float | None) -> float:
        async with pool.lease(timeout=timeout) as lease:
            self.holding = True
            await self.enough.wait()
            return lease.waited

    async def leave(self) -> float:
        self.enough.set()
        return await self.task


async def test_warm_up(start: Any) -> None:
    """Opening makes `min_size` connections: the first alone, the others side by side."""
    fake = FakeDatabase()
    pool = fake.pool(min_size=3)
    opening = asyncio.create_task(pool.open())
    await fake.settle()
    assert repr(pool) == "<Pool open size=0/10 idle=0 in_use=0 waiting=0 connecting=1>"
    fake.connect()
    await fake.settle()
    assert repr(pool) == "<Pool open size=1/10 idle=1 in_use=0 waiting=0 connecting=2>"
    fake.connect()
    fake.connect()
    await opening
    assert repr(pool) == "<Pool open size=3/10 idle=3 in_use=0 waiting=0>"
    assert (pool.get_size(), pool.get_idle_size(), pool.get_min_size(), pool.get_max_size()) == (3, 3, 3, 10)
    await pool.close()


async def test_warm_up_fails(start: Any) -> None:
    """A database that is away at the start is said once; the pool is open and heals when the database is back."""
    fake = FakeDatabase()
    pool = fake.pool(min_size=3)
    opening = asyncio.create_task(pool.open())
    await fake.settle()
    fake.refuse(OSError("no route"))
    with pytest.raises(DatabaseAwayError) as caught:
        await opening
    assert isinstance(caught.value.__cause__, OSError)
    assert not fake.asked
    assert repr(pool) == "<Pool open size=0/10 idle=0 in_use=0 waiting=0 away>"
    fake.by_hand = False
    fake.clock.advance(0.2)
    await fake.settle()
    assert repr(pool) == "<Pool open size=3/10 idle=3 in_use=0 waiting=0>"
    await pool.close()


async def test_warm_up_fails_with_a_writer() -> None:
    """After a failed warm-up the writer, too, connects when it is asked to."""
    fake = FakeDatabase()
    pool = Pool(fake.engine(), fake.driver, writer=fake.engine())
    opening = asyncio.create_task(pool.open())
    await fake.settle()
    fake.refuse()
    with pytest.raises(DatabaseAwayError):
        await opening
    fake.by_hand = False
    assert await pool.execute("insert") == 1
    await pool.close()


async def test_grows_on_demand_up_to_max_size(start: Any) -> None:
    """Connections are opened for those who wait, never more than `max_size`."""
    fake = FakeDatabase()
    pool = await start(fake, max_size=2)
    callers = [Caller(pool) for _ in range(5)]
    await fake.settle()
    assert repr(pool) == "<Pool open size=0/2 idle=0 in_use=0 waiting=5 connecting=2>"
    fake.connect()
    fake.connect()
    await fake.settle()
    assert repr(pool) == "<Pool open size=2/2 idle=0 in_use=2 waiting=3>"
    assert [caller.holding for caller in callers] == [True, True, False, False, False]
    assert await callers[0].leave() > 0
    await fake.settle()
    assert callers[2].holding
    for caller in callers[1:]:
        await caller.leave()
    assert repr(pool) == "<Pool open size=2/2 idle=2 in_use=0 waiting=0>"


async def test_takes_whichever_comes_first(start: Any) -> None:
    """A caller for whom a connection is being opened takes one that is given back meanwhile."""
    fake = FakeDatabase()
    pool = await start(fake, max_size=2)
    first = Caller(pool)
    await fake.settle()
    fake.connect()
    await fake.settle()
    second = Caller(pool)
    await fake.settle()
    assert repr(pool) == "<Pool open size=1/2 idle=0 in_use=1 waiting=1 connecting=1>"
    await first.leave()
    await fake.settle()
    assert second.holding
    fake.connect()
    await second.leave()
    assert repr(pool) == "<Pool open size=2/2 idle=2 in_use=0 waiting=0>"


async def test_a_cancelled_caller_does_not_waste_the_connect(start: Any) -> None:
    """The connection opened for a caller that went away serves the next."""
    fake = FakeDatabase()
    pool = await start(fake, max_size=1)
    gone = Caller(pool)
    await fake.settle()
    gone.task.cancel()
    await fake.settle()
    assert repr(pool) == "<Pool open size=0/1 idle=0 in_use=0 waiting=0 connecting=1>"
    fake.connect()
    await fake.settle()
    assert repr(pool) == "<Pool open size=1/1 idle=1 in_use=0 waiting=0>"
    assert pool.stats().cancelled == 1


async def test_last_used_first(start: Any) -> None:
    """Of several idle connections the one used last is taken, so that the others may age."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=3)
    async with pool.lease() as one:
        last = one.connection
    for _ in range(3):
        async with pool.lease() as lease:
            assert lease.connection is last


async def test_connect_fails_with_nothing_in_use(start: Any) -> None:
    """With no connection there a failed connect is the answer to all who wait."""
    fake = FakeDatabase()
    pool = await start(fake, max_size=1)
    first, second = Caller(pool), Caller(pool)
    await fake.settle()
    fake.refuse(OSError("no route"))
    for caller in (first, second):
        with pytest.raises(DatabaseAwayError) as caught:
            await caller.task
        assert isinstance(caught.value.__cause__, OSError)
    assert repr(pool) == "<Pool open size=0/1 idle=0 in_use=0 waiting=0 away>"
    assert pool.stats().connect_errors == 1


async def test_connect_fails_with_others_in_use(start: Any) -> None:
    """While connections are in use a failed connect fails nobody: one will come back."""
    fake = FakeDatabase()
    pool = await start(fake, max_size=2)
    first = Caller(pool)
    await fake.settle()
    fake.connect()
    await fake.settle()
    second = Caller(pool)
    await fake.settle()
    fake.refuse()
    await fake.settle()
    assert repr(pool) == "<Pool open size=1/2 idle=0 in_use=1 waiting=1>"
    await first.leave()
    await second.leave()
    assert repr(pool) == "<Pool open size=1/2 idle=1 in_use=0 waiting=0>"


async def test_connecting_has_a_deadline(start: Any) -> None:
    """A connect that never ends is given up and answered with an error."""
    fake = FakeDatabase()
    pool = await start(fake, max_size=1, connect_timeout=0.01)
    with pytest.raises(DatabaseAwayError) as caught:
        await pool.fetch("select 1")
    assert isinstance(caught.value.__cause__, TimeoutError)
    assert repr(pool) == "<Pool open size=0/1 idle=0 in_use=0 waiting=0 away>"


async def test_drivers_error_is_translated(start: Any) -> None:
    """What the driver raises at connecting becomes what `translate` makes of it."""
    fake = FakeDatabase()
    pool = await start(fake, translate=lambda error: DatabaseAwayError(f"sorry: {error}"))
    caller = Caller(pool)
    await fake.settle()
    fake.refuse(FakeError("too many"))
    with pytest.raises(DatabaseAwayError, match="sorry: too many"):
        await caller.task


async def test_timeout_says_what_the_pool_looks_like(start: Any) -> None:
    """A caller that waited in vain learns how the pool stood and why nothing could be opened."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, max_size=1, acquire_timeout=0.01)
    async with pool.lease():
        with pytest.raises(PoolTimeoutError) as caught:
            await pool.fetch("select 1")
        assert caught.value.details == "open size=1/1 idle=0 in_use=1 waiting=0"
        with pytest.raises(PoolTimeoutError):
            await pool.acquire(timeout=0)
    assert repr(pool) == "<Pool open size=1/1 idle=1 in_use=0 waiting=0>"
    assert pool.stats().timed_out == 2


async def test_full(start: Any) -> None:
    """`max_waiting` callers may wait while all connections are in use; the next is turned away at once."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, max_size=1, max_waiting=2)
    callers = [Caller(pool) for _ in range(3)]
    await fake.settle()
    assert repr(pool) == "<Pool open size=1/1 idle=0 in_use=1 waiting=2>"
    with pytest.raises(PoolFullError) as caught:
        await pool.fetch("select 1")
    assert caught.value.headers["Retry-After"] == "1"
    for caller in callers:
        await caller.leave()
    assert pool.stats().shed == 1


async def test_no_waiting_allowed(start: Any) -> None:
    """With `max_waiting=0` a caller may still wait for a connection that can be opened for it."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, max_size=1, max_waiting=0)
    async with pool.lease():
        with pytest.raises(PoolFullError):
            await pool.fetch("select 1")


async def test_a_dead_idle_connection_is_replaced(start: Any) -> None:
    """A connection that the network took while it lay idle is not handed out, and costs no other its place."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=3)
    dead = next(iter(fake.live))
    for connection in list(fake.live):
        if connection is not dead:
            async with pool.lease():
                pass
    dead.drop()
    for _ in range(3):
        leases = [Caller(pool) for _ in range(3)]
        await fake.settle()
        assert all(caller.holding for caller in leases)
        for caller in leases:
            await caller.leave()
    assert pool.stats().closed == {Reason.LOST: 1}
    assert pool.stats().connects == 4


async def test_a_connection_lost_in_use(start: Any) -> None:
    """One lost connection costs one connection: the others stay, and the waiting caller gets a new one."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=2, max_size=2)
    async with pool.lease() as other:
        async with pool.lease() as lease:
            lease.connection.drop()
            waiting = Caller(pool)
            await fake.settle()
            with pytest.raises(FakeError):
                await lease.fetch("select 1")
        await fake.settle()
        assert waiting.holding
        assert not other.connection.closed
        await waiting.leave()
    assert repr(pool) == "<Pool open size=2/2 idle=2 in_use=0 waiting=0>"
    assert pool.stats().closed == {Reason.LOST: 1}


async def test_closing_counts_against_max_size(start: Any) -> None:
    """No new connection is opened in place of one that the server still has."""
    fake = FakeDatabase(by_hand=False, hold_closes=True)
    pool = await start(fake, max_size=1)
    async with pool.lease() as lease:
        lease.invalidate()
    waiting = Caller(pool)
    await fake.settle()
    assert repr(pool) == "<Pool open size=0/1 idle=0 in_use=0 waiting=1 closing=1>"
    fake.closing.popleft().set_result(None)
    await fake.settle()
    assert waiting.holding
    await waiting.leave()
    assert fake.peak == 1
    fake.hold_closes = False


async def test_closing_has_a_deadline(start: Any) -> None:
    """A connection that does not close politely is cut off, and its room is free again."""
    fake = FakeDatabase(by_hand=False, hold_closes=True)
    pool = await start(fake, max_size=1, close_timeout=0.01)
    async with pool.lease() as lease:
        lease.invalidate()
    assert await pool.fetchval("select 1") == 1
    assert lease.connection.ran == ["interrupt", "close", "terminate"]
    fake.hold_closes = False


async def test_events(start: Any) -> None:
    """Each happening is reported once, as a fact."""
    seen: list[Event] = []
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, max_size=1, max_waiting=1, observe=seen.append)
    async with pool.lease() as lease:
        with pytest.raises(PoolTimeoutError):
            await pool.fetch("select 1", timeout=0)
        waiting = Caller(pool)
        await fake.settle()
        with pytest.raises(PoolFullError):
            await pool.fetch("select 1")
        waiting.task.cancel()
        await fake.settle()
        lease.invalidate()
    fake.by_hand = True
    failing = Caller(pool)
    await fake.settle()
    fake.refuse(error := FakeError("no"))
    with pytest.raises(DatabaseAwayError):
        await failing.task
    kinds = [type(event) for event in seen]
    assert kinds == [Connected, Acquired, TimedOut, Shed, Cancelled, Released, Closed, ConnectFailed]
    assert seen[3] == Shed(1)
    assert seen[6:] == [Closed(Reason.INVALIDATED), ConnectFailed(error)]


async def test_a_listener_that_fails_breaks_nothing(start: Any) -> None:
    """The pool goes on whatever the listener raises, and counts it."""

    def listener(_event: Event) -> None:
        raise ValueError("no")

    pool = await start(FakeDatabase(by_hand=False), observe=listener)
    assert await pool.fetchval("select 1") == 1
    assert repr(pool) == "<Pool open size=1/10 idle=1 in_use=0 waiting=0>"
    assert pool.stats().observer_errors == 3


async def test_stats_are_a_snapshot(start: Any) -> None:
    """Numbers taken once do not change any more."""
    pool = await start(FakeDatabase(by_hand=False))
    before = pool.stats()
    await pool.fetch("select 1")
    after = pool.stats()
    assert (before.acquired, before.size, before.connects) == (0, 0, 0)
    assert (after.acquired, after.size, after.connects, after.queued, after.peak_in_use) == (1, 1, 1, 1, 1)
    assert after.max_wait_seconds == after.wait_seconds > 0
    with pytest.raises(AttributeError):
        after.size = 7
    with pytest.raises(TypeError):
        after.closed[Reason.LOST] = 7


async def test_acquire_both_ways(start: Any) -> None:
    """`acquire` gives a started SQLAlchemy connection, awaited or entered; releasing twice does no harm."""
    pool = await start(FakeDatabase(by_hand=False))
    async with pool.acquire() as connection:
        assert (await connection.execute(text("select :n"), {"n": 1})).scalar_one() == 1
        assert repr(pool) == "<Pool open size=1/10 idle=0 in_use=1 waiting=0>"
    again = await pool.acquire(timeout=1)
    assert again is not connection
    await again.execute(text("select 1"))
    await pool.release(again)
    await pool.release(again)
    assert repr(pool) == "<Pool open size=1/10 idle=1 in_use=0 waiting=0>"


async def test_engine_and_session_come_through_the_gate(start: Any) -> None:
    """`engine.connect()` and `AsyncSession(engine)` wait in the same queue, in turn with everybody else."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, max_size=1)
    order = []

    async def by_engine() -> None:
        async with pool.engine.connect() as connection:
            await connection.execute(text("select 1"))
            order.append("engine")

    async def by_session() -> None:
        async with AsyncSession(pool.engine) as session:
            await session.execute(text("select 1"))
            order.append("session")

    async def by_lease() -> None:
        async with pool.lease():
            order.append("lease")

    async with pool.lease():
        tasks = []
        for way in (by_engine, by_session, by_lease, by_session):
            tasks.append(asyncio.create_task(way()))
            await fake.settle()
        assert repr(pool) == "<Pool open size=1/1 idle=0 in_use=1 waiting=4>"
    await asyncio.gather(*tasks)
    assert order == ["engine", "session", "lease", "session"]
    assert fake.peak == 1


async def test_engine_connect_cancelled_and_timed_out(start: Any) -> None:
    """A plain engine's caller keeps the pool's deadline, and leaves the queue when it is cancelled."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, max_size=1, acquire_timeout=0.01)
    async with pool.lease():
        with pytest.raises(PoolTimeoutError):
            async with pool.engine.connect():
                pass
        task = asyncio.create_task(pool.engine.connect().start())
        await asyncio.sleep(0)
        task.cancel()
        await fake.settle()
        assert repr(pool) == "<Pool open size=1/1 idle=0 in_use=1 waiting=0>"
    assert repr(pool) == "<Pool open size=1/1 idle=1 in_use=0 waiting=0>"


async def test_one_lost_connection_does_not_invalidate_the_pool(start: Any) -> None:
    """What SQLAlchemy does to the whole pool after a disconnect stays with the one connection."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=3)
    async with pool.acquire() as connection:
        fairy = await connection.get_raw_connection()
        pool.engine.sync_engine.pool._invalidate(fairy, FakeError("lost"))
    await fake.settle()
    assert repr(pool) == "<Pool open size=3/10 idle=3 in_use=0 waiting=0>"
    assert pool.stats().closed == {Reason.INVALIDATED: 1}


async def test_detached_connection_leaves_its_room(start: Any) -> None:
    """A connection that its caller detaches from the pool is the caller's; the pool may open another."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, max_size=1)
    connection = await pool.acquire()
    (await connection.get_raw_connection()).detach()
    assert repr(pool) == "<Pool open size=0/1 idle=0 in_use=0 waiting=0>"
    await connection.close()
    await fake.settle()
    assert fake.live == set()
    assert await pool.fetchval("select 1") == 1


async def test_engine_dispose_does_not_end_the_pool(start: Any) -> None:
    """`engine.dispose()` closes what lies idle; the engine keeps its one pool, which keeps to its smallest size."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=2)
    store = pool.engine.sync_engine.pool
    await pool.engine.dispose()
    await fake.settle()
    assert pool.engine.sync_engine.pool is store
    assert repr(pool) == "<Pool open size=2/10 idle=2 in_use=0 waiting=0>"
    assert (pool.stats().closed, pool.stats().connects) == ({Reason.DISPOSED: 2}, 4)
    assert await pool.fetchval("select 1") == 1


async def test_writer(start: Any) -> None:
    """With an engine for the writer, reads and writes wait apart; numbers add up and both can be seen."""
    fake = FakeDatabase(by_hand=False)
    pool = Pool(fake.engine(), fake.driver, writer=fake.engine(), min_size=1, max_size=2)
    async with pool:
        assert repr(pool) == (
            "<Pool open size=1/2 idle=1 in_use=0 waiting=0 writer(open size=1/1 idle=1 in_use=0 waiting=0)>"
        )
        async with pool.acquire() as writing, pool.acquire(readonly=True) as reading, pool.lease() as lease:
            assert writing.engine is pool.writer
            assert reading.engine is pool.engine
            assert lease.connection is not None
            with pytest.raises(PoolTimeoutError):
                await pool.execute("insert", timeout=0)
        stats = pool.stats()
        assert (stats.size, stats.max_size, stats.acquired, stats.timed_out) == (3, 3, 3, 1)
        assert stats.writer is not None
        assert (stats.writer.size, stats.writer.acquired, stats.writer.timed_out) == (1, 1, 1)
        assert (pool.get_size(), pool.get_max_size()) == (3, 3)


async def test_reads_that_write_move_to_the_writer() -> None:
    """A `fetch` that a reader refuses because it writes is run by the writer instead; its own errors are its own."""

    def refuse(sql: str, _args: Any) -> list[Any]:
        raise FakeError("read-only" if sql.startswith("insert") else "no such table")

    readers, writers = FakeDatabase(by_hand=False, answer=refuse), FakeDatabase(by_hand=False)
    pool = Pool(readers.engine(), readers.driver, writer=writers.engine(), min_size=0, max_size=1)
    async with pool:
        assert await pool.fetchval("insert … returning") == 1
        with pytest.raises(FakeError, match="no such table"):
            await pool.fetch("select 1")
        assert [connection.ran for connection in writers.live] == [["insert … returning"]]
    with pytest.raises(PoolClosedError):
        await pool.fetchval("select 1")


async def test_one_engine_one_pool() -> None:
    """A second pool over the same engine is refused, and so is an engine with a pool of another kind."""
    fake = FakeDatabase()
    engine = fake.engine()
    Pool(engine, fake.driver)
    with pytest.raises(RuntimeError, match="has a pool already"):
        Pool(engine, fake.driver)
    with pytest.raises(TypeError, match="poolclass=Store"):
        Pool(create_async_engine("poolgate_fake://"), fake.driver)
    with pytest.raises(TypeError, match="pool_pre_ping"):
        create_async_engine("poolgate_fake://", poolclass=Store, pool_pre_ping=True)


@pytest.mark.parametrize(
    "limits",
    [{"min_size": 3, "max_size": 2}, {"min_size": -1}, {"max_size": 0}, {"max_waiting": -1}, {"acquire_timeout": 0}],
)
async def test_impossible_limits(limits: dict[str, Any]) -> None:
    """Limits that contradict each other are refused when the pool is made."""
    with pytest.raises(ValueError, match="|".join(limits)):
        FakeDatabase().pool(**limits)
