"""What errors tell: what the caller did wrong, and nothing of how the service or the database is made."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from service import current_pool
from service.app import create_app
from service.settings import Settings
from service.testing import client, running

CANARY = "c4n4ry"
INSIDES = re.compile(
    r"sqlalchemy|asyncpg|aiosqlite|sqlite3|werkzeug|flask|hypercorn|site-packages|traceback|\.py\b|line \d+, in|"
    r"postgresql://|sqlite:///|/tmp/|\.s\.PGSQL|localhost|127\.0\.0\.1|application_name|poolgate_(test|template)|"
    r"json_to_record|json_each|json_build|json_object|jsonb_|set_config|current_setting|row_to_json|coalesce\(|"
    r"\bselect\b.*\bfrom\b|insert into|update .* set\b|delete from|returning|\$\d|:p\d|\?\)|"
    r"\w+(Error|Exception)\b(?! )|object at 0x",
    re.IGNORECASE,
)
"""SQL, parameters, paths, addresses, names of modules and of Python's classes."""
WRONG: dict[str, tuple[str, str, dict[str, Any]]] = {
    "an unknown table": ("GET", "/rest/v1/nope", {}),
    "an unknown column": ("GET", "/rest/v1/items?nope=eq.1", {}),
    "an unknown operator": ("GET", "/rest/v1/items?id=nope.1", {}),
    "a value of another type": ("GET", "/rest/v1/items?id=eq.x", {}),
    "a cast that fails": ("GET", "/rest/v1/texts?select=value::int", {}),
    "a type that there is not": ("GET", "/rest/v1/items?select=id::nope", {}),
    "a broken expression": ("GET", "/rest/v1/items?name=match.(", {}),
    "an unknown relationship": ("GET", "/rest/v1/items?select=nope(*)", {}),
    "an unknown function": ("POST", "/rest/v1/rpc/nope", {"json": {}}),
    "a row that is there": ("POST", "/rest/v1/nodes", {"json": {"id": 1}}),
    "a reference to nothing": ("POST", "/rest/v1/nodes", {"json": {"id": 900, "parent_id": 12345}}),
    "a null where there must be none": ("POST", "/rest/v1/nodes", {"json": {"id": None}}),
    "an unknown column of a body": ("POST", "/rest/v1/nodes", {"json": {"nope": 1}}),
    "a body that is no JSON": (
        "POST",
        "/rest/v1/nodes",
        {"content": "{", "headers": {"Content-Type": "application/json"}},
    ),
    "a body of no type that is read": ("POST", "/rest/v1/nodes", {"content": "x", "headers": {"Content-Type": "a/b"}}),
    "an unknown schema": ("GET", "/rest/v1/items", {"headers": {"Accept-Profile": "nope"}}),
    "an unknown media type": ("GET", "/rest/v1/items", {"headers": {"Accept": "image/png"}}),
    "a range that there is not": ("GET", "/rest/v1/items?limit=-1", {}),
    "a method that there is not": ("TRACE", "/rest/v1/items", {}),
    "a path that there is not": ("GET", "/nowhere", {}),
    "too many rows for one object": (
        "GET",
        "/rest/v1/nodes",
        {"headers": {"Accept": "application/vnd.pgrst.object+json"}},
    ),
    "a batch that fails": ("POST", "/rest/v1/", {"json": [{"path": "nodes", "method": "POST", "body": {"id": 1}}]}),
    "a view of one's own that fails": ("GET", "/fails", {}),
    "a view's SQL that is wrong": ("GET", "/wrong", {}),
    "a view's SQL that is refused": ("GET", "/refused", {}),
    "a view's transaction that fails": ("GET", "/aborted", {}),
    "a token that is none": ("GET", "/rest/v1/items", {"headers": {"Authorization": "Bearer a.b.c"}}),
}
OF_VIEWS = ("/fails", "/wrong", "/refused", "/aborted")


@asynccontextmanager
async def serving(url: str, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The application, with views of one's own that fail."""
    app = create_app(Settings(database_url=url, **settings), observe=lambda _event: None)

    @app.get("/fails")
    async def fails() -> None:
        raise RuntimeError(f"{CANARY} in /etc/passwd")

    @app.get("/wrong")
    async def wrong() -> Any:
        return await current_pool.fetchval(f"select {CANARY} from nowhere where a = $1", CANARY)

    @app.get("/refused")
    async def refused() -> Any:
        await current_pool.execute("insert into nodes (id) values ($1)", 1)

    @app.get("/aborted")
    async def aborted() -> None:
        async with current_pool.acquire() as connection:
            await connection.execute(text(f"select {CANARY}(:value)"), {"value": CANARY})

    async with running(app), client(app) as http:
        yield http


@pytest.mark.parametrize("verbosity", ["verbose", "minimal"])
async def test_errors_tell_nothing(data_url: str, verbosity: str, caplog: pytest.LogCaptureFixture) -> None:
    """Security 19: no error has SQL, a value bound to it, an address, a path of a file, a stack or a class of Python's;
    each has a code and the request's id.
    """
    settings = {"anonymous": "write", "db_tx_end": "rollback", "client_error_verbosity": verbosity}
    async with serving(data_url, **settings) as http:
        for what, (method, path, sent) in WRONG.items():
            answer = await http.request(method, path, **sent)
            assert answer.status_code >= 300, what
            told = answer.text.replace(path.partition("?")[0], "").replace("Perhaps", "")
            assert (INSIDES.findall(told), CANARY in answer.text) == ([], False), (what, answer.text)
            assert re.fullmatch("PGRST[0-9]{3}|PGATE[0-9]{3}|[0-9A-Z]{5}", answer.json()["code"]), (what, answer.text)
            assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"])
            if path in ("/fails", "/wrong"):
                assert answer.status_code == 500
                assert any(each.levelname == "ERROR" for each in caplog.records)


async def test_an_error_is_found_in_the_log(data_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Security 19: what the caller is not told is in the log, under the id that the caller has."""
    async with serving(data_url, anonymous="read") as http:
        answer = await http.get("/fails", headers={"X-Request-Id": "found-again"})
    assert (answer.status_code, answer.headers["X-Request-Id"]) == (500, "found-again")
    assert "found-again" in answer.json()["hint"]
    assert CANARY in caplog.text


async def test_a_database_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    """Security 19: nor does a database that cannot be reached have its address told."""
    url = f"postgresql://{CANARY}-user:{CANARY}@127.0.0.1:1/{CANARY}-db"
    async with serving(url, anonymous="read") as http:
        for path in ("/rest/v1/items", "/rest/v1/", "/wrong", "/-/ready"):
            answer = await http.get(path)
            assert answer.status_code == 503
            assert (INSIDES.findall(answer.text), CANARY in answer.text) == ([], False), answer.text


@pytest.mark.parametrize(
    "leak",
    [
        '(sqlite3.OperationalError) near "x": syntax error',
        "<class 'asyncpg.exceptions.UndefinedTableError'>",
        "[SQL: select id from items where id = $1]",
        'File "service/app.py", line 5, in view',
        "could not connect to postgresql://user@db:5432/shop",
        "<Pool object at 0x7f00>",
    ],
)
def test_what_would_be_found(leak: str) -> None:
    """Security 19: what is looked for is found where it is."""
    assert INSIDES.search(leak)
