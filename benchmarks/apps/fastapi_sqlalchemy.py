"""FastAPI with SQLAlchemy's asyncio engine and its pool of 10; pydantic writes the JSON, as FastAPI advises."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import make_url, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from benchmarks.apps.tables import items

url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg")
engine = create_async_engine(url, pool_size=10, max_overflow=0)
app = FastAPI()


class Item(BaseModel):
    """A row."""

    id: int
    name: str
    price: Decimal
    created: datetime
    active: bool
    attributes: dict[str, Any]
    note: str | None


async def connect() -> AsyncIterator[AsyncConnection]:
    """A connection of the pool for one request."""
    async with engine.connect() as connection:
        yield connection


Connection = Annotated[AsyncConnection, Depends(connect)]


@app.get("/live")
async def live() -> dict[str, bool]:
    """A constant."""
    return {"live": True}


@app.get("/item/{key}")
async def one(key: int, connection: Connection) -> list[Item]:
    """The row with a key."""
    result = await connection.execute(select(items).where(items.c.id == key))
    return [Item.model_validate(row) for row in result.mappings()]


@app.get("/items")
async def page(start: int, connection: Connection) -> list[Item]:
    """100 rows from a key on."""
    result = await connection.execute(select(items).where(items.c.id >= start).order_by(items.c.id).limit(100))
    return [Item.model_validate(row) for row in result.mappings()]


@app.get("/sleep")
async def sleep(connection: Connection) -> dict[str, int]:
    """A slow query."""
    await connection.execute(text("select pg_sleep(0.05)"))
    return {"slept_ms": 50}
