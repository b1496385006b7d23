"""A role is taken on with what is set for it, and one that cannot be taken on is told so."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.app import create_app
from service.database.hoisted import hoisted, seconds, strictest
from service.settings import Settings
from service.testing import client, running
from tests.database.opened import until
from tests.rest.test_transactions import counting
from tests.security.signed import serving, token

SCHEMA = """
create table note (id int primary key, body text);
insert into note values (1, 'a');
create table secret (id int);
create view said as select current_setting('work_mem') as work_mem, current_setting('app.plan', true) as plan,
    current_setting('statement_timeout') as patience, current_setting('transaction_isolation') as isolation,
    current_setting('transaction_timeout', true) as longest, current_user::text as role;
create function slow(seconds float) returns text language sql volatile as
    'select pg_sleep(seconds); select current_setting(''transaction_isolation'')';
create function strict(seconds float) returns text language sql volatile
    set default_transaction_isolation = 'serializable' set statement_timeout = '200ms' set work_mem = '7MB' as
    'select pg_sleep(seconds); select current_setting(''transaction_isolation'')';
grant select, insert on note to {clerk}, {patient};
grant select on said to {clerk}, {patient};
alter role {clerk} set work_mem = '9MB';
alter role {clerk} set "app.plan" = 'a''b"c';
alter role {clerk} set statement_timeout = '150ms';
alter role {clerk} set log_min_duration_statement = '1h';
alter role {patient} set statement_timeout = '5min';
alter role {patient} set default_transaction_isolation = 'serializable';
"""


@dataclass(frozen=True)
class Server:
    """A database, and the roles that are there for one test alone: roles belong to the server.

    Args:
        url: for the role that the service connects as, which has few rights.
        stranger: a role that it may not take on.
    """

    owner: asyncpg.Connection[Any]
    url: str
    service: str
    clerk: str
    patient: str
    stranger: str


@pytest.fixture
async def server(postgresql_url: str) -> AsyncIterator[Server]:
    """Three roles that the service may take on or not, and its own."""
    mark = uuid.uuid4().hex[:12]
    service, clerk, patient, stranger = (f"{name}_{mark}" for name in ("service", "clerk", "patient", "stranger"))
    owner = await asyncpg.connect(postgresql_url)
    await owner.execute(
        f"create role {service} login noinherit; create role {clerk}; create role {patient}; create role {stranger};"
        f"grant {clerk}, {patient} to {service}; {SCHEMA.format(clerk=clerk, patient=patient)}"
    )
    try:
        yield Server(owner, as_role(postgresql_url, service), service, clerk, patient, stranger)
    finally:
        for role in (service, clerk, patient, stranger):
            await owner.execute(f"drop owned by {role} cascade; drop role {role}")
        await owner.close()


def as_role(url: str, role: str) -> str:
    """The URL for another role."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{quote(role)}@{parts.netloc.rpartition('@')[2]}").geturl()


# What is set for a role


