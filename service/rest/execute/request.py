"""What is run for whom, and the connection that it is run on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from service.auth import Identity
from service.database import Database
from service.database.context import NOBODY, Caller
from service.rest.execute.transaction import Terms, Turn, alone, needs_none, turn_on
from service.rest.prepare import Prepared
from service.rest.sql import Statement
from service.rest.terms import Asked, KeyValue, Page, Value

T = TypeVar("T")


@dataclass(slots=True)  # a frozen one takes twice the time to make, and each request makes one
class Request:
    """A request that is ready to be run.

    Args:
        page: what is read, its limit lowered to the most that is allowed.
        caller: for whom the connection is taken.
    """

    database: Database
    prepared: Prepared
    asked: Asked
    identity: Identity
    page: Page
    caller: Caller = NOBODY

    def arguments(self, statement: Statement) -> list[Any]:
        """The placeholders' values.

        Raises:
            DatabaseError: a value that its column's type cannot hold, where the database would not say so itself.
        """
        asked = self.asked
        values: tuple[Value | KeyValue, ...] = asked.values
        if asked.cursor is not None and asked.cursor.values is not None:
            values += asked.cursor.values
        pages = [page for _, page in asked.pages] if asked.pages else ()
        return statement.arguments(values, self.page, pages, self.identity.claims)


def turn(
    request: Request, *, in_transaction: bool = False, lasting: float | None = None
) -> AbstractAsyncContextManager[Turn]:
    """A connection for a request that reads, in a transaction where there must be one.

    Args:
        in_transaction: there must be one, whatever is read.
        lasting: seconds that it may last, where that is longer than others may.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    alone = request.prepared.plain and not in_transaction
    terms = Terms(alone=alone, zone=request.asked.preferences.timezone, lasting=lasting)
    return turn_on(request.database, request.identity, terms, request.caller)


def in_its_turn(request: Request, work: Callable[[Turn], Awaitable[T]]) -> Awaitable[T]:
    """Reads by a connection for a request; in a transaction where there must be one.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    database, identity = request.database, request.identity
    if request.prepared.plain and needs_none(database, identity, request.asked.preferences.timezone):
        return alone(database, identity, request.caller, work)
    return _in_transaction(request, work)


async def _in_transaction(request: Request, work: Callable[[Turn], Awaitable[T]]) -> T:
    async with turn(request) as now:
        return await work(now)


def narrowed(page: Page, most: int | None) -> Page:
    """The page, its limit lowered to `most` rows."""
    if most is None or (page.limit is not None and page.limit <= most):
        return page
    return Page(page.offset, most)
