"""A developer's own views beside the tables; what the tests serve with `--app shop:app`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from flask import abort, request
from sqlalchemy import text

from service import create_app, current_pool

app = create_app()


@app.get("/name/<int:number>")
async def name(number: int) -> dict[str, Any]:
    app.logger.info("asked for %d", number)
    return {"name": await current_pool.fetchval("select name from item where id = $1", number)}


@app.get("/slow/<float:seconds>")
async def slow(seconds: float) -> dict[str, float]:
    app.logger.info("begun")
    async with current_pool.acquire(readonly=True):
        await asyncio.sleep(seconds)
    return {"slept": seconds}


@app.get("/plain/<float:seconds>")
def plain(seconds: float) -> dict[str, float]:
    app.logger.info("begun")
    time.sleep(seconds)
    return {"slept": seconds}


@app.get("/blocking/<float:seconds>")
async def blocking(seconds: float) -> dict[str, float]:
    app.logger.info("begun")
    time.sleep(seconds)  # noqa: ASYNC251  # a mistake that developers make
    return {"slept": seconds}


@app.get("/stream/<float:seconds>")
async def stream(seconds: float) -> AsyncIterator[str]:
    async def lines() -> AsyncIterator[str]:
        for number in range(10):
            yield f"{number}\n"
            await asyncio.sleep(seconds / 10)

    return lines()


@app.get("/large/<int:mebibytes>")
async def large(mebibytes: int) -> str:
    return "x" * mebibytes * 1024 * 1024


@app.get("/again")
async def again() -> dict[str, int]:
    return {"rows": await current_pool.execute("insert into item (id, name) values ($1, $2)", 1, "canary-value")}


@app.get("/again/sqlalchemy")
async def again_sqlalchemy() -> dict[str, int]:
    async with current_pool.acquire() as connection:
        await connection.execute(text("insert into item (id, name) values (:id, :name)"), {"id": 1, "name": "pen"})
    return {}


@app.get("/mistake/sql")
async def mistake_in_sql() -> dict[str, int]:
    return {"rows": await current_pool.fetchval("select nothing from nowhere")}


@app.get("/mistake")
async def mistake() -> dict[str, int]:
    return {"result": 1 // int(request.args["by"])}


@app.get("/exhausted/<int:connections>")
async def exhausted(connections: int) -> dict[str, int]:
    async with AsyncExitStack() as held:
        for _ in range(connections):
            await held.enter_async_context(current_pool.acquire(timeout=0.05, readonly=True))
    return {}


@app.get("/abort/<int:status>")
async def give_up(status: int) -> None:
    abort(status, description="closed for the holidays")
