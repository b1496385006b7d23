"""API keys on a running application, on both databases: what they may do, and that checking them costs nothing."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from postgrest import APIError, AsyncPostgrestClient

from security.keyed import SHOP, bearer, listed, make_key, make_shop, revoke, rooms, run, serving, until
from service.auth.api_key import digest_of, new_key
from service.migrate import migrate
from service.testing import client

ITEM = [{"id": 1, "name": "pen"}]


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest) -> str:
    return await make_shop(str(request.getfixturevalue(f"{request.param}_url")))


@pytest.fixture
def asks_never(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the start the table is not asked again."""
    monkeypatch.setattr("service.key_watch.INTERVAL", 3600)


async def test_both_headers(url: str) -> None:
    """A key is read from Authorization: Bearer and from apikey, and does what its level may."""
    reader, writer = await make_key(url, role="read"), await make_key(url, role="write")
    async with serving(url, anonymous="none") as app, client(app) as http:
        for number, headers in enumerate(({"apikey": writer}, bearer(writer)), 2):
            assert (await http.get("/rest/v1/item?id=eq.1", headers=headers)).json() == ITEM
            answer = await http.post("/rest/v1/item", headers=headers, json={"id": number, "name": "ink"})
            assert answer.status_code == 201
        for headers in ({"apikey": reader}, bearer(reader)):
            assert (await http.get("/rest/v1/item?id=eq.1", headers=headers)).json() == ITEM
            answer = await http.post("/rest/v1/item", headers=headers, json={"id": 9, "name": "ink"})
            assert (answer.status_code, answer.json()["code"]) == (403, "42501")
        assert (await http.get("/rest/v1/item")).status_code == 401


async def test_a_key_without_a_role(url: str) -> None:
    """It does what anonymous callers may: nothing where they may nothing."""
    key = await make_key(url)
    for anonymous, status in (("none", 401), ("read", 200)):
        async with serving(url, anonymous=anonymous) as app, client(app, headers=bearer(key)) as http:
            assert (await http.get("/rest/v1/item")).status_code == status


async def test_the_real_client(url: str) -> None:
    """postgrest for Python works with a key as supabase's clients send it, and reads the error of a bad one."""
    key = await make_key(url, role="write")
    async with serving(url) as app:
        headers = {"apikey": key, **bearer(key)}
        async with client(app, headers=headers) as http:
            api = AsyncPostgrestClient("http://testserver/rest/v1", headers=headers, http_client=http)
            assert (await api.from_("item").insert({"id": 2, "name": "ink"}).execute()).data[0]["id"] == 2
            assert len((await api.from_("item").select("*").execute()).data) == 2
        headers = {"apikey": new_key()}
        async with client(app, headers=headers) as http:
            api = AsyncPostgrestClient("http://testserver/rest/v1", headers=headers, http_client=http)
            with pytest.raises(APIError) as refused:
                await api.from_("item").select("*").execute()
    assert refused.value.code == "PGATE401"


async def test_one_body_for_all_that_are_bad(url: str) -> None:
    """Wrong, expired, revoked, malformed and unknown keys get the same 401, to the byte."""
    good, gone, old = await make_key(url, role="read"), await make_key(url), await make_key(url)
    await revoke(url, gone)
    await run(url, f"update poolgate_api_key set expires_at = '2001-01-01 00:00:00' where prefix = '{old[:12]}'")
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    answers = []
    async with serving(url, anonymous="write") as app, client(app) as http:
        for text in (wrong, gone, old, new_key(), good[:30], "sb_secret_0123456789"):
            for headers in (bearer(text), {"apikey": text}):
                answer = await http.get("/rest/v1/item", headers=headers)
                answers.append((answer.status_code, answer.headers["WWW-Authenticate"], answer.content))
        assert (await http.get("/rest/v1/item", headers=bearer(good))).status_code == 200
    assert set(answers) == {answers[0]}
    status, challenge, body = answers[0]
    assert (status, json.loads(body)["code"]) == (401, "PGATE401")
    assert challenge.startswith("Bearer ")


