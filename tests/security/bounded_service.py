"""The service in the test's own process, with what shows that a request cost nothing or changed nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from service.app import PoolgateFlask, create_app
from service.pool import Lease, Pool
from service.settings import Settings
from service.testing import client, running

BOTH = ("sqlite", "postgresql")


@asynccontextmanager
async def serving(url: str, **settings: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Pool]]:
    """A client of the service and the service's pool; anybody may write unless `anonymous` says otherwise."""
    app = create_app(Settings(database_url=url, **{"anonymous": "write", "log_level": "critical", **settings}))
    async with of(app) as (http, pool):
        yield http, pool


@asynccontextmanager
async def of(app: PoolgateFlask) -> AsyncIterator[tuple[httpx.AsyncClient, Pool]]:
    """The same of an application."""
    async with running(app), client(app) as http:
        yield http, app.extensions["poolgate"].database.pool


def file_of(url: str) -> Path:
    return Path(urlsplit(url).path.removeprefix("/") if url.startswith("sqlite:////") else urlsplit(url).path)


async def value_of(url: str, sql: str) -> Any:
    """The value of a query, asked beside the service."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(file_of(url))) as connection:
            return connection.execute(sql).fetchone()[0]
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of an error's answer."""
    return answer.status_code, answer.json()["code"]


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that leases send to their databases from now on, each as the driver gets it."""
    found: list[str] = []

    def recording(of: Any) -> Any:
        def sent(self: Lease, sql: str, *args: Any, **more: Any) -> Any:
            found.append(sql)
            return of(self, sql, *args, **more)

        return sent

    def all_of(statements: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        for sql, arguments in statements:
            found.append(sql)
            yield sql, arguments

    for name in ("fetch", "fetchrow", "fetchval", "stream", "execute", "script"):
        monkeypatch.setattr(Lease, name, recording(getattr(Lease, name)))
    fetchvals = Lease.fetchvals
    monkeypatch.setattr(Lease, "fetchvals", lambda self, statements: fetchvals(self, all_of(statements)))
    return found
