"""What the tests of this room share."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import asyncpg
import sqlalchemy.exc

from service.catalog.model import Catalog
from service.database import Database, open_database
from service.settings import load_settings

REFUSALS = (sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, sqlalchemy.exc.DBAPIError, OverflowError)
"""What a statement may raise, by the lane or through SQLAlchemy."""


@asynccontextmanager
async def opened(url: str, *script: str, **settings: Any) -> AsyncIterator[Database]:
    """A database with its pool open, after a script ran on it."""
    database = open_database(load_settings(database_url=url, **settings))
    async with database.pool:
        for part in script:
            async with database.pool.lease(readonly=False) as lease:
                await lease.script(part)
        yield database


async def reflected(url: str, *script: str, schemas: tuple[str, ...] = ()) -> Catalog:
    """The catalog of a database after a script ran on it."""
    async with opened(url, *script) as database:
        return await database.reflect(schemas, 1)


async def until(holds: Callable[[], Any | Awaitable[Any]], within: float = 10.0) -> Any:
    """Waits until something holds; fails after `within` seconds."""
    deadline = monotonic() + within
    while True:
        result = holds()
        if isinstance(result, Awaitable):
            result = await result
        if result:
            return result
        assert monotonic() < deadline, "it never came to hold"
        await asyncio.sleep(0.01)
