"""Rules in a file, asked by HTTP: who sees what, and what who may not see is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.events import Event, RulesFailed
from tests.security.ruled import bearer, fill, rows_in, serving
from tests.security.tenants import BLUE, RED, RULES, SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOBODY: dict[str, str] = {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database is, and all else: what is asked here changes nothing of it."""
    return tmp_path_factory.mktemp("rules")


@pytest.fixture(scope="module")
def url(folder: Path) -> str:
    """The notes of two tenants."""
    fill(f"sqlite:///{folder}/notes.db", SCHEMA)
    return f"sqlite:///{folder}/notes.db"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def http(url: str, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The service with the rules; who has no credentials is `anon`."""
    events: list[Event] = []
    options: dict[str, Any] = {"db_anon_role": "anon", "db_aggregates_enabled": True, "db_plan_enabled": True}
    (folder / "f").mkdir()
    (folder / "f" / "stars.sql").write_text("-- readonly: yes\nselect sum(stars) as stars from note")
    (folder / "f" / "hidden.sql").write_text("-- readonly: yes\nselect 1 as one")
    (folder / "f" / "mine.sql").write_text("-- role: auditor\n-- readonly: yes\nselect 1 as one")
    async with serving(url, RULES, folder, events, functions=folder / "f", **options) as client:
        assert not [event for event in events if isinstance(event, RulesFailed)]
        yield client


Case = tuple[dict[str, str], str, Any]
READS: list[Case] = [
    (NOBODY, "country", [{"id": 1, "name": "Chad", "currency": "XAF"}, {"id": 2, "name": "Peru", "currency": "PEN"}]),
    (NOBODY, "note", [{"id": 2, "title": "r-two"}, {"id": 4, "title": "b-two"}]),
    (RED, "country?id=eq.1", [{"id": 1, "name": "Chad"}]),
    (RED, "note?select=id", [{"id": 1}, {"id": 2}]),
    (BLUE, "note?select=id", [{"id": 3}, {"id": 4}]),
    (RED, "note?select=id&id=in.(1,3)", [{"id": 1}]),
    (RED, "note?select=id&or=(id.eq.3,id.eq.2)", [{"id": 2}]),
    (RED, "note?select=id&not.and=(id.eq.1,stars.eq.1)", [{"id": 2}]),
    (RED, "note?select=id&order=stars.desc", [{"id": 2}, {"id": 1}]),
    (RED, "note?select=id&offset=1&limit=1", [{"id": 2}]),
    (RED, "note?select=stars.sum(),count()", [{"sum": 3, "count": 2}]),
    (RED, "note?select=owner,stars.sum()&having=(sum.gt.1)", [{"owner": "rolf", "sum": 2}]),
    (RED, "note?select=id,project(name)", [{"id": 1, "project": {"name": "R1"}}, {"id": 2, "project": {"name": "R2"}}]),
    (
        RED,
        "note?select=id,...project(name)&order=project(name).desc",
        [{"id": 2, "name": "R2"}, {"id": 1, "name": "R1"}],
    ),
    (
        RED,
        "country?select=id,project(name,note(id))",
        [
            {"id": 1, "project": [{"name": "R1", "note": [{"id": 1}]}]},
            {"id": 2, "project": [{"name": "R2", "note": [{"id": 2}]}]},
        ],
    ),
    (RED, "country?select=id,...project(name)", [{"id": 1, "name": ["R1"]}, {"id": 2, "name": ["R2"]}]),
    (BLUE, "note?select=id,project(name)", [{"id": 3, "project": {"name": "B1"}}, {"id": 4, "project": None}]),
    (BLUE, "note?select=id,...project(name)", [{"id": 3, "name": "B1"}, {"id": 4, "name": None}]),
    (BLUE, "note?select=id,project()&project=is.null", [{"id": 4}]),
    (BLUE, "country?select=id&project=is.null", None),
    (BLUE, "country?select=id,project()&project=is.null", [{"id": 1}]),
    (BLUE, "country?select=id,project!inner()", [{"id": 2}]),
    (RED, "note?select=id,tag(name)", [{"id": 1, "tag": [{"name": "hot"}]}, {"id": 2, "tag": [{"name": "hot"}]}]),
    (RED, "note?select=id,tag(count)", [{"id": 1, "tag": [{"count": 1}]}, {"id": 2, "tag": [{"count": 1}]}]),
    (BLUE, "note?select=id,tag(name)", [{"id": 3, "tag": [{"name": "cold"}]}, {"id": 4, "tag": []}]),
    (BLUE, "tag?select=id,note(id)", [{"id": 2, "note": [{"id": 3}]}]),
    (
        RED,
        "shown?select=id,tenant,title",
        [{"id": n, "tenant": "red", "title": f"r-{w}"} for n, w in ((1, "one"), (2, "two"))],
    ),
    (
        RED,
        "shown?select=id,project(name)",
        [{"id": 1, "project": {"name": "R1"}}, {"id": 2, "project": {"name": "R2"}}],
    ),
    (RED, "setting", [{"tenant": "red", "key": "theme", "value": "dark"}]),
    (RED, "page?body=fts.fox", [{"body": "the red fox"}]),
    (RED, "page?or=(body.fts.blue,body.fts.red)", [{"body": "the red fox"}]),
    (bearer("member", sub="x"), "note", []),
    (bearer("member", sub="x", tenant=None), "note", []),
    (bearer("member", sub="x", tenant=["red"]), "note", []),
    (bearer("member", sub="x", tenant={"red": 1}), "note", []),
    (bearer("member", sub="x", tenant="red\0"), "note", []),
    (bearer("member", sub="x", tenant="red\ud800"), "note", []),
    (bearer("member", sub="x", tenant="' or 1=1 --"), "note", []),
    (bearer("member", sub="x"), "country?select=id,project(id)", [{"id": 1, "project": []}, {"id": 2, "project": []}]),
    (bearer("member", sub="x"), "note?select=count()", [{"count": 0}]),
    (
        bearer("auditor", sub="ben", tenants=["blue"]),
        "note?select=id,secret",
        [{"id": 3, "secret": "hush-3"}, {"id": 4, "secret": "hush-4"}],
    ),
    (bearer("auditor", sub="bea", tenants=["blue", "red"]), "note?select=id", [{"id": 1}, {"id": 2}, {"id": 4}]),
    (bearer("auditor", sub="ben", tenants="blue"), "note?select=id", [{"id": 3}, {"id": 4}]),
    (bearer("auditor", sub="ben", tenants=[]), "note?select=id", []),
    (bearer("auditor", sub="ben", tenants=["blue", None]), "note?select=id", []),
    (bearer("auditor", tenants=["blue"]), "note?select=id", []),
    (bearer("starred", stars="2"), "note?select=id", [{"id": 1}, {"id": 3}, {"id": 4}]),
    (bearer("starred", stars=2), "note?select=id", [{"id": 1}, {"id": 3}, {"id": 4}]),
    (bearer("starred", stars="two"), "note?select=id", []),
    (bearer("starred", stars=2.5), "note?select=id", []),
    (bearer("starred", stars=10**30), "note?select=id", []),
    (RED, "rpc/stars", [{"stars": 10}]),
]


@pytest.mark.parametrize(("who", "path", "rows"), READS, ids=range(len(READS)))
async def test_reads(http: httpx.AsyncClient, who: dict[str, str], path: str, rows: Any) -> None:
    """Security 4: a role reads the columns and rows that it was given and no others, whatever the way to them; without
    the claim that a rule asks for there are none."""
    answer = await http.get(path, headers=who)
    if rows is None:
        assert answer.status_code == 400
    else:
        assert (answer.status_code, answer.json()) == (200, rows)


async def test_counts_and_streams(http: httpx.AsyncClient) -> None:
    """The number of rows is that of the rows that are there, in each media type."""
    for accept in ("application/json", "text/csv", "application/x-ndjson"):
        answer = await http.get("note?select=id", headers={**RED, "Prefer": "count=exact", "Accept": accept})
        assert answer.headers["Content-Range"] == "0-1/2"
        assert "3" not in answer.text.replace("\r", "")
    head = await http.head("note", headers={**BLUE, "Prefer": "count=exact"})
    assert head.headers["Content-Range"] == "0-1/2"


async def test_pages_by_cursor(http: httpx.AsyncClient) -> None:
    """A walk from cursor to cursor passes over what is not there, and another's cursor leads to the own rows alone."""
    path, seen = "note?select=id&order=stars.desc&limit=1&cursor=", []
    while path:
        answer = await http.get(path, headers=RED)
        seen += [row["id"] for row in answer.json()]
        path = "note?" + answer.links["next"]["url"].partition("?")[2] if "next" in answer.links else ""
        if len(seen) == 1:
            as_blue = await http.get(path, headers=BLUE)
            assert [row["id"] for row in as_blue.json()] == []
    assert seen == [2, 1]


ABSENT = [
    ("GET", "{}", "vault", None),
    ("HEAD", "{}", "vault", None),
    ("OPTIONS", "{}", "vault", None),
    ("POST", "{}", "vault", {"id": 5}),
    ("PATCH", "{}?id=eq.1", "vault", {"id": 5}),
    ("DELETE", "{}", "vault", None),
    ("PUT", "{}?id=eq.1", "vault", {"id": 1}),
    ("GET", "note?select=id,{}(*)", "vault", None),
    ("GET", "note?select=id,x:{}!inner(id)", "vault", None),
    ("GET", "note?{}.id=eq.1", "vault", None),
    ("GET", "note?select={}", "secret", None),
    ("GET", "note?select=x:{}::text", "secret", None),
    ("GET", "note?select={}->a", "secret", None),
    ("GET", "note?select={}.max()", "secret", None),
    ("GET", "note?{}=eq.hush-1", "secret", None),
    ("GET", "note?or=(id.eq.1,{}.like.h*)", "secret", None),
    ("GET", "note?order={}", "secret", None),
    ("GET", "tag?select=note({})", "secret", None),
    ("GET", "tag?select=id,note(id)&note.{}=is.null", "secret", None),
    ("GET", "note?select=project(country({}))", "currency", None),
    ("GET", "note?select=project(id)&order=project({})", "budget", None),
    ("POST", "note", "secret", {"owner": "o", "{}": 1}),
    ("POST", "note?columns=owner,{}", "secret", {"owner": "o"}),
    ("POST", "note?on_conflict={}", "secret", {"owner": "o"}),
    ("PATCH", "note?{}=eq.1", "secret", {"title": "x"}),
    ("PATCH", "note?id=eq.1", "secret", {"{}": "x"}),
    ("DELETE", "note?{}=not.is.null", "secret", None),
    ("GET", "rpc/{}", "hidden", None),
    ("POST", "rpc/{}", "hidden", {}),
    ("OPTIONS", "rpc/{}", "hidden", None),
    ("GET", "rpc/{}?a=1", "hidden", None),
]


@pytest.mark.parametrize(("method", "path", "name", "body"), ABSENT, ids=range(len(ABSENT)))
async def test_hidden_looks_like_absent(http: httpx.AsyncClient, method: str, path: str, name: str, body: Any) -> None:
    """Security 10: what a role may not see is answered, byte for byte, as what there is not."""
    other = "z" * len(name)
    answers = []
    for each in (name, other):
        sent = None if body is None else json.dumps(body).replace("{}", each)
        headers = {**RED, "Prefer": "resolution=merge-duplicates", "Content-Type": "application/json"}
        answer = await http.request(method, path.replace("{}", each), content=sent, headers=headers)
        kept = {
            name: value.replace(each, other)
            for name, value in answer.headers.items()
            if name not in ("x-request-id", "server-timing", "date")
        }
        answers.append((answer.status_code, answer.content.replace(each.encode(), other.encode()), kept))
    assert answers[0][0] in (400, 404)
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("who", "method", "path", "body", "status"),
    [
        (RED, "POST", "country", {"id": 9}, 403),
        (RED, "PATCH", "country?id=eq.1", {"name": "x"}, 403),
        (RED, "DELETE", "country", None, 403),
        (RED, "PUT", "tag?id=eq.1", {"id": 1, "tenant": "red", "name": "x"}, 403),
        (NOBODY, "POST", "country", {"id": 9}, 401),
        (NOBODY, "DELETE", "note", None, 401),
        (bearer(sub="who"), "DELETE", "note", None, 401),
        (bearer("inbox", sub="x", app={"tenant": "red"}), "GET", "note", None, 403),
        (bearer("inbox", sub="x", app={"tenant": "red"}), "HEAD", "note", None, 403),
        (bearer("inbox", sub="x", app={"tenant": "red"}), "DELETE", "note", None, 403),
        (RED, "PATCH", "note?id=eq.1", {"owner": "x"}, 403),
        (RED, "PATCH", "note?id=eq.1", {"code": "x"}, 403),
        (RED, "POST", "note", {"public": True, "owner": "x"}, 403),
        (RED, "POST", "note?columns=public,owner", {"public": True, "owner": "x"}, 403),
        (RED, "GET", "rpc/mine", None, 403),
    ],
)
async def test_what_is_there_and_may_not_be_done(
    http: httpx.AsyncClient, url: str, who: dict[str, str], method: str, path: str, body: Any, status: int
) -> None:
    """What a role may not do with a table that it knows is 42501: 401 for anonymous callers, else 403."""
    before = rows_in(url, "note"), rows_in(url, "country")
    answer = await http.request(method, path, json=body, headers=who)
    assert answer.status_code == status
    if method != "HEAD":
        assert answer.json()["code"] == "42501"
    assert ("WWW-Authenticate" in answer.headers) is (status == 401)
    assert (rows_in(url, "note"), rows_in(url, "country")) == before