async def test_what_is_set_for_a_role_is_set_under_it(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Its settings hold in the transaction, those of its own too, and for nobody after it."""
    async with serving(monkeypatch, server.url, statement_timeout=8, anonymous="read") as (http, app):
        (said,) = (await http.get("said", headers=token(server.clerk))).json()
        assert (said["work_mem"], said["plan"], said["patience"]) == ("9MB", "a'b\"c", "150ms")
        (other,) = (await http.get("said", headers=token(server.patient))).json()
        assert (other["work_mem"], other["plan"], other["patience"]) == ("4MB", "", "5min")
        pool = app.extensions["poolgate"].database.pool
        shown = [await pool.fetchval(f"show {name}") for name in ("work_mem", "statement_timeout")]
        assert shown == ["4MB", "8s"]


async def test_what_is_set_for_a_role_says_nothing_of_the_caller(
    monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    """Security 3: a role, which may set its own settings for all who come as it, does not change who they are."""
    await server.owner.execute(f"""
        alter role {server.clerk} set "request.jwt.claims" = '{{"sub": "eve"}}';
        create function who() returns text language sql stable as
            'select current_setting(''request.jwt.claims'')::json->>''sub'' as sub';
    """)
    async with serving(monkeypatch, server.url) as (http, _):
        assert (await http.get("rpc/who", headers=token(server.clerk, sub="ann"))).json() == "ann"


async def test_what_is_set_in_this_database_counts(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """More than what is set in all; what is set in another is not for us."""
    name = await server.owner.fetchval("select current_database()")
    await server.owner.execute(f"alter role {server.clerk} in database \"{name}\" set work_mem = '11MB'")
    await server.owner.execute(f"alter role {server.clerk} in database postgres set \"app.plan\" = 'other'")
    async with serving(monkeypatch, server.url) as (http, _):
        (said,) = (await http.get("said", headers=token(server.clerk))).json()
    assert (said["work_mem"], said["plan"]) == ("11MB", "a'b\"c")


LISTENING = """
    select count(*) from pg_stat_activity
    where application_name = 'poolgate listener' and query like '%snapshot%' and datname = current_database()
"""


@pytest.mark.parametrize("message", ["reload config", "reload schema"])
async def test_it_is_read_anew(monkeypatch: pytest.MonkeyPatch, server: Server, message: str) -> None:
    """NOTIFY has the service read what is set, as in PostgREST."""
    async with serving(monkeypatch, server.url) as (http, app):
        holder = app.extensions["poolgate"].catalog
        await until(lambda: server.owner.fetchval(LISTENING))
        version = holder.version
        await server.owner.execute(f"alter role {server.clerk} set work_mem = '12MB'; notify pgrst, '{message}'")
        await until(lambda: holder.version > version)
        (said,) = (await http.get("said", headers=token(server.clerk))).json()
        assert said["work_mem"] == "12MB"


async def test_a_shorter_limit_ends_its_statements(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """A role that may run statements for 150 ms gets 504 after that; the connection stays."""
    async with serving(monkeypatch, server.url, statement_timeout=8) as (http, app):
        await server.owner.execute(f"grant execute on function slow to {server.clerk}")
        began = monotonic()
        answer = await http.post("rpc/slow", json={"seconds": 5}, headers=token(server.clerk))
        assert (answer.status_code, answer.json()["code"]) == (504, "57014")
        assert monotonic() - began < 3
        assert app.extensions["poolgate"].database.pool.stats().closed == {}


async def test_a_longer_limit_is_waited_for(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Neither the driver nor the transaction's limit cuts short what a role has longer time for; others have theirs."""
    async with serving(monkeypatch, server.url, statement_timeout=0.2, anonymous="write") as (http, app):
        answer = await http.post("rpc/slow", json={"seconds": 0.9}, headers=token(server.patient))
        assert (answer.status_code, answer.json()) == (200, "serializable")
        cut = await http.post("rpc/slow", json={"seconds": 5})
        assert (cut.status_code, cut.json()["code"]) == (504, "57014")
        (said,) = (await http.get("said", headers=token(server.patient))).json()
        assert said["longest"] in ("15min", "", None)
        lease_limit = [conn.connection._config.command_timeout async for conn in leased(app)]
        assert lease_limit == [0.7]


async def leased(app: Any) -> AsyncIterator[Any]:
    async with app.extensions["poolgate"].database.pool.lease() as lease:
        yield lease


async def test_a_longer_limit_in_a_python_function(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """There too: its time limit and its isolation level; afterwards the connection is as it was."""
    async with serving(monkeypatch, server.url, statement_timeout=0.2) as (http, app):
        app.functions.add("sleeps", sleeps, readonly=False, role=None)
        answer = await http.post("rpc/sleeps", json={}, headers=token(server.patient))
        assert answer.json() == {"isolation": "serializable", "role": server.patient}
        assert [each.connection._config.command_timeout async for each in leased(app)] == [0.7]


async def sleeps(connection: AsyncConnection) -> dict[str, Any]:
    await connection.execute(text("select pg_sleep(0.9)"))
    row = (await connection.execute(text("select current_setting('transaction_isolation'), current_user::text"))).one()
    return {"isolation": row[0], "role": row[1]}


@pytest.mark.parametrize("method, url", [("GET", "said"), ("GET", "said?limit=500"), ("POST", "")])
async def test_a_roles_isolation_level(monkeypatch: pytest.MonkeyPatch, server: Server, method: str, url: str) -> None:
    """The transaction begins with it: reads, streams (which have one of their own otherwise) and batches."""
    body = [{"method": "GET", "path": "said"}] if method == "POST" else None
    async with serving(monkeypatch, server.url) as (http, _):
        for role, level in ((server.patient, "serializable"), (server.clerk, "read committed")):
            answer = await http.request(method, url, json=body, headers=token(role))
            assert f'"{level}"' in answer.text.replace(" ", "").replace('"readcommitted"', '"read committed"')


async def test_a_stream_under_a_role(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Its rows are of one moment, or as strict as the role says."""
    async with serving(monkeypatch, server.url) as (http, _):
        for role, level in ((server.patient, "serializable"), (server.clerk, "repeatable read")):
            answer = await http.get("said?limit=500&select=isolation", headers={**token(role), "Accept": "text/csv"})
            assert answer.text.splitlines()[1] == level


# What is set for a function


async def test_what_a_function_sets_is_there_at_once(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Isolation level and time limit of a call are the function's, whoever calls; in a batch the level."""
    async with serving(monkeypatch, server.url, statement_timeout=8, anonymous="write") as (http, _):
        for headers in ({}, token(server.patient)):
            answer = await http.post("rpc/strict", json={"seconds": 0}, headers=headers)
            assert answer.json() == "serializable"
            cut = await http.post("rpc/strict", json={"seconds": 6}, headers=headers)
            assert (cut.status_code, cut.json()["code"]) == (504, "57014")
        batch = [
            {"method": "POST", "path": "rpc/slow", "body": {"seconds": 0}},
            {"method": "POST", "path": "rpc/strict", "body": {"seconds": 0}},
        ]
        assert "serializable" in (await http.post("", json=batch)).text


# Roles that are not to be had


async def test_a_role_that_there_is_not(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """It is 401 by its code in all that can be asked, and nothing is done."""
    async with serving(monkeypatch, server.url, anonymous="write") as (http, app):
        app.functions.add("sleeps", sleeps, readonly=False, role=None)
        for role in ("nobody_at_all", "none", "", "TimeZone", "a\0b", '"; drop table note; --', "é" * 80):
            for method, url, body in REQUESTS:
                answer = await http.request(method, url, json=body, headers=token(role))
                assert (answer.status_code, answer.json()["code"]) == (401, "22023"), (role, url, answer.text)
                assert answer.json()["message"].endswith(f'role "{role}" does not exist')
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert await server.owner.fetchval("select count(*) from note") == 1


REQUESTS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "note", None),
    ("GET", "said", None),
    ("GET", "", None),
    ("POST", "note", {"id": 2}),
    ("POST", "rpc/slow", {"seconds": 0}),
    ("POST", "rpc/sleeps", {}),
    ("POST", "", [{"method": "GET", "path": "note"}]),
)


async def test_a_time_zone_that_there_is_not(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Under a role too it is the request that is wrong, not who sends it."""
    async with serving(monkeypatch, server.url) as (http, _):
        answer = await http.get("said", headers={**token(server.clerk), "Prefer": "timezone=Mars"})
        assert (answer.status_code, answer.json()["code"]) == (400, "22023"), answer.text


async def test_a_role_that_may_not_be_taken_on(
    monkeypatch: pytest.MonkeyPatch, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller is told 403 and no more; the log has the GRANT that would let it be."""
    async with serving(monkeypatch, server.url, anonymous="write") as (http, app):
        app.functions.add("sleeps", sleeps, readonly=False, role=None)
        for method, url, body in (each for each in REQUESTS if each != ("GET", "", None)):
            caplog.clear()
            answer = await http.request(method, url, json=body, headers=token(server.stranger))
            assert (answer.status_code, answer.json()["code"]) == (403, "42501"), (url, answer.text)
            assert server.stranger not in answer.text
            assert "grant" not in answer.text.lower()
            assert f'grant "{server.stranger}" to "{server.service}"' in caplog.text


async def test_a_right_that_is_missing(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """403 for a role; 401, with what would help, for callers without credentials."""
    async with serving(monkeypatch, server.url, db_anon_role=server.clerk) as (http, app):
        app.functions.add("peeks", peeks, readonly=True, role=None)
        for url in ("secret", "rpc/peeks"):
            anonymous, signed = await http.get(url), await http.get(url, headers=token(server.clerk))
            assert (anonymous.status_code, anonymous.json()["code"]) == (401, "42501")
            assert anonymous.headers["WWW-Authenticate"] == "Bearer"
            assert (signed.status_code, signed.json()["code"]) == (403, "42501")
            assert "WWW-Authenticate" not in signed.headers


async def peeks(connection: AsyncConnection) -> None:
    await connection.execute(text("select * from secret"))


async def test_an_anonymous_role_that_cannot_be(server: Server) -> None:
    """The start fails, and says what to run."""
    for role, said in (
        ("nobody_at_all", f'create role "nobody_at_all" nologin; grant "nobody_at_all" to "{server.service}"'),
        (server.stranger, f'grant "{server.stranger}" to "{server.service}"'),
        ("none", "cannot be a role's name"),
    ):
        app = create_app(Settings(database_url=server.url, db_anon_role=role))
        with pytest.raises(RuntimeError) as caught:
            async with running(app), client(app):
                pass
        assert "DB_ANON_ROLE" in str(caught.value)
        assert said in str(caught.value)


# The arithmetic


def test_times() -> None:
    """PostgreSQL's units; 0 is no limit."""
    assert [seconds(each) for each in ("250", "5s", "1.5min", "2h", "1d", "100ms", "500us")] == [
        *(0.25, 5.0, 90.0, 7200.0, 86400.0, 0.1, 0.0005)
    ]
    assert (seconds("0"), seconds("soon"), seconds("5 weeks")) == (float("inf"), None, None)


def test_what_is_hoisted() -> None:
    """The later of two counts; a limit of the transaction's own is set anew; a longer one comes with a longer one."""
    both = hoisted((("statement_timeout", "1s"), ("statement_timeout", "1min")), 10, timed=True)
    assert both.pairs == (("statement_timeout", "1min"),)
    assert (both.patience, both.longest) == (60, (("transaction_timeout", "0"), ("transaction_timeout", "180000")))
    none = hoisted((("statement_timeout", "0"),), 10, timed=True)
    assert (none.patience, none.longest[-1]) == (float("inf"), ("transaction_timeout", "0"))
    own = hoisted((("transaction_timeout", "5s"), ("statement_timeout", "0")), 10, timed=True)
    assert own.pairs[:2] == (("transaction_timeout", "0"), ("transaction_timeout", "5s"))
    assert own.longest == ()
    assert hoisted((("statement_timeout", "9s"),), 10, timed=True).patience is None
    assert hoisted((("default_transaction_isolation", "no such"),), 10, timed=True).isolation is None
    levels = (("default_transaction_isolation", each) for each in ("serializable", "read committed"))
    assert strictest(tuple(levels)) == (("default_transaction_isolation", "serializable"),)


# Round trips


@pytest.mark.parametrize(
    "trips, method, url, body",
    [
        (4, "GET", "note?id=eq.1", None),
        (4, "HEAD", "note", None),
        (4, "GET", "said", None),
        (4, "GET", "note?select=id&limit=50", "text/csv"),
        (4, "POST", "note", {"id": 5}),
        (4, "POST", "rpc/strict", {"seconds": 0}),
        (5, "POST", "", [{"method": "GET", "path": "note"}, {"method": "GET", "path": "note?id=eq.1"}]),
    ],
)
async def test_round_trips(
    monkeypatch: pytest.MonkeyPatch, server: Server, trips: int, method: str, url: str, body: Any
) -> None:
    """Under a role with settings and an isolation level of its own a request takes no more than without them."""
    async with serving(monkeypatch, server.url) as (http, _):
        accept = {"Accept": body} if isinstance(body, str) else {}
        sent = None if accept else body
        await http.request(method, url, json=sent, headers={**token(server.patient), **accept})
        with counting(monkeypatch) as statements:
            if isinstance(sent, dict) and "id" in sent:
                sent = {"id": 6}
            answer = await http.request(method, url, json=sent, headers={**token(server.patient), **accept})
        assert answer.is_success, answer.text
    assert len(statements) == trips, statements
    assert statements[0].startswith(("BEGIN ISOLATION LEVEL serializable", "\n    BEGIN ISOLATION LEVEL serializable"))
