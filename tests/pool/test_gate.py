"""The gate alone: pure asyncio, no connection anywhere."""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import PoolClosedError, PoolFullError, PoolTimeoutError
from service.pool.gate import Gate


class Shelf:
    """The least a gate needs behind it: things that lie free while nobody waits."""

    def __init__(self, things: int) -> None:
        self.free = list(range(things))
        self.gate: Gate[int] = Gate(self.put)

    def put(self, thing: int) -> None:
        if not self.gate.offer(thing):
            self.free.append(thing)

    async def take(self, timeout: float = math.inf, most: int = 10**6) -> int:
        if self.free:
            return self.free.pop()
        return await self.gate.wait(self.gate.join(asyncio.get_running_loop().time() + timeout, most))


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_first_come_first_served() -> None:
    """Callers are served in the order in which they came."""
    shelf, order = Shelf(1), []
    thing = await shelf.take()

    async def caller(number: int) -> None:
        mine = await shelf.take()
        order.append(number)
        shelf.put(mine)

    tasks = [asyncio.create_task(caller(number)) for number in range(50)]
    await settle()
    shelf.put(thing)
    await asyncio.gather(*tasks)
    assert order == list(range(50))


async def test_a_newcomer_does_not_overtake() -> None:
    """Between the hand-off and the moment the waiter runs, a newcomer finds nothing free."""
    shelf = Shelf(1)
    thing = await shelf.take()
    waiter = asyncio.create_task(shelf.take())
    await settle()
    shelf.put(thing)
    assert shelf.free == []
    newcomer = asyncio.create_task(shelf.take())
    await settle()
    assert waiter.done()
    assert not newcomer.done()
    shelf.put(waiter.result())
    assert await newcomer == thing


async def test_cancelled_in_the_queue() -> None:
    """A caller cancelled while it waits is gone from the queue, and the next is served."""
    shelf = Shelf(1)
    thing = await shelf.take()
    gone, stays = asyncio.create_task(shelf.take()), asyncio.create_task(shelf.take())
    await settle()
    gone.cancel()
    await settle()
    assert repr(shelf.gate) == "<Gate waiting=1>"
    shelf.put(thing)
    assert await stays == thing


async def test_cancelled_and_not_run_since() -> None:
    """A caller that was cancelled but has not run since is passed over."""
    shelf = Shelf(1)
    thing = await shelf.take()
    gone, stays = asyncio.create_task(shelf.take()), asyncio.create_task(shelf.take())
    await settle()
    gone.cancel()
    shelf.put(thing)
    assert await stays == thing
    assert gone.cancelled()


async def test_cancelled_after_the_hand_off() -> None:
    """A caller cancelled after the hand-off, before it ran, passes the thing on."""
    shelf = Shelf(1)
    thing = await shelf.take()
    gone, stays = asyncio.create_task(shelf.take()), asyncio.create_task(shelf.take())
    await settle()
    shelf.put(thing)
    gone.cancel()
    await settle()
    assert gone.cancelled()
    assert await stays == thing
    shelf.put(thing)
    assert shelf.free == [thing]


async def test_timeout_loses_nothing() -> None:
    """A deadline that passes takes only its own caller out of the queue."""
    shelf = Shelf(1)
    thing = await shelf.take()
    late, stays = asyncio.create_task(shelf.take(timeout=0)), asyncio.create_task(shelf.take())
    with pytest.raises(PoolTimeoutError, match="no database connection came free within"):
        await late
    assert len(shelf.gate) == 1
    shelf.put(thing)
    assert await stays == thing


async def test_cancelled_after_the_deadline() -> None:
    """A caller that timed out and was cancelled at once leaves neither a thing nor a complaint behind."""
    shelf = Shelf(1)
    thing = await shelf.take()
    late = asyncio.create_task(shelf.take())
    await settle()
    shelf.gate.fail_all(lambda: PoolTimeoutError("late"))
    late.cancel()
    await settle()
    assert late.cancelled()
    shelf.put(thing)
    assert shelf.free == [thing]


