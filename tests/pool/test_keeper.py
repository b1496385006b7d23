"""The keeper over the fake database: time is moved by hand, and `repr` tells what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from service.errors import DatabaseAwayError
from service.events import Event, Expired, Leaked, Reason, Resized
from service.pool import Pool
from service.pool.chores import Chores
from service.pool.fake import FakeClock, FakeDatabase, FakeError
from service.pool.keeper import Keeper
from tests.pool.test_pool import Caller

Start = Callable[..., Any]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Opens pools, and closes them after the test in whatever state it left them."""
    pools: list[Pool] = []
    faults: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, told: faults.append(told))

    async def start(fake: FakeDatabase, **limits: Any) -> Pool:
        pools.append(pool := fake.pool(**limits))
        await pool.open()
        await fake.settle()
        return pool

    yield start
    for pool in pools:
        await pool.close(timeout=0)
    assert faults == []


async def passing(fake: FakeDatabase, seconds: float, step: float = 0.5) -> None:
    """Time goes by, in steps."""
    for _ in range(round(seconds / step)):
        fake.clock.advance(step)
        await fake.settle()


async def until(condition: Callable[[], bool]) -> None:
    """Waits for what takes a real, short while: a deadline that passes."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # nothing announces it
            await asyncio.sleep(0.001)


def closed(pool: Pool) -> dict[Reason, int]:
    return dict(pool.stats().closed)


async def test_unneeded_connections_go(start: Start) -> None:
    """Connections beyond `min_size` are closed when nobody used them for `max_idle`; the smallest size stays."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=2, max_size=5, max_idle=60, keepalive=None)
    callers = [Caller(pool) for _ in range(5)]
    while not all(caller.holding for caller in callers):
        await fake.settle()
    for caller in callers:
        await caller.leave()
    assert repr(pool) == "<Pool open size=5/5 idle=5 in_use=0 waiting=0>"
    await passing(fake, 59)
    assert pool.get_size() == 5
    await passing(fake, 2)
    assert repr(pool) == "<Pool open size=2/5 idle=2 in_use=0 waiting=0>"
    await passing(fake, 120)
    assert closed(pool) == {Reason.IDLE: 3}


async def test_used_connections_stay(start: Start) -> None:
    """A connection that somebody uses now and then is not unneeded, however many there are."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=0, max_size=5, max_idle=60)
    for _ in range(10):
        await pool.fetchval("select 1")
        await passing(fake, 59, 1)
    assert (pool.stats().connects, closed(pool)) == (1, {})


async def test_old_connections_are_replaced_in_turn(start: Start) -> None:
    """Fault 17: twenty connections of one age are replaced at no more than two a second, and none is missed."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=20, max_size=20, max_lifetime=1000, keepalive=None, max_idle=None)
    await passing(fake, 974, 1)
    assert closed(pool) == {}
    for _ in range(60):
        before = pool.stats().replaced
        await passing(fake, 1, 0.25)
        assert pool.stats().replaced - before <= 2
        assert pool.get_size() >= 19
    assert (pool.stats().replaced, closed(pool), pool.get_size()) == (20, {Reason.LIFETIME: 20}, 20)


async def test_the_successor_comes_first(start: Start) -> None:
    """Where there is room an old connection serves until the one that replaces it is there, in use or not."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=1, max_size=2, max_lifetime=100, keepalive=None)
    fake.by_hand = True
    await passing(fake, 100)
    assert repr(pool) == "<Pool open size=1/2 idle=1 in_use=0 waiting=0 connecting=1>"
    async with pool.lease() as lease:
        fake.connect()
        await fake.settle()
        assert repr(pool) == "<Pool open size=2/2 idle=1 in_use=1 waiting=0>"
    await fake.settle()
    assert lease.connection.closed
    assert repr(pool) == "<Pool open size=1/2 idle=1 in_use=0 waiting=0>"
    assert (pool.stats().replaced, closed(pool)) == (1, {Reason.LIFETIME: 1})


async def test_an_old_connection_is_better_than_none(start: Start) -> None:
    """Fault 18: while no connection can be opened those that there are serve on, however old."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=1, max_size=2, max_lifetime=100)
    fake.by_hand = True
    await passing(fake, 100)
    for _ in range(5):
        fake.refuse(FakeError("too many clients"))
        await fake.settle()
        assert repr(pool) == "<Pool open size=1/2 idle=1 in_use=0 waiting=0>"
        assert await pool.fetchval("select 1") == 1
        await passing(fake, 2)


