"""What `docs/pool.md` shows runs, and it leaves nothing out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import service
from service.app import create_app
from service.database import Database
from service.events import Reason
from service.pool import PoolStats
from service.pool.growth import Demand, wanted
from service.pool.keeper import REPLACE_EVERY
from service.pool.limits import Limits
from service.pool.retry import FIRST, LONGEST
from service.settings import load_settings
from service.testing import client, running
from tests.database.opened import opened

TEXT = (Path(__file__).parents[2] / "docs" / "pool.md").read_text()
VIEWS, FUNCTIONS = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
ITEMS = """
    create table items (name text primary key, quantity integer not null);
    insert into items values ('bolt', 5), ('nut', 1)
"""


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """The example's table, on each database."""
    url = request.getfixturevalue(request.param)
    async with opened(url, ITEMS) as database:
        database.url = url
        yield database


async def test_the_views(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The views that are shown answer as they say."""
    settings = load_settings(database_url=database.url)
    monkeypatch.setattr(service, "create_app", lambda: create_app(settings), raising=False)
    shown: dict[str, Any] = {}
    exec(compile(VIEWS, "docs/pool.md", "exec"), shown)  # noqa: S102  # our own text
    async with running(shown["app"]), client(shown["app"]) as http:
        assert (await http.get("/stock/bolt")).json() == {"name": "bolt", "quantity": 5}
        assert (await http.post("/move/2")).status_code == 204
        assert (await http.get("/stock/nut")).json() == {"name": "nut", "quantity": 3}


async def test_the_functions(database: Any) -> None:
    """The functions that are shown do as they say, and a refused one does nothing."""
    shown: dict[str, Any] = {}
    exec(compile(FUNCTIONS, "docs/pool.md", "exec"), shown)  # noqa: S102  # our own text
    pool = database.pool
    await shown["transfer"](pool, 2)
    with pytest.raises(ValueError, match="not so many"):
        await shown["transfer"](pool, 4)
    assert await pool.fetchval("select quantity from items where name = $1", "nut") == 3
    assert await shown["names"](pool) == ["bolt", "nut"]


def test_every_number_is_explained() -> None:
    """Each number of `stats()` and each reason for closing stands in the text."""
    named = set(re.findall(r"`([a-z_]+)`", TEXT))
    assert {each.name for each in fields(PoolStats)} <= named
    assert {reason.value for reason in Reason} <= named


def test_the_figures_are_those_of_the_code() -> None:
    """The figures that are told are those that the pool keeps to."""
    limits = Limits()
    assert (limits.keepalive, limits.validate_after, limits.reset_timeout) == (30.0, 0.5, 2.0)
    assert (FIRST, LONGEST, REPLACE_EVERY) == (0.1, 1.2, 0.5)
    assert wanted(Demand(limits, size=2, opening=0, closing=0, checking=0, waiting=9, step=1, retry=None)) == 1
