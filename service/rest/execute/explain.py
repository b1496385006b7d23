"""How the rows would be found, as the database tells it."""

from __future__ import annotations

import json
from typing import Any

from service.pool.driver import Row
from service.rest.execute.request import Request, turn
from service.rest.execute.valve import check_cost
from service.rest.plan.media import Explain


async def run_explain(request: Request, explain: Explain) -> bytes:
    """The execution plan, as JSON or as lines of text.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    statement = request.prepared.statement
    arguments = request.arguments(statement)
    async with turn(request, in_transaction=True) as now:
        if request.prepared.valve is not None:
            await check_cost(now.lease, request, request.prepared.valve)
        return told_plan(await now.lease.fetch(statement.text, *arguments), explain)


def told_plan(rows: list[Row], explain: Explain) -> bytes:
    """The plan of the rows that a database explains a statement with."""
    if len(rows[0]) == 1:  # PostgreSQL has written it already
        return "\n".join(row[0] for row in rows).encode()
    steps = [{"id": row[0], "parent": row[1], "detail": row[3]} for row in rows]
    return json.dumps(steps).encode() if explain.as_json else "\n".join(_indented(steps)).encode()


def _indented(steps: list[dict[str, Any]]) -> list[str]:
    depths = {0: -1}
    for step in steps:
        depths[step["id"]] = depths.get(step["parent"], -1) + 1
    return ["  " * depths[step["id"]] + step["detail"] for step in steps]
