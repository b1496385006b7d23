"""What rules let be written: judged by all of the database before and after."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.migrate import migrate
from tests.security.ruled import bearer, fill, rows_in, serving
from tests.security.tenants import BLUE, RED, RULES, SCHEMA

TABLES = ("note", "tag", "setting", "page", "tagged")


@pytest.fixture
def url(sqlite_url: str) -> str:
    """The notes of two tenants."""
    fill(sqlite_url, SCHEMA)
    return sqlite_url


@pytest.fixture
async def http(url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The service with the rules; who has no credentials is `anon`."""
    async with serving(url, RULES, tmp_path, db_anon_role="anon") as client:
        yield client


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows_in(url, table) for table in TABLES}


GIVEN = {"Prefer": "return=representation"}
MERGE = {"Prefer": "resolution=merge-duplicates,return=representation"}
IGNORE = {"Prefer": "resolution=ignore-duplicates,return=representation"}
REFUSED = [
    ("POST", "tag", {"tenant": "blue", "name": "x"}, {}),
    ("POST", "tag", [{"tenant": "red", "name": "x"}, {"tenant": "blue", "name": "x"}], {}),
    ("POST", "note", {"owner": "x"}, {}),  # the default of tenant is not the caller's
    ("POST", "note", {"id": 1, "tenant": "red", "owner": "x", "title": "t"}, MERGE),  # owner may not be changed
    ("PATCH", "note?id=eq.1", {"tenant": "blue"}, {}),
    ("PATCH", "note", {"tenant": "blue"}, {}),
    ("POST", "note", {"id": 3, "tenant": "red", "owner": "bea", "title": "x"}, MERGE),
    ("POST", "note", [{"tenant": "red", "owner": "a", "id": 8}, {"id": 3, "tenant": "red", "owner": "a"}], MERGE),
    ("POST", "note?on_conflict=code", {"code": "c3", "tenant": "red", "owner": "bea"}, MERGE),
    ("PUT", "note?id=eq.3", {"id": 3, "tenant": "red", "owner": "bea", "title": "x"}, {}),
    ("PUT", "setting?tenant=eq.blue&key=eq.theme", {"tenant": "blue", "key": "theme", "value": "x"}, {}),
    ("POST", "setting", {"tenant": "blue", "key": "new", "value": "x"}, {}),
    ("POST", "page", {"tenant": "blue", "body": "x"}, {}),
    ("PATCH", "page", {"tenant": "blue"}, {}),
    ("POST", "tagged", {"note_id": 1, "tag_id": 3, "tenant": "red"}, {}),
]


