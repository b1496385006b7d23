"""On SQLite nothing reaches beyond the one file that the service was started with."""

from __future__ import annotations

import ast
import asyncio
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.database.sqlite.errors import translate
from service.database.sqlite.files import open_reader, open_writer
from tests.database.opened import opened
from tests.security.bounded_service import refusal, serving

FORBIDDEN = [
    "attach '{beside}' as other",
    "attach 'file:{beside}?mode=ro' as other",
    "attach '/etc/passwd' as other",
    "attach 'file::memory:?cache=shared' as other",
    "attach (select '{beside}') as other",
    "attach ? as other",
    "vacuum into '{beside}'",
    "select load_extension('{beside}')",
    "select load_extension('{beside}', 'entry')",
    "select fts3_tokenizer('simple')",
    "select fts3_tokenizer('simple', x'00')",
    "select readfile('{beside}')",
    "select writefile('{beside}', 'x')",
    "select edit('x')",
    "pragma writable_schema = on",
    "pragma writable_schema(1)",
    "pragma main.writable_schema = 1",
    "PRAGMA Writable_Schema = YES",
    "pragma trusted_schema = off",
    "pragma schema_version = 5",
    "pragma temp_store_directory = '/tmp'",
    "update sqlite_schema set sql = 'x'",
]
MESSAGES = "not authorized|no such function|may not be modified|authorization denied|unsafe use"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with a table, and one beside it."""
    for name in ("own.db", "beside.db"):
        with closing(sqlite3.connect(tmp_path / name)) as raw:
            raw.executescript("create table t (a text); insert into t values ('kept');")
    return tmp_path / "own.db"


@pytest.fixture(params=[open_reader, open_writer], ids=["reader", "writer"])
def raw(request: pytest.FixtureRequest, path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of each kind, as the pool opens it."""
    with closing(request.param(path, 5.0)) as raw:
        yield raw


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_what_no_connection_does(raw: sqlite3.Connection, path: Path, sql: str) -> None:
    """Security 21: other files, extensions, tokenizers by address and the text of the schema are out of reach on
    readers and on the writer, whoever wrote the statement."""
    beside = path.with_name("beside.db")
    arguments = (str(beside),) if "?" in sql.replace("?mode", "").replace("?cache", "") else ()
    with pytest.raises(sqlite3.DatabaseError, match=MESSAGES) as caught:
        raw.execute(sql.format(beside=beside), arguments).fetchall()
    assert (translated := translate(caught.value)) is not None
    assert translated.status in (403, 404, 500)
    assert str(beside) not in f"{translated.body()}"
    with closing(sqlite3.connect(beside)) as other:
        assert other.execute("select a from t").fetchall() == [("kept",)]


def test_extensions_are_not_loaded_by_python_either(raw: sqlite3.Connection) -> None:
    """Security 21: nobody has turned the loading of extensions on."""
    if hasattr(raw, "load_extension"):  # some builds of Python have none
        with pytest.raises(sqlite3.OperationalError, match="not authorized"):
            raw.load_extension("x")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sqlite3 sets it from Python 3.12 on")
def test_defensive_mode(path: Path) -> None:
    """Security 21: where Python can set it SQLite is defensive: the tables behind FTS5 are not written to."""
    with closing(open_writer(path, 5.0)) as raw:
        raw.execute("create virtual table f using fts5(a)")
        with pytest.raises(sqlite3.OperationalError, match="may not be modified"):
            raw.execute("insert into f_data values (99, 'x')")


HARMLESS = [
    "attach ':memory:' as other",
    "attach '' as other",
    "vacuum",
    "pragma writable_schema",
    "pragma schema_version",
    "pragma user_version = 7",
    "create virtual table f using fts5(a)",
    "create virtual table g using fts4(a)",
    "create virtual table r using rtree(id, low, high)",
    "select json_object('a', 1), json_extract('[1]', '$[0]')",
    "create view v as select a regexp '^k' from t",
    "create table c (a text check (pg_like('k%', a)))",
    "create index i on t (pg_text(a))",
]


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_goes_on_working(path: Path, sql: str) -> None:
    """Security 21: full text, JSON, our functions in a schema, VACUUM and databases without a file are as before."""
    with closing(open_writer(path, 5.0)) as raw:
        raw.execute(sql).fetchall()


def test_full_text_and_views_with_our_functions(path: Path) -> None:
    """Security 21: they can be read and written afterwards too, by a reader and by the writer."""
    with closing(open_writer(path, 5.0)) as writer:
        for sql in HARMLESS[6:]:
            writer.execute(sql)
        writer.execute("insert into f values ('a fine day')")
        writer.execute("insert into g values ('a fine day')")
        writer.execute("insert into r values (1, 0, 5)")
        writer.execute("insert into c values ('kind')")
    with closing(open_reader(path, 5.0)) as reader:
        for table in "fg":
            assert reader.execute(f"select a from {table} where {table} match 'fine'").fetchall() == [("a fine day",)]
        assert reader.execute("select id from r where low < 3").fetchall() == [(1,)]
        assert reader.execute("select * from v").fetchall() == [(1,)]


