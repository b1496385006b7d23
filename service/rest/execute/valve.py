"""Expensive reads, turned down before they are run, where a setting says what is too expensive."""

from __future__ import annotations

import json

from service.errors import TooExpensiveError
from service.pool import Lease
from service.rest.execute.request import Request
from service.rest.prepare import Valve


async def check_cost(lease: Lease, request: Request, valve: Valve) -> None:
    """Asks the planner what the read would cost: one trip more.

    Raises:
        TooExpensiveError: it expects more than is allowed. What it plans is not told.
    """
    for asking in valve.statements:
        found = await lease.fetchval(asking.text, *request.arguments(asking))
        cost: float = json.loads(found)[0]["Plan"]["Total Cost"]
        if cost > valve.most:
            raise _refusal(cost, valve.most)


def _refusal(cost: float, most: float) -> TooExpensiveError:
    return TooExpensiveError(
        "The database expects this read to be too expensive, and it was not run.",
        details=f"a cost of {cost:.0f} is expected, and {most:g} is allowed",
        hint="Filter by a column that has an index, or order by one and take fewer rows (limit=). "
        "The setting DB_MAX_COST says how much a read may cost.",
    )
