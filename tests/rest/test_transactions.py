"""What is set, and run, in a request's transaction beside its own statement; and what it costs in round trips."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.app import create_app
from service.database.postgresql.driver import AsyncpgDriver
from service.errors import SettingsError
from service.logs import request_id
from service.migrate import migrate
from service.settings import Settings
from service.testing import client, running

SCHEMA = """
create role teller nologin;
create table note (id int primary key, body text);
insert into note values (1, 'a'), (2, 'b');
create table owned (id serial primary key, tenant text default current_setting('app.settings.tenant', true));
create view said as select current_setting('request.method', true) as method,
    current_setting('request.path', true) as path, current_setting('request.headers', true)::json as headers,
    current_setting('request.cookies', true)::json as cookies,
    current_setting('request.jwt.claims', true)::json as claims, current_setting('app.settings.tenant', true) as tenant;
create function what(name text) returns text language sql stable as 'select current_setting(name, true)';

create table logged (id int primary key, path text, of int references note on delete cascade);
create function log_before() returns trigger language plpgsql as $$ begin
    if tg_op = 'INSERT' then new.path := current_setting('request.path', true); return new; end if;
    return old;
end $$;
create function log_after() returns trigger language plpgsql as $$ begin
    perform set_config('response.status', '202', true);
    perform set_config('response.headers', coalesce(current_setting('request.headers')::json->>'x-tell',
        '[{"X-Logged": "yes"}]'), true);
    return null;
end $$;
create trigger before_row before insert or delete on logged for each row execute function log_before();
create trigger after_row after insert or delete on logged for each row execute function log_after();

create schema "Hooks";
create table calls (at int);
create function "Hooks"."Before ""it"() returns void language plpgsql as $$
declare headers json := current_setting('request.headers', true); begin
    if headers->>'x-stop' is not null then
        raise sqlstate 'PT402' using message = 'Pay first', detail = current_user, hint = 'Soon';
    end if;
    if headers->>'x-session' is not null then
        perform set_config('response.headers', '[{"X-Left": "over"}]', false);
    end if;
    if headers->>'x-headers' is not null then
        perform set_config('response.headers', headers->>'x-headers', true);
    end if;
    if headers->>'x-status' is not null then
        perform set_config('response.status', headers->>'x-status', true);
    end if;
    if current_setting('transaction_read_only') = 'off' then insert into public.calls values (1); end if;
end $$;
grant usage on schema "Hooks" to teller;
grant select, insert on all tables in schema public to teller;
"""
HOOK = 'Hooks.Before "it'


@pytest.fixture
async def raw(postgresql_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """The database; roles belong to the server, so the role is dropped again."""
    connection = await asyncpg.connect(postgresql_url)
    await connection.execute(SCHEMA)
    yield connection
    await connection.execute("drop owned by teller; drop role teller")
    await connection.close()


@asynccontextmanager
async def serving(url: str, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=url, pool_min_size=1, pool_max_size=1, **{"anonymous": "write", **settings}))

    @app.rpc()
    async def counted(connection: AsyncConnection, name: str = "request.path") -> dict[str, Any]:
        said = await connection.execute(text("select current_setting(:name, true)"), {"name": name})
        return {"said": said.scalar(), "role": (await connection.execute(text("select current_user"))).scalar()}

    async with running(app), client(app, base_url="http://testserver/rest/v1/") as http:
        yield http


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements sent for requests meanwhile, each of which is a round trip; the catalog may be read beside."""
    sent: list[str] = []
    with monkeypatch.context() as patch:
        for name in ("fetch", "fetchrow", "execute", "script"):
            original = getattr(AsyncpgDriver, name)

            async def noted(self: Any, connection: Any, sql: str, *args: Any, _original: Any = original) -> Any:
                if request_id.get() is not None:
                    sent.append(sql)
                return await _original(self, connection, sql, *args)

            patch.setattr(AsyncpgDriver, name, noted)
        yield sent


# What is set of a request


async def test_a_view_reads_the_request(postgresql_url: str, raw: Any) -> None:
    """Method, path, headers by their names in lower case, cookies, and the role among the claims."""
    async with serving(postgresql_url, db_anon_role="teller", app_settings={"tenant": "blue"}) as http:
        headers = {"X-Say": 'it\'s "ü"'.encode(), "Cookie": "a=1; b=x=y;c"}
        (said,) = (await http.get("said?limit=1", headers=headers)).json()
    assert said["method"] == "GET"
    assert said["path"] == "/rest/v1/said"
    assert said["headers"]["x-say"] == 'it\'s "ü"'
    assert said["headers"]["host"] == "testserver"
    assert "cookie" not in said["headers"]
    assert said["cookies"] == {"a": "1", "b": "x=y"}
    assert said["claims"] == {"role": "teller"}
    assert said["tenant"] == "blue"