async def test_idle_connections_are_asked_whether_they_are_there(start: Start) -> None:
    """A connection that lay idle for `keepalive` is pinged, one at a time; one that is used is not."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=2, keepalive=30, max_idle=None)
    await passing(fake, 29)
    async with pool.lease() as lease:
        pass
    await passing(fake, 5)
    other = next(connection for connection in fake.live if connection is not lease.connection)
    assert (other.ran, lease.connection.ran) == (["select 1"], [])
    await passing(fake, 300)
    assert other.ran.count("select 1") == 11
    assert (closed(pool), pool.stats().acquired) == ({}, 1)


async def test_a_connection_that_does_not_answer_is_replaced(start: Start) -> None:
    """One that does not answer within the deadline is cut off and replaced, and the others are asked at once."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=3, keepalive=30, reset_timeout=0.01)
    fake.hold = True
    fake.clock.advance(30)
    await fake.settle()
    assert repr(pool) == "<Pool open size=3/10 idle=2 in_use=0 waiting=0 checking=1>"
    fake.hold = False
    (dead,) = [connection for connection in fake.live if connection.running is not None]
    others = fake.live - {dead}
    await until(lambda: pool.stats().connects == 4)
    await fake.settle()
    assert repr(pool) == "<Pool open size=3/10 idle=3 in_use=0 waiting=0>"
    assert [connection.ran for connection in others] == [["select 1"], ["select 1"]]
    assert (dead.ran, closed(pool)) == (["select 1", "terminate"], {Reason.VALIDATION: 1})


async def test_asked_before_use(start: Start) -> None:
    """Where the network may take connections without a sign, one is asked after half a second, and never sooner."""
    fake = FakeDatabase(by_hand=False, silent=True)
    pool = await start(fake, min_size=1, max_size=1)
    fake.clock.advance(0.5)
    await pool.fetchval("first")
    fake.clock.advance(0.6)
    await pool.fetchval("second")
    await pool.fetchval("third")
    (connection,) = fake.live
    assert connection.ran == ["first", "select 1", "second", "third"]
    assert pool.stats().connects == 1


async def test_a_silent_death_costs_no_request(start: Start) -> None:
    """A connection that has gone without a sign is found out before it is handed to anybody."""
    fake = FakeDatabase(by_hand=False, silent=True)
    pool = await start(fake, min_size=2, max_size=2, reset_timeout=0.01)
    gone = list(fake.live)
    fake.clock.advance(10)
    fake.hold = True
    asking = asyncio.create_task(pool.lease(timeout=5).__aenter__())
    lease = await asking
    assert lease.connection not in gone
    await until(lambda: closed(pool) == {Reason.VALIDATION: 2})
    await lease.__aexit__(None, None, None)


async def test_a_loss_puts_the_others_in_doubt(start: Start) -> None:
    """After a lost connection each idle one is asked before it is handed out: the dead cost no further request."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=4, max_size=4)
    seen = list(fake.live)
    fake.by_hand = True
    async with pool.lease() as lease:
        lease.connection.drop()
        with pytest.raises(FakeError):
            await lease.fetch("select 1")
    fake.hold = True
    assert repr(pool) == "<Pool open size=3/4 idle=0 in_use=0 waiting=0 checking=3>"
    next_one = asyncio.create_task(pool.fetchval("select 2"))
    await fake.settle()
    assert not any("select 2" in connection.ran for connection in seen)
    fake.hold = False
    for connection in seen:
        if connection.running is not None and not connection.running.done():
            connection.running.set_result([(1,)])
    assert await next_one == 1
    fake.connect()
    await fake.settle()
    assert repr(pool) == "<Pool open size=4/4 idle=4 in_use=0 waiting=0>"
    assert closed(pool) == {Reason.LOST: 1}


async def test_lost_connections_are_made_up_for(start: Start) -> None:
    """Connections below `min_size` are opened anew although nobody asks for one."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=3, keepalive=30)
    for connection in list(fake.live):
        connection.drop()
    await passing(fake, 31)
    assert repr(pool) == "<Pool open size=3/10 idle=3 in_use=0 waiting=0>"
    assert sum(closed(pool).values()) == 3


