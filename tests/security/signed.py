"""Requests that are signed: a token is its claims as JSON, and everybody's signature is good."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from service.app import PoolgateFlask, create_app
from service.auth import Authenticator, Identity, anonymous
from service.rest.parts import Parts
from service.rest.sent import RequestHeaders
from service.settings import Settings
from service.testing import client, running


class Signed:
    """What checks such tokens: it finds them all good."""

    def claims(self, token: str) -> Mapping[str, Any]:
        return json.loads(token)  # type: ignore[no-any-return]  # a test's own

    def role(self, claims: Mapping[str, Any]) -> str | None:
        return claims.get("role")


def token(role: str | None = None, **claims: Any) -> dict[str, str]:
    """The header of a request that comes with these claims."""
    named = {} if role is None else {"role": role}
    return {"Authorization": f"Bearer {json.dumps({**named, **claims})}"}


@asynccontextmanager
async def serving(
    monkeypatch: pytest.MonkeyPatch, url: str, **settings: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, PoolgateFlask]]:
    """The application over one connection, and a client that is in it."""

    def identify(parts: Parts, environ: Any) -> Identity:
        nobody = anonymous(parts.settings.anonymous, parts.settings.db_anon_role)
        return Authenticator(nobody, tokens=Signed()).identify(RequestHeaders(environ))

    monkeypatch.setattr(Parts, "identify", identify)
    app = create_app(Settings(database_url=url, **{"pool_min_size": 1, "pool_max_size": 1, **settings}))
    async with running(app), client(app, base_url="http://testserver/rest/v1/") as http:
        yield http, app
