"""How a connection is made fit for the next caller: what the last one left open on it is ended, within a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from service.pool.chores import Chores
from service.pool.driver import Driver
from service.pool.ledger import Ledger
from service.pool.record import Record


class Cleaner:
    """Cleans connections in tasks of the pool's own.

    Args:
        seconds: how long that may take.
        cleaned: called with the record, and whether it came clean in time.
    """

    def __init__(
        self, driver: Driver, chores: Chores, ledger: Ledger, seconds: float, cleaned: Callable[[Record, bool], None]
    ) -> None:
        self._driver = driver
        self._chores = chores
        self._ledger = ledger
        self._seconds = seconds
        self._cleaned = cleaned

    def start(self, record: Record, running: bool) -> asyncio.Task[None]:
        """Begins to clean it.

        Args:
            running: a call was cancelled, so a statement may be running still.
        """
        self._ledger.reset()
        return self._chores.start(self._clean(record, running))

    async def _clean(self, record: Record, running: bool) -> None:
        in_time = await self._chores.within(self._seconds, self._reset(record.driver_connection, running))
        self._cleaned(record, in_time)

    async def _reset(self, raw: Any, running: bool) -> None:
        if running:
            await self._driver.interrupt(raw)
        await self._driver.reset(raw)
