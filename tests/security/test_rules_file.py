"""The file of rules: what may stand in it, and what is told of what may not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from service.app import create_app
from service.errors import SettingsError
from service.events import Event, RulesFailed
from service.settings import Settings
from service.testing import client, running
from tests.security.ruled import app_with, bearer, fill, serving

SCHEMA = """
create table film (id integer primary key, title text, owner text, twice text generated always as (title || title));
create table log (line text);
create view best as select id, title, owner from film;
create view put_in as select id, title from film;
create trigger t instead of insert on put_in begin insert into film (title) values (new.title); end;
create table lasting (name text primary key on conflict replace, owner text);
create virtual table box using rtree(id, x1, x2);
"""

FAULTS = [
    ("", "names no role"),
    ("x = 1", "x: is no role"),
    ("[none.tables]\na = 'read'", "none: is no name of a role"),
    ("[a]\ntable = {}", "a.table: is not known; did you mean tables?"),
    ("[a]\nfunctions = 'x'", "a.functions: is no list of names"),
    ("[a]\nfunctions = ['x', 'x']", "a.functions: is no list of names"),
    ("[a]\ntables = 'read'", "a.tables: is no table"),
    ("[a.tables]\nfilm = true", "a.tables.film: is no rule"),
    ("[a.tables]\nfilm = 'raed'", "a.tables.film: 'raed' is no operation; did you mean read?"),
    ("[a.tables]\nfilm = ''", "a.tables.film: names no operation"),
    ("[a.tables]\n'my film' = 'x'", 'a.tables."my film": '),
    ("[a.tables.film]", "a.tables.film: allows nothing"),
    ("[a.tables.film]\nreads = true", "a.tables.film.reads: is not known; did you mean read?"),
    ("[a.tables.film]\nread = []", "a.tables.film.read: names no columns"),
    ("[a.tables.film]\nread = 'id'", "a.tables.film.read: names no columns"),
    ("[a.tables.film]\nread = [1]", "a.tables.film.read: names no columns"),
    ("[a.tables.film]\ndelete = ['id']", "a.tables.film.delete: is neither true nor false"),
    ("[a.tables.film]\nread = true\nrows = ''", "a.tables.film.rows: has no condition"),
    ("[a.tables.film]\nread = true\nrows = 5", "a.tables.film.rows: is no text"),
    ("[a.tables.film]\nread = true\nrows = 'owner'", "a.tables.film.rows: The filter on owner does not parse"),
    ("[a.tables.film]\nread = true\nrows = 'owner=is.{x}'", "found"),
    ("[a.tables.film]\nread = true\nrows = 'select=id'", "has no condition"),
    ("[a.tables.film]\nread = true\nrows = 'owner=eq.a&limit=1'", "asks for more than rows"),
    ("[a.tables.film]\nread = true\nrows = 'owner=eq.a&select=id'", "asks for more than rows"),
    ("[a.tables.film]\nread = true\nrows = 'owner=eq.a&order=id'", "asks for more than rows"),
    ("[a.tables.film]\nread = true\nrows = 'owner=eq.a&cursor='", "asks for more than rows"),
    ("[a.tables.film]\nread = true\nrows = 'log.line=eq.a'", "filters by other tables"),
    ("[a.tables.film]\nread = true\nrows = 'owner=eq.{sub}x'", "a claim stands for a whole value"),
    ("[a.tables.film]\nread = true\nrows = 'owner=in.({sub}x)'", "a claim stands for a whole value"),
    ("[a.tables.film]\nread = true\nrows = 'owner=like.{sub}'", "like takes no claim"),
    ("[a.tables.film]\nread = true\nrows = 'owner=match.{sub}'", "match takes no claim"),
    ("[a.tables.film]\nread = true\nrows = 'owner=fts.{sub}'", "fts takes no claim"),
    ("[a.tables.film]\nread = true\nrows = 'owner=eq(any).{sub}'", "(any) is not for rules"),
    (
        "[a.tables.film]\nread = true\ncheck = 'or=(owner.like.{sub})'",
        "film.check: owner: like takes no claim",
    ),
    ("[a", "is not TOML"),
    ("[a]\n[a]", "is not TOML"),
]


@pytest.mark.parametrize(("text", "told"), FAULTS)
def test_faults(sqlite_url: str, tmp_path: Path, text: str, told: str) -> None:
    """What is wrong with a file is told with its place, and the service does not start."""
    with pytest.raises(SettingsError) as caught:
        app_with(sqlite_url, text, tmp_path)
    assert caught.value.faults[0].startswith("POOLGATE_RULES: rules.toml")
    assert told in caught.value.faults[0]


def test_all_faults_at_once(sqlite_url: str, tmp_path: Path) -> None:
    """Every fault of a file is told, not the first alone."""
    text = "[a.tables]\nfilm = 'x'\nlog = 'y'\n[b]\nfunction = []\n[b.tables.film]\nrows = 'x'\nread = 1"
    with pytest.raises(SettingsError) as caught:
        app_with(sqlite_url, text, tmp_path)
    assert len(caught.value.faults) == 5


def test_files_that_cannot_be_read(sqlite_url: str, tmp_path: Path) -> None:
    """A file that is not there, or is no text, is refused."""
    with pytest.raises(ValueError, match="is no file"):
        Settings(database_url=sqlite_url, rules=tmp_path / "none")
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="cannot be read"):
        create_app(Settings(database_url=sqlite_url, rules=tmp_path / "x"))


def test_the_anonymous_role_is_one_of_the_file(sqlite_url: str, tmp_path: Path) -> None:
    """DB_ANON_ROLE names a role of the file, or the service does not start."""
    with pytest.raises(SettingsError, match="POOLGATE_DB_ANON_ROLE: 'nobody' is no role"):
        app_with(sqlite_url, "[a]", tmp_path, db_anon_role="nobody")


def test_postgresql_has_roles_of_its_own(postgresql_url: str, tmp_path: Path) -> None:
    """On a database with roles a file of rules is refused, with a hint at what does it there."""
    with pytest.raises(SettingsError, match="GRANT and CREATE POLICY"):
        app_with(postgresql_url, "[a]", tmp_path)


UNKNOWN = [
    ("flim = 'read'", "a.tables.flim: there is no table or view 'flim'; did you mean 'film'?"),
    ("film = {read = ['id', 'titel']}", "a.tables.film.read: there is no column 'titel'; did you mean 'title'?"),
    ("film = {insert = ['twice']}", "a.tables.film.insert: the column 'twice' is generated, and so never written"),
    ("film = {read = true, rows = 'own=eq.{sub}'}", "a.tables.film.rows: column film.own does not exist"),
    ("film = {read = true, rows = 'id=eq.x'}", 'a.tables.film.rows: invalid input syntax for type integer: "x"'),
    ("film = {read = true, rows = 'id=like.x'}", "a.tables.film.rows: operator does not exist: integer ~~ text"),
    ("film = {read = true, rows = 'title=fts.x'}", "a.tables.film.rows: fts needs a full-text table"),
    ("film = {read = true, rows = 'title=is.true'}", "a.tables.film.rows: argument of IS TRUE must be type boolean"),
    ("film = {insert = true, check = 'x=eq.1'}", "a.tables.film.check: column film.x does not exist"),
    ("best = 'read, insert'", "a.tables.best.insert: the rows of this view are not written so"),
    ("best = 'delete'", "a.tables.best.delete: the rows of this view are not written so"),
    (
        "put_in = {insert = true, check = 'title=eq.x'}",
        "put_in.check: rows that are written here cannot be found",
    ),
    ("box = {insert = true, check = 'id=eq.1'}", "a.tables.box.check: rows that are written here cannot be found"),
    ("lasting = {update = true}", "a.tables.lasting: a row may replace others here"),
    ("lasting = {insert = true, rows = 'owner=eq.{sub}'}", "a.tables.lasting: a row may replace others here"),
]


@pytest.mark.parametrize(("entry", "told"), UNKNOWN)
async def test_what_there_is_not(sqlite_url: str, tmp_path: Path, entry: str, told: str) -> None:
    """An entry that names what there is not is told in the log, and gives no right; the others count."""
    fill(sqlite_url, SCHEMA)
    events: list[Event] = []
    async with serving(sqlite_url, f"[a.tables]\nlog = 'read'\n{entry}", tmp_path, events) as http:
        (failed,) = [event for event in events if isinstance(event, RulesFailed)]
        assert len(failed.faults) == 1
        assert told in failed.faults[0]
        assert (await http.get(entry.partition(" ")[0], headers=bearer("a"))).status_code == 404
        assert (await http.post(entry.partition(" ")[0], json={}, headers=bearer("a"))).status_code == 404
        assert (await http.get("log", headers=bearer("a"))).status_code == 200


async def test_the_log_is_loud(sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Such an entry is an error in the log, with its place."""
    async with serving(sqlite_url, "[a.tables]\nfilm = 'read'\n[a]\nfunctions = ['f']", tmp_path):
        pass
    lines = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert lines == [
        "POOLGATE_RULES: a.tables.film: there is no table or view 'film'; "
        "this entry of the file of rules gives no right",
        "POOLGATE_RULES: a.functions: there is no function 'f'; this entry of the file of rules gives no right",
    ]


