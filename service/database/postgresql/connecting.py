"""How the pool's connections to PostgreSQL begin: with every time limit the server knows, in the first message.

Some limits are younger than others (`transaction_timeout` is PostgreSQL 17's), some the platform has not, and PgBouncer
passes on only what it is told to. Which of them a server takes is not known before it is asked, and asking would cost
each connection a round trip. So all are sent, and one that is refused by name is left out from then on.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

import asyncpg

from service.database.postgresql.connection import SessionConnection
from service.database.postgresql.target import Target

_REFUSALS = ("42704", "22023", "08P01")
"""The SQLSTATEs of a first message with an unknown name, an impossible value, or what PgBouncer does not pass on."""


class Connector:
    """Opens connections.

    Args:
        target: where to.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._refused: set[str] = set()
        self._opened: WeakSet[SessionConnection] = WeakSet()

    async def connect(self) -> Any:
        """A connection of asyncpg's.

        Raises:
            asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError: none can be made.
        """
        while True:
            limits = {name: value for name, value in self._target.limits.items() if name not in self._refused}
            try:
                arguments = self._target.with_settings(limits)
                connection = await asyncpg.connect(**arguments, connection_class=SessionConnection)
            except asyncpg.PostgresError as error:
                refused = [name for name in limits if name in str(error)]
                if error.sqlstate not in _REFUSALS or not refused:
                    raise
                self._refused.update(refused)
            else:
                self._opened.add(connection)
                return connection

    async def forget_statements(self) -> None:
        """Has each connection prepare anew what it is asked next; no trip, and no harm to what is under way."""
        for connection in list(self._opened):
            if not connection.is_closed():
                await connection.reload_schema_state()
