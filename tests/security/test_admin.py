"""Security 22: what is for operators is seen by operators."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from poolgate_process import make_shop, starting, until

from security.edge_app import ELSEWHERE, HERE, ITEM, asking, filled, made
from service import __version__
from service.operator.access import is_admitted
from service.settings import FLAGS, SECRETS

TOKEN = "a-token-of-some-length"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PAGE = {"Accept": "text/html"}
INSIDE = ("in use", "waiting", __version__)


@pytest.mark.parametrize("address, settings, headers, admitted", [
    ("127.0.0.1", {}, {}, True),
    (ELSEWHERE, {}, {}, False),
    (ELSEWHERE, {"admin_token": TOKEN}, BEARER, True),
    (ELSEWHERE, {"admin_token": TOKEN}, {"Authorization": "Bearer wrong"}, False),
    ("127.0.0.1", {"admin_token": TOKEN}, {}, False),
])  # fmt: skip
async def test_the_front_page_tells_operators_alone_of_the_inside(
    address: str, settings: dict[str, Any], headers: dict[str, str], admitted: bool, sqlite_url: str
) -> None:
    """Security 22: The pool's numbers and the version are for who may see the pool's page, in JSON and in HTML."""
    async with asking(filled(sqlite_url), address, anonymous="read", **settings) as http:
        told = (await http.get("/", headers=headers)).json()
        assert ("pool" in told, "version" in told) == (admitted, admitted)
        assert [each["name"] for each in told["tables"]] == ["item"]
        page = (await http.get("/", headers={**headers, **PAGE})).text
        assert all((text in page) == admitted for text in INSIDE)
        assert ITEM in page


@pytest.mark.parametrize("address", ["127.0.0.1", ELSEWHERE])
async def test_the_front_page_shows_no_table_that_may_not_be_read(address: str, sqlite_url: str) -> None:
    """Security 22: Where callers without credentials may read nothing, no name of a table is told."""
    async with asking(filled(sqlite_url), address, anonymous="none") as http:
        answer = await http.get("/")
        assert (answer.status_code, answer.json()["tables"]) == (200, [])
        page = (await http.get("/", headers=PAGE)).text
        assert "item" not in answer.text + page
        assert "who sends no key or token may read none" in page


async def test_the_front_page_shows_what_the_anonymous_role_may_read(postgresql_url: str) -> None:
    """Security 22: With DB_ANON_ROLE it shows the tables that this role has a right to, and asks the database once."""
    connection = await asyncpg.connect(postgresql_url)
    role = f"edge_{postgresql_url.rpartition('_')[2].partition('?')[0][:12]}"
    try:
        await connection.execute(f"""
            create role {role}; grant usage on schema public to {role};
            create table open (id int primary key); create table hidden (id int primary key);
            grant select on open to {role}; grant insert on hidden to {role};
        """)
        async with asking(postgresql_url, ELSEWHERE, db_anon_role=role, admin_token=TOKEN) as http:
            assert [each["name"] for each in (await http.get("/")).json()["tables"]] == ["open"]
            before = (await http.get("/-/pool", headers=BEARER)).json()["acquired"]
            assert "hidden" not in (await http.get("/", headers=PAGE)).text
            assert (await http.get("/-/pool", headers=BEARER)).json()["acquired"] == before
    finally:
        await connection.execute(f"drop owned by {role}; drop role {role}")
        await connection.close()


@pytest.mark.parametrize("address, headers, told", [
    ("127.0.0.1", {}, True), (ELSEWHERE, {}, False), ("127.0.0.1", {"X-Forwarded-For": ELSEWHERE}, False),
])  # fmt: skip
async def test_why_it_is_not_ready(address: str, headers: dict[str, str], told: bool, tmp_path: Path) -> None:
    """Security 22: That it is not ready everybody is told, for a probe asks from anywhere; why, operators alone."""
    async with asking(f"postgresql://nobody@/none?host={tmp_path}", address) as http:
        answer = await http.get("/-/ready", headers=headers)
        assert (answer.status_code, answer.json()["ready"], answer.headers["Retry-After"]) == (503, False, "1")
        assert ("reason" in answer.json()) == told
        page = await http.get("/", headers=headers)
        assert (page.status_code, page.json()["tables"]) == (200, [])


async def test_the_token_is_compared_whole_and_in_constant_time(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Security 22: Each token that is shown is compared by the function that takes as long whatever is wrong."""
    compared: list[tuple[bytes, bytes]] = []

    def spy(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr("service.operator.access.hmac.compare_digest", spy)
    app = made(sqlite_url, admin_token=TOKEN)
    for given in (TOKEN[:-1], TOKEN + "x", "", TOKEN):
        with app.test_request_context(headers={"Authorization": f"Bearer {given}"}):
            assert is_admitted(TOKEN) == (given == TOKEN)
    assert len(compared) == 4


@pytest.mark.parametrize("protocol, admitted", [("HTTP/1.0", False), ("HTTP/1.1", True), ("HTTP/2", True)])
def test_a_proxy_that_adds_no_header(protocol: str, admitted: bool, sqlite_url: str) -> None:
    """Security 22: Nginx with nothing but `proxy_pass` adds no header, and calls from this machine by its own name, in
    HTTP/1.0: its callers are no callers from this machine.
    """
    environ = {"REMOTE_ADDR": HERE, "SERVER_PROTOCOL": protocol}
    with made(sqlite_url).test_request_context(environ_overrides=environ, headers={"Host": "127.0.0.1:8000"}):
        assert is_admitted(None) == admitted


@pytest.mark.parametrize("token, warned", [("short", True), ("x" * 15, True), ("x" * 16, False), (None, False)])
def test_a_token_that_can_be_guessed(
    token: str | None, warned: bool, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Security 22: A short token is told of at the start, and not repeated."""
    with caplog.at_level(logging.WARNING):
        made(sqlite_url, admin_token=token)
    assert ("POOLGATE_ADMIN_TOKEN has fewer than 16 characters" in caplog.text) == warned
    assert token is None or token not in caplog.text


@pytest.mark.slow
def test_no_secret_on_a_command_line(tmp_path: Path) -> None:
    """Security 22: Secrets have no flags, and stand in no process's command line, which others may read."""
    assert not SECRETS & set(FLAGS)
    canary = "canary-0123456789-0123456789-0123456789"
    with starting(tmp_path) as start:
        service = start(
            "--workers", "2", database_url=make_shop(tmp_path / "shop.db"), admin_token=canary, jwt_secret=canary
        )
        until(lambda: len(service.up) == 2)
        processes = [psutil.Process(service.pid), *service.workers]
        assert len(processes) == 3
        assert canary not in json.dumps([process.cmdline() for process in processes])
        assert service.stop() == 0
        assert canary not in service.text


DOCKERFILE = (Path(__file__).parent.parent.parent / "Dockerfile").read_text()


def test_the_image() -> None:
    """Security 22: The image opens the service's port alone, runs as a user without rights, and has no secret in it."""
    served = DOCKERFILE.rpartition("\nFROM ")[2]
    lines = served.splitlines()
    assert [line for line in lines if line.startswith("EXPOSE")] == ["EXPOSE 8000"]
    (user,) = (line.split()[1] for line in lines if line.startswith("USER"))
    assert all(int(number) >= 1000 for number in user.split(":"))
    assert lines.index(f"USER {user}") < next(number for number, line in enumerate(lines) if line.startswith("CMD"))
    assert not any(secret.upper() in DOCKERFILE for secret in SECRETS)
    assert "PYTHONDONTWRITEBYTECODE=1" in served
    (command,) = (line for line in lines if line.startswith("CMD"))
    assert command == 'CMD ["poolgate", "serve"]'


@pytest.mark.parametrize("anonymous, shown", [("read", True), ("none", False)])
async def test_the_description_s_page_tells_no_schema(anonymous: str, shown: bool, postgresql_url: str) -> None:
    """Security 22: The page of the description names the schemas only where they may be read without credentials."""
    settings = {"anonymous": anonymous, "db_schemas": ("public", "information_schema")}
    async with asking(postgresql_url, ELSEWHERE, **settings) as http:
        page = await http.get("/docs", headers=PAGE)
        assert page.status_code == 200
        assert ("information_schema" in page.text) == shown