@pytest.mark.parametrize(("method", "path", "body", "headers"), REFUSED, ids=range(len(REFUSED)))
async def test_what_may_not_be_written(
    http: httpx.AsyncClient, url: str, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    """Security 4: a row that would break its rule, or is not the caller's, is 42501, and nothing is done."""
    before = everything(url)
    answer = await http.request(method, path, json=body, headers={**RED, **headers})
    assert (answer.status_code, answer.json()["code"]) == (403, "42501"), answer.text
    assert everything(url) == before
    assert "hush" not in answer.text


DONE = [
    ("POST", "tag", {"tenant": "red", "name": "x"}, GIVEN, 201, [{"id": 4, "tenant": "red", "name": "x"}], "tag", 1),
    (
        "PATCH",
        "note?select=id,title",
        {"title": "t"},
        GIVEN,
        200,
        [{"id": 1, "title": "t"}, {"id": 2, "title": "t"}],
        "note",
        2,
    ),
    ("PATCH", "note?id=eq.3", {"title": "t"}, GIVEN, 200, [], "note", 0),
    ("DELETE", "setting", None, GIVEN, 200, [{"tenant": "red", "key": "theme", "value": "dark"}], "setting", 1),
    ("DELETE", "page", None, GIVEN, 200, [{"body": "the red fox"}], "page", 1),
    ("DELETE", "page?body=fts.blue", None, GIVEN, 200, [], "page", 0),
    ("PATCH", "page", {"body": "b"}, GIVEN, 200, [{"body": "b"}], "page", 1),
    ("POST", "page", {"tenant": "red", "body": "b"}, GIVEN, 201, [{"body": "b"}], "page", 1),
    ("POST", "note?select=id", {"id": 3, "tenant": "red", "owner": "x"}, IGNORE, 201, [], "note", 0),
    (
        "PATCH",
        "note?select=id,project!inner()&project.name=in.(R2,B1)",
        {"title": "t"},
        GIVEN,
        200,
        [{"id": 2}],
        "note",
        1,
    ),
    ("DELETE", "note?select=id,project!inner()&project.name=eq.B1", None, GIVEN, 200, [], "note", 0),
    (
        "PUT",
        "setting?tenant=eq.red&key=eq.theme",
        {"tenant": "red", "key": "theme", "value": "x"},
        {},
        204,
        None,
        "setting",
        1,
    ),
    (
        "PUT",
        "setting?tenant=eq.red&key=eq.new",
        {"tenant": "red", "key": "new", "value": "x"},
        {},
        204,
        None,
        "setting",
        1,
    ),
    (
        "POST",
        "setting",
        {"tenant": "red", "key": "theme", "value": "x"},
        MERGE,
        200,
        [{"tenant": "red", "key": "theme", "value": "x"}],
        "setting",
        1,
    ),
    ("DELETE", "note?id=eq.3", None, GIVEN, 200, [], "note", 0),
]


@pytest.mark.parametrize(("method", "path", "body", "headers", "status", "rows", "table", "changed"), DONE)
async def test_what_is_written(
    http: httpx.AsyncClient,
    url: str,
    method: str,
    path: str,
    body: Any,
    headers: dict[str, str],
    status: int,
    rows: Any,
    table: str,
    changed: int,
) -> None:
    """A write finds the rows that are there for its caller and no others, and gives back what they may read of them."""
    before = everything(url)
    answer = await http.request(method, path, json=body, headers={**RED, **headers})
    assert answer.status_code == status, answer.text
    if rows is not None:
        assert answer.json() == rows
    after = everything(url)
    assert [name for name in TABLES if before[name] != after[name]] == ([table] if changed else [])
    rest = {row for row in before[table] if "red" not in row}
    assert rest <= set(after[table])


async def test_a_role_that_only_puts_in(http: httpx.AsyncClient, url: str) -> None:
    """Who may insert and not read gets no row back and no address of one, and `check` alone decides."""
    who = bearer("inbox", app={"tenant": "blue"})
    row = {"tenant": "blue", "owner": "x", "title": "t"}
    assert (await http.post("note", json=row, headers=who)).status_code == 201
    assert (
        "Location" not in (await http.post("note", json=row, headers={**who, "Prefer": "return=headers-only"})).headers
    )
    assert (await http.post("note", json=row, headers={**who, **GIVEN})).json()["code"] == "42501"
    assert (await http.post("note", json=row, headers=bearer("inbox", app={}))).json()["code"] == "42501"
    assert (await http.post("note", json=row, headers=bearer("inbox", **{"app.tenant": "blue"}))).status_code == 201
    assert len(rows_in(url, "note")) == 7


async def test_merging_with_what_is_not_seen(http: httpx.AsyncClient, url: str) -> None:
    """Security 4: an upsert and a PUT change no row that their caller does not see, whatever they would make of it."""
    who, before = bearer("merger", tenant="red"), everything(url)
    row = {"id": 3, "tenant": "red", "owner": "x", "title": "mine now"}
    for answer in (
        await http.post("note", json=row, headers={**who, **MERGE}),
        await http.post("note", json=[{**row, "id": 1}, row], headers={**who, **MERGE}),
        await http.put("note?id=eq.3", json=row, headers=who),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "42501")
        assert answer.json()["message"] == 'a row violates the rules of "note"'
        assert everything(url) == before
    merged = await http.post("note", json={**row, "id": 1}, headers={**who, **MERGE})
    assert (merged.status_code, merged.json()) == (200, [{"id": 1, "title": "mine now"}])


async def test_rows_that_are_given_away(http: httpx.AsyncClient, url: str) -> None:
    """What a role may write and not see is not given back, nor its key."""
    who, row = bearer("giver", tenant="red"), {"id": 9, "tenant": "blue", "name": "gift"}
    given = await http.post("tag", json=row, headers={**who, **GIVEN})
    assert (given.status_code, given.json()) == (201, [])
    told = await http.post("tag", json={**row, "id": 10}, headers={**who, "Prefer": "return=headers-only"})
    assert "Location" not in told.headers
    moved = await http.patch("tag?id=eq.1", json={"tenant": "blue"}, headers={**who, **GIVEN})
    assert (moved.status_code, moved.json()) == (200, [])
    assert len([row for row in rows_in(url, "tag") if row[1] == "blue"]) == 4


async def test_triggers_do_not_get_around_the_check(url: str, tmp_path: Path) -> None:
    """Rows are checked as they are once triggers have run."""
    fill(url, "create trigger t after insert on tag begin update tag set tenant = 'blue' where id = new.id; end;")
    before = rows_in(url, "tag")
    async with serving(url, RULES, tmp_path) as http:
        answer = await http.post("tag", json={"tenant": "red", "name": "x"}, headers=RED)
    assert answer.json()["code"] == "42501"
    assert rows_in(url, "tag") == before


async def test_batches(http: httpx.AsyncClient, url: str) -> None:
    """In a batch each operation is held to the rules, and one that is refused undoes all."""
    operations: list[dict[str, Any]] = [
        {"method": "POST", "path": "tag", "body": {"tenant": "red", "name": "new"}, "headers": GIVEN},
        {"method": "GET", "path": "tag?select=name&order=id"},
        {"method": "PATCH", "path": "note?id=gt.0", "body": {"title": "b"}},
    ]
    done = (await http.post("", json=operations, headers=RED)).json()
    assert [row["name"] for row in done[1]["body"]] == ["hot", "warm", "new"]
    assert [row[4] for row in rows_in(url, "note")] == ["b", "b", "b-one", "b-two"]
    before = everything(url)
    for bad in (
        {"method": "POST", "path": "tag", "body": {"tenant": "blue", "name": "x"}},
        {"method": "GET", "path": "vault"},
    ):
        refused = await http.post("", json=[*operations, bad], headers=RED)
        assert refused.status_code in (403, 404)
        assert everything(url) == before


async def test_repeats(url: str, tmp_path: Path) -> None:
    """Under an Idempotency-Key a write is done once for each tenant, and its answer is shown to nobody else."""
    await migrate(url)
    async with serving(url, RULES, tmp_path) as http:
        answers = []
        for who, tenant in ((RED, "red"), (RED, "red"), (BLUE, "blue"), (BLUE, "blue")):
            row = {"tenant": tenant, "name": "once"}
            headers = {**who, **GIVEN, "Idempotency-Key": "k"}
            answers.append((await http.post("tag", json=row, headers=headers)).json())
        refused = await http.post("tag", json={"tenant": "red", "name": "x"}, headers={**BLUE, "Idempotency-Key": "l"})
    assert refused.json()["code"] == "42501"
    assert answers[0] == answers[1] != answers[2] == answers[3]
    assert len([row for row in rows_in(url, "tag") if row[2] == "once"]) == 2


async def test_errors_of_the_database_name_what_is_known(http: httpx.AsyncClient) -> None:
    """Security 10: a constraint on a column that the role does not know is told without its name."""
    known = await http.post("note", json={"tenant": "red", "title": "x"}, headers=RED)
    assert 'column "owner"' in known.json()["message"]
    taken = await http.post("note", json={"tenant": "red", "owner": "x", "code": "c3"}, headers=RED)
    assert (taken.status_code, taken.json()["details"]) == (409, "A row with this value of (code) already exists.")
    blind = bearer("blind")
    unknown = await http.post("note", json={"tenant": "red", "title": "x"}, headers=blind)
    told = 'the database refused what was to be written to "note"'
    assert unknown.json() == {"code": "23502", "message": told, "details": None, "hint": None}
    checked = await http.patch("note", json={"secret": "forbidden"}, headers=blind)
    assert (checked.status_code, checked.json()["code"]) == (400, "23514")
    assert "secret" not in checked.text
