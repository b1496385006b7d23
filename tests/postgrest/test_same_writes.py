"""The same writes to this service and to PostgREST itself, each on fresh rows; see `test_same.py`."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
import postgrest_process
import pytest
import pytest_asyncio
import writes_at_random
from case import POSTGRESQL
from comparing import differences
from known_writes import AT_RANDOM, KNOWN, in_order
from test_same import REST, Pairs
from test_write import APPS
from write_case import WriteCase
from written import DATA, PostgresqlWritten, Rows, changes

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

PREFIX = "/rest/v1"
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
    pytest.mark.skipif(
        postgrest_process.binary() is None, reason="PostgREST's program is not there: name it in POSTGREST"
    ),
]


@dataclass
class Bench:
    """The database, its rows in the beginning, and clients of both services by the name of an application."""

    written: PostgresqlWritten
    before: Rows
    pairs: Pairs


def variables(options: dict[str, Any]) -> dict[str, str]:
    """The settings of an application as PostgREST has them."""
    spelled = {True: "true", False: "false"}
    return {
        name: ",".join(value) if isinstance(value, tuple) else spelled.get(value, str(value))
        for name, value in options.items()
    }


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bench(templates: Any) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(templates("postgresql", DATA / "writes_postgresql.sql").fresh())
        pairs = {}
        for name, options in APPS.items():
            app = create_app(Settings(database_url=url, anonymous="write", pool_min_size=1, **options))
            await stack.enter_async_context(running(app))
            ours = await stack.enter_async_context(client(app))
            theirs = await stack.enter_async_context(postgrest_process.serving(url, **variables(options)))
            pairs[name] = ours, theirs
        written = await PostgresqlWritten.open(url)
        stack.push_async_callback(written.close)
        await written.fill()
        yield Bench(written, await written.rows(), pairs)


def cases() -> Iterator[WriteCase]:
    """Whatever the tables of cases write on PostgreSQL."""
    for file in sorted(REST.glob("cases_*.py")):
        for case in importlib.import_module(file.stem).CASES:
            if isinstance(case, WriteCase) and set(POSTGRESQL) & set(case.on):
                yield case


async def compared(bench: Bench, case: WriteCase) -> dict[str, tuple[Any, Any]]:
    """Asks both on the same rows; what they have changed is compared too."""
    headers = dict(case.headers) | ({} if case.prefer is None else {"Prefer": case.prefer})
    content = case.body.encode() if isinstance(case.body, str) else case.body
    answers: list[httpx.Response] = []
    done = []
    for http, prefix in zip(bench.pairs[case.app], (PREFIX, ""), strict=True):
        await bench.written.fill()
        answer = await http.request(case.method, f"{prefix}/{case.url}", content=content, headers=headers)
        if "Location" in answer.headers:
            answer.headers["Location"] = answer.headers["Location"].removeprefix(prefix)
        answers.append(answer)
        done.append(changes(bench.before, await bench.written.rows()))
    ours, theirs = done
    return differences(*answers) | ({} if ours == theirs else {"rows": (ours, theirs)})


async def test_the_same_writes(bench: Bench) -> None:
    """A write is answered as PostgREST answers it and changes the same rows, or it is known why not."""
    unexplained, needless = [], list(KNOWN)
    for case in cases():
        if found := await compared(bench, case):
            why = next((each for each in KNOWN if each.explains(case.name, found)), None)
            if why is None:
                unexplained.append((case.app, case.name, found))
            elif why in needless:
                needless.remove(why)
    assert not unexplained, f"{len(unexplained)}: {unexplained[:10]}"
    assert not [each.why for each in needless]


@pytest.mark.parametrize("seed", range(3))
async def test_the_same_writes_at_random(bench: Bench, seed: int) -> None:
    """So it is with writes at random: of each kind, with any filters, preferences and bodies."""
    rng = Random(seed)
    for _ in range(200):
        case = writes_at_random.write(rng)
        found = await compared(bench, case)
        if found and not in_order(found):
            why = next((each for each in AT_RANDOM if each.explains(case.name, found)), None)
            assert why, (case.name, case.body, found)
