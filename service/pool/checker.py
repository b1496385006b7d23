"""How a connection is asked whether it is there: the smallest statement there is, within a deadline."""

from __future__ import annotations

from collections.abc import Callable

from service.pool.chores import Chores
from service.pool.driver import Driver
from service.pool.record import Record


class Checker:
    """Pings connections in tasks of the pool's own.

    Args:
        seconds: how long the answer may take.
        checked: called with the record, and whether it answered in time.
    """

    def __init__(self, driver: Driver, chores: Chores, seconds: float, checked: Callable[[Record, bool], None]) -> None:
        self._driver = driver
        self._chores = chores
        self._seconds = seconds
        self._checked = checked

    def start(self, record: Record) -> None:
        """Begins to ask."""
        self._chores.start(self._check(record))

    async def _check(self, record: Record) -> None:
        answered = await self._chores.within(self._seconds, self._driver.script(record.raw, "select 1"))
        self._checked(record, answered)
