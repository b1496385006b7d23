"""What the pool's page is made of: durations, samples, and events in words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from service.errors import DatabaseAwayError
from service.events import (
    Acquired,
    Cancelled,
    CatalogFailed,
    CatalogLoaded,
    Closed,
    Connected,
    ConnectFailed,
    Event,
    Expired,
    Leaked,
    Reason,
    Released,
    Resized,
    Shed,
    TimedOut,
    ignore,
    is_seldom,
    tell_all,
)
from service.operator.history import SECONDS, History
from service.operator.meters import Meters
from service.operator.news import News, in_words
from service.operator.numbers import between, summary
from service.operator.report import Report, Together, Worker
from service.pool.histogram import Tally
from service.pool.stats import PoolStats
from service.testing import FakeDatabase


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def stats() -> PoolStats:
    return FakeDatabase().pool(max_size=4).stats()


def together(pool: PoolStats) -> Together:
    """A worker that serves alone, with that pool."""
    return Together((Worker(1, "serving", 0.0, Report(1, 0.0, Meters().numbers(pool), None, 0), asked=True),))


def test_several_hear_of_an_event() -> None:
    """Each listener is told, in order."""
    heard: list[Any] = []
    tell_all(lambda event: heard.append((1, event)), lambda event: heard.append((2, event)))(Shed(3))
    assert heard == [(1, Shed(3)), (2, Shed(3))]


def test_meters_count_events() -> None:
    """Readings of the schema are counted with their durations."""
    meters = Meters()
    for event in (
        Acquired(0.0), Acquired(0.2), Released(0.003), Connected(0.03), CatalogLoaded("start", 0.5, 7, 1),
        CatalogFailed("reload", ValueError()), Cancelled(1.0),
    ):  # fmt: skip
        meters.observe(event)
    numbers = meters.numbers(stats())
    assert (numbers.readings, numbers.relations, numbers.reading.sum) == ({"loaded": 1, "failed": 1}, 7, 0.5)


def test_who_does_not_want_them_is_not_told_what_comes_with_each_request() -> None:
    """`Acquired` and `Released` are told to those alone who do something with them, all else to all; if nobody does
    they need not be made."""
    heard: list[Any] = []

    def often(event: Event) -> None:
        heard.append(("often", event))

    def seldom(event: Event) -> None:
        heard.append(("seldom", event))

    both = tell_all(often, seldom, seldom=[seldom])
    for event in (Acquired(0.0), Shed(3), Released(0.1)):
        both(event)
    assert heard == [("often", Acquired(0.0)), ("often", Shed(3)), ("seldom", Shed(3)), ("often", Released(0.1))]
    assert is_seldom(tell_all(seldom, seldom=[seldom]))
    assert is_seldom(ignore)
    assert not is_seldom(both)
    assert not is_seldom(seldom)


def test_durations_between_two_moments() -> None:
    """Of what was there before nothing counts; of nothing there are no percentiles."""
    tally = Tally()
    tally.add(10.0)
    earlier = tally.frozen()
    assert summary(between(earlier, earlier))["p50"] is None
    for _ in range(99):
        tally.add(0.02)
    told = summary(between(earlier, tally.frozen()))
    assert told["count"] == 99
    assert told["mean"] == pytest.approx(0.02)
    assert told["p50"] is not None
    assert 0.01 <= told["p50"] <= 0.025


async def test_history_keeps_the_last_minutes() -> None:
    """A sample a second, the oldest falls off; what was taken within a second is counted once."""
    clock = Clock()
    snapshot = [stats()]
    history = History(lambda: together(snapshot[0]), clock)
    for second in range(SECONDS + 5):
        clock.now += 1
        snapshot[0] = replace(snapshot[0], acquired=3 * second, waiting=second % 2)
        history.take()
    assert len(history.samples) == SECONDS
    assert {sample.acquired for sample in history.samples} == {3}
    assert history.samples[-1].at == clock.now
    assert [sample.waiting for sample in list(history.samples)[-2:]] == [1, 0]


async def test_durations_are_those_of_the_last_minutes() -> None:
    """What took long an hour ago is not among today's percentiles."""
    usage, snapshot = Tally(), [stats()]
    history = History(lambda: together(snapshot[0]))
    for seconds in (9.0, 0.1):
        usage.add(seconds)
        snapshot[0] = replace(snapshot[0], usage=usage.frozen())
        for _ in range(SECONDS + 20 if seconds == 9.0 else 1):
            history.take()
    assert between(history.earlier.usage, snapshot[0].usage).count == 1


async def test_one_task_takes_the_samples_and_ends() -> None:
    """It runs while the block does, and those who watch are let go when the service is about to stop."""
    stop = asyncio.Event()
    history = History(lambda: together(stats()))

    async def until() -> None:
        await stop.wait()

    async with history.running(until):
        seen = []
        async with asyncio.timeout(5):
            async for samples in history.watch():
                seen += samples
                if seen:
                    stop.set()
        assert {len(numbers) for numbers in seen} == {7}
    assert [task.get_name() for task in asyncio.all_tasks() if "history" in task.get_name()] == []


WORDS: list[tuple[Event, str, bool]] = [
    (Connected(0.1), "A connection was opened", False),
    (ConnectFailed(OSError("secret")), "A connection could not be opened: OSError", True),
    (Closed(Reason.LOST), "A connection was closed: the server or the network had closed it", True),
    (Closed(Reason.CLOSING), "A connection was closed: the pool is closing", False),
    (Closed(Reason.VALIDATION), "A connection was closed: it did not answer", True),
    (Leaked(31.26, "shop.py:4"), "A connection has been held for 31.3 s; it was taken at shop.py:4", True),
    (Expired(2), "All connections are to be replaced", False),
    (Resized(1, 4), "The pool was resized: 1 to 4 connections", False),
    (Shed(100), "A caller was turned away: the queue was full", True),
    (TimedOut(5.04), "A caller got no connection within 5.0 s", True),
    (CatalogLoaded("reload", 0.1, 3, 2), "The schema was read: 3 tables and views (reload)", False),
    (CatalogFailed("reload", DatabaseAwayError("x")), "The schema could not be read (reload): DatabaseAwayError", True),
]


@pytest.mark.parametrize("event, text, bad", WORDS)
def test_events_in_words(event: Event, text: str, bad: bool) -> None:
    """Each kind has its sentence; an error's own text is not in it."""
    assert in_words(event) == (text, bad)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    """No reason is shown as a name of the code's."""
    told = in_words(Closed(reason))
    assert told is not None
    assert "_" not in told[0]


@pytest.mark.parametrize("event", [Acquired(0.0), Released(0.0), Cancelled(0.1)])
def test_what_happens_all_the_time_is_no_news(event: Event) -> None:
    """Requests themselves are not told."""
    assert in_words(event) is None


def test_a_storm_is_one_line() -> None:
    """Like things in a row count up; the log is bounded and the newest comes first."""
    clock = Clock()
    news = News(most=3, clock=clock)
    for _ in range(500):
        clock.now += 0.01
        news.observe(Shed(100))
        news.observe(Connected(0.1))
    assert [(each["text"][:14], each["times"]) for each in news.latest()] == [
        ("A connection w", 500),
        ("A caller was t", 500),
    ]
    clock.now += 60
    for most in range(9):
        news.observe(Resized(1, most))
    assert [each["text"] for each in news.latest()] == [
        f"The pool was resized: 1 to {most} connections" for most in (8, 7, 6)
    ]
