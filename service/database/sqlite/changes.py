"""When SQLite's schema has changed, whoever changed it: the file's schema version tells."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable

from service.database.sqlite.connection import FileConnection
from service.database.sqlite.limited import LimitedConnection
from service.database.sqlite.reflect import schema_version

INTERVAL = 1.0
"""Seconds between two looks."""


async def watch(opener: Callable[[], LimitedConnection], limit: float, seen: str | None) -> AsyncIterator[str]:
    """Yields whenever the schema's version is another than at the last look.

    The catalog may have failed since; so a loss of the file and its return count as a change too.

    Args:
        opener: opens the file; a connection of our own, so that no request waits for it.
        limit: seconds a look may take.
        seen: the version that the catalog in use was read at.
    """
    while True:
        with contextlib.suppress(sqlite3.Error, ValueError):
            connection = FileConnection(opener, limit)
            async with connection:
                while True:
                    version = await connection.run(schema_version)
                    if version != seen:
                        yield "the schema's version changed"
                    seen = version
                    await asyncio.sleep(INTERVAL)
        seen = None
        await asyncio.sleep(INTERVAL)
