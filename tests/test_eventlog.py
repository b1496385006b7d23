"""What is written of events, and how often."""

from __future__ import annotations

import logging

import pytest

from service import create_app
from service.errors import DatabaseAwayError
from service.eventlog import REMIND, EventLog
from service.events import (
    CatalogFailed,
    CatalogLoaded,
    Closed,
    Connected,
    ConnectFailed,
    Leaked,
    Reason,
    Released,
    Shed,
    TimedOut,
)
from service.pool.fake import FakeClock
from service.settings import load_settings
from service.testing import client, running
from tests.pool.network import network
from tests.pool.test_storm import until


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def log(clock: FakeClock, caplog: pytest.LogCaptureFixture) -> EventLog:
    caplog.set_level(logging.INFO, "poolgate")
    return EventLog(clock.time)


def test_an_outage(log: EventLog, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    """Of an outage of 150 s with an attempt each second there is a line when it begins, with the cause, two while it
    lasts, and one when it is over, with how long it was; then all begins anew."""
    for _ in range(150):
        error = DatabaseAwayError("no connection to the database can be made")
        error.__cause__ = ConnectionRefusedError(111, "refused")
        log(ConnectFailed(error))
        clock.advance(1.0)
    for _ in range(3):
        log(Connected(0.01))
    log(ConnectFailed(OSError("gone again")))
    log(Connected(0.01))
    assert caplog.messages == [
        "a connection to the database could not be opened: [Errno 111] refused",
        f"still no connection to the database can be opened, after {REMIND:.0f} s and 61 attempts: [Errno 111] refused",
        "still no connection to the database can be opened, after 120 s and 121 attempts: [Errno 111] refused",
        "connections to the database can be opened again, after 150.0 s and 150 attempts in vain",
        "a connection to the database could not be opened: gone again",
        "connections to the database can be opened again, after 0.0 s and 1 attempts in vain",
    ]


def test_what_happens_to_many(log: EventLog, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    """A hundred requests turned away, out of time, and connections lost at once are one line each; a second later there
    is the next one."""
    for _ in range(2):
        for _ in range(100):
            for event in (Shed(100), TimedOut(5.0), Closed(Reason.LOST)):
                log(event)
        clock.advance(1.0)
    assert caplog.messages == 2 * [
        "a request was turned away: 100 are waiting for a connection already",
        "a request got no connection within 5.0 s",
        "a connection to the database was closed: lost",
    ]


def test_nothing_is_lost_at_debug(log: EventLog, caplog: pytest.LogCaptureFixture) -> None:
    """At the level debug each of them has its line."""
    caplog.set_level(logging.DEBUG, "poolgate")
    for _ in range(10):
        for event in (ConnectFailed(OSError("gone")), Shed(1), Closed(Reason.LOST), Closed(Reason.IDLE)):
            log(event)
    assert len(caplog.messages) == 40


def test_single_lines(log: EventLog, caplog: pytest.LogCaptureFixture) -> None:
    """A leak says where, the schema how large it is or why it could not be read; what happens all the time is not
    written."""
    events = (
        Leaked(31.0, "shop.py:3 in show"),
        CatalogLoaded("start", 0.01, 3, 1),
        CatalogFailed("start", OSError("gone")),
        CatalogFailed("SIGUSR1", OSError("gone")),
        Released(0.1),
        Closed(Reason.IDLE),
    )
    for event in events:
        log(event)
    assert caplog.messages == [
        "a connection has been held for 31.0 s; it was taken at shop.py:3 in show",
        "the schema was read: 3 relations in 0.010 s (start)",
        "the schema could not be read, the one before stays in use (SIGUSR1): gone",
    ]


async def test_a_real_outage(postgresql_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """With the network cut and closed under requests until five attempts have failed there are few lines: one for the
    connections that were lost, one when it begins and one when it is over."""
    caplog.set_level(logging.INFO, "poolgate")
    async with network(postgresql_url) as (line, url):
        app = create_app(load_settings(database_url=url, pool_min_size=3, pool_max_size=3, anonymous="read"))
        pool = app.extensions["poolgate"].database.pool
        async with running(app), client(app) as http:
            await until(lambda: pool.get_idle_size() == 3)
            caplog.clear()
            line.refuse()

            async def failing() -> bool:
                assert (await http.get("/-/ready")).status_code == 503
                return pool.stats().connect_errors >= 5

            await until(failing, 20)
            line.accept()
            await until(lambda: pool.get_idle_size() == 3, 20)
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert sum("was closed" in text for text in told) <= 2
    assert sum("could not be opened" in text for text in told) == 1
    assert sum("can be opened again" in text for text in told) == 1
    assert len(told) <= 4
