"""Flask with SQLAlchemy's engine, shared by threads: a pool of 10 connections, psycopg 3."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, request
from sqlalchemy import create_engine, make_url, select, text

from benchmarks.apps.tables import items

url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
engine = create_engine(url, pool_size=10, max_overflow=0)
app = Flask(__name__)


@app.get("/live")
def live() -> dict[str, bool]:
    """A constant."""
    return {"live": True}


@app.get("/item/<int:key>")
def one(key: int) -> list[dict[str, Any]]:
    """The row with a key."""
    with engine.connect() as connection:
        result = connection.execute(select(items).where(items.c.id == key))
        return [dict(row) for row in result.mappings()]


@app.get("/items")
def page() -> list[dict[str, Any]]:
    """100 rows from a key on."""
    start = int(request.args["start"])
    with engine.connect() as connection:
        result = connection.execute(select(items).where(items.c.id >= start).order_by(items.c.id).limit(100))
        return [dict(row) for row in result.mappings()]


@app.get("/sleep")
def sleep() -> dict[str, int]:
    """A slow query."""
    with engine.connect() as connection:
        connection.execute(text("select pg_sleep(0.05)"))
    return {"slept_ms": 50}