async def test_nothing_of_a_request_is_left(postgresql_url: str, raw: Any) -> None:
    """The next request on the same connection finds its own."""
    async with serving(postgresql_url) as http:
        await http.get("said", headers={"X-Say": "mine", "Cookie": "a=1"})
        (said,) = (await http.get("said")).json()
        assert ("x-say" in said["headers"], said["cookies"], said["claims"]) == (False, {}, {})


async def test_functions_read_the_request(postgresql_url: str, raw: Any) -> None:
    """PostgreSQL's own, by GET and POST, and those in Python."""
    async with serving(postgresql_url, app_settings={"tenant": "blue"}) as http:
        assert (await http.get("rpc/what?name=request.method")).json() == "GET"
        assert (await http.post("rpc/what", json={"name": "request.path"})).json() == "/rest/v1/rpc/what"
        assert (await http.post("rpc/counted", json={})).json()["said"] == "/rest/v1/rpc/counted"
        assert (await http.post("rpc/counted", json={"name": "app.settings.tenant"})).json()["said"] == "blue"


async def test_triggers_and_defaults_read_the_request(postgresql_url: str, raw: Any) -> None:
    """A write of a table that runs code of its author is in a transaction; any other is one trip as before."""
    async with serving(postgresql_url, app_settings={"tenant": "blue"}) as http:
        rows = {"Prefer": "return=representation"}
        assert (await http.post("logged", json={"id": 1}, headers=rows)).json()[0]["path"] == "/rest/v1/logged"
        assert (await http.post("owned", json={"id": 1}, headers=rows)).json() == [{"id": 1, "tenant": "blue"}]


async def test_triggers_say_what_the_answer_is(postgresql_url: str, raw: Any) -> None:
    """Those after a row too, and those of a table to which a key passes the change on."""
    async with serving(postgresql_url) as http:
        answer = await http.post("logged", json={"id": 1, "of": 2})
        assert (answer.status_code, answer.headers["X-Logged"]) == (202, "yes")
        passed_on = await http.delete("note?id=eq.2")
        assert (passed_on.status_code, passed_on.headers["X-Logged"]) == (202, "yes")
        assert await raw.fetchval("select count(*) from logged") == 0


async def test_what_a_trigger_says_and_cannot_be_sent(postgresql_url: str, raw: Any) -> None:
    """It is an error, and nothing is written."""
    async with serving(postgresql_url) as http:
        answer = await http.post("logged", json={"id": 1}, headers={"X-Tell": "{}"})
        assert (answer.status_code, answer.json()["code"]) == (500, "PGRST111")
        assert await raw.fetchval("select count(*) from logged") == 0


def test_names_that_cannot_be_settings(postgresql_url: str) -> None:
    """The start says so."""
    with pytest.raises(SettingsError, match="APP_SETTINGS_A-B"):
        create_app(Settings(database_url=postgresql_url, app_settings={"a-b": "1"}))


# The function before each request


REQUESTS = {
    "read": ("GET", "note?id=eq.1", None),
    "csv": ("GET", "note", None),
    "write": ("POST", "note", {"id": 9, "body": "x"}),
    "call": ("GET", "rpc/what?name=request.method", None),
    "python": ("POST", "rpc/counted", {}),
    "batch": ("POST", "", [{"method": "GET", "path": "note"}, {"method": "POST", "path": "note", "body": {"id": 8}}]),
}


@pytest.fixture(params=REQUESTS)
def asking(request: pytest.FixtureRequest) -> tuple[str, str, Any, dict[str, str]]:
    """A request of each kind."""
    headers = {"Accept": "text/csv"} if request.param == "csv" else {}
    return *REQUESTS[request.param], headers


async def test_it_refuses(postgresql_url: str, raw: Any, asking: Any) -> None:
    """What it raises is the answer; it has the caller's role; nothing is done."""
    method, url, body, headers = asking
    async with serving(postgresql_url, db_pre_request=HOOK, db_anon_role="teller") as http:
        answer = await http.request(method, url, json=body, headers={**headers, "X-Stop": "1"})
        assert (answer.status_code, answer.json()["message"], answer.json()["details"]) == (402, "Pay first", "teller")
        assert await raw.fetchval("select count(*) from note") == 2


