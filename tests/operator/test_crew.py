"""Workers that tell each other their numbers, and what these come to."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from service.app import create_app
from service.asgi import AsyncFlask
from service.board import Board
from service.events import CatalogLoaded, Reason, Resized
from service.operator.crew import MOST_HOLDERS, SILENT_AFTER, Crew
from service.operator.history import History
from service.operator.meters import Meters
from service.operator.news import MOST, News
from service.operator.numbers import Numbers
from service.operator.report import Report
from service.operator.state import PoolState
from service.pool.histogram import Tally
from service.pool.stats import Holder, PoolStats
from service.settings import Settings
from service.testing import FakeDatabase, client, running


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Hand:
    """A worker without a server: what it counts is set by hand."""

    def __init__(self, clock: Clock, board: Board | None = None, place: int = 0) -> None:
        self.meters, self.news = Meters(), News()
        self.pool: Any = FakeDatabase().pool(max_size=4)
        self.stats = self.pool.stats()
        self.pool.stats = lambda: self.stats
        self.crew = Crew(self.pool, self.meters, self.news, clock)
        self.state = PoolState(self.crew, History(self.crew.tick))
        if board is not None:
            self.state.join(board, place)

    def count(self, **numbers: Any) -> None:
        self.stats = replace(self.stats, **numbers)

    def states(self) -> list[str]:
        return [worker.state for worker in self.crew.together().workers]

    @property
    def whole(self) -> Numbers:
        return self.crew.together().numbers


def histogram(*seconds: float) -> Any:
    tally = Tally()
    for each in seconds:
        tally.add(each)
    return tally.frozen()


def test_pools_add_up() -> None:
    """Numbers and histograms are summed, of what cannot be the larger is taken, and a writer stays a part."""
    alone = FakeDatabase().pool(max_size=4).stats()
    one = replace(
        alone, acquired=3, max_wait_seconds=0.2, away=True, closed={Reason.LOST: 1}, usage=histogram(0.1), size=2
    )
    two = replace(
        alone, acquired=4, max_wait_seconds=0.1, closed={Reason.LOST: 2, Reason.IDLE: 1}, usage=histogram(3.0), size=1
    )
    both = one + two
    assert (both.acquired, both.max_size, both.size, both.max_wait_seconds, both.away) == (7, 8, 3, 0.2, True)
    assert dict(both.closed) == {Reason.LOST: 3, Reason.IDLE: 1}
    assert both.usage == histogram(0.1, 3.0)
    assert both.writer is None
    with_writers = one.with_writer(two) + two.with_writer(one)
    assert with_writers.acquired == 14
    assert with_writers.writer == two + one
    assert (one.with_writer(two) + two).writer == two


@pytest.mark.parametrize("one, other, both", [
    ("open", "new", "open"), ("new", "open", "open"), ("closing", "closed", "closing"), ("open", "open", "open"),
])  # fmt: skip
def test_one_open_pool_is_enough(one: str, other: str, both: str) -> None:
    """Together they let callers in while one of them does."""
    stats = FakeDatabase().pool().stats()
    assert (replace(stats, state=one) + replace(stats, state=other)).state == both


def test_every_number_of_a_pool_is_counted_or_stands() -> None:
    """Of a pool that has gone only what it counted is left: no number is forgotten, however many are added."""
    one = FakeDatabase().pool(max_size=4).stats()
    full = replace(one, **{each.name: 1 for each in fields(one) if each.type == "int"}, away=True, retry_in=1.0)
    past = full.with_writer(full).past()
    kept = {each.name for each in fields(PoolStats) if each.type == "int" and getattr(past, each.name)}
    assert kept == {
        "acquired", "queued", "timed_out", "shed", "cancelled", "handed_over", "connects", "connect_errors",
        "replaced", "leaked", "resets", "renewed", "observer_errors",
    }  # fmt: skip
    assert (past.away, past.retry_in, past.state) == (False, 0.0, "closed")
    assert past.writer is not None
    assert (past.writer.acquired, past.writer.size) == (1, 0)


def test_numbers_add_up() -> None:
    """Requests by method and status, whichever of them know these; the schema is the same one for all."""
    one, two = Hand(Clock()), Hand(Clock())
    for hand in (one, two):
        hand.meters.observe(CatalogLoaded("start", 0.5, 7, 1))
        hand.meters.answered("GET", 200, 0.01)
    two.meters.answered("POST", 201, 0.3)
    both = one.whole + two.whole
    assert both.requests == {("GET", 200): 2, ("POST", 201): 1}
    assert (both.readings, both.relations, both.reading) == ({"loaded": 2, "failed": 0}, 7, histogram(0.5, 0.5))
    assert both.times.request == {"GET": histogram(0.01, 0.01), "POST": histogram(0.3)}
    assert both.times.requests.count == 3


def test_a_report_comes_through_as_it_was() -> None:
    """Packed and unpacked it is equal, immutable mappings and reasons included."""
    hand = Hand(Clock(), Board(1))
    writer = replace(hand.stats, closed={Reason.RECLAIMED: 1})
    hand.stats = hand.pool.__class__.stats(hand.pool).with_writer(writer)
    hand.meters.answered("GET", 200, 0.01)
    report = hand.crew.together().workers[0].report
    assert report is not None
    again = Report.unpacked(report.packed())
    assert again == report
    assert type(again.numbers.pool.closed) is type(report.numbers.pool.closed)


def test_each_tells_everybodys_numbers() -> None:
    """Whichever is asked says the same; a worker that has not begun is absent, and one alone is a crew of one."""
    clock, board = Clock(), Board(3)
    one, two = Hand(clock, board, 0), Hand(clock, board, 2)
    assert one.states() == ["serving", "absent", "absent"]
    one.count(acquired=3, size=2)
    two.count(acquired=4, size=1)
    one.crew.tick()
    two.crew.tick()
    for hand in (one, two):
        assert hand.states() == ["serving", "absent", "serving"]
        assert (hand.whole.pool.acquired, hand.whole.pool.size, hand.whole.pool.max_size) == (7, 3, 8)
        assert hand.crew.together().pool == hand.whole.pool
    assert [(row["acquired"], row["asked"]) for row in two.state.now()["workers"]] == [
        (3, False),
        (0, False),
        (4, True),
    ]
    assert Hand(clock).states() == ["serving"]


def test_who_says_nothing_is_silent_and_still_counts() -> None:
    """After some seconds without a word; the last known numbers are the best there are."""
    clock, board = Clock(), Board(2)
    one, two = Hand(clock, board, 0), Hand(clock, board, 1)
    two.count(acquired=4, size=1)
    two.crew.tick()
    clock.now += SILENT_AFTER
    assert one.states() == ["serving", "serving"]
    clock.now += 0.1
    assert one.states() == ["serving", "silent"]
    assert (one.whole.pool.acquired, one.whole.pool.size) == (4, 1)
    assert one.state.now()["workers"][1]["age"] == pytest.approx(3.1)
    two.crew.tick()
    assert one.states() == ["serving", "serving"]


def test_what_the_dead_have_counted_goes_on() -> None:
    """Through any number of workers in one place; how things stood with them does not."""
    clock, board = Clock(), Board(2)
    one = Hand(clock, board, 0)
    for follower in range(1, 5):
        two = Hand(clock, board, 1)
        two.count(acquired=10, size=3, usage=histogram(*[0.1] * 10))
        two.meters.answered("GET", 200, 0.01)
        assert two.whole.pool.acquired == 10 * follower
        assert (one.whole.pool.acquired, one.whole.pool.size, one.whole.pool.max_size) == (10 * follower, 3, 8)
        board.vacate(1)
        assert one.states() == ["serving", "absent"]
        assert (one.whole.pool.acquired, one.whole.pool.size, one.whole.pool.max_size) == (10 * follower, 0, 4)
        assert one.whole.requests == {("GET", 200): follower}
        assert one.whole.times.usage.count == 10 * follower
        row = one.state.now()["workers"][1]
        assert (row["pid"], row["state"], row["acquired"], row["size"]) == (None, "absent", 0, 0)


def test_what_was_before_a_worker_is_not_among_its_minutes() -> None:
    """The chart and the durations of a worker that takes another's place begin with it."""
    clock, board = Clock(), Board(1)
    first = Hand(clock, board)
    first.count(acquired=1000, usage=histogram(*[9.0] * 1000))
    first.crew.tick()
    board.vacate(0)
    second = Hand(clock, board)
    second.count(acquired=2, usage=histogram(0.1, 0.1))
    second.state.history.take()
    assert second.state.history.samples[-1].acquired == 2
    assert second.state.now()["times"]["usage"]["count"] == 2
    assert second.state.now()["usage"]["count"] == 1002


