"""What an async pytest suite needs: the app with its real lifespan on the test's loop, a client, a database per test.

    async with SqliteTemplate(SCHEMA) as template, template.fresh() as url:
        app = create_app(Settings(database_url=url))
        async with running(app), client(app) as http:
            assert (await http.get("/-/ready")).status_code == 200

Nothing here is a pytest plugin: each is an async context manager, and three lines make it a fixture (docs/testing.md).
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar
from urllib.parse import urlsplit

import asyncpg

from service.pool.fake import FakeConnection, FakeDatabase, FakeError

if TYPE_CHECKING:
    import httpx

__all__ = [
    "FakeConnection",
    "FakeDatabase",
    "FakeError",
    "PostgresqlTemplate",
    "Schema",
    "SqliteTemplate",
    "Template",
    "client",
    "running",
]

Schema = str | Path | Callable[[str], Awaitable[None]]
"""What fills a template: SQL text, a file of it, or an async function that is given the database's URL."""


class HasAsgi(Protocol):
    """An application: what `create_app` and `AsyncFlask` make."""

    @property
    def asgi(self) -> Callable[..., Awaitable[None]]: ...


App = TypeVar("App", bound=HasAsgi)


@asynccontextmanager
async def running(app: App, *, timeout: float = 30.0) -> AsyncIterator[App]:
    """The app between its real startup and shutdown, on the loop of the caller.

    Args:
        timeout: seconds that the startup and the shutdown may take each.

    Raises:
        RuntimeError: the startup or the shutdown failed; it says why.
        TimeoutError: it took longer.
    """
    asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def live() -> None:
        try:
            await app.asgi({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, asked.get, told.put)
        finally:
            told.put_nowait({"type": "lifespan.ended"})

    async def pass_through(phase: str) -> None:
        asked.put_nowait({"type": f"lifespan.{phase}"})
        async with asyncio.timeout(timeout):
            message = await told.get()
            if message["type"] == "lifespan.ended":
                await life
            if message["type"] != f"lifespan.{phase}.complete":
                raise RuntimeError(f"The application's {phase} failed: {message.get('message') or message['type']}")

    # In a task of its own, as under a server: a fixture is often left in another task than it was entered in, and
    # what the app holds (a task group, a timeout) must not be.
    life = asyncio.create_task(live(), name="lifespan")
    try:
        await pass_through("startup")
        yield app
        await pass_through("shutdown")
    except BaseException:
        await _end(life, asked, timeout)
        raise
    await life


async def _end(life: asyncio.Task[None], asked: asyncio.Queue[dict[str, Any]], timeout: float) -> None:
    """After an error elsewhere: let the app stop in order if it will, else cancel it. The first error is reported."""
    asked.put_nowait({"type": "lifespan.shutdown"})
    await asyncio.wait({life}, timeout=timeout)
    life.cancel()
    await asyncio.wait({life})
    if not life.cancelled():
        life.exception()  # looked at, so that asyncio does not report it as never retrieved


def client(app: HasAsgi, *, base_url: str = "http://testserver", **options: Any) -> httpx.AsyncClient:
    """An HTTP client whose requests go straight into the app, without a socket; use it inside `running(app)`.

    Args:
        base_url: what relative URLs are relative to.
        options: of `httpx.AsyncClient`: `headers=`, `timeout=` in seconds, ...

    Raises:
        ImportError: httpx is not installed.
    """
    try:
        import httpx
    except ImportError as error:
        raise ImportError("service.testing.client needs httpx; install it beside pytest: pip install httpx") from error
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app.asgi), base_url=base_url, **options)


class Template(Protocol):
    """A database made once, inside `async with`, and copied for each test."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *error: object) -> None: ...

    async def create(self) -> str:
        """The URL of a new copy."""

    async def drop(self, url: str) -> None:
        """Remove the copy, whoever is still connected to it."""

    def fresh(self) -> AbstractAsyncContextManager[str]:
        """The URL of a copy that is dropped at the end."""


class _Fresh:
    """`fresh()` in terms of `create()` and `drop()`."""

    @asynccontextmanager
    async def fresh(self: Template) -> AsyncIterator[str]:
        """The URL of a copy of the template; the copy is dropped at the end, whoever is still connected to it."""
        url = await self.create()
        try:
            yield url
        finally:
            await self.drop(url)


class SqliteTemplate(_Fresh):
    """A file made once and copied for each test: about a millisecond.

    Args:
        schema: what fills it.
    """

    def __init__(self, schema: Schema = "") -> None:
        self._schema = schema
        self._folder = Path()

    async def __aenter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="poolgate-test-"))
        try:
            if callable(self._schema):
                await self._schema(_url_of(self._template))
            self._run(_text(self._schema))
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        shutil.rmtree(self._folder)

    async def create(self) -> str:
        path = self._folder / f"{uuid.uuid4().hex}.db"
        shutil.copyfile(self._template, path)
        return _url_of(path)

    async def drop(self, url: str) -> None:
        name = Path(urlsplit(url).path).name
        for path in (self._folder / (name + end) for end in ("", "-wal", "-shm", "-journal")):
            path.unlink(missing_ok=True)

    @property
    def _template(self) -> Path:
        return self._folder / "template.db"

    def _run(self, script: str) -> None:
        with closing(sqlite3.connect(self._template)) as connection:
            connection.executescript(script)
            # A copy is of one file: nothing may be left in a write-ahead log beside it.
            connection.execute("pragma wal_checkpoint(truncate)")


class PostgresqlTemplate(_Fresh):
    """A database made once and copied for each test with CREATE DATABASE ... TEMPLATE: some 20 ms, and 10 to drop.

    Args:
        server: the URL of a database of the server, for a role that may create databases; copies are made beside it.
        schema: what fills it.
    """

    def __init__(self, server: str, schema: Schema = "") -> None:
        self._server = server
        self._schema = schema
        self._name = f"poolgate_template_{uuid.uuid4().hex}"

    async def __aenter__(self) -> Self:
        await self._order(f'create database "{self._name}"')
        try:
            await self._fill(self._beside(self._name))
            # Nobody may be connected to a database while it is copied.
            await self._order(f'alter database "{self._name}" allow_connections false')
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._order(f'drop database if exists "{self._name}" with (force)')

    async def create(self) -> str:
        name = f"poolgate_test_{uuid.uuid4().hex}"
        await self._order(f'create database "{name}" template "{self._name}"')
        return self._beside(name)

    async def drop(self, url: str) -> None:
        name = urlsplit(url).path.removeprefix("/")
        await self._order(f'drop database if exists "{name}" with (force)')

    async def _fill(self, url: str) -> None:
        if callable(self._schema):
            await self._schema(url)
        elif script := _text(self._schema):
            await _execute(url, script)

    async def _order(self, statement: str) -> None:
        await _execute(self._server, statement)

    def _beside(self, name: str) -> str:
        parts = urlsplit(self._server)
        return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")


async def _execute(url: str, script: str) -> None:
    """Run it on a connection of its own: a template may be used from any loop, so it keeps none."""
    connection = await asyncpg.connect(url, server_settings={"application_name": "poolgate testing"})
    try:
        await connection.execute(script)
    finally:
        await connection.close()


def _text(schema: Schema) -> str:
    if isinstance(schema, Path):
        return schema.read_text("utf-8")
    return schema if isinstance(schema, str) else ""


def _url_of(path: Path) -> str:
    return f"sqlite:///{path}"
