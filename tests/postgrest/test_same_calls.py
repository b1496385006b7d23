"""The same calls of functions to this service and to PostgREST itself; see `test_same.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import calls_cases
import httpx
import postgrest_process
import pytest
import pytest_asyncio
from case import POSTGRESQL
from comparing import differences
from known_calls import KNOWN
from test_same import REST, Pairs

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

# By the name of an application, how it and PostgREST are set.
APPS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "plain": (
        {"db_plan_enabled": True, "db_aggregates_enabled": True},
        {"db_plan_enabled": "true", "db_aggregates_enabled": "true"},
    ),
    "limited": ({"db_max_rows": 2}, {"db_max_rows": "2"}),
    "profiles": ({"db_schemas": ("public", "hidden")}, {"db_schemas": "public,hidden"}),
    "searched": ({"db_extra_search_path": ("hidden",)}, {"db_extra_search_path": "hidden"}),
}
# PostgREST sends what a function told it to, which here no client could read.
UNREADABLE = ('"99"', 'a b\\"', "Content-Length", r"\\r\\n")
CASES = [
    case
    for case in calls_cases.CASES
    if case.on == POSTGRESQL and not any(text in str(case.sends) for text in UNREADABLE)
]
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
        url = await stack.enter_async_context(templates("postgresql", REST / "data" / "calls.sql").fresh())
        found = {}
        for name, (options, variables) in APPS.items():
            app = create_app(Settings(database_url=url, anonymous="write", **options))
            await stack.enter_async_context(running(app))
            ours = await stack.enter_async_context(client(app))
            found[name] = ours, await stack.enter_async_context(postgrest_process.serving(url, **variables))
        yield found


async def ask(pair: tuple[httpx.AsyncClient, httpx.AsyncClient], case: calls_cases.Call) -> dict[str, Any]:
    """What the two answers differ in."""
    ours, theirs = [
        await http.request(case.method, prefix + case.url, headers=case.headers, content=case.sends)
        for http, prefix in zip(pair, ("/rest/v1/", "/"), strict=True)
    ]
    return differences(ours, theirs)


async def test_the_same_calls(pairs: Pairs) -> None:
    """A call is answered as PostgREST answers it, or it is known why it is not."""
    unexplained, needless = [], list(KNOWN)
    for case in CASES:
        if found := await ask(pairs[case.app], case):
            why = next((each for each in KNOWN if each.explains(case.name, found)), None)
            if why is None:
                unexplained.append((case.app, case.name, case.sends, found))
            elif why in needless:
                needless.remove(why)
    assert not unexplained, f"{len(unexplained)}: {unexplained[:10]}"
    assert not [each.why for each in needless]
