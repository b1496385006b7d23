"""PostgreSQL's connections: asyncpg's, and how one becomes as new for the next caller without being opened anew.

Of all that a session has, one thing is kept: the statements that asyncpg has prepared on it, by which a call is one
round trip. `DISCARD ALL` and `DEALLOCATE ALL` were rejected, for they take those away and asyncpg is not told. So of
prepared statements only a caller's own are given up (`PREPARE name AS`), and who threw away all has the connection
closed.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

import asyncpg

from service.database.postgresql.target import SILENCE

_RENEW = """
    reset session authorization; reset role; reset all;
    close all; unlisten *; select pg_catalog.pg_advisory_unlock_all();
    discard temp; discard sequences;
"""
"""One round trip. `reset` comes back to what the first message of the connection set, not to the server's defaults."""

_FORGET_PREPARED = """
    do $$ declare own text; begin
        for own in select name from pg_catalog.pg_prepared_statements where from_sql loop
            execute pg_catalog.format('deallocate %I', own);
        end loop;
    end $$;
"""
"""Apart from the rest: to look through hundreds of prepared statements takes longer than all the rest together."""

_PREPARES = re.compile(r"\bprepare\b", re.IGNORECASE)
_SPOILS = re.compile(r"\b(?:deallocate(?:\s+prepare)?|discard)\s+all\b", re.IGNORECASE)


@lru_cache(maxsize=1024)
def _effects(query: str) -> tuple[bool, bool]:
    """Whether it may prepare statements by SQL, and whether it throws away all there are."""
    return _PREPARES.search(query) is not None, _SPOILS.search(query) is not None


class SpoiledError(Exception):
    """The connection cannot be renewed."""


class SessionConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """An `asyncpg.Connection` that can be renewed.

    It uses asyncpg's `_get_statement`, by which all goes that has arguments or is prepared, and what else the test of
    its names has; they are not documented.
    """

    __slots__ = ("_began", "_prepares", "_spoiled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._began: Any = self._config
        self._prepares = False  # once it has, for good: SQLAlchemy brings a statement here the first time only
        self._spoiled = False

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        self._look_at(query)
        return await super().execute(query, *args, timeout=timeout)  # type: ignore[no-any-return]  # as above

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        """The first row, or None. What is prepared already goes to the protocol by the shortest way; asyncpg's own has
        five more calls, which look for what is not there."""
        protocol, statement = self._protocol, None
        if not (options or self._aborted or self._query_loggers or self._stmt_exclusive_section._acquired):
            statement = self._stmt_cache.get((query, protocol.get_record_class(), False))
        if statement is None or not protocol.is_connected():
            return await super().fetchrow(query, *args, **options)
        try:
            rows = await protocol.bind_execute(
                state=statement, args=args, portal_name="", limit=1, return_extra=False, timeout=None
            )
        except asyncpg.OutdatedSchemaCacheError:
            await self.reload_schema_state()
            raise
        except asyncpg.InvalidCachedStatementError:
            self._drop_global_statement_cache()
            if protocol.is_in_transaction():
                raise
            return await super().fetchrow(query, *args)
        return rows[0] if rows else None

    def _get_statement(self, query: str, *args: Any, **kwargs: Any) -> Any:
        self._look_at(query)
        return super()._get_statement(query, *args, **kwargs)

    def _look_at(self, query: str) -> None:
        prepares, spoils = _effects(query)
        self._prepares = self._prepares or prepares
        self._spoiled = self._spoiled or spoils

    def forget_transaction(self) -> None:
        """What asyncpg remembers of a `transaction()` that nobody ended; the next would become a part of it."""
        self._top_xact = None  # type: ignore[misc]  # asyncpg's class has this slot

    def wait(self, seconds: float | None) -> None:
        """How long an answer is waited for; None: as from the beginning, where a longer time is not cut short."""
        most = self._began.command_timeout
        if seconds is not None and most is not None:
            most = None if math.isinf(seconds) else max(most, seconds + SILENCE)
        self._config = self._began._replace(command_timeout=most)  # type: ignore[misc]  # as above

    async def renew(self) -> None:
        """Makes it as new, no transaction being open: settings, role, temporary tables, locks, cursors, LISTEN.

        Raises:
            SpoiledError: a caller threw away all prepared statements.
        """
        if self._spoiled:
            raise SpoiledError("all prepared statements were thrown away")
        self._listeners.clear()
        self._log_listeners.clear()
        await super().execute(_RENEW + _FORGET_PREPARED if self._prepares else _RENEW)
