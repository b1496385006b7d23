"""The six requests that are watched, and what answers them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import asyncpg

from service.app import create_app
from service.database.postgresql.queries import STAMP
from service.settings import Settings
from service.testing import Schema, Template, running
from tests.database.opened import until
from tests.guard.counting import Go

_TABLES = """
    create table shelf (id integer primary key, name text not null);
    create table book (
        id integer primary key, shelf_id integer not null references shelf, title text not null, pages integer
    );
"""
_ROWS = """
    insert into shelf select n, 'shelf ' || n from ({ten}) as numbers(n);
    insert into book select n, 1 + n % 10, 'book ' || n, n * 3 from ({two_hundred}) as numbers(n);
"""
_COUNTED = "with recursive c(n) as (select 1 union all select n + 1 from c where n < {most}) select n from c"
_SERIES = "select generate_series(1, {most})"
_LISTENER = """
    select count(*) from pg_stat_activity
    where application_name = 'poolgate listener' and datname = current_database() and query = $1 and state = 'idle'
"""
_NOTE = """
    create table note (id bigint generated always as identity primary key, text text);
    create function longer(than integer) returns setof book stable language sql
        begin atomic select * from book where pages > than order by id; end;
"""


def _rows(series: str) -> str:
    return _ROWS.format(ten=series.format(most=10), two_hundred=series.format(most=200))


SCHEMAS: dict[str, Schema] = {
    "sqlite": _TABLES + _rows(_COUNTED).replace(" as numbers(n)", ""),
    "postgresql": _TABLES + _rows(_SERIES) + _NOTE,
}


def _book(number: int) -> dict[str, Any]:
    return {"id": number, "shelf_id": 1 + number % 10, "title": f"book {number}", "pages": number * 3}


def _shelf(number: int) -> dict[str, Any]:
    on_it = [each for each in range(1, 201) if 1 + each % 10 == number]
    return {"id": number, "name": f"shelf {number}", "book": [{"title": f"book {each}"} for each in on_it[:3]]}


class Standard(NamedTuple):
    """One of the requests.

    Args:
        answer: the rows that it has to be answered with; None for no body.
    """

    database: str
    method: str
    url: str
    answer: Any
    status: int = 200
    body: bytes = b""


STANDARD = {
    "1 row by key, SQLite": Standard("sqlite", "GET", "book?id=eq.7", [_book(7)]),
    "100 rows, SQLite": Standard("sqlite", "GET", "book?order=id&limit=100", [_book(n) for n in range(1, 101)]),
    "1 row by key, PostgreSQL": Standard("postgresql", "GET", "book?id=eq.7", [_book(7)]),
    "an embedding, PostgreSQL": Standard(
        *("postgresql", "GET", "shelf?select=id,name,book(title)&order=id&limit=5&book.order=id&book.limit=3"),
        [_shelf(n) for n in range(1, 6)],
    ),
    "1 row inserted, PostgreSQL": Standard("postgresql", "POST", "note", None, 201, b'{"text": "new"}'),
    "a function, PostgreSQL": Standard(
        "postgresql", "GET", "rpc/longer?than=590", [_book(n) for n in (197, 198, 199, 200)]
    ),
}


@asynccontextmanager
async def answering(standard: Standard, templates: Callable[[str, Schema], Template]) -> AsyncIterator[tuple[Go, Go]]:
    """What sends the request once, to the application itself; and what comes after it and is no part of its cost.

    The latter waits until the connection is ready for the next caller, and holds the answer against what is expected.
    """
    async with templates(standard.database, SCHEMAS[standard.database]).fresh() as url:
        app = create_app(Settings(database_url=url, anonymous="write"))
        scope = _scope(standard)

        pool = app.extensions["poolgate"].database.pool
        answers: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": standard.body, "more_body": False}

        async def send(message: Any) -> None:
            answers.append(message)

        async def go() -> None:
            await app.asgi(dict(scope), receive, send)

        async def after() -> None:
            await until(lambda: not pool.stats().checking)
            _check(standard, answers)
            answers.clear()

        async with running(app):
            if standard.database == "postgresql":
                await _listens(url)
            yield go, after


async def _listens(url: str) -> None:
    """Waits until the service has seen that its schema is the newest; a write before that has it read anew."""
    connection = await asyncpg.connect(url)
    await until(lambda: connection.fetchval(_LISTENER, STAMP))
    await connection.close()


def _scope(standard: Standard) -> dict[str, Any]:
    path, _, query = f"/rest/v1/{standard.url}".partition("?")
    headers = [(b"host", b"guard")]
    if standard.body:
        headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(standard.body))]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": standard.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


def _check(standard: Standard, answers: list[Any]) -> None:
    body = b"".join(message.get("body", b"") for message in answers[1:])
    assert answers[0]["status"] == standard.status, (answers[0], body)
    assert (json.loads(body) if body else None) == standard.answer