def test_peaks_of_a_second_add_up() -> None:
    """In the chart each worker's most in its last second, and never more than there may be."""
    clock, board = Clock(), Board(2)
    hands = [Hand(clock, board, place) for place in range(2)]
    for hand in hands:
        hand.pool.take_peak = iter((3, 0)).__next__
        hand.state.history.take()
    assert hands[1].state.history.samples[-1].in_use == 6
    hands[1].crew.together()  # being asked does not end the second
    assert hands[0].crew.together().peak == 6
    hands[1].crew.tick()
    assert hands[0].crew.together().peak == 3
    clock.now += SILENT_AFTER + 1
    assert hands[1].crew.together().peak == 0  # who is silent has no last second; its last number in use is known


def test_holders_and_news_of_all() -> None:
    """The longest holders and the newest events of all, bounded; a holder has gone on holding since it was told."""
    clock, board = Clock(), Board(2)
    one, two = Hand(clock, board, 0), Hand(clock, board, 1)
    one.pool.holders = lambda: [Holder(1.0, "a.py:1", "me")]
    two.pool.holders = lambda: [Holder(0.5 + number / 1000, "b.py:2", None) for number in range(MOST_HOLDERS)]
    for hand in (one, two):
        for most in range(MOST):
            hand.news.observe(Resized(0, most))
    two.crew.tick()
    clock.now += 2.0
    now = one.state.now()
    assert len(now["holders"]) == MOST_HOLDERS
    assert now["holders"][0]["since"] == pytest.approx(2.549)
    assert len(now["events"]) == MOST
    assert now["events"] == sorted(now["events"], key=lambda event: event["at"], reverse=True)
    assert now["events"][0]["text"] == f"The pool was resized: 0 to {MOST - 1} connections"


