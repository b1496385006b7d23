"""SQLite's files: what a URL may name, and what happens to the file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import psutil
import pytest

from service.database import open_database
from service.database.sqlite import files
from service.errors import DatabaseAwayError, DatabaseError, SettingsError, UnavailableError
from service.settings import Settings, load_settings
from tests.database.opened import opened, until


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter: pytest's own ones are private to the user who runs it."""
    folder = Path(tempfile.mkdtemp(prefix="poolgate-open-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def plain_user() -> Iterator[None]:
    """No superuser's rights, for root may write everywhere."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    yield
    if was == 0:
        os.seteuid(was)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another connection holds the write lock."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    yield
    other.rollback()
    other.close()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///shop.db", "shop.db"),
        ("sqlite:////var/lib/shop.db", "/var/lib/shop.db"),
        ("sqlite:///a/b%20c.db", "a/b c.db"),
    ],
)
def test_urls(url: str, path: str) -> None:
    """Three slashes are a path from here, four an absolute one."""
    assert files.path_of(url) == Path(path)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite://shop.db", "expected three"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite://", "in memory"),
        ("sqlite:///shop.db?mode=ro", "not understood"),
        ("sqlite:///a%00b", "NUL"),
    ],
)
def test_urls_that_cannot_be_used(url: str, says: str) -> None:
    """A URL that names no file is a fault in the settings, with what to write instead."""
    with pytest.raises(SettingsError, match=says):
        open_database(Settings.model_construct(database_url=url, statement_timeout=1.0))


async def check(path: Path) -> None:
    await open_database(load_settings(database_url=f"sqlite:///{path}")).check()


async def test_a_new_file_is_made(tmp_path: Path) -> None:
    """A file that does not exist is made empty, in WAL mode; its folder is not."""
    await check(tmp_path / "new.db")
    raw = sqlite3.connect(tmp_path / "new.db")
    assert raw.execute("pragma journal_mode").fetchone() == ("wal",)
    raw.close()
    with pytest.raises(SettingsError, match=r"folder .*nowhere does not exist"):
        await check(tmp_path / "nowhere" / "new.db")


async def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    """A folder, and a file that is something else, are told as what they are; nothing happens to them."""
    with pytest.raises(SettingsError, match="is a folder"):
        await check(tmp_path)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear database, " * 100)
    with pytest.raises(SettingsError, match="is not an SQLite database"):
        await check(letter)
    assert letter.read_text().startswith("Dear")


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16le", "UTF-16be"])
async def test_texts_in_another_encoding(encoding: str, tmp_path: Path) -> None:
    """A file that keeps its texts as UTF-16 is refused at the start, with how to copy it; the copy is served."""
    path = tmp_path / "wide.db"
    with contextlib.closing(sqlite3.connect(path)) as wide:
        wide.executescript(f"pragma encoding = '{encoding}'; create table t (a text); insert into t values ('café')")
        script = "\n".join(wide.iterdump())
    with pytest.raises(SettingsError, match=r"wide\.db keeps its texts as UTF-16(le|be); expected UTF-8"):
        await check(path)
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        copy.executescript(script)
    await check(tmp_path / "copy.db")


async def test_a_file_without_rights(open_folder: Path, request: pytest.FixtureRequest) -> None:
    """A folder that cannot be written, and a file that cannot be read, are told as such."""
    secret = open_folder / "secret.db"
    await check(secret)
    secret.chmod(0)
    request.getfixturevalue("plain_user")
    with pytest.raises(SettingsError, match=r"secret\.db cannot be read"):
        await check(secret)
    with pytest.raises(SettingsError, match="must be writable"):
        await check(open_folder / "new.db")


async def test_a_read_only_folder_can_be_read(open_folder: Path, request: pytest.FixtureRequest) -> None:
    """Fault 32: with the folder read-only, WAL or not, reads go on; a write is refused, not broken."""
    for mode in ("wal", "delete"):
        raw = sqlite3.connect(open_folder / f"{mode}.db")
        raw.execute(f"pragma journal_mode={mode}")
        raw.execute("create table t (a)")
        raw.execute("insert into t values (1)")
        raw.commit()
        raw.close()
    request.getfixturevalue("plain_user")
    for mode in ("wal", "delete"):
        async with opened(f"sqlite:///{open_folder}/{mode}.db", pool_min_size=0) as database:
            await database.check()
            assert await database.pool.fetchval("select a from t") == 1
            with pytest.raises((DatabaseAwayError, sqlite3.OperationalError)) as caught:
                await database.pool.execute("insert into t values (2)")
            error = database.translate(caught.value) or caught.value
            assert error.status in (405, 503)  # type: ignore[attr-defined]  # of the house's errors
            assert await database.pool.fetchval("select a from t") == 1


@pytest.mark.slow
async def test_another_writer_is_waited_for_and_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 30: reads never wait; a write waits for the busy timeout, then it is a 503 that says when to come again."""
    monkeypatch.setattr(files, "BUSY_TIMEOUT", 0.2)
    async with opened(f"sqlite:///{tmp_path}/a.db", "create table t (a)") as database:
        with locked(tmp_path / "a.db"):
            assert await database.pool.fetchval("select count(*) from t") == 0
            for write in ("insert into t values (1)", "update t set a = 2"):
                began = monotonic()
                with pytest.raises(sqlite3.OperationalError) as caught:
                    await database.pool.execute(write)
                assert 0.15 <= monotonic() - began <= 2
                error = database.translate(caught.value)
                assert isinstance(error, UnavailableError)
                assert (error.code, error.status, error.headers) == ("55P03", 503, {"Retry-After": "1"})
                assert "locked" in error.message
        assert await database.pool.execute("insert into t values (1)") == 1


@pytest.mark.slow
async def test_a_write_lock_that_is_released_in_time_is_not_felt(tmp_path: Path) -> None:
    """Fault 30: a write that has to wait for another process's write then succeeds."""
    async with opened(f"sqlite:///{tmp_path}/a.db", "create table t (a)") as database:
        with locked(tmp_path / "a.db"):
            writing = asyncio.create_task(database.pool.execute("insert into t values (1)"))
            done, _ = await asyncio.wait({writing}, timeout=0.2)
            assert not done
        assert await writing == 1


@pytest.mark.slow
async def test_no_update_is_lost(tmp_path: Path) -> None:
    """Fault 31: 50 coroutines that read, add and write 20 times each lose nothing and are never told of locks."""
    async with opened(
        f"sqlite:///{tmp_path}/a.db",
        "create table t (n int); insert into t values (0)",
        pool_acquire_timeout=60,
    ) as database:

        async def count() -> None:
            for _ in range(20):
                async with database.pool.lease(readonly=False) as lease, lease.transaction(readonly=False):
                    n = await lease.fetchval("select n from t")
                    await lease.execute("update t set n = $1", n + 1)

        await asyncio.gather(*(count() for _ in range(50)))
        assert await database.pool.fetchval("select n from t") == 1000


async def test_what_every_connection_has(tmp_path: Path) -> None:
    """Readers cannot write; the writer enforces foreign keys; neither loads extensions."""
    async with opened(f"sqlite:///{tmp_path}/a.db") as database:
        for readonly, query_only, foreign_keys in ((True, 1, 0), (False, 0, 1)):
            async with database.pool.lease(readonly=readonly) as lease:
                names = ("query_only", "foreign_keys", "journal_mode")
                found = [await lease.fetchval(f"pragma {name}") for name in names]
                assert found == [query_only, foreign_keys, "wal"]
                assert await lease.fetchval("pragma busy_timeout") == 5000
                with pytest.raises(sqlite3.OperationalError, match=r"not authorized|no such function"):
                    await lease.fetchval("select load_extension('x')")


async def test_triggers_may_fill_full_text_tables(tmp_path: Path) -> None:
    """A table may keep its FTS5 index by triggers, as FTS5's manual shows; a query that does not parse is a 400."""
    async with opened(
        f"sqlite:///{tmp_path}/a.db",
        "create table t (id integer primary key, a text)",
        "create virtual table f using fts5(a, content=t, content_rowid=id)",
        "create trigger ti after insert on t begin insert into f (rowid, a) values (new.id, new.a); end",
    ) as database:
        await database.pool.execute("insert into t (a) values ($1)", "a fine day")
        assert await database.pool.fetchval("select count(*) from f where f match $1", "fine") == 1
        with pytest.raises(sqlite3.OperationalError) as caught:
            await database.pool.fetch("select * from f where f match $1", '"')
        error = database.translate(caught.value)
        assert isinstance(error, DatabaseError)
        assert (error.code, error.status) == ("42601", 400)


async def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """Fault 32: a write that finds no room is a 507; reads go on, and writes too when there is room again."""
    async with opened(f"sqlite:///{tmp_path}/a.db", "create table t (a)") as database:
        async with database.pool.lease(readonly=False) as lease:
            pages = await lease.fetchval("pragma page_count")
            await lease.fetchval(f"pragma max_page_count={pages}")
            with pytest.raises(sqlite3.OperationalError) as caught:
                await lease.execute("insert into t values (zeroblob(100000))")
            await lease.fetchval("pragma max_page_count=1000000")
        error = database.translate(caught.value)
        assert isinstance(error, DatabaseError)
        assert (error.code, error.status) == ("53100", 507)
        assert await database.pool.execute("insert into t values (zeroblob(100000))") == 1
        assert await database.pool.fetchval("pragma integrity_check") == "ok"


async def test_threads_end_with_the_pool(tmp_path: Path) -> None:
    """Fault 34: closing the pool ends every connection's thread."""
    before = set(threading.enumerate())
    async with opened(f"sqlite:///{tmp_path}/a.db", pool_min_size=3) as database:
        threads = set(threading.enumerate()) - before
        assert len(threads) >= 4
        del database
    await until(lambda: not any(thread.is_alive() for thread in threads))


@pytest.mark.slow
def test_a_forgotten_connection_does_not_keep_the_process(tmp_path: Path) -> None:
    """Fault 34: a process that exits with open connections is gone within 2 s, and says nothing of loops."""
    program = f"""
import asyncio
from service.database import open_database
from service.settings import load_settings
async def main():
    database = open_database(load_settings(database_url="sqlite:///{tmp_path}/a.db"))
    await database.pool.open()
    globals()["kept"] = database
    print(await database.pool.fetchval("select 1"))
asyncio.run(main())
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=10, check=True)
    assert ended.stdout == "1\n"
    assert "Event loop is closed" not in ended.stderr


async def test_it_leans_on_these_of_aiosqlite(tmp_path: Path) -> None:
    """What `FileConnection` uses of aiosqlite without its promise is still there and means the same."""
    from service.database.sqlite.connection import FileConnection

    connection = FileConnection(lambda: files.open_writer(tmp_path / "a.db", 1.0), 1.0)
    assert connection._thread.daemon
    assert not connection.is_open
    await connection
    assert connection.is_open
    assert connection._conn is connection._connection
    assert await connection._execute(threading.get_ident) == connection._thread.ident
    await connection.close()
    assert not connection.is_open
    await until(lambda: not connection._thread.is_alive())


async def test_a_connection_given_up_while_it_opens_leaves_nothing(tmp_path: Path) -> None:
    """Whoever is cancelled meanwhile goes on when the thread has ended: it must not outlive the event loop. The file
    that it has opened is closed."""
    from service.database.sqlite.connection import FileConnection

    begun, let_go = threading.Event(), threading.Event()
    opened: list[Any] = []  # so that it is not the last reference to it that closes it

    def opener() -> Any:
        begun.set()
        let_go.wait(10)
        opened.append(files.open_writer(tmp_path / "a.db", 1.0))
        return opened[0]

    connection = FileConnection(opener, 1.0)

    async def connect() -> None:
        await connection

    opening = asyncio.create_task(connect())
    await asyncio.to_thread(begun.wait, 10)
    opening.cancel()
    await asyncio.sleep(0)
    let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert not connection._thread.is_alive()
    assert len(opened) == 1
    assert not [file for file in psutil.Process().open_files() if file.path.startswith(str(tmp_path))]


async def test_a_failed_open_leaves_no_thread(tmp_path: Path) -> None:
    """Fault 34: where a file cannot be opened, the thread that tried is gone before the error is told."""
    from service.database.sqlite.connection import FileConnection

    connection = FileConnection(lambda: files.open_writer(tmp_path, 1.0), 1.0)
    with pytest.raises(sqlite3.OperationalError):
        await connection
    assert not connection._thread.is_alive()


async def test_a_connection_that_cannot_be_stopped_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that does not notice the interrupt counts as gone after a while, whatever it does later."""
    from service.database.sqlite import connection as module

    monkeypatch.setattr(module, "SETTLE", 0.05)
    began, go_on = threading.Event(), threading.Event()

    def job(_raw: object) -> None:
        began.set()
        go_on.wait(10)

    connection = module.FileConnection(lambda: files.open_writer(tmp_path / "a.db", 1.0), 1.0)
    await connection
    running = asyncio.create_task(connection.run(job))
    await asyncio.to_thread(began.wait, 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not connection.is_open
    go_on.set()
    await connection.close()
