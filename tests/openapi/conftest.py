"""What the tests of the description share: running applications on the data of tests/rest/data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from samples import Serving

from service.app import create_app
from service.settings import Settings
from service.testing import client, running


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Serving:
    """`serving(url, **settings)`: a client of an application on it; `pool=False`: whose pool gives nothing."""

    @asynccontextmanager
    async def serve(url: str, *, pool: bool = True, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(Settings(database_url=url, **({"anonymous": "read"} | settings)))
        async with running(app), client(app) as http:
            if not pool:
                monkeypatch.setattr(app.extensions["poolgate"].database.pool, "lease", None)
            yield http

    return serve


@pytest.fixture
async def http(data_url: str, serving: Serving) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application on the data, once on each kind of database."""
    async with serving(data_url) as http:
        yield http
