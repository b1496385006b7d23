"""How a connection is made fit for the next caller: what the last one left open on it is ended, within a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
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
        renewed: likewise, of those that were only to be renewed; may be called twice, the first call counts.
    """

    def __init__(
        self,
        driver: Driver,
        chores: Chores,
        ledger: Ledger,
        seconds: float,
        cleaned: Callable[[Record, bool], None],
        renewed: Callable[[Record, bool], None],
    ) -> None:
        self._driver = driver
        self._chores = chores
        self._ledger = ledger
        self._seconds = seconds
        self._cleaned = cleaned
        self._renewed = renewed

    def start(self, record: Record, running: bool, renew: bool) -> asyncio.Task[None]:
        """Begins to clean it.

        Args:
            running: a call was cancelled, so a statement may be running still.
            renew: whether what outlasts a transaction is undone too.
        """
        self._ledger.reset()
        return self._chores.start(self._clean(record, running, renew))

    def renew(self, record: Record) -> asyncio.Task[None]:
        """Begins to undo what outlasts a transaction, where none is open.

        One task and a timer, where `within` would take two tasks: this happens after each use by a caller's own SQL.
        It is sent at once: the loop may have the answers of all other connections before it, that ended meanwhile.
        """
        self._ledger.renewed()
        task = self._chores.start_now(self._driver.renew(record.raw))
        timer = asyncio.get_running_loop().call_later(self._seconds, self._late, record, task)
        task.add_done_callback(partial(self._ended, record, timer))
        return task

    def _late(self, record: Record, task: asyncio.Task[None]) -> None:
        task.cancel()
        self._renewed(record, False)

    def _ended(self, record: Record, timer: asyncio.TimerHandle, task: asyncio.Task[None]) -> None:
        timer.cancel()
        self._renewed(record, not task.cancelled() and task.exception() is None)

    async def _clean(self, record: Record, running: bool, renew: bool) -> None:
        in_time = await self._chores.within(self._seconds, self._reset(record.driver_connection, running, renew))
        self._cleaned(record, in_time)

    async def _reset(self, raw: Any, running: bool, renew: bool) -> None:
        if running:
            await self._driver.interrupt(raw)
        await self._driver.reset(raw)
        if renew:
            self._ledger.renewed()
            await self._driver.renew(raw)
