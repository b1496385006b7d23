"""Real clients write to the running service, are told what they did, and leave what they should."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx
import pytest
import writing
from asking import ask_at_once, ask_in_turn
from expected_writing import WRITES, schema
from library_service import serving
from outcome import CLIENTS, DATABASES, JAVASCRIPT

Told = Mapping[str, Any]
Left = list[dict[str, Any]]
Done = Callable[[str, str], tuple[Told, Left]]


@pytest.fixture(scope="module")
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """`done(client, database)`: all that the client was told, by the cases' names, and all rows that are there then."""

    @cache
    def ask(client: str, database: str) -> tuple[Told, Left]:
        template = request.getfixturevalue(f"{database}_templates")(schema(database))
        settings = {"anonymous": "write", "db_tx_end": "commit-allow-override"}
        with contextmanager(serving)(template, tmp_path_factory.mktemp("writing"), **settings) as site:
            if client in JAVASCRIPT:
                told = request.getfixturevalue("node")("ask.mjs", client, site.url, "./writing.mjs")
            else:
                told = (ask_at_once if client == "postgrest-py" else ask_in_turn)(f"{site.url}/rest/v1", writing.ASKED)
            return told, httpx.get(f"{site.url}/rest/v1/notes?order=id").json()

    return ask


@pytest.mark.parametrize("client", CLIENTS)
def test_every_case_is_asked(done: Done, client: str) -> None:
    """Each client's program asks every case of the table that the client can be asked, and no other."""
    told, _ = done(client, "sqlite")
    assert set(told) == {name for name, each in WRITES.items() if client in each.case.clients}


@pytest.mark.parametrize(
    "client, database, name",
    [
        pytest.param(client, database, name, id=f"{client}: {database}: {name}")
        for client in CLIENTS
        for database in DATABASES
        for name, each in WRITES.items()
        if client in each.case.clients
    ],
)
def test_writing(done: Done, client: str, database: str, name: str) -> None:
    """A client that was written for PostgREST is told what it must be, and the rows are as they must be then."""
    told, left = done(client, database)
    each = WRITES[name]
    each.case.on[database].check(told[name])
    found = [row for row in left if each.number <= row["id"] < each.number + 10]
    assert found == list(each.before if each.left is None else each.left)
