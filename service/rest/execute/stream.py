"""A read whose rows are sent as the database gives them: at any length it takes the memory of one part.

The next part is fetched when the last one has been sent, so a caller who reads slowly slows the database down and
nothing piles up. The connection is held as long: a caller who stops reading, or takes too long in all, is cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass

from service.errors import DatabaseAwayError
from service.pool.driver import Row
from service.rest.execute.read import in_utf8, whole_number
from service.rest.execute.request import Request, turn
from service.rest.terms import Page

PART = 100
"""Rows of the first part; an answer that has fewer is sent in one piece, and without a connection in hand."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What a read gives, its first part at hand.

    Args:
        first: the first lines, without their ends.
        page_total: how many rows the page has, where the first part is all of it; else None.
        rest: the other lines in parts; to be closed, for it holds a connection. None where there are none.
    """

    first: list[bytes]
    page: Page
    page_total: int | None
    total: int | None
    waited: float
    ran: float
    rest: Parts | None


async def open_stream(request: Request, *, timeout: float) -> Stream:
    """Begin a read, so far that most errors would have shown.

    Args:
        timeout: seconds that the stream may last.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    statement, counting = request.prepared.statement, request.prepared.total
    arguments = request.arguments(statement)
    async with AsyncExitStack() as stack:
        now = await stack.enter_async_context(turn(request, in_transaction=True))
        counted = None
        if counting is not None:
            counted = await now.lease.fetchval(counting.text, *request.arguments(counting))
        total = await whole_number(now.lease, request, counted)
        parts = await stack.enter_async_context(aclosing(now.lease.stream(statement.text, *arguments, part=PART)))
        first = [_line(row) for row in await anext(parts)]
        ended = len(first) < PART
        rest = None if ended else Parts(parts, stack.pop_all(), timeout)
    return Stream(first, request.page, len(first) if ended else None, total, now.lease.waited, now.ran, rest)


class Parts:
    """The parts of a stream after its first, each a list of lines, and the connection that they come by.

    Not a generator: one that was never begun would not let go of the connection when it is closed.
    """

    def __init__(self, rows: AsyncIterator[list[Row]], stack: AsyncExitStack, timeout: float) -> None:
        self._rows = rows
        self._stack = stack
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + timeout
        self._is_open = True

    def __aiter__(self) -> Parts:
        return self

    async def __anext__(self) -> list[bytes]:
        try:
            if self._loop.time() > self._deadline:
                raise DatabaseAwayError("the stream took longer than it may")
            return [_line(row) for row in await anext(self._rows)]
        except StopAsyncIteration:
            self._is_open = False
            await self._stack.aclose()
            raise
        except BaseException as error:
            self._is_open = False
            await self._stack.__aexit__(type(error), error, error.__traceback__)
            raise

    async def aclose(self) -> None:
        """Lets go of the connection; what is left on it is ended before anybody else has it."""
        if self._is_open:
            self._is_open = False
            await self._stack.__aexit__(GeneratorExit, GeneratorExit(), None)

    def __del__(self) -> None:
        # A response that an application's own code threw away is never closed.
        if self._is_open and not self._loop.is_closed():
            self._is_open = False
            stack = self._stack
            self._loop.call_soon_threadsafe(lambda: self._loop.create_task(_let_go(stack)))


async def _let_go(stack: AsyncExitStack) -> None:
    await stack.__aexit__(GeneratorExit, GeneratorExit(), None)


def _line(row: Row) -> bytes:
    return in_utf8(row[0]) or b""
