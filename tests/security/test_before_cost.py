"""What is refused before it costs anything: no connection taken, waited for or opened."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from service.app import Poolgate, PoolgateFlask, create_app
from service.settings import Settings
from service.testing import running
from tests.database.opened import until
from tests.security.forged import SECRET, token, valid
from tests.security.hostile import Hostile
from tests.security.straight import Reply, ask, taken

GET = Hostile("GET", b"/rest/v1/items", b"", ((b"host", b"a"),), b"")
POST = replace(
    GET, method="POST", headers=((b"host", b"a"), (b"content-type", b"application/json")), body=b'{"id":900}'
)
REFUSED = {
    "no credentials": (GET, 401, "PGRST302"),
    "no credentials for a write": (POST, 401, "PGRST302"),
    "credentials of another kind": (
        replace(GET, headers=(*GET.headers, (b"authorization", b"Basic YTpi"))),
        401,
        "PGRST302",
    ),
    "no credentials for a function": (replace(POST, path=b"/rest/v1/rpc/nothing"), 401, "PGRST302"),
    "no credentials for a batch": (replace(POST, path=b"/rest/v1/", body=b'[{"path":"items"}]'), 401, "PGRST302"),
    "no credentials for the description": (replace(GET, path=b"/rest/v1/"), 401, "PGRST302"),
    "no credentials for what can be done": (replace(GET, method="OPTIONS"), 401, "PGRST302"),
    "no credentials, once": (replace(POST, headers=(*POST.headers, (b"idempotency-key", b'"a"'))), 401, "PGRST302"),
    "no path": (replace(GET, path=b"/nowhere"), 404, "PGRST125"),
    "a broken path": (replace(GET, path=b"/rest/v1/%ff"), 400, "PGATE400"),
    "a method that there is not": (replace(GET, method="BREW"), 405, "PGRST117"),
    "no host": (replace(GET, headers=((b"host", b"a b"),)), 400, "PGATE400"),
    "too long a URL": (replace(GET, query=b"a" * 9000), 414, "PGATE414"),
    "too many headers": (replace(GET, headers=((b"x", b"y"),) * 500), 431, "PGATE431"),
    "too large a body": (replace(POST, body=b"x" * 2_000_000), 413, "PGATE413"),
}
BAD_TOKENS = {
    "no token": (b"nonsense", "PGRST301"),
    "a foreign token": (
        token({"role": "write"}, secret="of somebody else, and it is long enough").encode(),
        "PGRST301",
    ),
    "an old token": (token({"role": "write", "exp": 1}).encode(), "PGRST303"),
    "a huge token": (b"a" * 20_000, "PGRST301"),
}
KNOWN = {
    "a method": (replace(GET, method="BREW"), 405, "PGRST117"),
    "a query string": (replace(GET, query=b"id=nope.1"), 400, "PGRST100"),
    "a column": (replace(GET, query=b"nope=eq.1"), 400, "42703"),
    "a table": (replace(GET, path=b"/rest/v1/nope"), 404, "PGRST205"),
    "a media type": (replace(GET, headers=(*GET.headers, (b"accept", b"image/png"))), 406, "PGRST107"),
    "a preference": (replace(GET, headers=(*GET.headers, (b"prefer", b"handling=strict, nope"))), 400, "PGRST122"),
    "a range": (replace(GET, query=b"limit=-1"), 416, "PGRST103"),
    "JSON": (replace(POST, body=b'{"id":'), 400, "PGRST102"),
    "a key to do it once by": (replace(POST, headers=(*POST.headers, (b"idempotency-key", b'"'))), 400, "PGATE400"),
    "a body's type": (replace(POST, headers=((b"host", b"a"), (b"content-type", b"image/png"))), 415, "PGRST107"),
    "a schema": (replace(GET, headers=(*GET.headers, (b"accept-profile", b"nope"))), 406, "PGRST106"),
    "a function": (replace(POST, path=b"/rest/v1/rpc/nope"), 404, "PGRST202"),
}
MODES: dict[str, dict[str, Any]] = {
    "right after the start, with none kept": {"pool_min_size": 0},
    "with one kept": {"pool_min_size": 1},
    "with one for each request": {"pool_mode": "per-request"},
}


@asynccontextmanager
async def serving(url: str, **settings: Any) -> AsyncIterator[PoolgateFlask]:
    """The application on an item, its pool at rest."""
    app = create_app(Settings(database_url=url, **settings), observe=lambda _event: None)
    async with running(app):
        await at_rest(app)
        yield app


async def at_rest(app: PoolgateFlask) -> None:
    """Nothing is being opened any more."""
    stats = pool_of(app).stats
    await until(lambda: stats().connecting == 0 and stats().checking == 0 and stats().in_use == 0)


def pool_of(app: PoolgateFlask) -> Any:
    rooms: Poolgate = app.extensions["poolgate"]
    return rooms.database.pool


async def free(app: PoolgateFlask, asked: Hostile) -> Reply:
    """The answer; no connection was taken, waited for or opened for it."""
    before = taken(pool_of(app).stats())
    reply = await ask(app.asgi, asked)
    await asyncio.sleep(0)
    assert taken(pool_of(app).stats()) == before, (asked, reply)
    return reply


@pytest.mark.parametrize("mode", MODES)
async def test_who_is_not_known(data_url: str, mode: str) -> None:
    """Security 24: callers who are not known cause no connection to be taken or opened, whatever they send, not with an
    empty pool either.
    """
    async with serving(data_url, anonymous="none", jwt_secret=SECRET, **MODES[mode]) as app:
        for what, (asked, status, code) in REFUSED.items():
            reply = await free(app, asked)
            assert (reply.status, reply.error["code"]) == (status, code), what
        for what, (sent, code) in BAD_TOKENS.items():
            for name, value in ((b"authorization", b"Bearer " + sent), (b"apikey", sent)):
                reply = await free(app, replace(GET, headers=(*GET.headers, (name, value))))
                assert (reply.status, reply.error["code"]) == (401, code), what
                assert reply.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("mode", MODES)
async def test_what_cannot_be_done(data_url: str, mode: str) -> None:
    """Security 8: nor does what is asked wrongly, of callers who may do everything."""
    async with serving(data_url, anonymous="write", **MODES[mode]) as app:
        for what, (asked, status, code) in KNOWN.items():
            reply = await free(app, asked)
            assert (reply.status, reply.error["code"]) == (status, code), what


async def test_after_the_pool_has_shrunk(data_url: str) -> None:
    """Security 24: nor once all connections were closed for want of use."""
    async with serving(data_url, anonymous="none", pool_min_size=0, pool_max_idle=0.05, jwt_secret=SECRET) as app:
        pool = pool_of(app)
        async with pool.acquire(readonly=True):
            pass
        await until(lambda: pool.stats().size == 0)
        await at_rest(app)
        for asked, status, _ in REFUSED.values():
            assert (await free(app, asked)).status == status
        assert pool.stats().size == 0


async def test_known_by_a_token(data_url: str) -> None:
    """Security 8: the zero is no accident of the measure: who is known, and asks for rows, takes one."""
    role = "read" if data_url.startswith("sqlite:") else "postgres"
    async with serving(data_url, anonymous="none", jwt_secret=SECRET) as app:
        before = pool_of(app).stats().acquired
        sent = replace(GET, headers=(*GET.headers, (b"authorization", f"Bearer {valid(role)}".encode())))
        reply = await ask(app.asgi, sent)
        assert (reply.status, json.loads(reply.body) != []) == (200, True)
        assert pool_of(app).stats().acquired == before + 1


async def test_probes_take_one_connection(data_url: str) -> None:
    """Security 24: whether it is ready anybody may ask; however many do at once, they take one connection together,
    wait for none, and turn nobody away.
    """
    async with serving(data_url, anonymous="none", pool_min_size=1, pool_max_size=2, pool_max_waiting=5) as app:
        before = taken(pool_of(app).stats())[1:]
        replies = await asyncio.gather(*(ask(app.asgi, replace(GET, path=b"/-/ready")) for _ in range(200)))
        assert {reply.status for reply in replies} == {200}
        assert taken(pool_of(app).stats())[1:] == before
