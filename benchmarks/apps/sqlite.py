"""The service with two views of one's own on SQLite: the same row through the pool, and from a file opened for it."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

from flask import Response

from service import create_app, current_pool
from service.settings import load_settings

_ROW = """
select json_array(json_object('id', id, 'name', name, 'price', price, 'created', created,
    'active', json(iif(active, 'true', 'false')), 'attributes', json(attributes), 'note', note))
from item where id = $1
"""

app = create_app()
_file = load_settings().database_url.removeprefix("sqlite:///")


@app.get("/pooled/<int:key>")
async def pooled(key: int) -> Response:
    """On a connection that is there."""
    return Response(await current_pool.fetchval(_ROW, key), mimetype="application/json")


@app.get("/opened/<int:key>")
async def opened(key: int) -> Response:
    """As one would without a pool: in a thread, for opening a file and reading from it block."""
    return Response(await asyncio.to_thread(_read, key), mimetype="application/json")


def _read(key: int) -> str:
    with closing(sqlite3.connect(_file)) as connection:
        return str(connection.execute(_ROW, (key,)).fetchone()[0])
