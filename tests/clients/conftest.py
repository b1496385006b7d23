"""The service as a process on each database, holding the library, for the clients' own programs to ask."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from books import schema
from library_service import serving
from poolgate_process import Process

from service.testing import Schema, Template

HERE = Path(__file__).parent
PACKAGES = ("postgrest-js", "supabase-js")


@pytest.fixture(scope="session")
def sqlite_library(
    sqlite_templates: Callable[[Schema], Template], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """The service on SQLite, for all tests that only read."""
    yield from serving(sqlite_templates(schema("sqlite")), tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="session")
def postgresql_library(
    postgresql_templates: Callable[[Schema], Template], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """The service on PostgreSQL, for all tests that only read."""
    template = postgresql_templates(schema("postgresql"))
    yield from serving(template, tmp_path_factory.mktemp("clients"), db_schemas="public,stock")


@pytest.fixture(scope="session")
def library(request: pytest.FixtureRequest) -> Callable[[str], Process]:
    """`library(database)`: the service on it, for all tests that only read."""
    return lambda database: request.getfixturevalue(f"{database}_library")


@pytest.fixture(scope="session")
def node() -> Callable[..., Any]:
    """`node(program, *arguments)`: what a program of this folder prints, as JSON."""
    if shutil.which("node") is None:
        pytest.skip("node is not there, which the JavaScript clients run on")
    if not all((HERE / "node_modules" / "@supabase" / name).is_dir() for name in PACKAGES):
        pytest.skip("the JavaScript clients are not installed: make clients")

    def run(program: str, *arguments: str) -> Any:
        command = ["node", program, *arguments]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