VIEWS = {
    "by_extension": "select load_extension('/tmp/x.so') as a",
    "by_tokenizer": "select hex(fts3_tokenizer('simple')) as a",
    "by_file": "select writefile('/tmp/poolgate-written', 'x') as a",
}


async def test_a_view_or_a_saved_function_does_no_more(path: Path, tmp_path: Path) -> None:
    """Security 21: a view is refused that would do it, and a saved function that would is no function at all."""
    with closing(sqlite3.connect(path)) as raw:
        for name, query in VIEWS.items():
            raw.execute(f"create view {name} as {query}")
        raw.execute("create table log (a text)")
    async with serving(f"sqlite:///{path}") as (http, _):
        for name in VIEWS:
            status, code = refusal(await http.get(f"/rest/v1/{name}"))
            assert (status, code) in ((403, "38003"), (404, "42883"), (404, "PGRST205")), name
        assert (await http.get("/rest/v1/t")).json() == [{"a": "kept"}]
    assert not await asyncio.to_thread(Path("/tmp/poolgate-written").exists)


@pytest.mark.parametrize("sql", [
    "attach '/tmp/x.db' as x", "select load_extension('/tmp/x.so') as a", "pragma writable_schema = on",
    "select fts3_tokenizer('simple') as a", "vacuum into '/tmp/poolgate-copy.db'",
])  # fmt: skip
async def test_a_saved_function_is_held_against_it(path: Path, tmp_path: Path, sql: str) -> None:
    """Security 21: the folder of saved functions reaches no further than requests do."""
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "sly.sql").write_text(sql)
    with pytest.raises(RuntimeError, match="sly"):
        async with serving(f"sqlite:///{path}", functions=tmp_path / "functions"):
            pass


async def test_a_views_own_sql(path: Path) -> None:
    """Security 21: it holds for what a developer's view runs on the pool, by each of its ways, and the connection goes
    on."""
    beside = path.with_name("beside.db")
    async with opened(f"sqlite:///{path}") as database:
        for readonly in (True, False):
            async with database.pool.lease(readonly=readonly) as lease:
                with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
                    await lease.execute("attach $1 as other", str(beside))
                assert await lease.fetchval("select a from t") == "kept"
            async with database.pool.acquire(readonly=readonly) as connection:
                with pytest.raises(DBAPIError, match="not authorized"):
                    await connection.execute(text("attach :path as other"), {"path": str(beside)})
        async with database.pool.acquire() as connection:  # renewed, for it was touched: the new one is guarded as well
            with pytest.raises(DBAPIError, match="not authorized"):
                await connection.execute(text("attach :path as other"), {"path": str(beside)})


def test_it_is_asked_when_a_statement_is_prepared(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Security 21: to be on guard costs nothing each time: a statement that is kept is run again without asking."""
    asked: list[Any] = []
    with closing(open_reader(path, 5.0)) as raw:
        raw.set_authorizer(lambda *step: asked.append(step) or sqlite3.SQLITE_OK)
        for _ in range(100):
            raw.execute("select a from t where a = ?", ("kept",)).fetchall()
    assert 0 < len(asked) <= 5


FETCHES = (
    "http",
    "httpx",
    "requests",
    "aiohttp",
    "urllib.request",
    "urllib3",
    "ftplib",
    "smtplib",
    "xmlrpc",
    "httpcore",
)
FETCHING = ("PyJWKClient", "urlopen", "urlretrieve")
FOR_TESTS = ("service/testing.py",)
"""Its client goes straight into the application."""


def test_the_package_can_fetch_nothing() -> None:
    """Security 21: no URL of a caller's is ever fetched: nothing in the package knows how to."""
    root = Path(__file__).parents[2]
    found = []
    for path in sorted((root / "service").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or "", *(f"{node.module}.{each.name}" for each in node.names)]
            named = [node.id] if isinstance(node, ast.Name) else [node.attr] if isinstance(node, ast.Attribute) else []
            found += [(name, each) for each in modules if _is_one_of(each, FETCHES) and name not in FOR_TESTS]
            found += [(name, each) for each in (*modules, *named) if each.rpartition(".")[2] in FETCHING]
    # http.HTTPStatus and its like know words, not hosts.
    assert [each for each in found if each[1] not in ("http", "http.HTTPStatus", "http.cookies")] == []


def _is_one_of(module: str, names: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)
