"""A read whose answer is one piece."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from service.pool import Lease
from service.rest.execute.request import Request, turn
from service.rest.prepare import Prepared
from service.rest.terms import Page


@dataclass(frozen=True, slots=True)
class Result:
    """What a read gave.

    Args:
        body: the page's rows as the database's own JSON in UTF-8; None where only their number was wanted.
        page: what was read, its limit lowered to the most that is allowed.
        page_total: how many rows the page has.
        total: how many there are, where it was asked for.
        waited: seconds until a connection was in hand.
        ran: seconds that it was.
    """

    body: bytes | None
    page: Page
    page_total: int
    total: int | None
    waited: float
    ran: float


async def run_read(request: Request) -> Result:
    """Run a read.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    arguments = request.arguments(request.prepared.statement)
    async with turn(request) as now:
        row, total = await _fetch(now.lease, request, arguments)
        ran = now.ran
    return Result(in_utf8(row[0]), request.page, row[1], total, now.lease.waited, ran)


async def _fetch(lease: Lease, request: Request, arguments: list[Any]) -> tuple[Any, int | None]:
    prepared = request.prepared
    row = await lease.fetchrow(prepared.statement.text, *arguments)
    if row is None:  # an aggregate over all rows always has one
        raise RuntimeError("the statement gave no row")
    return row, await whole_number(lease, request, row[2] if len(row) > 2 else None)


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