async def test_roles_that_there_are_not(http: httpx.AsyncClient) -> None:
    """Security 6: a role that is not in the file is refused, and one that was given nothing sees nothing."""
    answer = await http.get("note", headers=bearer("stranger"))
    assert (answer.status_code, answer.json()["code"]) == (401, "22023")
    for path in ("note", "country"):
        assert (await http.get(path, headers=bearer("nothing"))).status_code == 404


async def test_options_and_description(http: httpx.AsyncClient) -> None:
    """Security 10: `Allow` and both descriptions have what the role may do, and no name of anything else."""
    assert (await http.options("country", headers=RED)).headers["Allow"] == "OPTIONS,GET,HEAD"
    assert (await http.options("note", headers=bearer("inbox"))).headers["Allow"] == "OPTIONS,POST"
    for accept in ("application/openapi+json;version=3.1", "application/openapi+json;version=2.0"):
        told = (await http.get("", headers={**RED, "Accept": accept})).json()
        assert {"/note", "/country"} <= set(told["paths"])
        assert not {"/vault", "/summary", "/counter", "/rpc/hidden"} & set(told["paths"])
        text = json.dumps(told)
        for word in ("vault", "secret", "currency", "budget", "unset", "hidden"):
            assert word not in text, word
    assert "/rpc/stars" in (await http.get("", headers=RED)).json()["paths"]
    nobody = (await http.get("")).json()
    assert [path for path in nobody["paths"] if path != "/"] == ["/country", "/note"]
    new = (await http.get("", headers=bearer("inbox"))).json()["components"]["schemas"]["note.values"]
    assert list(new["properties"]) == ["tenant", "owner", "title"]


async def test_no_execution_plans(http: httpx.AsyncClient) -> None:
    """An execution plan names what the rows are found by: who has a role of the file gets none."""
    answer = await http.get("note", headers={**RED, "Accept": "application/vnd.pgrst.plan"})
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST107")
