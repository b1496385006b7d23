"""A client that no longer wants its answer costs no connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from outcome import DATABASES, JAVASCRIPT
from poolgate_process import Process, until
from postgrest import AsyncPostgrestClient, SyncPostgrestClient

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", DATABASES)]


@pytest.mark.parametrize("client", JAVASCRIPT)
def test_an_aborted_call(
    node: Callable[..., Any], library: Callable[[str], Process], client: str, database: str
) -> None:
    """`abortSignal` ends the statement, and the one connection answers the next call."""
    told = node("giving_up.mjs", client, library(database).url)
    assert told["error"]["message"].startswith("AbortError")
    assert told["status"] == 0
    assert told["data"] == [{"id": 1}]


async def test_a_cancelled_call(library: Callable[[str], Process], database: str) -> None:
    """A task that is cancelled ends the statement, and the one connection answers the next call."""
    site = library(database)
    async with AsyncPostgrestClient(f"{site.url}/rest/v1") as client:
        asked = asyncio.create_task(client.from_("slow").select("*").execute())
        await asyncio.to_thread(until, lambda: in_use(site) == 1)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        until(lambda: in_use(site) == 0)
        assert (await client.from_("books").select("id").order("id").limit(1).execute()).data == [{"id": 1}]


def test_a_timeout(library: Callable[[str], Process], database: str) -> None:
    """A client that waits no longer ends the statement, and the one connection answers the next call."""
    site = library(database)
    with httpx.Client(timeout=0.3) as http:
        client = SyncPostgrestClient(f"{site.url}/rest/v1", http_client=http)
        with pytest.raises(httpx.ReadTimeout):
            client.from_("slow").select("*").execute()
        until(lambda: in_use(site) == 0)
        assert client.from_("books").select("id").order("id").limit(1).execute().data == [{"id": 1}]


def in_use(site: Process) -> int:
    """The connections that work for somebody."""
    return int(site.get("/").json()["pool"]["in_use"])
