"""The floor of a query: asyncpg with a connection in hand and a prepared statement, whose JSON the database makes.

No server is between the load and the driver: the process asks itself, one query after another, and an HTTP request only
tells it to. On the same event loop as the bare server, so that the CPU of both may be added up.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import asyncpg

from benchmarks.cases import CASES
from benchmarks.client import Load
from benchmarks.generator import summary

_STATEMENTS = {
    "row": "select json_agg(item) from item where id = $1",
    "page": "select json_agg(item) from (select * from item where id >= $1 order by id limit 100) item",
}
_KEYS = {case.name: case.keys for case in CASES}
_ask: dict[str, Callable[[Any], Awaitable[str]]] = {}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An ASGI application: `/row/<key>`, `/page/<key>`, `/load/<row or page>?seconds=<n>`, and `/`."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    match scope["path"].split("/")[1:]:
        case ["load", name]:
            seconds = float(parse_qs(scope["query_string"].decode())["seconds"][0])
            answer = json.dumps(await load(name, seconds))
        case [name, key]:
            answer = await _ask[name](int(key))
        case _:
            answer = "{}"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": answer.encode()})


async def _live(receive: Any, send: Any) -> None:
    await receive()
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    for name, statement in _STATEMENTS.items():
        _ask[name] = (await connection.prepare(statement)).fetchval
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await connection.close()
    await send({"type": "lifespan.shutdown.complete"})


async def load(name: str, seconds: float) -> dict[str, Any]:
    """Ask, and ask again as soon as it is answered.

    Args:
        name: of the case.
        seconds: how long.

    Returns:
        What the built-in generator counts.
    """
    ask, keys = _ask[name], _KEYS[name]
    done: list[tuple[float, float]] = []
    began = before = time.perf_counter()
    until = began + seconds
    while before < until:
        await ask(keys[len(done) % len(keys)])
        now = time.perf_counter()
        done.append((now, now - before))
        before = now
    counted = Load([], until)
    counted.done = done
    return summary(counted, began, 1)
