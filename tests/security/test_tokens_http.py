"""Tokens over HTTP, on both databases: who comes in, as whom, and what is said to who does not."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from postgrest import APIError, AsyncPostgrestClient

from service import current_connection
from service.app import PoolgateFlask, create_app
from service.database.single import single_connection
from service.errors import SettingsError
from service.migrate import migrate
from service.settings import Settings
from service.testing import client, running
from tests.security.token_makers import SECRET, coded, jwk, octets, signed_by, token, unsigned

ROLES = """
create table note (id int primary key, body text);
insert into note values (1, 'a');
create role tok_reader nologin; create role tok_writer nologin;
grant select on note to tok_reader; grant select, insert on note to tok_writer;
create view seen as select current_user::text as who, current_setting('request.jwt.claims', true)::json as claims;
grant select on seen to tok_reader, tok_writer;
"""
LIBRARY = ["create table note (id integer primary key, body text)", "insert into note values (1, 'a')"]


@pytest.fixture
async def sqlite(sqlite_url: str) -> str:
    """A table on SQLite, where the roles are `read` and `write`."""
    async with single_connection(sqlite_url) as connection:
        for statement in LIBRARY:
            await connection.exec_driver_sql(statement)
    return sqlite_url


@pytest.fixture
async def postgresql(postgresql_url: str) -> AsyncIterator[str]:
    """The same on PostgreSQL, with a role that reads and one that writes; roles belong to the server."""
    connection = await asyncpg.connect(postgresql_url)
    await connection.execute(ROLES)
    yield postgresql_url
    await connection.execute("drop owned by tok_reader, tok_writer; drop role tok_reader; drop role tok_writer")
    await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def each(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    """Each database's URL, and the names of its two roles."""
    roles = {"sqlite": ("read", "write"), "postgresql": ("tok_reader", "tok_writer")}[request.param]
    return request.getfixturevalue(request.param), *roles


