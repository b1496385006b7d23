"""Flask with a connection of psycopg 3 that is opened for each request and closed after it."""

from __future__ import annotations

import os
from typing import Any

import psycopg
from flask import Flask, request
from psycopg.rows import dict_row

url = os.environ["DATABASE_URL"]
app = Flask(__name__)


@app.get("/live")
def live() -> dict[str, bool]:
    """A constant."""
    return {"live": True}


@app.get("/item/<int:key>")
def one(key: int) -> list[dict[str, Any]]:
    """The row with a key."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute("select * from item where id = %s", (key,)).fetchall()


@app.get("/items")
def page() -> list[dict[str, Any]]:
    """100 rows from a key on."""
    start = int(request.args["start"])
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute("select * from item where id >= %s order by id limit 100", (start,)).fetchall()