async def test_a_full_queue_says_so_at_once() -> None:
    """One caller more than the queue holds is turned away without waiting."""
    shelf = Shelf(0)
    waiting = asyncio.create_task(shelf.take(most=1))
    await settle()
    with pytest.raises(PoolFullError):
        shelf.gate.join(math.inf, 1)
    waiting.cancel()


async def test_fail_all() -> None:
    """Closing the gate fails everybody who waits, each with an error of its own."""
    shelf = Shelf(0)
    tasks = [asyncio.create_task(shelf.take()) for _ in range(3)]
    await settle()
    shelf.gate.fail_all(lambda: PoolClosedError("closed"))
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert len({id(error) for error in errors}) == 3
    assert all(isinstance(error, PoolClosedError) for error in errors)
    assert len(shelf.gate) == 0


STEPS = st.lists(st.tuples(st.sampled_from(("take", "put", "cancel", "fail", "run")), st.integers(0, 7)), max_size=60)


@settings(max_examples=300, deadline=None)
@given(things=st.integers(1, 3), steps=STEPS)
def test_against_a_model(things: int, steps: list[tuple[str, int]]) -> None:
    """Whatever the order of calls, hand-offs and cancellations: nothing is lost, doubled or taken out of turn."""
    asyncio.run(follow(things, steps))


async def follow(things: int, steps: list[tuple[str, int]]) -> None:
    shelf = Shelf(things)
    queue: list[asyncio.Task[int]] = []  # the model: who came when, and is not known to have ended
    served: list[asyncio.Task[int]] = []
    for step, which in steps:
        match step:
            case "take":
                queue.append(asyncio.create_task(shelf.take()))
                await asyncio.sleep(0)
            case "put" if held := [task for task in served if task.done()]:
                task = held[which % len(held)]
                served.remove(task)
                shelf.put(task.result())
            case "cancel" if queue:
                queue[which % len(queue)].cancel()
            case "fail":
                shelf.gate.fail_all(lambda: PoolTimeoutError("failed"))
            case "run":
                await settle()
        ended = [task for task in queue if task.done()]
        got = [task for task in ended if not task.cancelled() and task.exception() is None]
        served.extend(got)
        queue = [task for task in queue if not task.done()]
        if step == "run":
            assert not (shelf.free and queue), "something lies free while somebody waits"
    await settle()
    served.extend(task for task in queue if task.done() and not task.cancelled() and task.exception() is None)
    queue = [task for task in queue if not task.done()]
    held_things = [task.result() for task in served]
    assert sorted([*held_things, *shelf.free]) == list(range(things))
    assert len(shelf.gate) == len(queue)
    assert not (shelf.free and queue)
    for task in served:  # everybody left is served in turn
        shelf.put(task.result())
        await settle()
    while queue:
        first = queue.pop(0)
        assert first.done(), "the first in the queue was not served"
        shelf.put(first.result())
        await settle()
    assert sorted(shelf.free) == list(range(things))


async def test_random_schedules() -> None:
    """Thousands of callers with random deadlines and cancellations end as they must, and nothing is lost."""
    rng, things = random.Random(7), 5
    shelf, outcome = Shelf(things), Counter[str]()
    in_use, peak = 0, 0

    async def caller() -> None:
        nonlocal in_use, peak
        try:
            thing = await shelf.take(timeout=rng.choice((0, 0.001, 0.01, math.inf)))
        except PoolTimeoutError:
            outcome["timed out"] += 1
            return
        in_use += 1
        peak = max(peak, in_use)
        try:
            for _ in range(rng.randrange(4)):
                await asyncio.sleep(0)
            outcome["served"] += 1
        finally:
            in_use -= 1
            shelf.put(thing)

    tasks = []
    for _ in range(5000):
        tasks.append(asyncio.create_task(caller()))
        if rng.random() < 0.3:
            rng.choice(tasks).cancel()
        if rng.random() < 0.2:
            await asyncio.sleep(0)
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    cancelled = sum(isinstance(end, asyncio.CancelledError) for end in ends)
    assert cancelled + outcome.total() >= 5000
    assert {type(end) for end in ends} <= {type(None), asyncio.CancelledError}
    assert min(outcome["served"], outcome["timed out"], cancelled) > 20
    assert peak == things
    assert sorted(shelf.free) == list(range(things))
    assert len(shelf.gate) == 0