@pytest.mark.slow
async def test_bad_keys_cost_no_connection(url: str, asks_never: None) -> None:
    """Security 8: a thousand bad keys, on reads, writes and calls, take no connection; good ones but their own."""
    key = await make_key(url, role="read")
    async with serving(url, anonymous="write") as app, client(app) as http:
        pool = rooms(app).database.pool
        before = pool.stats().acquired
        for number in range(250):
            headers = bearer(new_key()) if number % 2 else {"apikey": key[:12] + new_key()[12:]}
            answers = [
                await http.get("/rest/v1/item", headers=headers),
                await http.post("/rest/v1/item", headers=headers, json={"id": number + 10, "name": "x"}),
                await http.post("/rest/v1/rpc/nothing", headers=headers, json={}),
                await http.get("/rest/v1/", headers=headers),
            ]
            assert [answer.status_code for answer in answers] == [401] * 4
        assert pool.stats().acquired == before
        for _ in range(10):
            assert (await http.get("/rest/v1/item", headers=bearer(key))).status_code == 200
        assert pool.stats().acquired == before + 10


@pytest.mark.slow
async def test_within_three_seconds(url: str) -> None:
    """On a running application a new key works, and a revoked one stops, within 3 s; nobody has to be told."""
    async with serving(url) as app, client(app) as http:

        async def answers(key: str, status: int) -> bool:
            return (await http.get("/rest/v1/item", headers=bearer(key))).status_code == status

        key = await make_key(url, role="read")
        assert await until(lambda: answers(key, 200)) < 3
        await revoke(url, key)
        assert await until(lambda: answers(key, 401)) < 3


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_a_migration_while_it_runs(database: str, request: pytest.FixtureRequest) -> None:
    """The table may come later: keys work soon after `poolgate migrate`, without a new start."""
    url = str(request.getfixturevalue(f"{database}_url"))
    await run(url, *SHOP)
    async with serving(url, anonymous="none") as app, client(app) as http:
        assert (await http.get("/rest/v1/item", headers=bearer(new_key()))).json()["code"] == "PGRST302"
        await migrate(url)
        key = await make_key(url, role="read")

        async def works() -> bool:
            return (await http.get("/rest/v1/item", headers=bearer(key))).status_code == 200

        await until(works)