async def test_away(start: Start) -> None:
    """Fault 3: one attempt at a time, with growing pauses of at most 1.44 s; callers are told at once, and when to
    come again; the first success brings the smallest size back."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=2)
    fake.by_hand = True
    for connection in list(fake.live):
        connection.drop()
    waiting = [Caller(pool) for _ in range(3)]
    await fake.settle()
    assert len(fake.asked) == 3  # the first time all are asked for at once: nothing is known
    for _ in range(3):
        fake.refuse(OSError("no route"))
    for caller in waiting:
        with pytest.raises(DatabaseAwayError):
            await caller.task
    assert repr(pool) == "<Pool open size=0/10 idle=0 in_use=0 waiting=0 away>"
    pauses = []
    for _ in range(8):
        with pytest.raises(DatabaseAwayError) as caught:
            await pool.fetch("select 1")
        assert caught.value.headers["Retry-After"] in ("1", "2")
        pause = pool.stats().retry_in
        pauses.append(pause)
        fake.clock.advance(pause - 0.01)
        await fake.settle()
        assert not fake.asked
        fake.clock.advance(0.02)
        await fake.settle()
        assert len(fake.asked) == 1
        with pytest.raises(DatabaseAwayError):
            await pool.fetch("select 1")
        fake.refuse(OSError("no route"))
        await fake.settle()
    assert 0.1 <= pauses[0] <= 0.12
    assert 1.2 <= pauses[-1] <= 1.44
    assert pool.stats().away
    fake.by_hand = False
    await passing(fake, 1.5)
    assert repr(pool) == "<Pool open size=2/10 idle=2 in_use=0 waiting=0>"
    assert (pool.stats().away, pool.stats().retry_in) == (False, 0.0)
    assert await pool.fetchval("select 1") == 1


async def test_away_without_a_smallest_size(start: Start) -> None:
    """With `min_size=0` nobody tries while nobody asks; after the pause the next caller is the one who tries."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=0)
    fake.by_hand = True
    caller = Caller(pool)
    await fake.settle()
    fake.refuse()
    with pytest.raises(DatabaseAwayError):
        await caller.task
    await passing(fake, 60)
    assert not fake.asked
    fake.by_hand = False
    assert await pool.fetchval("select 1") == 1


async def test_away_with_the_last_connection_lost(start: Start) -> None:
    """Those who wait for a connection in use learn at once when that was the last and no other can be had."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=1, max_size=2)
    async with pool.lease() as lease:
        fake.by_hand = True
        waiting = Caller(pool)
        await fake.settle()
        fake.refuse()
        await fake.settle()
        assert repr(pool) == "<Pool open size=1/2 idle=0 in_use=1 waiting=1>"
        lease.connection.drop()
    with pytest.raises(DatabaseAwayError):
        await waiting.task


async def test_expire(start: Start) -> None:
    """Fault 19: every connection is replaced, in use or not, and no caller notices."""
    seen: list[Event] = []
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=3, max_size=3, observe=seen.append)
    old = set(fake.live)
    async with pool.lease() as lease:
        pool.expire_connections()
        await fake.settle()
        assert repr(pool) == "<Pool open size=3/3 idle=2 in_use=1 waiting=0>"
        assert await lease.fetchval("select 1") == 1
    await fake.settle()
    assert repr(pool) == "<Pool open size=3/3 idle=3 in_use=0 waiting=0>"
    assert not old & fake.live
    assert (pool.stats().generation, closed(pool)) == (1, {Reason.EXPIRED: 3})
    assert Expired(1) in seen


async def test_expire_while_connecting(start: Start) -> None:
    """A connection whose opening began before is not handed out: it may be to the old server."""
    fake = FakeDatabase()
    pool = await start(fake, min_size=0, max_size=1)
    caller = Caller(pool)
    await fake.settle()
    pool.expire_connections()
    old = fake.connect()
    await fake.settle()
    assert old.closed
    fake.connect()
    await fake.settle()
    assert caller.holding
    await caller.leave()


async def test_resize(start: Start) -> None:
    """The sizes are changed while the pool is in use: growing serves who waits, shrinking closes what is too much."""
    seen: list[Event] = []
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=1, max_size=1, observe=seen.append)
    callers = [Caller(pool) for _ in range(4)]
    await fake.settle()
    pool.resize(2, 4)
    await fake.settle()
    assert repr(pool) == "<Pool open size=4/4 idle=0 in_use=4 waiting=0>"
    await callers[0].leave()
    pool.resize(0, 2)
    await fake.settle()
    assert repr(pool) == "<Pool open size=3/2 idle=0 in_use=3 waiting=0>"
    for caller in callers[1:]:
        await caller.leave()
    await fake.settle()
    assert repr(pool) == "<Pool open size=2/2 idle=2 in_use=0 waiting=0>"
    assert (closed(pool), pool.get_max_size(), pool.get_min_size()) == ({Reason.RESIZED: 2}, 2, 0)
    assert seen.count(Resized(2, 4)) == 1
    with pytest.raises(ValueError, match="min_size <= max_size"):
        pool.resize(3, 2)


async def test_resize_and_back(start: Start) -> None:
    """A connection that was to go because the pool shrank stays when the pool has grown again."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=2, max_size=2)
    callers = [Caller(pool), Caller(pool)]
    await fake.settle()
    pool.resize(1, 1)
    pool.resize(2, 2)
    for caller in callers:
        await caller.leave()
    await fake.settle()
    assert (repr(pool), closed(pool)) == ("<Pool open size=2/2 idle=2 in_use=0 waiting=0>", {})