async def test_it_says_what_the_answer_is(postgresql_url: str, raw: Any, asking: Any) -> None:
    """Its headers stand beside ours, or in their place; its status in the place of ours."""
    method, url, body, headers = asking
    said = {"X-Headers": json.dumps([{"X-Told": "1"}, {"Cache-Control": "max-age=9"}])}
    async with serving(postgresql_url, db_pre_request=HOOK) as http:
        broken = await http.request(method, url, json=body, headers={**headers, "X-Headers": "[]]"})
        assert (broken.status_code, broken.json()["code"]) == (500, "PGRST111")
        answer = await http.request(method, url, json=body, headers={**headers, **said})
        assert (answer.is_success, answer.headers["X-Told"], answer.headers["Cache-Control"]) == (
            True,
            "1",
            "max-age=9",
        )
        told = await http.request("GET", "note?id=eq.1", headers={"X-Status": "203"})
        assert (told.status_code, told.json()) == (203, [{"id": 1, "body": "a"}])


async def test_it_is_called_once(postgresql_url: str, raw: Any) -> None:
    """In a batch too; under an Idempotency-Key not again."""
    async with serving(postgresql_url, db_pre_request=HOOK) as http:
        await http.request(*REQUESTS["batch"][:2], json=REQUESTS["batch"][2])
        assert await raw.fetchval("select count(*) from calls") == 1
        await http.post("rpc/counted", json={})
        assert await raw.fetchval("select count(*) from calls") == 2
        await migrate(postgresql_url)
        for number, url in enumerate(("rpc/counted", "owned")):
            for _ in range(2):
                assert (await http.post(url, json={}, headers={"Idempotency-Key": url})).is_success
            assert await raw.fetchval("select count(*) from calls") == 3 + number


async def test_what_it_sets_for_the_session_ends_with_the_request(postgresql_url: str, raw: Any) -> None:
    """Nobody else's answer has it."""
    async with serving(postgresql_url, db_pre_request=HOOK) as http:
        assert (await http.get("note", headers={"X-Session": "1"})).headers["X-Left"] == "over"
        assert "X-Left" not in (await http.get("note")).headers


@pytest.mark.parametrize("name", ["nothing", "Hooks.nothing", "what", '"; drop table note; --'])
async def test_a_function_that_is_not_there(postgresql_url: str, raw: Any, name: str) -> None:
    """The start says so; one that takes arguments is none."""
    app = create_app(Settings(database_url=postgresql_url, anonymous="read", db_pre_request=name))
    with pytest.raises(RuntimeError, match="DB_PRE_REQUEST: there is no function"):
        async with running(app):
            pass


def test_a_database_without_functions(sqlite_url: str) -> None:
    """SQLite has none to be called."""
    with pytest.raises(SettingsError, match="DB_PRE_REQUEST"):
        create_app(Settings(database_url=sqlite_url, db_pre_request="before"))


# Round trips


@pytest.mark.parametrize(
    "settings, request_, trips",
    [
        ({}, ("GET", "note", None), 1),
        ({}, ("PATCH", "note?id=eq.1", {"body": "x"}), 1),
        ({}, ("GET", "said", None), 4),
        ({"db_anon_role": "teller"}, ("GET", "note", None), 4),
        ({}, ("PATCH", "owned?id=eq.1", {"tenant": "x"}), 4),
        ({}, ("DELETE", "logged?id=eq.1", None), 5),
        ({}, ("DELETE", "note?id=eq.1", None), 5),
        ({"db_anon_role": "teller"}, ("GET", "rpc/what?name=role", None), 4),
        ({"db_pre_request": HOOK}, ("GET", "note", None), 5),
        ({"db_pre_request": HOOK}, ("PATCH", "note?id=eq.1", {"body": "x"}), 5),
    ],
)
async def test_round_trips(
    postgresql_url: str, raw: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, request_: Any, trips: int
) -> None:
    """One where there is no transaction; else BEGIN, what is set, the statement, COMMIT, and what is asked beside."""
    method, url, body = request_
    async with serving(postgresql_url, **settings) as http:
        headers = {"Prefer": "timezone=Asia/Tokyo"} if trips > 1 else {}
        await http.request(method, url, json=body, headers=headers)
        with counting(monkeypatch) as sent:
            assert (await http.request(method, url, json=body, headers=headers)).is_success
    assert len(sent) == trips, sent