def test_too_much_to_tell_is_cut_to_the_numbers() -> None:
    """Holders' names may be of any length; the numbers are told all the same."""
    clock, board = Clock(), Board(2)
    one, two = Hand(clock, board, 0), Hand(clock, board, 1)
    two.pool.holders = lambda: [Holder(1.0, "a.py:1", "x" * 200_000)]
    two.count(acquired=4)
    assert len(two.state.now()["holders"]) == 1
    assert one.whole.pool.acquired == 4
    assert one.state.now()["holders"] == []


async def test_the_end_is_told(data_url: str) -> None:
    """What an application counts in its last second, the closing of its pool included, is known to the others."""
    board = Board(2)

    def worker(place: int) -> AsyncFlask:
        app = create_app(Settings(database_url=data_url, anonymous="read", pool_max_size=2))
        app.extensions["poolgate"].state.join(board, place)
        return app

    stays, goes = worker(0), worker(1)
    async with running(stays), client(stays) as http:
        async with running(goes), client(goes) as other:
            await other.get("/rest/v1/items")
        board.vacate(1)
        told = (await http.get("/-/pool")).json()
        size = sum(each["size"] for each in told["workers"])
    assert [each["state"] for each in told["workers"]] == ["serving", "absent"]
    assert told["closed"]["closing"] >= 1
    assert told["size"] == size
    assert told["times"]["request"]["count"] == 1
