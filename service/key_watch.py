"""Keeps the API keys in memory as the database has them, and tells it when they were used.

A key that was made works, and one that was revoked stops, within about INTERVAL in every worker. Requests have no part
in it. Where there is no table for keys nobody is asked, until the catalog is read anew, as it is after a migration.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from service.auth import KeyRing
from service.database import Database
from service.database.api_keys import Changes

INTERVAL = 2.0
"""Seconds between two questions whether anything has changed."""
READ_EVERY = 30.0
"""Seconds after which all keys are read whatever has changed: for what somebody did by hand."""
NOTE_EVERY = 60.0
"""Seconds between two notes of when keys were used."""
PATIENCE = 5.0
"""Seconds that an answer may take, the wait for a connection included: several attempts before the keys grow stale."""
PARTING = 1.0
"""Seconds that the last note may take when the service stops."""

logger = logging.getLogger("poolgate")


class KeyWatch:
    """The one who keeps a ring fresh.

    Args:
        clock: seconds that only go forward; the ring's own.
        sleep: waits for so many of them.
    """

    def __init__(
        self,
        database: Database,
        ring: KeyRing,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._ring = ring
        self._clock = clock
        self._sleep = sleep
        self._is_wanted = False
        self._one_at_a_time = asyncio.Lock()
        self._seen: Changes | None = None
        self._read_at = self._noted_at = clock()
        self._has_warned = self._has_complained = False

    async def look(self) -> None:
        """There may be a table now, or none any more. Raises nothing."""
        async with self._one_at_a_time:
            self._seen = None
            self._database.api_keys.forget()
            await self._refresh()

    async def refresh(self) -> None:
        """Asks whether anything has changed, and if so reads the keys. Raises nothing."""
        async with self._one_at_a_time:
            await self._refresh()

    async def note_uses(self, patience: float = PATIENCE) -> None:
        """Tells the database which keys were used, in one statement for all. Raises nothing.

        Args:
            patience: seconds it may take.
        """
        self._noted_at = self._clock()
        uses = self._ring.take_uses()
        if not uses:
            return
        try:
            async with asyncio.timeout(patience):
                async with self._database.pool.lease(timeout=patience, readonly=False, trusted=True) as lease:
                    await self._database.api_keys.note_uses(lease, uses)
        except Exception as error:  # whatever it is, callers have what they came for
            self._ring.return_uses(uses)
            if not self._has_complained:
                self._has_complained = True
                logger.warning("when API keys were last used cannot be noted: %s", self._reason(error))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keeps the keys fresh until the block is left, then tells what is still to be told."""
        self._one_at_a_time = asyncio.Lock()  # new, for it belongs to the loop on which it is waited for
        task = asyncio.create_task(self._run(), name="poolgate: API keys")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            await self.note_uses(PARTING)

    async def _run(self) -> None:
        while True:
            await self._sleep(INTERVAL)
            if self._is_wanted:
                await self.refresh()
            if self._clock() - self._noted_at >= NOTE_EVERY:
                await self.note_uses()

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ask()
        except Exception as error:  # whatever it is, the next attempt may do; until then the ring grows stale
            self._is_wanted = True
            self._warn(error)

    async def _ask(self) -> None:
        keys, asked_at = self._database.api_keys, self._clock()
        async with self._database.pool.lease(timeout=PATIENCE, readonly=True, trusted=True) as lease:
            changes = await keys.changes(lease)
            if changes is None:
                self._is_wanted = False
                self._ring.close()
                return
            self._is_wanted = True
            if changes == self._seen and asked_at - self._read_at < READ_EVERY:
                self._ring.confirm(asked_at)
            else:
                self._ring.put(await keys.read(lease), made=changes.made, asked_at=asked_at)
                self._seen, self._read_at = changes, asked_at
        if self._has_warned:
            self._has_warned = False
            logger.info("API keys can be checked again")

    def _warn(self, error: Exception) -> None:
        """Once an outage, and only of one that callers notice."""
        if not (self._ring.is_fresh or self._has_warned):
            self._has_warned = True
            logger.warning("API keys cannot be checked, callers who send one get a 503: %s", self._reason(error))

    def _reason(self, error: Exception) -> str:
        known = self._database.translate(error)
        return str(known or error) or type(error).__name__
