"""A service with rules, and callers with tokens whose signature is of no interest here."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx

from service.app import PoolgateFlask, create_app
from service.events import Event
from service.settings import Settings
from service.testing import client, running


class Said:
    """Tokens that are what they say."""

    def claims(self, token: str, /) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token))
        return found

    def role(self, claims: Mapping[str, Any], /) -> str | None:
        found = claims.get("role")
        return None if found is None else str(found)


def bearer(role: str | None = None, **claims: Any) -> dict[str, str]:
    """The header of a caller whose token says this; no header for nobody."""
    if role is not None:
        claims["role"] = role
    token = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    return {"Authorization": f"Bearer {token}"} if claims else {}


def path_of(url: str) -> str:
    """The file of an SQLite URL."""
    return url.removeprefix("sqlite:///")


def fill(url: str, script: str) -> None:
    """Run SQL in a database's file."""
    with closing(sqlite3.connect(path_of(url))) as connection:
        connection.executescript(script)


def rows_in(url: str, table: str) -> list[tuple[Any, ...]]:
    """All rows of a table, whosever they are."""
    with closing(sqlite3.connect(path_of(url))) as connection:
        return connection.execute(f'select * from "{table}" order by 1').fetchall()


def app_with(url: str, rules: str, folder: Path, events: list[Event] | None = None, **settings: Any) -> PoolgateFlask:
    """An application with these rules."""
    file = folder / "rules.toml"
    file.write_text(rules)
    observe = None if events is None else events.append
    app = create_app(Settings(database_url=url, rules=file, **settings), observe=observe)
    parts = app.view_functions["tables.relation"].__self__.parts  # type: ignore[attr-defined]  # a bound method
    object.__setattr__(parts.authenticator, "tokens", Said())
    return app


@asynccontextmanager
async def serving(
    url: str, rules: str, folder: Path, events: list[Event] | None = None, **settings: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application with these rules."""
    app = app_with(url, rules, folder, events, **settings)
    async with running(app), client(app, base_url="http://testserver/rest/v1/") as http:
        yield http
