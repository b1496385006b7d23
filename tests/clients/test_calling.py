"""Real clients call functions by `rpc`: those saved in files on both databases, and PostgreSQL's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from functools import cache
from textwrap import dedent
from typing import Any

import calling
import httpx
import pytest
from asking import ask_at_once, ask_in_turn
from expected_calling import CALLS, FILES, left, schema
from library_service import serving
from outcome import CLIENTS, DATABASES, JAVASCRIPT

Told = Mapping[str, Any]
Readers = dict[int, str | None]
Called = Callable[[str, str], tuple[Told, Readers]]


@pytest.fixture(scope="module")
def called(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Called:
    """`called(client, database)`: all that the client was told, by the cases' names, and the loans that are left."""
    functions = tmp_path_factory.mktemp("functions")
    for name, text in FILES.items():
        (functions / f"{name}.sql").write_text(dedent(text).strip(), "utf-8")

    @cache
    def ask(client: str, database: str) -> tuple[Told, Readers]:
        template = request.getfixturevalue(f"{database}_templates")(schema(database))
        settings = {"anonymous": "write", "db_tx_end": "commit-allow-override", "functions": str(functions)}
        if database == "postgresql":
            settings["db_schemas"] = "public,stock"
        with contextmanager(serving)(template, tmp_path_factory.mktemp("calling"), **settings) as site:
            if client in JAVASCRIPT:
                told = request.getfixturevalue("node")("ask.mjs", client, site.url, "./calling.mjs")
            else:
                told = (ask_at_once if client == "postgrest-py" else ask_in_turn)(f"{site.url}/rest/v1", calling.ASKED)
            loans = httpx.get(f"{site.url}/rest/v1/loans").json()
            return told, {loan["id"]: loan["reader"] for loan in loans}

    return ask


@pytest.mark.parametrize("client", CLIENTS)
def test_every_case_is_asked(called: Called, client: str) -> None:
    """Each client's program asks every case of the table that the client can be asked, and no other."""
    told, _ = called(client, "sqlite")
    assert set(told) == {name for name, case in CALLS.items() if client in case.clients}


@pytest.mark.parametrize(
    "client, database, name",
    [
        pytest.param(client, database, name, id=f"{client}: {database}: {name}")
        for client in CLIENTS
        for database in DATABASES
        for name, case in CALLS.items()
        if client in case.clients
    ],
)
def test_calling(called: Called, client: str, database: str, name: str) -> None:
    """A client that was written for PostgREST is told what the function gives."""
    told, _ = called(client, database)
    CALLS[name].on[database].check(told[name])


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("database", DATABASES)
def test_what_is_left(called: Called, client: str, database: str) -> None:
    """Functions have written what they said, and those that failed or were rolled back nothing."""
    _, loans = called(client, database)
    assert loans == left(database)