async def test_keys_that_are_stale(url: str, asks_never: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that were not confirmed for too long get a 503 with Retry-After and cost no connection; anonymous callers
    and the probes are served on."""
    key = await make_key(url, role="write")
    async with serving(url, anonymous="read") as app, client(app) as http:
        monkeypatch.setattr("service.auth.key_ring.MOST_AGE", -1)
        pool = rooms(app).database.pool
        before = pool.stats().acquired
        for text in (key, new_key()):
            answer = await http.get("/rest/v1/item", headers=bearer(text))
            assert (answer.status_code, answer.json()["code"]) == (503, "PGATE503")
            assert answer.headers["Retry-After"] == "2"
        assert pool.stats().acquired == before
        assert (await http.get("/rest/v1/item")).json() == ITEM
        assert (await http.get("/-/ready")).status_code == 200


async def test_what_is_neither_key_nor_token(url: str) -> None:
    """Until a key was made, a text that says nothing is an anonymous caller's; from then on it is an unknown key."""
    async with serving(url, anonymous="read") as app, client(app, headers={"apikey": "any-key"}) as http:
        assert (await http.get("/rest/v1/item")).status_code == 200
        await revoke(url, await make_key(url))
        await rooms(app).key_watch.refresh()
        assert (await http.get("/rest/v1/item")).json()["code"] == "PGATE401"


@pytest.mark.slow
async def test_the_end_is_looked_at_each_time(url: str, asks_never: None) -> None:
    """A key ends at its time though nothing is read anew."""
    ends = datetime.now(UTC) + timedelta(seconds=1.2)
    key = await make_key(url, role="read", expires_at=ends)
    async with serving(url) as app, client(app, headers=bearer(key)) as http:

        async def is_over() -> bool:
            return (await http.get("/rest/v1/item")).status_code == 401

        await until(is_over)
        assert datetime.now(UTC) > ends - timedelta(seconds=1)


async def test_whose_key_it_is(url: str) -> None:
    """Answers kept for one key are not another's, and last use is noted when the service stops."""
    one, other = await make_key(url, role="write"), await make_key(url, role="write")
    once = {"Idempotency-Key": "k-1"}
    async with serving(url) as app, client(app) as http:

        async def put(key: str, number: int) -> httpx.Response:
            return await http.post("/rest/v1/item", headers=bearer(key) | once, json={"id": number, "name": "ink"})

        assert (await put(one, 2)).status_code == (await put(one, 2)).status_code == 201
        assert (await put(other, 3)).status_code == 201
    used = await listed(url)
    assert all(key.last_used_at is not None for key in used)


async def test_a_role_of_the_database(postgresql_url: str) -> None:
    """On PostgreSQL a key bears a role, whose grants decide, and sees no key in the API."""
    url = await make_shop(postgresql_url)
    await run(
        url,
        "create role key_test_clerk nologin",
        "grant select (id) on item to key_test_clerk",
        "create function me() returns text stable language sql as 'select current_user::text'",
    )
    try:
        key = await make_key(url, role="key_test_clerk")
        async with serving(url, anonymous="write") as app, client(app, headers=bearer(key)) as http:
            assert (await http.get("/rest/v1/rpc/me")).json() == "key_test_clerk"
            assert (await http.get("/rest/v1/item?select=id")).json() == [{"id": 1}]
            refused = await http.get("/rest/v1/item")
            assert (refused.status_code, refused.json()["code"]) == (403, "42501")
            # What requests are has no right to the keys, and needs none.
            assert (await http.get("/rest/v1/poolgate_api_key")).status_code == 404
    finally:
        await run(url, "drop owned by key_test_clerk", "drop role key_test_clerk")


async def test_the_service_s_own_rights(postgresql_url: str) -> None:
    """A role that may only read the table and note last uses serves keys; it can make none and revoke none."""
    url = await make_shop(postgresql_url)
    await run(
        url,
        "create role key_test_service login",
        "grant select, update (last_used_at) on poolgate_api_key to key_test_service",
        "grant select on item to key_test_service",
    )
    key = await make_key(url, role="read")
    own = url.replace("postgres:@", "key_test_service@")
    try:
        async with serving(own) as app, client(app, headers=bearer(key)) as http:
            assert (await http.get("/rest/v1/item")).json() == ITEM
        assert (await listed(own))[0].last_used_at is not None
        for refused in (make_key(own), revoke(own, key)):
            with pytest.raises(Exception, match="permission denied"):
                await refused
    finally:
        await run(url, "drop owned by key_test_service", "drop role key_test_service")


async def test_no_line_of_the_log_has_a_key(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Security 20: no good or bad key, and no digest, is in the log at any level, nor in an answer."""
    caplog.set_level(logging.DEBUG)
    good, bad = await make_key(url, role="read"), new_key()
    seen = []
    async with serving(url) as app, client(app) as http:
        for key in (good, bad):
            for headers in (bearer(key), {"apikey": key}, bearer(f"{key}.{key}.")):
                answer = await http.get("/rest/v1/item?select=nothing", headers=headers)
                seen.append(f"{answer.headers} {answer.text}")
        await revoke(url, good)
        await rooms(app).key_watch.refresh()
        seen += [(await http.get(path)).text for path in ("/-/pool", "/-/metrics", "/rest/v1/")]
        seen.append(repr(rooms(app)))
    text = "\n".join([*seen, *(f"{vars(record)}" for record in caplog.records)])
    for key in (good, bad):
        assert not [part for part in (key, key[13:], digest_of(key).hex(), repr(digest_of(key))) if part in text]


async def test_nothing_in_the_database_opens_anything(sqlite_url: str) -> None:
    """The whole key, and its secret part, are nowhere in the file or beside it; what is there is refused as a key."""
    url = await make_shop(sqlite_url)
    key = await make_key(url, role="write")
    async with serving(url) as app, client(app) as http:
        assert (await http.get("/rest/v1/item", headers=bearer(key))).status_code == 200
        digest = digest_of(key)
        for text in (digest.hex(), key[:13] + digest.hex(), key[:13] + digest.hex()[:43]):
            assert (await http.get("/rest/v1/item", headers=bearer(text))).status_code == 401
        files = list(Path(url.removeprefix("sqlite:///")).parent.glob(f"{Path(url).name}*"))
        stored = b"".join(file.read_bytes() for file in files)
    assert key[:12].encode() in stored
    assert digest in stored
    assert key[13:].encode() not in stored
