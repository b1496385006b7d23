"""Real clients read from the running service, and are told what the rows say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import expected_answers
import expected_filters
import expected_shapes
import pytest
import reading
from asking import ask_at_once, ask_in_turn
from outcome import CLIENTS, DATABASES, JAVASCRIPT
from poolgate_process import Process

CASES = expected_filters.CASES | expected_shapes.CASES | expected_answers.CASES
Answers = Callable[[str, str], Mapping[str, Any]]


@pytest.fixture(scope="module")
def answers(request: pytest.FixtureRequest, library: Callable[[str], Process]) -> Answers:
    """`answers(client, database)`: all that the client was told, by the cases' names; asked in one go."""

    @cache
    def ask(client: str, database: str) -> Mapping[str, Any]:
        url = library(database).url
        if client in JAVASCRIPT:
            return request.getfixturevalue("node")("ask.mjs", client, url, "./reading.mjs")
        return (ask_at_once if client == "postgrest-py" else ask_in_turn)(f"{url}/rest/v1", reading.ASKED)

    return ask


@pytest.mark.parametrize("client", CLIENTS)
def test_every_case_is_asked(answers: Answers, client: str) -> None:
    """Each client's program asks every case of the table that the client can be asked, and no other."""
    assert set(answers(client, "sqlite")) == {name for name, case in CASES.items() if client in case.clients}


@pytest.mark.parametrize(
    "client, database, name",
    [
        pytest.param(client, database, name, id=f"{client}: {database}: {name}")
        for client in CLIENTS
        for database in DATABASES
        for name, case in CASES.items()
        if client in case.clients
    ],
)
def test_reading(answers: Answers, client: str, database: str, name: str) -> None:
    """A client that was written for PostgREST is told what it must be, on both databases."""
    CASES[name].on[database].check(answers(client, database)[name])
