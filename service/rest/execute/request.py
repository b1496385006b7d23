"""What is run for whom, and the connection that it is run on."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from service.auth import CHALLENGE, Identity
from service.database import Database
from service.errors import PoolgateError
from service.pool import Lease
from service.rest.prepare import Prepared
from service.rest.sql import Statement
from service.rest.terms import Asked, KeyValue, Page, Value

_NO_RIGHT = "42501"
_AS_ROLE = "select set_config('role', $1, true)"
_IN_ZONE = "select set_config('timezone', $1, true)"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is ready to be run.

    Args:
        page: what is read, its limit lowered to the most that is allowed.
        caller: for whom the connection is taken; the pool's share is counted by it.
    """

    database: Database
    prepared: Prepared
    asked: Asked
    identity: Identity
    page: Page
    caller: Hashable = None

    def arguments(self, statement: Statement) -> list[Any]:
        """The placeholders' values.

        Raises:
            DatabaseError: a value that its column's type cannot hold, where the database would not say so itself.
        """
        asked = self.asked
        values: tuple[Value | KeyValue, ...] = asked.values
        if asked.cursor is not None and asked.cursor.values is not None:
            values += asked.cursor.values
        return statement.arguments(values, self.page, [page for _, page in asked.pages])


@dataclass
class Turn:
    """A request's turn on a connection.

    Args:
        began: on the clock of `time.perf_counter`.
    """

    lease: Lease
    began: float

    @property
    def ran(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self.began


@asynccontextmanager
async def turn(request: Request, *, in_transaction: bool = False, lasting: float | None = None) -> AsyncIterator[Turn]:
    """A connection for a request that reads, in a transaction where there must be one.

    Args:
        in_transaction: there must be one, whatever is read.
        lasting: seconds that it may last, where that is longer than others may.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    identity, zone = request.identity, request.asked.preferences.timezone
    bare = request.prepared.plain and identity.role is None and zone is None
    try:
        async with request.database.pool.lease(readonly=True, identity=request.caller, trusted=True) as lease:
            now = Turn(lease, time.perf_counter())
            if bare and not in_transaction:
                yield now
                return
            async with lease.transaction(readonly=True, lasting=lasting):
                if identity.role is not None:
                    await lease.fetchval(_AS_ROLE, identity.role)
                if zone is not None:
                    await lease.fetchval(_IN_ZONE, zone)
                yield now
    except Exception as error:
        translated = request.database.translate(error)
        if translated is None:
            raise
        raise _seen_by(identity, translated) from error


def narrowed(page: Page, most: int | None) -> Page:
    """The page, its limit lowered to `most` rows."""
    if most is None or (page.limit is not None and page.limit <= most):
        return page
    return replace(page, limit=most)


def _seen_by(identity: Identity, error: PoolgateError) -> PoolgateError:
    """A right that is missing may be had by signing in: to a caller without credentials the answer says so."""
    if identity.anonymous and error.code == _NO_RIGHT:
        error.status = 401
        error.headers.update(CHALLENGE)
    return error
