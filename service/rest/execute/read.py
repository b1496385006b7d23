"""A read whose answer is one piece."""

from __future__ import annotations

import json
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from service.database.context import NOTHING_TOLD, Told
from service.errors import CursorError
from service.pool import Lease, Row
from service.rest.execute.request import Request, in_its_turn
from service.rest.execute.transaction import Turn, retried
from service.rest.execute.valve import check_cost
from service.rest.prepare import Prepared
from service.rest.sql import key_value
from service.rest.terms import KeyValue, Page


@dataclass(slots=True)  # a frozen one takes twice the time to make, and each read makes one
class Result:
    """What a read gave.

    Args:
        body: the page's rows as the database wrote them, in UTF-8 if that is text; None where only their number was
            wanted.
        page: what was read, its limit lowered to the most that is allowed.
        page_total: how many rows the page has.
        total: how many there are, where it was asked for.
        waited: seconds until a connection was in hand.
        ran: seconds that it was.
        told: what came before the read says of the answer.
        ending: of a page that is told by keys and has more rows behind it, those of its last row.
    """

    body: bytes | None
    page: Page
    page_total: int
    total: int | None
    waited: float
    ran: float
    ending: list[KeyValue] | None = None
    told: Told = NOTHING_TOLD


async def run_read(request: Request) -> Result:
    """Run a read; once more if another transaction was in its way.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    arguments = request.arguments(request.prepared.statement)

    def work(now: Turn) -> Coroutine[Any, Any, Result]:
        return _read(now, request, arguments)

    return await retried(lambda: in_its_turn(request, work))


async def read_with(now: Turn, request: Request) -> Result:
    """Read by a connection in hand, in whatever transaction it has open."""
    return await _read(now, request, request.arguments(request.prepared.statement))


async def _read(now: Turn, request: Request, arguments: list[Any]) -> Result:
    lease, prepared = now.lease, request.prepared
    statement = prepared.statement
    if prepared.valve is not None:
        await check_cost(lease, request, prepared.valve)
    row = await lease.fetchrow(statement.text, *arguments)
    if row is None:  # an aggregate over all rows always has one
        raise RuntimeError("the statement gave no row")
    total = row[2] if len(row) > 2 + len(statement.ending) else None
    if prepared.estimate is not None:
        total = await whole_number(lease, request, total)
    ending = _ending(row, statement.ending) if statement.ending else None
    body = row[0] if statement.binary else in_utf8(row[0])
    return Result(body, request.page, row[1], total, lease.waited, now.ran, ending, now.told)


def _ending(row: Row, names: Sequence[str]) -> list[KeyValue] | None:
    """Where the page ends, if it is told by keys and there are more rows.

    Raises:
        CursorError: the row after it cannot be told from its last one.
    """
    if not names or not row["more"] or not row[1]:
        return None
    if row["tied"]:
        raise CursorError(
            "The order does not tell the page's last row from the one after it",
            hint="Order by more columns, or take another limit.",
        )
    return [key_value(row[name]) for name in names[2:]]


async def whole_number(lease: Lease, request: Request, counted: int | None) -> int | None:
    """How many rows there are.

    Args:
        counted: as far as they were counted.
    """
    prepared = request.prepared
    if prepared.estimate is None or is_exact(counted, prepared):
        return counted
    plan = await lease.fetchval(prepared.estimate.text, *request.arguments(prepared.estimate))
    planned: int = json.loads(plan)[0]["Plan"]["Plan Rows"]
    return max(planned, counted or 0)


def in_utf8(body: str | bytes | None) -> bytes | None:
    """The body as it is sent. SQLite gives bytes and takes any bytes for a text; what is not UTF-8 becomes U+FFFD."""
    if isinstance(body, str):
        return body.encode()
    if body is not None:
        try:
            body.decode()
        except UnicodeDecodeError:
            return body.decode("utf-8", "replace").encode()
    return body


def is_exact(counted: int | None, prepared: Prepared) -> bool:
    """Whether the rows were counted to the last, so that the planner need not be asked."""
    if counted is None or prepared.estimate is None:
        return counted is not None
    return prepared.count_limit is not None and counted <= prepared.count_limit
