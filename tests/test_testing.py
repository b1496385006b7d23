"""What `service.testing` promises to the suites that use it."""

from __future__ import annotations

import asyncio
import builtins
import re
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from service.testing import PostgresqlTemplate, SqliteTemplate, Template, client, running

DOCUMENT = Path(__file__).parent.parent / "docs" / "testing.md"
SCHEMA = "create table cups (id integer primary key, name text); insert into cups values (1, 'first');"


class Sample:
    """The smallest application with a lifespan; it writes down what it lives through."""

    def __init__(self, *, startup: Exception | str | None = None, shutdown: str | None = None) -> None:
        self.seen: list[Any] = []
        self.startup = startup
        self.shutdown = shutdown

    async def asgi(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Any]) -> None:
        self.seen.append((scope["type"], asyncio.get_running_loop()))
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": scope["path"].encode()})
            return
        await receive()
        if isinstance(self.startup, Exception):
            raise self.startup
        await self._say(send, "startup", self.startup)
        if self.startup is None:
            await receive()
            self.seen.append("stopping")
            await self._say(send, "shutdown", self.shutdown)

    async def _say(self, send: Callable[[Any], Any], phase: str, fault: str | None) -> None:
        await send(
            {"type": f"lifespan.{phase}.failed", "message": fault} if fault else {"type": f"lifespan.{phase}.complete"}
        )


async def test_an_app_lives_on_the_loop_of_the_test() -> None:
    """Startup, requests and shutdown happen in this order on the test's own loop."""
    app = Sample()
    async with running(app) as same, client(app) as http:
        assert same is app
        assert (await http.get("/cups")).text == "/cups"
        assert "stopping" not in app.seen
    loop = asyncio.get_running_loop()
    assert app.seen == [("lifespan", loop), ("http", loop), "stopping"]
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "lifespan"]


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
async def test_a_failed_lifespan_says_why(phase: str) -> None:
    """A startup or shutdown that fails raises, with the application's own words."""
    with pytest.raises(RuntimeError, match=f"{phase} failed: no database"):
        async with running(Sample(**{phase: "no database"})):
            pass


async def test_an_error_in_the_lifespan_is_raised_as_it_is() -> None:
    """An application that does not report its failure but raises it: the test sees that very error."""
    with pytest.raises(KeyError, match="lost"):
        async with running(Sample(startup=KeyError("lost"))):
            pass


async def test_a_failing_test_still_stops_the_app() -> None:
    """An error inside `running` reaches the caller after the app has been shut down in order."""
    app = Sample()
    with pytest.raises(ZeroDivisionError):
        async with running(app):
            raise ZeroDivisionError
    assert app.seen[-1] == "stopping"


async def test_a_startup_that_hangs_is_cut_off() -> None:
    """Nothing waits longer than the timeout it was given."""

    class Hanging:
        async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        async with running(Hanging(), timeout=0.01):
            pass
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "lifespan"]


def test_without_httpx_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """httpx is needed for the client alone, and its absence is explained."""
    real = builtins.__import__

    def without_httpx(name: str, *args: Any, **options: Any) -> Any:
        if name == "httpx":
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without_httpx)
    with pytest.raises(ImportError, match="pip install httpx"):
        client(Sample())


@pytest.fixture(params=["sqlite", "postgresql"])
def template(request: pytest.FixtureRequest, templates: Any) -> Template:
    """A template with one row, on each kind of database."""
    made: Template = templates(request.param, SCHEMA)
    return made


async def run(url: str, statement: str) -> Any:
    """The first value of a statement's result, by the plainest means."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            row = connection.execute(statement).fetchone()
            connection.commit()
        finally:
            connection.close()
        return row and row[0]
    session = await asyncpg.connect(url)
    try:
        return await session.fetchval(statement)
    finally:
        await session.close()


async def test_each_database_is_fresh(template: Template) -> None:
    """What one test writes no other test sees, also while both run."""
    async with template.fresh() as one, template.fresh() as other:
        assert one != other
        await run(one, "insert into cups values (2, 'second')")
        assert await run(one, "select count(*) from cups") == 2
        assert await run(other, "select count(*) from cups") == 1


async def test_a_database_is_gone_after_its_test(template: Template) -> None:
    """Dropping waits for nobody, not even for a connection that the test forgot to close."""
    async with template.fresh() as url:
        forgotten = None if url.startswith("sqlite") else await asyncpg.connect(url)
    if forgotten is None:
        path = Path(url.removeprefix("sqlite:///"))
        assert not list(path.parent.glob(f"{path.name}*"))
        return
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(url)
    forgotten.terminate()


async def test_the_schema_runs_once() -> None:
    """However many databases are taken from a template, its schema runs a single time: that makes them cheap."""
    ran = []

    async def prepare(url: str) -> None:
        ran.append(url)
        await run(url, "create table bowls (id integer)")

    async with SqliteTemplate(prepare) as template:
        for _ in range(3):
            async with template.fresh() as url:
                assert await run(url, "select count(*) from bowls") == 0
    assert len(ran) == 1


async def test_a_schema_may_be_a_file(tmp_path: Path) -> None:
    """A path stands for the text of the file."""
    (tmp_path / "schema.sql").write_text(SCHEMA, "utf-8")
    async with SqliteTemplate(tmp_path / "schema.sql") as template, template.fresh() as url:
        assert await run(url, "select name from cups") == "first"


async def test_a_broken_schema_leaves_nothing_behind(postgresql_server: Any) -> None:
    """The error of the schema is raised, and the half-made template is dropped."""
    server = postgresql_server.get_uri()
    names = "select array_agg(datname order by datname) from pg_database"
    before = await run(server, names)
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await PostgresqlTemplate(server, "create tabel").__aenter__()
    assert await run(server, names) == before
    with pytest.raises(sqlite3.OperationalError):
        await SqliteTemplate("create tabel").__aenter__()


@pytest.mark.slow
def test_the_example_of_the_documentation_runs(tmp_path: Path) -> None:
    """The files of docs/testing.md, copied out of it, are a suite that passes."""
    files = re.findall(r"^`(\w+\.\w+)`\n+```\w+\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert {name for name, _ in files} >= {"shop.py", "shop.sql", "test_shop.py", "pytest.ini"}
    for name, text in files:
        (tmp_path / name).write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b[5-9] passed", done.stdout), done.stdout
