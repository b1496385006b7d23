"""The script of docs/roles.md makes a database that the service can serve, and in which it can do nothing else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from service.database.postgresql import risks as postgresql_risks
from service.migrate import migrate
from tests.security.signed import serving, token
from tests.security.test_roles import as_role

PAGE = (Path(__file__).parents[2] / "docs" / "roles.md").read_text()
SCRIPTS = re.findall(r"^```sql\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
ROLES = ("authenticator", "app_user", "web_anon", "app_owner")


@pytest.fixture
async def owner(postgresql_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A database made by the page's script, with something in it that is nobody's business."""
    connection = await asyncpg.connect(postgresql_url)
    try:
        own, granted = SCRIPTS
        await connection.execute("create table public.payroll (id int); insert into public.payroll values (1)")
        await connection.execute(own)
        await migrate(postgresql_url)
        await connection.execute(granted)
        rows = "('blue', 'b', false), ('blue', 'o', true)"
        await connection.execute(f"insert into api.notes (tenant, body, is_open) values {rows}")
        yield connection
    finally:
        for role in ROLES:
            await connection.execute(f"drop owned by {role} cascade; drop role {role}")
        await connection.close()


SETTINGS: dict[str, Any] = {"db_schemas": ("api",), "db_anon_role": "web_anon", "security_checks": "refuse"}


async def test_it_is_served(monkeypatch: pytest.MonkeyPatch, postgresql_url: str, owner: Any) -> None:
    """Security 1: nothing is found that is not safe; anybody reads what is open, a tenant has its own rows."""
    red = token("app_user", tenant="red")
    async with serving(monkeypatch, as_role(postgresql_url, "authenticator"), **SETTINGS) as (http, _):
        assert [row["body"] for row in (await http.get("notes")).json()] == ["o"]
        made = await http.post("notes", json={"body": "mine"}, headers={**red, "Prefer": "return=representation"})
        assert (made.status_code, made.json()[0]["tenant"]) == (201, "red")
        assert [row["body"] for row in (await http.get("notes", headers=red)).json()] == ["mine"]
        assert (await http.patch("notes?id=gt.0", json={"body": "new"}, headers=red)).status_code == 204
        once = {**red, "Idempotency-Key": "k1"}
        ids = [(await http.post("notes", json={"body": "once"}, headers=once)).status_code for _ in range(2)]
        assert ids == [201, 201]
        assert (await http.delete("notes?body=eq.once", headers={**red, "Prefer": "count=exact"})).headers[
            "Content-Range"
        ] == "*/1"
        assert (await http.get("")).status_code == 200
    assert await owner.fetchval("select array_agg(body order by id) from api.notes") == ["b", "o", "new"]


async def test_nothing_else_can_be_had(monkeypatch: pytest.MonkeyPatch, postgresql_url: str, owner: Any) -> None:
    """Security 1: neither by a request nor by whoever gets hold of the service's connection."""
    red = token("app_user", tenant="red")
    async with serving(monkeypatch, as_role(postgresql_url, "authenticator"), **SETTINGS) as (http, _):
        for method, url, body, who, status in (
            ("POST", "notes", {"body": "x"}, {}, 401),
            ("DELETE", "notes?id=gt.0", None, {}, 401),
            ("POST", "notes", {"body": "x", "tenant": "blue"}, red, 403),
            ("GET", "payroll", None, red, 404),
            ("GET", "poolgate_api_key", None, red, 404),
            ("GET", "rpc/pg_read_file?filename=/etc/passwd", None, red, 404),
            ("GET", "notes", None, token("app_owner"), 403),
            ("GET", "notes", None, token("postgres"), 403),
            ("GET", "notes", None, token("pg_read_server_files"), 403),
            ("GET", "notes", None, token("none"), 401),
        ):
            answer = await http.request(method, url, json=body, headers=who)
            assert answer.status_code == status, (url, answer.text)
    connection = await asyncpg.connect(as_role(postgresql_url, "authenticator"))
    try:
        for statement in REFUSED:
            for role in ("none", "web_anon", "app_user"):
                await connection.execute(f"set role {role}")
                assert await sqlstate(connection, statement) == "42501", (role, statement)
    finally:
        await connection.close()


async def sqlstate(connection: Any, statement: str) -> str | None:
    try:
        await connection.execute(statement)
    except asyncpg.PostgresError as error:
        return error.sqlstate
    return None


REFUSED = (
    "select * from public.payroll",
    "select * from api.notes, pg_authid",
    "select pg_read_file('/etc/passwd')",
    "select pg_ls_dir('.')",
    "copy (select 1) to '/tmp/roles-of-a-test'",
    "copy pg_class from program 'true'",
    "select lo_import('/etc/passwd')",
    "create table public.mine (id int)",
    "create table api.mine (id int)",
    "alter table api.notes disable row level security",
    "create role mine",
    "alter role authenticator superuser",
    "set role postgres",
    "set role app_owner",
    "alter system set fsync = off",
    "select pg_cancel_backend(pid) from pg_stat_activity where usename = 'postgres'",
)


def test_the_page_has_every_finding() -> None:
    """The table lists the codes that there are."""
    source = "".join(
        (Path(postgresql_risks.__file__).parents[1] / name).read_text()
        for name in ("risks.py", "postgresql/risks.py", "sqlite/engine.py")
    )
    codes = set(re.findall(r'Risk\(\s*"([a-z-]+)"', source))
    table = PAGE[PAGE.index("| finding |") :]
    assert set(re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)))) == codes
