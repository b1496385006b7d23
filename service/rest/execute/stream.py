"""A read whose rows are sent as the database gives them: at any length it takes the memory of one part.

The next part is fetched when the last one has been sent, so a caller who reads slowly slows the database down and
nothing piles up. The connection is held as long: a caller who stops reading, or takes too long in all, is cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass

from service.database.context import NOTHING_TOLD, Told
from service.errors import StreamTimeoutError
from service.pool import Lease, Row
from service.rest.execute.read import in_utf8, is_exact, whole_number
from service.rest.execute.request import Request, turn
from service.rest.execute.transaction import retried
from service.rest.execute.valve import check_cost
from service.rest.terms import Page

FEW = 100
"""Rows of a page that is fetched in one trip; of a longer one, rows of the first part."""
WHOLE = 65_536
"""Bytes up to which an answer is sent in one piece, and without a connection in hand."""
_GRACE = 60.0  # seconds: the database's own limits come after ours


@dataclass(frozen=True, slots=True)
class Stream:
    """What a read gives, as much at hand as is sent in one piece.

    Args:
        first: the first lines, an end between each two; None where there are none.
        page_total: how many rows the page has; None where that is not known yet.
        rest: the other lines; to be closed, for it holds a connection. None where there are none.
        told: what came before the read says of the answer.
    """

    first: bytes | None
    page: Page
    page_total: int | None
    total: int | None
    waited: float
    ran: float
    rest: Parts | None = None
    told: Told = NOTHING_TOLD


async def open_stream(request: Request, *, timeout: float) -> Stream:
    """Begin a read, so far that most errors would have shown; once more if another transaction was in its way.

    Args:
        timeout: seconds that the stream may last.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    limit = request.page.limit
    is_short = limit is not None and limit <= FEW
    return await retried(lambda: _few(request) if is_short else _many(request, timeout))


async def _few(request: Request) -> Stream:
    statement = request.prepared.statement
    arguments = request.arguments(statement)
    # A total that is counted apart is of the same moment as the rows.
    counts = request.prepared.total is not None
    async with turn(request, in_transaction=counts, lasting=_GRACE if counts else None) as now:
        if request.prepared.valve is not None:
            await check_cost(now.lease, request, request.prepared.valve)
        total, _ = await _total(now.lease, request)
        rows = await now.lease.fetch(statement.text, *arguments)
        ran = now.ran
    return Stream(_joined(rows), request.page, len(rows), total, now.lease.waited, ran, told=now.told)


async def _many(request: Request, timeout: float) -> Stream:
    statement = request.prepared.statement
    arguments = request.arguments(statement)
    async with AsyncExitStack() as stack:
        now = await stack.enter_async_context(turn(request, in_transaction=True, lasting=timeout + _GRACE))
        if request.prepared.valve is not None:
            await check_cost(now.lease, request, request.prepared.valve)
        total, exact = await _total(now.lease, request)
        parts = await stack.enter_async_context(aclosing(now.lease.stream(statement.text, *arguments, part=FEW)))
        first, size, rest = [], 0, None
        async for rows in parts:
            first += rows
            size += sum(len(row[0]) for row in rows)
            if size >= WHOLE:
                page_total = _rows_of(request.page, total) if exact and total is not None else None
                rest = Parts(parts, stack.pop_all(), timeout)
                break
        else:
            page_total = len(first)
    return Stream(_joined(first), request.page, page_total, total, now.lease.waited, now.ran, rest, now.told)


async def _total(lease: Lease, request: Request) -> tuple[int | None, bool]:
    """How many rows there are, where that is asked for, and whether they were counted to the last."""
    counting = request.prepared.total
    counted = None if counting is None else await lease.fetchval(counting.text, *request.arguments(counting))
    return await whole_number(lease, request, counted), is_exact(counted, request.prepared)


def _rows_of(page: Page, total: int) -> int:
    left = max(0, total - page.offset)
    return left if page.limit is None else min(left, page.limit)


class Parts:
    """The lines of a stream after its first, and the connection that they come by.

    Not a generator: one that was never begun would not let go of the connection when it is closed. `service.asgi`
    closes it with the request, also where an application's hook threw the response away.
    """

    def __init__(self, rows: AsyncIterator[list[Row]], stack: AsyncExitStack, timeout: float) -> None:
        self._rows = rows
        self._stack = stack
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout
        self._deadline = self._loop.time() + timeout
        self._is_open = True

    def __aiter__(self) -> Parts:
        return self

    async def __anext__(self) -> bytes:
        try:
            while True:
                if self._loop.time() > self._deadline:
                    raise StreamTimeoutError(f"the stream took longer than {self._timeout:g} s")
                lines = _joined(await anext(self._rows))
                if lines is not None:
                    return lines
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


def _joined(rows: Sequence[Row]) -> bytes | None:
    if not rows:
        return None
    lines = [row[0] for row in rows]  # all text, or all bytes
    return in_utf8(b"\n".join(lines) if isinstance(lines[0], bytes) else "\n".join(lines))
