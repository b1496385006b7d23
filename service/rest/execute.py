"""The one room that runs requests' SQL: takes a connection, runs, gives it back, and says what the database said."""

from __future__ import annotations

import json
import time
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

from service.auth import CHALLENGE, Identity
from service.database import Database
from service.errors import PoolgateError
from service.pool import Lease
from service.rest.prepare import Prepared
from service.rest.terms import Asked, Page

_NO_RIGHT = "42501"
_AS_ROLE = "select set_config('role', $1, true)"


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


async def run_read(
    database: Database,
    prepared: Prepared,
    asked: Asked,
    identity: Identity,
    *,
    max_rows: int | None,
    caller: Hashable = None,
) -> Result:
    """Run a read.

    Args:
        max_rows: the most rows that a page may have.
        caller: for whom the connection is taken; the pool's share is counted by it.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    page = asked.page if max_rows is None else replace(asked.page, limit=_lower(asked.page.limit, max_rows))
    arguments = prepared.statement.arguments(asked.values, page, [page for _, page in asked.pages])
    try:
        async with database.pool.lease(readonly=True, identity=caller, trusted=True) as lease:
            began = time.perf_counter()
            if prepared.plain and identity.role is None:
                row, total = await _fetch(lease, prepared, asked, arguments)
            else:
                async with lease.transaction(readonly=True):
                    if identity.role is not None:
                        await lease.fetchval(_AS_ROLE, identity.role)
                    row, total = await _fetch(lease, prepared, asked, arguments)
    except Exception as error:
        translated = database.translate(error)
        if translated is None:
            raise
        raise _seen_by(identity, translated) from error
    ran = time.perf_counter() - began
    return Result(_in_utf8(row[0]), page, row[1], total, lease.waited, ran)


async def _fetch(lease: Lease, prepared: Prepared, asked: Asked, arguments: list[Any]) -> tuple[Any, int | None]:
    row = await lease.fetchrow(prepared.statement.text, *arguments)
    if row is None:  # an aggregate over all rows always has one
        raise RuntimeError("the statement gave no row")
    counted: int | None = row[2] if len(row) > 2 else None
    if prepared.estimate is None or _is_exact(counted, prepared):
        return row, counted
    plan = await lease.fetchval(
        prepared.estimate.text,
        *prepared.estimate.arguments(asked.values, asked.page, [page for _, page in asked.pages]),
    )
    return row, max(json.loads(plan)[0]["Plan"]["Plan Rows"], counted or 0)


def _in_utf8(body: str | bytes | None) -> bytes | None:
    """The body as it is sent. SQLite gives bytes and takes any bytes for a text; what is not UTF-8 becomes U+FFFD."""
    if isinstance(body, str):
        return body.encode()
    if body is not None:
        try:
            body.decode()
        except UnicodeDecodeError:
            return body.decode("utf-8", "replace").encode()
    return body


def _seen_by(identity: Identity, error: PoolgateError) -> PoolgateError:
    """A right that is missing may be had by signing in: to a caller without credentials the answer says so."""
    if identity.anonymous and error.code == _NO_RIGHT:
        error.status = 401
        error.headers.update(CHALLENGE)
    return error


def _is_exact(counted: int | None, prepared: Prepared) -> bool:
    """Whether an estimated count came to the end of the rows, so that the planner need not be asked."""
    return counted is not None and prepared.count_limit is not None and counted <= prepared.count_limit


def _lower(limit: int | None, most: int) -> int:
    return most if limit is None else min(limit, most)
