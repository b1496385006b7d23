"""`current_identity`: who asks, for views and functions of one's own."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, abort, g

from service import current_identity
from service.app import PoolgateFlask, create_app
from service.auth import Identity
from service.settings import Settings
from service.testing import client, running
from tests.security.token_makers import SECRET, token


def shown(identity: Identity) -> dict[str, Any]:
    return {
        "role": identity.role,
        "claims": dict(identity.claims),
        "key": identity.key,
        "anonymous": identity.anonymous,
    }


def application(url: str) -> PoolgateFlask:
    """An application with a view of each kind, and a function."""
    app = create_app(Settings(database_url=url, anonymous="read", jwt_secret=SECRET))

    @app.get("/async")
    async def of_the_loop() -> dict[str, Any]:
        return shown(current_identity)

    @app.get("/thread")
    def of_a_thread() -> dict[str, Any]:
        return shown(current_identity)

    @app.get("/open")
    async def without() -> dict[str, Any]:
        return {"identified": "_poolgate_identity" in g}

    @app.get("/mine")
    async def mine() -> dict[str, Any]:
        if current_identity.anonymous:
            abort(401)
        return {"sub": current_identity.claims["sub"]}

    @app.rpc(readonly=True)
    async def who() -> dict[str, Any]:
        return shown(current_identity)

    return app


ANN = {"role": "read", "sub": "ann", "tenants": [1]}
PATHS = ("/async", "/thread", "/rest/v1/rpc/who")


async def test_who_asks(sqlite_url: str) -> None:
    """A view on the loop, one in a thread and a function in Python see the token's role and claims."""
    app = application(sqlite_url)
    async with running(app), client(app) as http:
        for path in PATHS:
            answer = await http.get(path, headers={"Authorization": f"Bearer {token(ANN)}"})
            assert answer.json() == {"role": "read", "claims": ANN, "key": None, "anonymous": False}
            nobody = await http.get(path)
            assert nobody.json() == {"role": None, "claims": {}, "key": None, "anonymous": True}


async def test_credentials_that_are_not_good(sqlite_url: str) -> None:
    """In a view too they are a 401 with the code and header that the tables answer with."""
    app = application(sqlite_url)
    headers = {"Authorization": f"Bearer {token({'exp': 1})}"}
    async with running(app), client(app) as http:
        for path in PATHS:
            answer = await http.get(path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "PGRST303")
            assert "expired" in answer.headers["WWW-Authenticate"]


async def test_a_view_that_does_not_ask(sqlite_url: str) -> None:
    """A view of one's own that does not look at it is open to all, whatever credentials they send."""
    app = application(sqlite_url)
    async with running(app), client(app) as http:
        for headers in ({}, {"Authorization": "Bearer nonsense"}):
            assert (await http.get("/open", headers=headers)).json() == {"identified": False}


async def test_a_view_for_those_who_are_known(sqlite_url: str) -> None:
    """A view lets in by the identity, each request its own."""
    app = application(sqlite_url)
    async with running(app), client(app) as http:
        for sub in ("ann", "bob"):
            headers = {"Authorization": f"Bearer {token(ANN | {'sub': sub})}"}
            assert (await http.get("/mine", headers=headers)).json() == {"sub": sub}
        assert (await http.get("/mine")).status_code == 401


def test_where_nobody_asks(sqlite_url: str) -> None:
    """Without a request, or in an application that is not ours, it says what is missing."""
    app = application(sqlite_url)
    with app.app_context(), pytest.raises(RuntimeError, match="there is no request"):
        assert current_identity.role
    with Flask("other").test_request_context(), pytest.raises(RuntimeError, match="make it with"):
        assert current_identity.role
