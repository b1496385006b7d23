"""What the tests of API keys share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from service.app import Poolgate, PoolgateFlask, create_app
from service.database.key_store import ListedKey, key_store
from service.database.single import single_connection
from service.migrate import migrate
from service.settings import Settings
from service.testing import running

SHOP = ("create table item (id integer primary key, name text not null)", "insert into item values (1, 'pen')")


@dataclass
class Hand:
    """A clock that is moved by hand."""

    at: float = 1000.0

    def __call__(self) -> float:
        return self.at


async def run(url: str, *statements: str) -> None:
    """Statements of a test's own, committed."""
    async with single_connection(url) as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def make_shop(url: str) -> str:
    """A table, and the service's own; gives the URL back."""
    await migrate(url)
    await run(url, *SHOP)
    return url


async def make_key(url: str, name: str = "app", role: str | None = None, expires_at: datetime | None = None) -> str:
    async with key_store(url) as store:
        return await store.create(name, role, expires_at)


async def listed(url: str) -> list[ListedKey]:
    async with key_store(url) as store:
        return await store.all()


async def revoke(url: str, key: str) -> None:
    async with key_store(url) as store:
        (one,) = [each for each in await store.all() if key.startswith(each.prefix)]
        await store.revoke(one)


def serving(url: str, **settings: Any) -> AbstractAsyncContextManager[PoolgateFlask]:
    return running(create_app(Settings(database_url=url, **settings)))


def rooms(app: PoolgateFlask) -> Poolgate:
    found: Poolgate = app.extensions["poolgate"]
    return found


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def until(holds: Callable[[], Awaitable[Any]], within: float = 10.0) -> float:
    """Seconds until it held."""
    began = monotonic()
    while not await holds():
        assert monotonic() - began < within, "it never came to hold"
        await asyncio.sleep(0.02)
    return monotonic() - began
