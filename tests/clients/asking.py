"""All cases asked in one go with the Python client, in both its kinds; what it returned as `ask.mjs` prints it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from postgrest import APIError, AsyncPostgrestClient, SyncPostgrestClient

Ask = Callable[[Any], Any]
"""From a client to a call that can be executed."""
Told = dict[str, Any]
_UNTOLD: Told = {"data": None, "count": None, "error": None, "status": None, "statusText": None}


def ask_in_turn(url: str, cases: Mapping[str, Ask]) -> dict[str, Told]:
    """With the plain client."""

    def ask_one(ask: Ask) -> Told:
        try:
            return _told(ask(client).execute())
        except APIError as error:
            return _refused(error)

    with SyncPostgrestClient(url) as client:
        return {name: ask_one(ask) for name, ask in cases.items()}


def ask_at_once(url: str, cases: Mapping[str, Ask]) -> dict[str, Told]:
    """With the async client, all on one loop."""

    async def ask_one(client: Any, ask: Ask) -> Told:
        try:
            return _told(await ask(client).execute())
        except APIError as error:
            return _refused(error)

    async def ask_all() -> dict[str, Told]:
        async with AsyncPostgrestClient(url) as client:
            told = await asyncio.gather(*(ask_one(client, ask) for ask in cases.values()))
        return dict(zip(cases, told, strict=True))

    return asyncio.run(ask_all())


def _told(response: Any) -> Told:
    if hasattr(response, "data"):
        return _UNTOLD | {"data": response.data, "count": response.count}
    return _UNTOLD | {"data": response}  # a plan's text; None for no row


def _refused(error: APIError) -> Told:
    return _UNTOLD | {"error": error.json()}
