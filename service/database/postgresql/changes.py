"""When PostgreSQL's schema is to be read anew: `NOTIFY pgrst, 'reload schema'`, PostgREST's own way.

`reload config`, by which PostgREST reads what is set for roles anew, is the same here: both are read together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg

from service.database.postgresql.queries import STAMP
from service.database.postgresql.target import APPLICATION, Target

CHANNEL = "pgrst"
DEBOUNCE = 0.1
"""Seconds in which further notifications count as one: a migration sends many."""
BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Seconds between attempts to connect; the last one for ever."""
KEEPALIVE = 30.0
"""Seconds of silence after which the server is asked whether it is there."""
PATIENCE = 5.0
"""Seconds it has to answer that."""

_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError)


class _Bell:
    """Rings when the schema is to be read anew, or when the connection is gone."""

    def __init__(self) -> None:
        self.rang = asyncio.Event()
        self.is_lost = False

    def notified(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        if payload in ("", "reload schema", "reload config"):
            self.rang.set()

    def lost(self, _connection: object) -> None:
        self.is_lost = True
        self.rang.set()


async def listen(target: Target, stamp: str | None) -> AsyncIterator[str]:
    """Yields at each notification, and after each reconnect, for one may have been missed meanwhile.

    Before the first connection listens one may have been missed too. That would cost a second reading at each start;
    so where nothing at all was written since the catalog was read, nothing is yielded.

    Args:
        target: the database; the connection is our own, outside the pool.
        stamp: of the catalog in use.
    """
    was_connected = False
    attempt = 0
    while True:
        bell = _Bell()
        with contextlib.suppress(*_LOST):
            connection = await asyncpg.connect(**target.named(f"{APPLICATION} listener"))
            try:
                connection.add_termination_listener(bell.lost)
                await connection.add_listener(CHANNEL, bell.notified)
                attempt = 0
                if was_connected:
                    yield "connected again"
                elif await connection.fetchval(STAMP, timeout=PATIENCE) != stamp:
                    yield "something was written before changes were listened for"
                was_connected = True
                while not bell.is_lost:
                    if await _rings(connection, bell):
                        yield f"notified on {CHANNEL}"
            finally:
                connection.terminate()
        await asyncio.sleep(BACKOFF[min(attempt, len(BACKOFF) - 1)])
        attempt += 1


async def _rings(connection: asyncpg.Connection, bell: _Bell) -> bool:
    """Waits for a notification; False after a silence or a loss."""
    try:
        async with asyncio.timeout(KEEPALIVE):
            await bell.rang.wait()
    except TimeoutError:
        await connection.fetchval("select 1", timeout=PATIENCE)
        return False
    if not bell.is_lost:
        await asyncio.sleep(DEBOUNCE)
    bell.rang.clear()
    return not bell.is_lost
