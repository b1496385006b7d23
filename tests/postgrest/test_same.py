"""The same requests to this service and to PostgREST itself: the answers are the same, or it is known why not.

It needs PostgREST's program: what the variable POSTGREST names, or `postgrest` on the path. Version 12.0.2 was compared
with.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import at_random
import httpx
import known
import postgrest_process
import pytest
import pytest_asyncio
from case import POSTGRESQL, Case
from comparing import differences
from write_case import WriteCase

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

REST = Path(__file__).parents[1] / "rest"
# By the name of an application, how it and PostgREST are set.
APPS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "plain": ({}, {}),
    "limited": ({"db_max_rows": 3}, {"db_max_rows": "3"}),
    "aggregates": ({"db_aggregates_enabled": True}, {"db_aggregates_enabled": "true"}),
    "plans": ({"db_plan_enabled": True}, {"db_plan_enabled": "true"}),
    "profiles": ({"db_schemas": ("public", "v1")}, {"db_schemas": "public,v1"}),
}
Pairs = dict[str, tuple[httpx.AsyncClient, httpx.AsyncClient]]
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
    pytest.mark.skipif(
        postgrest_process.binary() is None, reason="PostgREST's program is not there: name it in POSTGREST"
    ),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pairs(templates: Any) -> AsyncIterator[Pairs]:
    """By the name of an application, clients of this service and of PostgREST, on one database."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(templates("postgresql", REST / "data" / "postgresql.sql").fresh())
        found = {}
        for name, (options, variables) in APPS.items():
            app = create_app(Settings(database_url=url, anonymous="read", **({"db_max_rows": None} | options)))
            await stack.enter_async_context(running(app))
            ours = await stack.enter_async_context(client(app))
            found[name] = ours, await stack.enter_async_context(postgrest_process.serving(url, **variables))
        yield found


def cases() -> Iterator[Case]:
    """Whatever the tables of cases ask on PostgreSQL, but for what changes rows."""
    for file in sorted(REST.glob("cases_*.py")):
        for case in importlib.import_module(file.stem).CASES:
            if set(POSTGRESQL) & set(case.on) and not isinstance(case, WriteCase):
                yield case


def written() -> Iterator[Case]:
    """The requests of requests.txt."""
    for line in (Path(__file__).parent / "requests.txt").read_text().splitlines():
        if not line.startswith("#"):
            url, *more = line.split(" | ")
            headers = dict(each.split(": ", 1) for each in more)
            method, app = headers.pop("method", "GET"), headers.pop("app", "aggregates")
            yield Case(url, method=method, app=app, headers=headers)


def random(seed: int, number: int) -> Iterator[Case]:
    rng = Random(seed)
    for _ in range(number):
        url, headers = at_random.request(rng)
        yield Case(url, headers=headers)


async def compared(pairs: Pairs, case: Case) -> dict[str, tuple[Any, Any]]:
    """Asks both."""
    ours, theirs = pairs[case.app]
    async with asyncio.timeout(60):
        first = await ours.request(case.method, f"/rest/v1/{case.url}", headers=case.headers)
        second = await theirs.request(case.method, f"/{case.url}", headers=case.headers)
    return differences(first, second)


async def test_the_same_answers(pairs: Pairs) -> None:
    """PostgREST's status, error code, headers and values are this service's too, or it is known why they are not."""
    unexplained, needless = [], list(known.KNOWN)
    for case in (*cases(), *written()):
        if found := await compared(pairs, case):
            why = known.explanation(case.name, found)
            if why is None:
                unexplained.append((case.app, case.name, found))
            elif why in needless:
                needless.remove(why)
    assert not unexplained, f"{len(unexplained)}: {unexplained[:10]}"
    assert not [each.why for each in needless if each in known.CHOSEN]


@pytest.mark.parametrize("seed", range(3))
async def test_the_same_answers_at_random(pairs: Pairs, seed: int) -> None:
    """So it is with filters, trees, orders, pages and embeds at random."""
    for case in random(seed, 300):
        found = await compared(pairs, case)
        assert not found, (case.name, found)