async def test_a_schema_that_changes(sqlite_url: str, tmp_path: Path) -> None:
    """Rules are held against each schema that is read: a table that comes is there, a column that goes is not."""
    fill(sqlite_url, SCHEMA)
    app = app_with(sqlite_url, "[a.tables]\nnew = 'read'\nfilm = {read = ['id', 'owner']}", tmp_path)
    catalog = app.extensions["poolgate"].catalog
    async with running(app), client(app, base_url="http://testserver/rest/v1/") as http:
        assert (await http.get("new", headers=bearer("a"))).status_code == 404
        assert (await http.get("film", headers=bearer("a"))).status_code == 200
        version = catalog.version
        await asyncio.to_thread(
            fill,
            sqlite_url,
            "create table new (id int); drop view best; alter table film drop column owner",
        )
        async with asyncio.timeout(20):
            while catalog.version == version:
                await catalog.reload("a test")
        assert (await http.get("new", headers=bearer("a"))).status_code == 200
        assert (await http.get("film", headers=bearer("a"))).status_code == 404


async def test_functions_in_python(sqlite_url: str, tmp_path: Path) -> None:
    """A role calls the functions that its rules list; others are answered as if there were none."""
    app = app_with(sqlite_url, "[a]\nfunctions = ['shown']\n[b]", tmp_path, anonymous="write")

    @app.rpc(readonly=True)
    async def shown() -> int:
        return 1

    @app.rpc(readonly=True)
    async def other() -> int:
        return 2

    async with running(app), client(app, base_url="http://testserver/rest/v1/") as http:
        assert (await http.get("rpc/shown", headers=bearer("a"))).json() == 1
        assert list((await http.get("", headers=bearer("a"))).json()["paths"]) == ["/", "/rpc/shown"]
        for role, name in (("a", "other"), ("b", "shown"), ("b", "other")):
            for method in ("GET", "POST", "OPTIONS", "PUT"):
                answers = []
                for each in (name, "z" * len(name)):
                    body = b"{}" if method == "POST" else None
                    answer = await http.request(method, f"rpc/{each}", content=body, headers=bearer(role))
                    answers.append((answer.status_code, answer.text.replace(each, "")))
                assert answers[0] == answers[1], (role, name, method)
                assert answers[0][0] == 404
            batch = await http.post("", json=[{"method": "GET", "path": f"rpc/{name}"}], headers=bearer(role))
            assert batch.json()["code"] == "PGRST202"
        # Without DB_ANON_ROLE the setting ANONYMOUS says what callers without credentials may do, as ever.
        assert (await http.get("rpc/other")).json() == 2


async def test_without_an_anonymous_role_the_level_decides(sqlite_url: str, tmp_path: Path) -> None:
    """Rules are for roles: who has none is a caller without credentials, with what ANONYMOUS gives them."""
    fill(sqlite_url, SCHEMA)
    async with serving(sqlite_url, "[a]", tmp_path, anonymous="read") as http:
        assert (await http.get("film")).status_code == 200
        assert (await http.post("film", json={})).status_code == 401
        assert (await http.get("film", headers=bearer("a"))).status_code == 404
