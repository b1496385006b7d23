"""Views that do to a database what real ones may do; what the tests of this folder serve with `--app trial_app:app`."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from typing import Any

from flask import Response, request
from sqlalchemy import text

from service import create_app, current_pool

app = create_app()
forgotten: list[Any] = []


@app.get("/sleep/<float:seconds>")
async def sleep(seconds: float) -> dict[str, int]:
    """A statement that takes so long."""
    return {"pid": await current_pool.fetchval("select pg_backend_pid() from pg_sleep($1)", seconds)}


@app.get("/hold/<float:seconds>")
async def hold(seconds: float) -> dict[str, int]:
    """A connection held for so long."""
    async with current_pool.lease() as lease:
        await asyncio.sleep(seconds)
        return {"pid": await lease.fetchval("select pg_backend_pid()")}


@app.get("/forget")
async def forget() -> dict[str, int]:
    """A connection that is taken and never given back."""
    forgotten.append(connection := await current_pool.acquire())
    return {"held": int(not connection.closed)}


@app.get("/remember")
async def remember() -> dict[str, int]:
    """Gives back what was forgotten."""
    while forgotten:
        await current_pool.release(forgotten.pop())
    return {}


@app.get("/run")
async def run() -> dict[str, Any]:
    """One statement, whatever it is."""
    return {"value": await current_pool.fetchval(request.args["sql"])}


@app.get("/held")
async def held() -> dict[str, int]:
    """What the process holds."""
    gc.collect()
    return {
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "files": len(os.listdir("/proc/self/fd")),
    }


@app.post("/add")
async def add() -> dict[str, int]:
    """A number is read, one more is written."""
    async with current_pool.acquire() as connection, connection.begin():
        number = int((await connection.execute(text("select n from counter where id = 1"))).scalar_one())
        await connection.execute(text("update counter set n = :n where id = 1"), {"n": number + 1})
        return {"n": number + 1}


@app.after_request
def die(response: Response) -> Response:
    """All is done, and the answer about to leave."""
    if "die" in request.headers:
        os.kill(os.getpid(), signal.SIGKILL)
    return response
