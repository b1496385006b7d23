"""What is shown to whom, on PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from samples import ROOT, Serving

SETUP = """
    create role {role}; grant {role} to current_user; grant usage on schema public to {role};
    comment on schema public is E'The shop\\nWhat is sold, and to whom.';
    create table seen (id integer primary key, name text);
    comment on table seen is E'Seen by all\\nReally.';
    comment on column seen.name is 'What it is called.';
    create table unseen (id integer primary key, seen_id integer references seen);
    create table partly (id integer primary key, secret text);
    create view shown as select id from unseen;
    grant select on seen, shown to {role}; grant select (id) on partly to {role};
    create table filled (id integer primary key, name text, done boolean);
    grant insert, update (done), delete on filled to {role};
    create schema v1; create table v1.other (id integer primary key); grant select on v1.other to {role};
    create schema private; create table private.secrets (id integer primary key);
"""
ROLE = "openapi_reader"
EVERYTHING = {"/", "/seen", "/shown", "/partly", "/unseen", "/filled"}


@pytest.fixture
async def url(postgresql_url: str) -> AsyncIterator[str]:
    connection = await asyncpg.connect(postgresql_url)
    await connection.execute(SETUP.format(role=ROLE))
    yield postgresql_url
    await connection.execute(f"drop owned by {ROLE}; drop role {ROLE}")
    await connection.close()


async def described(serving: Serving, url: str, headers: dict[str, str] | None = None, **settings: Any) -> Any:
    async with serving(url, **settings) as http:
        answer = await http.get(ROOT, headers=headers or {})
        assert answer.status_code == 200, answer.text
        again = await http.get(ROOT, headers=headers or {})
        assert again.content == answer.content
        return answer.json()


async def test_the_role_decides(url: str, serving: Serving) -> None:
    """A role sees what it may do something with, if only with one column of it, and no trace of the rest."""
    document = await described(serving, url, db_anon_role=ROLE)
    assert set(document["paths"]) == {"/", "/seen", "/shown", "/partly", "/filled"}
    assert "unseen" not in str(document)
    assert "secrets" not in str(document)


async def test_what_may_be_written(url: str, serving: Serving) -> None:
    """A role sees the methods that it has the rights for, and none that a read-only caller may not use."""
    document = await described(serving, url, db_anon_role=ROLE)
    assert {path: set(item) for path, item in document["paths"].items() if path != "/"} == {
        "/seen": {"get", "head", "options"},
        "/shown": {"get", "head", "options"},
        "/partly": {"get", "head", "options"},
        "/filled": {"post", "patch", "delete", "options"},
    }
    two = await described(serving, url, {"Accept": "application/openapi+json;version=2.0"}, db_anon_role=ROLE)
    assert set(two["paths"]["/filled"]) == {"post", "patch", "delete"}


@pytest.mark.parametrize(
    "settings, writes",
    [
        ({"anonymous": "read"}, False),
        ({"anonymous": "write"}, True),
        ({"anonymous": "read", "openapi_mode": "ignore-privileges"}, True),
    ],
)
async def test_who_may_write(url: str, serving: Serving, settings: dict[str, str], writes: bool) -> None:
    """Without a role the setting ANONYMOUS says whether writes are described, unless privileges are ignored."""
    document = await described(serving, url, **settings)
    assert ("post" in document["paths"]["/unseen"]) is writes
    assert ("idempotency-key" in document["components"]["parameters"]) is writes


async def test_a_schema_that_may_not_be_used(url: str, serving: Serving) -> None:
    """A right to a table is none without a right to its schema."""
    settings = {"db_schemas": ("public", "v1")}
    hidden = await described(serving, url, {"Accept-Profile": "v1"}, db_anon_role=ROLE, **settings)
    assert set(hidden["paths"]) == {"/"}
    shown = await described(serving, url, {"Accept-Profile": "v1"}, **settings)
    assert set(shown["paths"]) == {"/", "/other"}


async def test_privileges_ignored(url: str, serving: Serving) -> None:
    """Everything in the exposed schema is shown where the setting says so."""
    document = await described(serving, url, db_anon_role=ROLE, openapi_mode="ignore-privileges")
    assert set(document["paths"]) == EVERYTHING
    assert "secrets" not in str(document)


async def test_the_services_own_role(url: str, serving: Serving) -> None:
    """Without a role the service's own decides, and no connection is taken for it."""
    document = await described(serving, url, pool=False)
    assert set(document["paths"]) == EVERYTHING


async def test_a_role_that_there_is_not(postgresql_url: str, serving: Serving) -> None:
    """It is told as elsewhere, and is not kept for ever."""
    role = f"nobody_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(postgresql_url)
    try:
        await connection.execute(f"create role {role}")
        async with serving(postgresql_url, db_anon_role=role) as http:
            await connection.execute(f"drop role {role}")
            for _ in range(2):
                answer = await http.get(ROOT)
                assert (answer.status_code, answer.json()["code"]) == (401, "22023")
    finally:
        await connection.close()


async def test_comments(url: str, serving: Serving) -> None:
    """Comments on the schema, tables and columns are where PostgREST has them."""
    for version in ("3.1", "2.0"):
        document = await described(serving, url, {"Accept": f"application/openapi+json;version={version}"})
        assert document["info"]["title"] == "The shop"
        assert document["info"]["description"].startswith("What is sold, and to whom.")
        seen = (document.get("definitions") or document["components"]["schemas"])["seen"]
        assert seen["description"] == "Seen by all\nReally."
        assert seen["properties"]["name"]["description"] == "What it is called."
        read = document["paths"]["/seen"]["get"]
        assert read["summary"] == "Seen by all"
        assert read["description"].startswith("Really.")


async def test_every_comment_of_the_catalog(url: str, serving: Serving) -> None:
    """PostgreSQL's own words about the schema public are not taken for its author's."""
    connection = await asyncpg.connect(url)
    await connection.execute("comment on schema public is 'standard public schema'")
    await connection.close()
    assert (await described(serving, url))["info"]["title"] == "Poolgate"
