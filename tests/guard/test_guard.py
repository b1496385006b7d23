"""A slip in what a request costs shows as a number, whatever the machine does meanwhile."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from blinker import NamedSignal
from flask import signals

from service.logs import configure
from service.testing import Schema, Template
from tests.guard.counting import Cost, cost_of
from tests.guard.noted import PYTHON, TOLERANCE, differences, note, noted
from tests.guard.standard import STANDARD, answering

SIGNALS = [each for each in vars(signals).values() if isinstance(each, NamedSignal)]
Templates = Callable[[str, Schema], Template]


@pytest.fixture(autouse=True)
def nobody_else() -> Iterator[None]:
    """As in a process that has one application: the suite's others have left receivers of Flask's signals behind."""
    heard = [(signal.receivers, dict(signal.receivers)) for signal in SIGNALS]
    for receivers, _ in heard:
        receivers.clear()
    yield
    for receivers, before in heard:
        receivers.update(before)


@pytest.mark.parametrize("name", STANDARD)
async def test_a_request_costs_what_is_noted(
    name: str, templates: Templates, record_property: Any, request: pytest.FixtureRequest
) -> None:
    """Instructions, round trips, hops between threads, greenlets, compiled statements and memory of a request."""
    noting = request.config.getoption("--note")
    figures = noted()
    if figures is None and not noting:
        pytest.skip(f"nobody has noted figures for Python {PYTHON}: make guard")
    if sys.gettrace() is not None:
        pytest.skip("something else traces Python")
    async with answering(STANDARD[name], templates) as (go, after):
        cost = await cost_of(go, after)
    record_property("guard", f"{name:26} {cost}")
    if noting:
        note(name, cost)
    elif figures is not None:
        found = differences(cost, figures[name])
        assert not found, f"{name}: {'; '.join(found)}. If it is meant to be so, note it by: make guard"


def test_less_is_told_too() -> None:
    """A figure beyond its tolerance is a difference in both directions, one within it is none."""
    figures = {
        "instructions": 10_000,
        "trips": 1,
        "hops": 0,
        "switches": 6,
        "compiled": 0,
        "kilobytes": 20,
        "cyclic": 8,
    }
    assert differences(Cost(**{**figures, "instructions": 10_300, "kilobytes": 17}), figures) == []
    assert differences(Cost(**{**figures, "instructions": 10_301, "trips": 2, "hops": 1}), figures) == [
        "10,301 instructions, 10,000 are noted (+3.0%)",
        "2 trips, 1 are noted (+100.0%)",
        "1 hops, 0 are noted",
    ]
    assert differences(Cost(**{**figures, "instructions": 9_000, "switches": 0}), figures) == [
        "9,000 instructions, 10,000 are noted (-10.0%)",
        "0 switches, 6 are noted (-100.0%)",
    ]
    assert set(TOLERANCE) < set(figures)


@pytest.mark.parametrize("level, lines", [("warning", 0), ("info", 1)])
@pytest.mark.parametrize("name", STANDARD)
async def test_the_log_costs_what_it_shows(name: str, level: str, lines: int, templates: Templates) -> None:
    """Not a record is made that no line comes of: one a request at the level info, and none above."""
    async with answering(STANDARD[name], templates) as (go, after):
        await go()
        await after()
        with logging_at(level) as stream, counting_records() as made:
            await go()
            await after()
    assert len(made) == lines
    assert len(stream.getvalue().splitlines()) == lines


@contextmanager
def logging_at(level: str) -> Iterator[io.StringIO]:
    """As the commands set it up."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, before = root.handlers[:], root.level
    root.handlers.clear()  # `configure` closes what it takes away
    configure(level, "text", stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(before)


@contextmanager
def counting_records() -> Iterator[list[str]]:
    """The loggers' names of all that are made."""
    made: list[str] = []
    make = logging.Logger.makeRecord

    def counted(self: logging.Logger, *args: Any, **kwargs: Any) -> logging.LogRecord:
        made.append(self.name)
        return make(self, *args, **kwargs)

    with patch.object(logging.Logger, "makeRecord", counted):
        yield made
