"""docs/rules.md: its example says the same of both databases."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from service.app import create_app
from service.settings import Settings
from service.testing import client, running
from tests.security.ruled import Said, bearer, fill, serving

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
SQL = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
TOML = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
TABLE = re.findall(r"^\| (\w+) \| `(\w+) (\S+)` \|(.*?)\| (\d+) \|(.*?)\|$", PAGE, re.MULTILINE)
CALLERS = {
    "nobody": {},
    "Ann": bearer("member", sub="ann", tenant="red"),
    "Bob": bearer("member", sub="bob", tenant="blue"),
    "Eve": bearer("member", sub="eve"),
}


async def check(http: httpx.AsyncClient) -> None:
    """Asks what the page's table has."""
    assert len(TABLE) > 10
    for caller, method, path, body, status, answer in TABLE:
        sent = json.loads(body.strip().strip("`")) if body.strip() else None
        got = await http.request(method, path, json=sent, headers=CALLERS[caller])
        line = (caller, method, path, sent, got.text)
        assert got.status_code == int(status), line
        told: Any = answer.strip().strip("`")
        if told == "42501":
            assert got.json()["code"] == told, line
        elif told:
            assert got.json() == json.loads(told), line


async def test_with_rules(sqlite_url: str, tmp_path: Path) -> None:
    """On SQLite the file of the example gives the answers of the page."""
    fill(sqlite_url, SQL[0])
    async with serving(sqlite_url, TOML[0], tmp_path, db_anon_role="visitor") as http:
        await check(http)
        hidden = await http.get("notes?select=review", headers=CALLERS["Ann"])
        assert (hidden.status_code, hidden.json()["code"]) == (400, "42703")


@pytest.fixture
async def granted(postgresql_url: str) -> AsyncIterator[str]:
    """The example's tables, roles and policies; roles belong to the server, so they are dropped again."""
    connection = await asyncpg.connect(postgresql_url)
    await connection.execute(SQL[0])
    await connection.execute(SQL[1])
    yield postgresql_url
    await connection.execute("drop owned by visitor, member; drop role visitor, member")
    await connection.close()


async def test_with_grants_and_policies(granted: str) -> None:
    """On PostgreSQL the grants and policies beside it give the same answers."""
    app = create_app(Settings(database_url=granted, db_anon_role="visitor"))
    parts = app.view_functions["tables.relation"].__self__.parts  # type: ignore[attr-defined]  # a bound method
    object.__setattr__(parts.authenticator, "tokens", Said())
    async with running(app), client(app, base_url="http://testserver/rest/v1/") as http:
        await check(http)
        hidden = await http.get("notes?select=review", headers=CALLERS["Ann"])
        assert (hidden.status_code, hidden.json()["code"]) == (403, "42501")


def test_each_example_is_toml() -> None:
    """What the page shows of files can be read."""
    assert [sorted(tomllib.loads(text)) for text in TOML] == [["member", "visitor"], ["clerk"]]
