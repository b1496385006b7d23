"""Ten thousand hostile requests: each is answered in order, and none that is not known costs a connection.

Another run than the suite's: `FUZZ_SEED=2 FUZZ_HOSTILE=10000`, the number for each application.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from fuzz_writes import SCHEMAS

from service.app import Poolgate, PoolgateFlask, create_app
from service.migrate import migrate
from service.settings import Settings
from service.testing import running
from tests.security.forged import SECRET, valid
from tests.security.hostile import Hostile, Hostiles
from tests.security.keyed import make_key
from tests.security.straight import Reply, ask, taken

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
SEED, REQUESTS = int(os.environ.get("FUZZ_SEED", "1")), int(os.environ.get("FUZZ_HOSTILE", "1700"))
ROLES = """
do $$ begin create role fuzz_reader nologin; exception when duplicate_object then null; end $$;
grant select on all tables in schema public to fuzz_reader;
"""
RULES = """
[fuzz_reader.tables]
kinds = "read"
pair = "read, insert, update, delete"
[fuzz_reader.tables.node]
read = ["id", "name"]
insert = ["id", "name"]
update = ["name"]
delete = true
rows = "or=(id.lt.1000,name.eq.{sub})"
"""
HIDDEN = ("_written", "excluded", "keyed", "older", "strictly", "$1 %", "c299")
"""Names of tables and columns that the file of rules says nothing of."""
OF_CREDENTIALS = {"PGRST301", "PGRST302", "PGRST303", "PGATE401"}
"""Of what is refused for its credentials. Of a role that a good token names the database says 22023 itself."""


@dataclass
class Target:
    """An application to be asked."""

    app: PoolgateFlask
    good: tuple[str, ...]
    seen: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def rooms(self) -> Poolgate:
        rooms: Poolgate = self.app.extensions["poolgate"]
        return rooms

    def taken(self) -> tuple[int, ...]:
        return taken(self.rooms.database.pool.stats())

    async def answer(self, asked: Hostile) -> tuple[Reply, bool]:
        """The answer, and whether the pool was asked for a connection."""
        before = self.taken()
        reply = await ask(self.app.asgi, asked)
        return reply, self.taken() != before

    def check(self, reply: Reply, asked: Hostile) -> str | None:
        """The code of an error, which has its shape; no answer is a failure of ours."""
        self.seen[reply.status] += 1
        assert reply.status < 500 or reply.status in (503, 504), reply
        assert "x-request-id" in reply.headers
        if reply.status < 400 or asked.method.upper() == "HEAD":
            return None
        assert reply.headers["content-type"] == "application/json; charset=utf-8"
        code = str(reply.error["code"])
        self.codes[code] += 1
        if reply.status == 503:
            assert int(reply.headers["retry-after"]) > 0
        if reply.status == 401:
            assert reply.headers["www-authenticate"].startswith("Bearer")
        return code


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=SCHEMAS)
async def targets(
    request: pytest.FixtureRequest, templates: Any, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Target]]:
    """On each kind of database an application that lets in who is known, one that lets everybody write, and one that
    lets everybody do what one role may: by a file of rules, or by the database's rights.
    """
    async with AsyncExitStack() as stack:
        schema = SCHEMAS[request.param] + (ROLES if request.param == "postgresql" else "")
        url = await stack.enter_async_context(templates(request.param, schema).fresh())
        await migrate(url)
        good = tuple(map(valid, ("fuzz_reader", None) if request.param == "postgresql" else ("read", "write", None)))
        good = (*good, await make_key(url, role="read"), await make_key(url, role="write"))
        rules = tmp_path_factory.mktemp("rules") / "rules.toml"
        rules.write_text(RULES)
        by_role = {"db_anon_role": "fuzz_reader", **({"rules": rules} if request.param == "sqlite" else {})}
        found = {}
        for who, of in {"none": {}, "write": {"anonymous": "write"}, "role": by_role}.items():
            settings = Settings(
                database_url=url, **of, jwt_secret=SECRET, db_tx_end="rollback-allow-override",
                admin_token="the-operators-own", max_body=64 * 1024, db_plan_enabled=True, db_aggregates_enabled=True,
            )  # fmt: skip
            app = create_app(settings, observe=lambda _event: None)
            await stack.enter_async_context(running(app))
            found[who] = Target(app, good)
        yield found


@pytest.mark.parametrize("who", ["none", "write", "role"])
async def test_hostile_requests(targets: dict[str, Target], who: str) -> None:
    """Security 8: whatever comes is answered in time, in one shape and not by a failure of ours, and who is refused for
    their credentials has cost no connection.
    """
    target = targets[who]
    hidden = HIDDEN if who == "role" and target.rooms.settings.rules else ()
    relations = target.rooms.catalog.current.relations
    requests = Hostiles(SEED, target.good, {name: list(relation.columns) for (_, name), relation in relations.items()})
    tasks = asyncio.all_tasks()
    for number in range(REQUESTS):
        asked = requests.one()
        try:
            reply, cost = await target.answer(asked)
            code = target.check(reply, asked)
            if asked.path.startswith(b"/rest"):
                assert not [name for name in hidden if name in reply.text and name not in asked.text], reply.text
            if code in OF_CREDENTIALS:
                # What keeps the catalog or the keys fresh takes one now and then: not each time that this is asked.
                assert not cost or not all([(await target.answer(asked))[1] for _ in range(3)]), code
        except BaseException as error:
            error.add_note(f"FUZZ_SEED={SEED}, request {number}: {asked}")
            raise
    assert {200, 400, 401, 405, 413} <= target.seen.keys(), target.seen
    if who == "write":
        assert {201, 204, 406, 415} <= target.seen.keys(), target.seen
    await settled(target, tasks)


async def settled(target: Target, tasks: set[asyncio.Task[Any]]) -> None:
    """Nothing is held, waited for or under way that was not before."""
    deadline = time.monotonic() + 10
    while True:
        stats = target.rooms.database.pool.stats()
        left = [each for each in asyncio.all_tasks() - tasks if each.get_name().startswith("Task-")]
        if (stats.in_use, stats.waiting, len(left)) == (0, 0, 0):
            break
        assert time.monotonic() < deadline, (stats, left)
        await asyncio.sleep(0)
    assert (stats.leaked, stats.resets) == (0, 0)


async def test_a_token_without_a_secret(sqlite_url: str) -> None:
    """Security 8: where no secret is set, a token is the one thing that is answered with 500, and costs nothing."""
    app = create_app(Settings(database_url=sqlite_url, anonymous="read"), observe=lambda _event: None)
    async with running(app):
        target = Target(app, ())
        asked = Hostile("GET", b"/rest/v1/", b"", ((b"host", b"a"), (b"authorization", b"Bearer a.b.c")), b"")
        reply, cost = await target.answer(asked)
        assert (reply.status, reply.error["code"], cost) == (500, "PGRST300", False)
