"""A column's bytes are sent as they are stored: a file from a table is a download like any other."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import httpx
import pytest
import pytest_asyncio
from case import BOTH

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
FILE = os.urandom(3_000_000)
PART = 1_000_000
TABLE = "create table files (id integer primary key, part {} not null, label text);"
BYTES = {"Accept": "application/octet-stream"}


def script(database: str) -> str:
    """A table with a file in three parts."""
    written = "X'{}'" if database == "sqlite" else "'\\x{}'"
    parts = (FILE[start : start + PART].hex() for start in range(0, len(FILE), PART))
    rows = ",".join(f"({number}, {written.format(part)}, 'one')" for number, part in enumerate(parts))
    return f"{TABLE.format('blob' if database == 'sqlite' else 'bytea')} insert into files values {rows};"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(templates: object) -> AsyncIterator[Mapping[str, httpx.AsyncClient]]:
    """By database, a client of an application over the table."""
    async with AsyncExitStack() as stack:
        found = {}
        for database in BOTH:
            url = await stack.enter_async_context(templates(database, script(database)).fresh())  # type: ignore[operator]
            app = create_app(Settings(database_url=url, anonymous="read"))
            await stack.enter_async_context(running(app))
            found[database] = await stack.enter_async_context(client(app, base_url="http://testserver/rest/v1"))
        yield found


@pytest.mark.parametrize("database", BOTH)
async def test_a_file_is_downloaded(served: Mapping[str, httpx.AsyncClient], database: str) -> None:
    """A file of any bytes comes as it is stored, in one row or several, with its length and a tag."""
    one = await served[database].get("/files?select=part&id=eq.1", headers={**BYTES, "Accept-Encoding": "gzip"})
    assert one.content == FILE[PART : 2 * PART]
    assert one.headers["Content-Length"] == str(PART)
    assert "Content-Encoding" not in one.headers
    whole = await served[database].get("/files?select=part&order=id", headers=BYTES)
    assert whole.content == FILE
    again = await served[database].get(
        "/files?select=part&order=id", headers={**BYTES, "If-None-Match": whole.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("database", BOTH)
async def test_pages_by_cursor(served: Mapping[str, httpx.AsyncClient], database: str) -> None:
    """A file can be had in pieces, each of which says where the next one is."""
    url, found = "/files?select=part&order=id&limit=1&cursor=", b""
    while url:
        answer = await served[database].get(url, headers=BYTES)
        found += answer.content
        url = answer.links["next"]["url"].replace("?", "/files?") if "next" in answer.links else ""
    assert found == FILE


async def test_a_blob_column_with_other_values(sqlite_url: str) -> None:
    """SQLite's columns hold values of any type: a text there is its bytes, a number its digits."""
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute(TABLE.format("blob"))
        values = [(1, "naïve"), (2, 42), (3, b"a\x00\xff"), (4, 1.5)]
        connection.executemany("insert into files (id, part) values (?, ?)", values)
        connection.execute("insert into files values (5, x'00', cast(x'61ff62' as text))")
    connection.close()
    app = create_app(Settings(database_url=sqlite_url, anonymous="read"))
    async with running(app), client(app, base_url="http://testserver/rest/v1") as http:
        answer = await http.get("/files?select=part&order=id", headers=BYTES)
        assert answer.content == "naïve".encode() + b"42a\x00\xff1.5\x00"
        text = await http.get("/files?select=label&id=eq.5", headers={"Accept": "text/plain"})
        assert text.text == "a\N{REPLACEMENT CHARACTER}b"
