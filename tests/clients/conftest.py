"""The service as a process on each database, holding the library, for the clients' own programs to ask."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from books import schema
from poolgate_process import Process, starting

from service.testing import Schema, Template

HERE = Path(__file__).parent
PACKAGES = ("postgrest-js", "supabase-js")
SETTINGS = {
    "anonymous": "read",
    "db_aggregates_enabled": "true",
    "db_plan_enabled": "true",
    # One connection: a call that kept it would be told by the next one.
    "pool_min_size": "1",
    "pool_max_size": "1",
}


def serving(template: Template, folder: Path, **settings: str) -> Iterator[Process]:
    """The service on a fresh copy of the template, while the fixture lasts."""
    with ThreadPoolExecutor(1) as thread:  # not on the test's loop
        url = thread.submit(asyncio.run, template.create()).result()
        with starting(folder) as start:
            yield start(database_url=url, **(SETTINGS | settings))
        thread.submit(asyncio.run, template.drop(url)).result()


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
