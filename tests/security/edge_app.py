"""The application as the tests of its edge ask it: in process, from any address, on a small database."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from service.app import PoolgateFlask, create_app
from service.settings import Settings
from service.testing import running

ITEM = "/rest/v1/item"
HERE = "127.0.0.1"
ELSEWHERE = "203.0.113.9"
SHOP = """
    create table item (id integer primary key, name text not null unique);
    insert into item (id, name) values (1, 'pen'), (2, 'ink');
"""


def filled(url: str) -> str:
    """The empty SQLite database with one table in it."""
    with closing(sqlite3.connect(Path(urlsplit(url).path))) as connection:
        connection.executescript(SHOP)
    return url


def made(url: str, **settings: Any) -> PoolgateFlask:
    """An application on that database."""
    return create_app(Settings(database_url=url, **settings))


def caller(app: PoolgateFlask, address: str = HERE, **options: Any) -> httpx.AsyncClient:
    """Somebody at that address."""
    transport = httpx.ASGITransport(app=app.asgi, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver", **options)


@asynccontextmanager
async def asking(url: str, address: str = HERE, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at that address, of an application of their own."""
    app = made(url, **settings)
    async with running(app), caller(app, address) as http:
        yield http