@asynccontextmanager
async def serving(url: str, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    options = {"anonymous": "none", "jwt_secret": SECRET} | options
    app = create_app(Settings(database_url=url, **options))
    async with running(app), client(app) as http:
        yield http


def bearer(claims: Any = None, **options: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(claims, **options)}"}


async def test_roles(each: tuple[str, str, str]) -> None:
    """The role that a token names may do what it may: to read it is enough to read, and not to write."""
    url, reader, writer = each
    async with serving(url) as http:
        for headers in (bearer({"role": reader}), {"apikey": token({"role": reader})}):
            assert (await http.get("/rest/v1/note", headers=headers)).json() == [{"id": 1, "body": "a"}]
            refused = await http.post("/rest/v1/note", json={"id": 2}, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (403, "42501")
        assert (await http.post("/rest/v1/note", json={"id": 2}, headers=bearer({"role": writer}))).status_code == 201
        assert len((await http.get("/rest/v1/note", headers=bearer({"role": writer}))).json()) == 2


async def test_batches_and_functions(each: tuple[str, str, str]) -> None:
    """A batch, and a function in Python, ask for the same as a request by itself."""
    url, reader, writer = each
    app = create_app(Settings(database_url=url, anonymous="none", jwt_secret=SECRET))

    @app.rpc()
    async def add(id: int) -> int:  # noqa: A002  # the column's name
        await current_connection.exec_driver_sql(f"insert into note values ({id}, 'f')")
        return id

    batch = [{"method": "POST", "path": "note", "body": {"id": 5}}]
    async with running(app), client(app) as http:
        for path, body in (("/rest/v1/", batch), ("/rest/v1/rpc/add", {"id": 6})):
            for headers, status in (({}, 401), (bearer({"role": reader}), 403), (bearer({"role": writer}), 200)):
                assert (await http.post(path, json=body, headers=headers)).status_code == status


async def test_sql_sees_the_claims(postgresql: str) -> None:
    """SQL runs as the role that the token names and reads all that the token says."""
    claims = {"role": "tok_reader", "sub": "änn", "exp": int(time.time()) + 60, "app": {"tenants": [1, 2]}}
    async with serving(postgresql) as http:
        for sent in (claims, claims | {"sub": "bob"}, claims):
            (row,) = (await http.get("/rest/v1/seen", headers=bearer(sent))).json()
            assert row == {"who": "tok_reader", "claims": sent}


async def test_another_place_for_the_role(postgresql: str) -> None:
    """The role is found where the setting says, and stands as `role` in what SQL reads."""
    claims = {"realm_access": {"roles": ["offline", "tok_reader"]}}
    key = "$.realm_access.roles[?search(@, '^tok_')]"
    async with serving(postgresql, jwt_role_claim_key=key) as http:
        (row,) = (await http.get("/rest/v1/seen", headers=bearer(claims))).json()
        assert row == {"who": "tok_reader", "claims": claims | {"role": "tok_reader"}}


async def test_a_token_without_a_role_is_anonymous(each: tuple[str, str, str]) -> None:
    """Who names no role may do what callers without credentials may."""
    url, reader, _ = each
    async with serving(url) as http:
        refused = await http.get("/rest/v1/note", headers=bearer({"sub": "ann"}))
        assert (refused.status_code, refused.json()["code"]) == (401, "PGRST302")
        assert "names no role" in refused.json()["message"]
    async with serving(url, db_anon_role=reader) as http:
        for headers in ({}, bearer({"sub": "ann"})):
            assert (await http.get("/rest/v1/note", headers=headers)).status_code == 200
            assert (await http.post("/rest/v1/note", json={"id": 2}, headers=headers)).status_code == 401


async def test_roles_that_there_are_not(sqlite: str) -> None:
    """On SQLite there are the roles read and write: any other is refused, and ends the start as DB_ANON_ROLE."""
    async with serving(sqlite) as http:
        refused = await http.get("/rest/v1/note", headers=bearer({"role": "admin"}))
        assert (refused.status_code, refused.json()["code"]) == (401, "22023")
        assert refused.headers["WWW-Authenticate"] == "Bearer"
    with pytest.raises(SettingsError, match="DB_ANON_ROLE: 'admin' is no role here; expected one of read, write"):
        create_app(Settings(database_url=sqlite, db_anon_role="admin"))


async def test_idempotency_of_roles(sqlite: str) -> None:
    """On SQLite a role is no part of a transaction: writes under a key, and reads, work as without."""
    await migrate(sqlite)
    headers = bearer({"role": "write", "sub": "ann"}) | {"Idempotency-Key": "one"}
    async with serving(sqlite) as http:
        for _ in range(2):
            assert (await http.post("/rest/v1/note", json={"id": 7}, headers=headers)).status_code == 201


REFUSED = [
    ("x.y.z", "PGRST301", "The token cannot be decoded"),
    ("opaque", "PGRST301", "What was sent is no JSON Web Token, which has three parts with dots between them"),
    ("", "PGRST301", "An empty token was sent"),
    (unsigned({"alg": "none"}, {"role": "write"}), "PGRST301", "The algorithm of the token is not allowed here"),
    (token({"role": "write"}, key="x" * 40), "PGRST301", "The signature of the token is wrong"),
    (signed_by("RSA", {"role": "write"}), "PGRST301", "The algorithm of the token is not allowed here"),
    (token({"role": "write", "exp": 1}), "PGRST303", "The token has expired"),
    (token({"role": "write", "nbf": 4_000_000_000}), "PGRST303", "The token is not yet valid"),
    (token({"role": 1}), "PGRST303", "The role that the token names is no text, or not one that can be a name"),
    (token({"role": "tok_other"}), "PGRST303", "The token names a role that tokens may not name here"),
]


@pytest.mark.parametrize("method, path", [
    ("GET", "/rest/v1/note"), ("HEAD", "/rest/v1/note"), ("POST", "/rest/v1/note"), ("PATCH", "/rest/v1/note?id=eq.1"),
    ("DELETE", "/rest/v1/note?id=eq.1"), ("OPTIONS", "/rest/v1/note"), ("GET", "/rest/v1/"), ("POST", "/rest/v1/"),
    ("POST", "/rest/v1/rpc/none"), ("GET", "/rest/v1/absent"), ("GET", "/rest/v1/note?id=broken.1"),
])  # fmt: skip
async def test_what_is_refused(sqlite: str, method: str, path: str) -> None:
    """Security 5: a token that is not good is a 401 before all else, on every path, and takes no connection."""
    app = create_app(Settings(database_url=sqlite, anonymous="write", jwt_secret=SECRET, jwt_roles="read,write"))
    async with running(app), client(app) as http:
        before = acquired(app)
        for sent, code, message in REFUSED:
            ways = ("Authorization", f"Bearer {sent}"), ("Authorization", f"bearer  {sent} "), ("apikey", sent)
            for name, value in ways:
                answer = await http.request(method, path, headers={name: value}, content="{broken")
                assert answer.status_code == 401
                described = f'Bearer error="invalid_token", error_description="{message}"'
                assert answer.headers["WWW-Authenticate"] == described
                if method != "HEAD":
                    assert (answer.json()["code"], answer.json()["message"]) == (code, message)
                    assert not sent or sent not in answer.text
        assert acquired(app) == before


def acquired(app: PoolgateFlask) -> tuple[int, ...]:
    """What the pool has counted of those who came to it."""
    stats = app.extensions["poolgate"].database.pool.stats()
    return (stats.acquired, stats.in_use, stats.waiting)


async def test_no_secret_is_set(sqlite: str, caplog: pytest.LogCaptureFixture) -> None:
    """A token that nothing is there to check with is PGRST300, even where anybody may read; it fills no log."""
    async with serving(sqlite, jwt_secret=None, anonymous="read") as http:
        with caplog.at_level(logging.WARNING):
            answer = await http.get("/rest/v1/note", headers=bearer({"role": "write"}))
        assert (answer.status_code, answer.json()["code"]) == (500, "PGRST300")
        assert not caplog.records


async def test_credentials_of_another_kind(sqlite: str) -> None:
    """A header of another scheme is a proxy's business, and gives no right."""
    async with serving(sqlite, anonymous="read") as http:
        headers = {"Authorization": "Basic YW5uOnNlY3JldA=="}
        assert (await http.get("/rest/v1/note", headers=headers)).status_code == 200
        assert (await http.post("/rest/v1/note", json={"id": 2}, headers=headers)).status_code == 401


async def test_rotation_over_http(sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Security 7: a key that is taken out of the file lets nobody in any more, without a restart."""
    monkeypatch.setattr("service.auth.secret.LOOK", 0.0)
    file = tmp_path / "keys.json"
    file.write_text(str({"keys": [octets(kid="old")]}).replace("'", '"'))
    old, new = bearer({"role": "read"}, key=b"k" * 32, kid="old"), signed_by("P-256", {"role": "read"}, kid="new")
    async with serving(sqlite, jwt_secret=f"@{file}") as http:
        assert (await http.get("/rest/v1/note", headers=old)).status_code == 200
        file.write_text(str({"keys": [jwk("P-256", kid="new")]}).replace("'", '"'))
        assert (await http.get("/rest/v1/note", headers=old)).status_code == 401
        assert (await http.get("/rest/v1/note", headers={"Authorization": f"Bearer {new}"})).status_code == 200


ANYTHING = st.one_of(
    st.text(st.characters(exclude_characters="\r\n\0"), max_size=200),
    st.lists(st.binary(max_size=60).map(coded), min_size=3, max_size=3).map(".".join),
    st.tuples(
        st.fixed_dictionaries({"alg": st.sampled_from(["HS256", "none", "RS256"])}, optional={"kid": st.text()}),
        st.dictionaries(st.sampled_from(["role", "exp"]), st.text() | st.integers()),
        st.binary(max_size=40),
    ).map(lambda parts: unsigned(*parts)),
    st.integers(1, 60).map(lambda cut: token({"role": "read"})[:-cut]),
)


async def test_anything_sent_as_a_token(sqlite: str) -> None:
    """Security 5: whatever stands in a token's place is a 401, and nobody comes to the pool by it."""
    app = create_app(Settings(database_url=sqlite, anonymous="write", jwt_secret=SECRET))
    loop = asyncio.get_running_loop()

    @settings(deadline=None)
    @given(ANYTHING, st.sampled_from(["Authorization", "apikey"]))
    def send(text: str, header: str) -> None:
        raw = text.encode("utf-8", "surrogatepass")
        headers = {header.encode(): b"Bearer " + raw if header == "Authorization" else raw}
        answer = asyncio.run_coroutine_threadsafe(http.get("/rest/v1/note", headers=headers), loop).result(30)
        assert (answer.status_code, answer.json()["code"]) == (401, "PGRST301")

    async with running(app), client(app) as http:
        before = acquired(app)
        await asyncio.to_thread(send)
        assert acquired(app) == before


async def test_a_client_with_a_token(each: tuple[str, str, str]) -> None:
    """The PostgREST client for Python reads and writes with a real token, signed with a private key."""
    url, reader, writer = each
    async with serving(url, jwt_secret=str(jwk("Ed25519", kid="one")).replace("'", '"')) as http:
        answers = {}
        for role in (reader, writer):
            sent = signed_by("Ed25519", {"role": role, "exp": int(time.time()) + 60}, kid="one")
            rest = AsyncPostgrestClient("http://testserver/rest/v1", http_client=http).auth(sent)
            assert (await rest.from_("note").select("body").eq("id", 1).execute()).data == [{"body": "a"}]
            try:
                answers[role] = (await rest.from_("note").insert({"id": 9, "body": "z"}).execute()).data
            except APIError as error:
                answers[role] = error.code
        assert answers == {reader: "42501", writer: [{"id": 9, "body": "z"}]}
