"""How the pool talks to asyncpg: a statement is prepared once per connection, and then each call is one round trip."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

from service.database.hoisted import LEVELS
from service.pool import Cursor, Row

# One trip. A timer that runs is set anew only after it was stopped, and transaction_timeout is of PostgreSQL 17.
_LASTING = """
    {begin};
    SELECT pg_catalog.set_config('idle_in_transaction_session_timeout', '{most}', true),
        CASE WHEN pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL THEN
            pg_catalog.set_config('transaction_timeout', '0', true)
            || pg_catalog.set_config('transaction_timeout', '{most}', true) END
"""

_SAME_DATA = "repeatable read"  # the least level at which all statements see it


class _Cursor:
    """asyncpg's cursor; the transaction's end closes it."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    async def fetch(self, count: int) -> list[Row]:
        rows: list[Row] = await self._cursor.fetch(count)
        return rows

    async def close(self) -> None:
        """Nothing: a trip saved."""


class AsyncpgDriver:
    """The driver protocol of `service.pool` over `asyncpg.Connection`; arguments bind to `$1`, `$2`, …"""

    async def fetch(self, connection: Any, sql: str, args: Sequence[Any]) -> list[Row]:
        rows: list[Row] = await connection.fetch(sql, *args)
        return rows

    def fetchrow(self, connection: Any, sql: str, args: Sequence[Any]) -> Coroutine[Any, Any, Row | None]:
        row: Coroutine[Any, Any, Row | None] = connection.fetchrow(sql, *args)
        return row

    async def fetchvals(self, connection: Any, statements: Iterable[tuple[str, Sequence[Any]]]) -> list[Any]:
        return [row[0] for sql, args in statements for row in await connection.fetch(sql, *args)]

    async def open_cursor(self, connection: Any, sql: str, args: Sequence[Any]) -> Cursor:
        return _Cursor(await connection.cursor(sql, *args))

    async def execute(self, connection: Any, sql: str, args: Sequence[Any]) -> int:
        tag: str = await connection.execute(sql, *args)  # "UPDATE 3", "INSERT 0 3", "CREATE TABLE"
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdecimal() else -1

    async def script(self, connection: Any, sql: str) -> None:
        await connection.execute(sql)

    def begin(self, *, readonly: bool, lasting: float | None = None, isolation: str | None = None) -> str:
        if lasting is not None:
            isolation = max(_SAME_DATA, isolation or _SAME_DATA, key=LEVELS.index)
        level = "" if isolation is None else f"ISOLATION LEVEL {LEVELS[LEVELS.index(isolation)]} "
        begin = f"BEGIN {level}{'READ ONLY' if readonly else 'READ WRITE'}"
        return begin if lasting is None else _LASTING.format(begin=begin, most=max(1, round(lasting * 1000)))

    def wait(self, connection: Any, seconds: float | None) -> None:
        connection.wait(seconds)

    def is_closed(self, connection: Any) -> bool:
        # As asyncpg's own `is_closed`, with a call less: it is asked for twice in each request.
        closed: bool = connection._aborted or not connection._protocol.is_connected()
        return closed

    def may_be_gone(self, connection: Any) -> bool:
        # The end of a local socket is always known; over a network, a firewall may have dropped a silent connection.
        transport = connection._transport  # not documented, as in `abort`
        sock = None if transport is None else transport.get_extra_info("socket")
        return sock is not None and bool(sock.family != socket.AF_UNIX)

    def in_transaction(self, connection: Any) -> bool:
        is_open: bool = connection._protocol.is_in_transaction()
        return is_open

    async def reset(self, connection: Any) -> None:
        # After a cancelled call asyncpg itself holds the next statement back until the cancelling has ended. Only then
        # is it known whether a transaction is open: the call may have been the one that opens it.
        if not connection.is_in_transaction():
            await connection.execute("select")  # not "": asyncpg fails on the answer to an empty one
        if connection.is_in_transaction():
            await connection.execute("ROLLBACK")
        connection.forget_transaction()

    def is_touched(self, connection: Any) -> bool:
        return True  # a function of the database's may set anything, and the statement does not show it

    async def renew(self, connection: Any) -> None:
        await connection.renew()

    async def interrupt(self, connection: Any) -> None:
        """Nothing: asyncpg has sent the cancel request already, and a second one could hit the next statement."""

    async def abort(self, connection: Any) -> None:
        if not connection.is_closed():
            # Not documented, and the only way to have a cancel request sent for a statement that another task awaits.
            await connection._cancel(asyncio.get_running_loop().create_future())

    def is_write_refused(self, error: BaseException) -> bool:
        return False