async def test_a_leak_is_reported(start: Start) -> None:
    """Fault 15: who holds a connection beyond the threshold is reported once, with the place where it was taken."""
    seen: list[Event] = []
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=1, leak_threshold=30, observe=seen.append)
    await passing(fake, 17)
    caller = Caller(pool)
    await passing(fake, 29)
    assert not [event for event in seen if isinstance(event, Leaked)]
    await passing(fake, 100)
    (leak,) = [event for event in seen if isinstance(event, Leaked)]
    assert leak.held == 30.0
    assert leak.where.startswith("pool/test_pool.py:")
    assert " in _run" in leak.where
    assert pool.stats().leaked == 1
    await caller.leave()
    assert (repr(pool), closed(pool)) == ("<Pool open size=1/10 idle=1 in_use=0 waiting=0>", {})
    again = Caller(pool)
    await passing(fake, 31)
    assert pool.stats().leaked == 2
    await again.leave()


async def test_a_leak_is_reclaimed(start: Start) -> None:
    """With a hard limit set the connection is taken away, what runs on it is stopped, and its room is free."""
    fake = FakeDatabase(by_hand=False, hold=True)
    pool = await start(fake, min_size=0, max_size=1, leak_threshold=None, reclaim_after=60)
    stuck = asyncio.create_task(pool.fetch("for ever"))
    await passing(fake, 61)
    with pytest.raises(FakeError, match="aborted"):
        await stuck
    fake.hold = False
    assert await pool.fetchval("select 1") == 1
    assert (closed(pool), pool.stats().leaked) == ({Reason.RECLAIMED: 1}, 0)


async def test_nothing_to_do(start: Start) -> None:
    """A keeper that has nothing to wait for sleeps; a closed pool has none."""
    fake = FakeDatabase(by_hand=False)
    off = {"max_lifetime": None, "max_idle": None, "keepalive": None, "leak_threshold": None}
    pool = await start(fake, min_size=1, **off)
    assert fake.clock.next is None
    busy = await start(fake, min_size=1, keepalive=30, max_idle=None, leak_threshold=None)
    assert fake.clock.next == 30
    await pool.close()
    await busy.close()
    assert fake.clock.next is None
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_fault_does_not_end_the_keeper() -> None:
    """Should one look fail, that is reported, and the keeper looks again a second later."""
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, what: told.append(what["exception"]))
    clock, looks = FakeClock(), 0

    def look() -> float:
        nonlocal looks
        looks += 1
        raise LookupError

    chores = Chores()
    keeper = Keeper(clock, chores, look)
    keeper.start()
    keeper.start()
    await asyncio.sleep(0)
    assert (looks, clock.next) == (1, 1.0)
    clock.advance(1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (looks, [type(error) for error in told]) == (2, [LookupError] * 2)
    keeper.stop()
    await chores.finish(1)


async def test_close_while_asking(start: Start) -> None:
    """A pool that closes while a connection is being asked whether it is there does not wait for the answer."""
    fake = FakeDatabase(by_hand=False)
    pool = await start(fake, min_size=2, keepalive=30)
    fake.hold = True
    fake.clock.advance(30)
    await fake.settle()
    assert pool.stats().checking == 1
    async with asyncio.timeout(1):
        await pool.close()
    assert fake.live == set()
    assert repr(pool) == "<Pool closed size=0/10 idle=0 in_use=0 waiting=0>"
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_check_keeps_the_order(start: Start) -> None:
    """Who waits for a connection that is being asked is served before who comes later, should another be ready."""
    fake = FakeDatabase(by_hand=False, silent=True)
    pool = await start(fake, min_size=2, max_size=2)
    fake.clock.advance(10)
    fake.hold = True
    first = Caller(pool)
    await fake.settle()
    assert repr(pool) == "<Pool open size=2/2 idle=1 in_use=0 waiting=1 checking=1>"
    pool._stock.idle[0].seen = fake.clock.time()  # as after a ping
    second = Caller(pool)
    await fake.settle()
    assert (first.holding, second.holding) == (True, False)
    fake.hold = False
    for connection in fake.live:
        if connection.running is not None:
            connection.running.set_result([(1,)])
    await fake.settle()
    assert second.holding
    for caller in (first, second):
        await caller.leave()
