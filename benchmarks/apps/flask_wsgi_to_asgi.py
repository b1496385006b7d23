"""Flask's async views behind asgiref's WsgiToAsgi, as Flask's documentation deploys to ASGI; SQLAlchemy's pool of 10.

WsgiToAsgi calls Flask in one thread, a request after the other, and its views run on the server's event loop. That is
one loop for all of them, so an engine with a pool works, though of its connections no more than one is ever in use.
Under a WSGI server, where each request gets a loop of its own, the same engine would need `NullPool`.
"""

from __future__ import annotations

import os
from typing import Any

from asgiref.wsgi import WsgiToAsgi
from flask import Flask, request
from sqlalchemy import make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.apps.tables import items

url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg")
engine = create_async_engine(url, pool_size=10, max_overflow=0)
app = Flask(__name__)
asgi_app = WsgiToAsgi(app)


@app.get("/live")
async def live() -> dict[str, bool]:
    """A constant."""
    return {"live": True}


@app.get("/item/<int:key>")
async def one(key: int) -> list[dict[str, Any]]:
    """The row with a key."""
    async with engine.connect() as connection:
        result = await connection.execute(select(items).where(items.c.id == key))
        return [dict(row) for row in result.mappings()]


@app.get("/items")
async def page() -> list[dict[str, Any]]:
    """100 rows from a key on."""
    start = int(request.args["start"])
    async with engine.connect() as connection:
        result = await connection.execute(select(items).where(items.c.id >= start).order_by(items.c.id).limit(100))
        return [dict(row) for row in result.mappings()]


@app.get("/sleep")
async def sleep() -> dict[str, int]:
    """A slow query."""
    async with engine.connect() as connection:
        await connection.execute(text("select pg_sleep(0.05)"))
    return {"slept_ms": 50}
