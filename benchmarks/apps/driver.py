"""The floor of a query: asyncpg with connections in hand and prepared statements, whose JSON the database makes.

No server is between the load and the driver: the process asks itself, and an HTTP request only tells it to. It runs on
the event loop of the bare server, so that the CPU of both may be added up, and keeps as many connections busy as a pool
has: with a single one it would wake up for each answer alone, which costs more than a service under load pays.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import cycle
from typing import Any
from urllib.parse import parse_qs

import asyncpg

from benchmarks.cases import CASES, POOL
from benchmarks.client import Load
from benchmarks.generator import summary

_STATEMENTS = {
    "row": "select json_agg(item) from item where id = $1",
    "page": "select json_agg(item) from (select * from item where id >= $1 order by id limit 100) item",
}
_KEYS = next(case.keys for case in CASES if case.name == "page alone")
_prepared: dict[str, list[Any]] = {}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An ASGI application: `/row/<key>`, `/page/<key>`, the same with `load?seconds=<n>` for a key, and `/`."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    match scope["path"].split("/")[1:]:
        case [name, "load"]:
            seconds = float(parse_qs(scope["query_string"].decode())["seconds"][0])
            answer = json.dumps(await load(name, seconds))
        case [name, key]:
            answer = await _prepared[name][0].fetchval(int(key))
        case _:
            answer = "{}"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": answer.encode()})


async def _live(receive: Any, send: Any) -> None:
    await receive()
    async with AsyncExitStack() as stack:
        for _ in range(POOL):
            connection = await asyncpg.connect(os.environ["DATABASE_URL"])
            stack.push_async_callback(connection.close)
            for name, statement in _STATEMENTS.items():
                _prepared.setdefault(name, []).append(await connection.prepare(statement))
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def load(name: str, seconds: float) -> dict[str, Any]:
    """Ask on each connection, again and again.

    Args:
        name: of the case.
        seconds: how long.

    Returns:
        What the built-in generator counts.
    """
    began = time.perf_counter()
    counted = Load([], began + seconds)
    keys = cycle(_KEYS)
    await asyncio.gather(*(_ask(statement, keys, counted) for statement in _prepared[name]))
    return summary(counted, began, 1)


async def _ask(statement: Any, keys: Iterator[Any], counted: Load) -> None:
    now = time.perf_counter()
    while now < counted.until:
        before = now
        await statement.fetchval(next(keys))
        now = time.perf_counter()
        counted.done.append((now, now - before))
