"""One application asked in bare ASGI, and the way that each request went: the fast one, Flask's, or first that."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from service.app import PoolgateFlask, create_app
from service.asgi.exchange import Whole
from service.settings import Settings
from service.testing import running

FAST, OVER, FLASK = "fast", "over", "flask"
"""Answered without Flask; begun without it and answered by it; Flask's from the start."""

SHOP = """
    create table author (id integer primary key, name text not null);
    create table book (id integer primary key, author_id integer references author (id), title text not null);
    create table "größe" ("maß" integer primary key);
    insert into author (id, name) values (1, 'Ada'), (2, 'Bo');
    insert into "größe" ("maß") values (1), (2);
"""
BOOKS = "insert into book (id, author_id, title) values ({number}, {author}, 'a title that is long enough {number}');"
FILL = "\n".join(BOOKS.format(number=number, author=number % 2 + 1) for number in range(1, 61))
SLOW = {
    "postgresql": "create view slow as select 1 as id, pg_sleep(60)::text as waited;",
    "sqlite": """create view slow as with recursive n(i) as (select 1 union all select i + 1 from n where i < 1e12)
        select count(*) as id from n;""",
}
"""A view that never comes to an end."""


def shop(database: str) -> str:
    """The tables, in SQL."""
    return SHOP + FILL + SLOW[database]


@dataclass(frozen=True)
class Ask:
    """A request.

    Args:
        target: path and query string as they are sent.
        way: that it should go; None where that depends on the database.
    """

    target: str
    way: str | None = FAST
    headers: Sequence[tuple[str, str]] = ()
    method: str = "GET"
    body: bytes = b""
    host: str | None = "testserver"
    version: str = "1.1"
    root: str = ""

    def scope(self) -> dict[str, Any]:
        """ASGI's."""
        raw, _, query = self.target.partition("?")
        host = () if self.host is None else (("Host", self.host),)
        sent = (*host, ("X-Request-Id", "the-id"), *self.headers)
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": self.version,
            "method": self.method,
            "scheme": "http",
            "path": unquote(raw),
            "raw_path": raw.encode(),
            "query_string": query.encode(),
            "root_path": self.root,
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sent],
            "client": ("127.0.0.1", 4711),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }


Answered = tuple[int, list[tuple[bytes, bytes]], bytes]


@dataclass
class Asked:
    """An application whose ways are noted."""

    app: PoolgateFlask
    ways: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        path = self.app.fast_path

        def spied(environ: Any) -> Coroutine[Any, Any, Whole | None] | None:
            answering = None if path is None else path(environ)
            if answering is None:
                return None
            self.ways[-1] = OVER
            return noted(answering)

        async def noted(answering: Coroutine[Any, Any, Whole | None]) -> Whole | None:
            answer = await answering
            if answer is not None:
                self.ways[-1] = FAST
            return answer

        self.app.fast_path = spied

    async def __call__(self, ask: Ask) -> Answered:
        """Status, headers in their order, and body; durations are made alike."""
        self.ways.append(FLASK)
        came: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        came.put_nowait({"type": "http.request", "body": ask.body})
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app.asgi(ask.scope(), came.get, send)
        headers = [(name, re.sub(rb"dur=[\d.]+", b"dur=0", value)) for name, value in sent[0]["headers"]]
        return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@asynccontextmanager
async def serving(url: str, **settings: Any) -> AsyncIterator[Asked]:
    """An application on that database."""
    app = create_app(Settings(database_url=url, **{"anonymous": "read", **settings}))
    async with running(app):
        yield Asked(app)
