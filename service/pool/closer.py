"""How connections end: politely if they can, cut off at a deadline if not."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from sqlalchemy.util import greenlet_spawn

from service.events import Reason
from service.pool.chores import Chores
from service.pool.driver import Driver


class Closer:
    """Closes connections in tasks of the pool's own.

    Args:
        dialect: SQLAlchemy's, whose adapted connections these are.
        seconds: how long a connection may take to close politely.
        closed: called when a connection is gone from the server too.
    """

    def __init__(
        self, dialect: Any, driver: Driver, chores: Chores, seconds: float, closed: Callable[[], None]
    ) -> None:
        self.under_way = 0
        self._dialect = dialect
        self._driver = driver
        self._chores = chores
        self._seconds = seconds
        self._closed = closed

    def close(self, connection: Any, reason: Reason) -> None:
        """Begins to close it; until that is done it counts as `under_way`."""
        self.under_way += 1
        self._chores.start(self._close(connection, reason))

    def cut(self, connection: Any) -> None:
        """Drops it at once, without a word to the server."""
        with suppress(Exception):  # it is given up; there is nobody left to tell
            self._dialect.do_terminate(connection)

    async def _close(self, connection: Any, reason: Reason) -> None:
        raw = self._dialect.get_driver_connection(connection)
        held = reason in (Reason.ABANDONED, Reason.RECLAIMED)
        stop = self._driver.abort if held else self._driver.interrupt
        polite = False
        try:
            polite = await self._chores.within(self._seconds, self._say_goodbye(connection, stop(raw)))
        finally:
            if not polite:
                self.cut(connection)
            self.under_way -= 1
            self._closed()

    async def _say_goodbye(self, connection: Any, stop: Coroutine[Any, Any, None]) -> None:
        await stop
        await greenlet_spawn(self._dialect.do_close, connection)
