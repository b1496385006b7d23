"""The garbage collector's full collections: the longer one takes, the rarer they are."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from service.garbage import RARELY, Pace


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    """As they were."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def after(*lasted: float, generation: int = 2) -> tuple[int, int, int]:
    """The thresholds after collections that took so many seconds."""
    gc.set_threshold(700, 10, 10)
    now = 0.0
    pace = Pace(10, lambda: now)
    for seconds in lasted:
        pace("start", {"generation": generation})
        now += seconds
        pace("stop", {"generation": generation})
    return gc.get_threshold()


def test_a_quick_collection_changes_nothing() -> None:
    """Where there is little to look through, dead cycles go as soon as Python would have them go."""
    assert after(0.0) == after(0.001) == after(0.005) == (700, 10, 10)


def test_a_long_collection_puts_the_next_off() -> None:
    """Sixteen times as long, sixteen times as rare; and never so rare that memory grows without end."""
    assert after(0.08) == (700, 10, 160)
    assert after(60.0) == (700, 10, RARELY)


def test_quick_again_is_usual_again() -> None:
    """When what it had to look through is gone, it is as before."""
    assert after(0.08, 0.001) == (700, 10, 10)


def test_younger_generations_do_not_count() -> None:
    """Those are small, however many there are."""
    assert after(0.08, generation=1) == after(0.08, generation=0) == (700, 10, 10)


def test_work_of_other_programs_does_not_count() -> None:
    """A collection that had to wait for its core was not a long one: it has no more to look through than before."""
    gc.set_threshold(700, 10, 10)
    pace = Pace(10)
    pace("start", {"generation": 2})
    threading.Event().wait(0.05)  # somebody else has the core
    pace("stop", {"generation": 2})
    assert gc.get_threshold() == (700, 10, 10)
