"""Short reads of SQLite, which are run on the event loop: which they are, and that nobody else notices."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic, thread_time
from typing import Any
from unittest.mock import patch

import pytest

from service.database.sqlite import files
from service.database.sqlite import short as short_module
from service.database.sqlite.connection import FileConnection
from service.database.sqlite.driver import SqliteDriver
from service.database.sqlite.limited import HastyStatement
from service.database.sqlite.short import FIRST, LONGEST, SHORT, Runs, Short
from service.errors import AnswerTooLargeError, DatabaseError
from service.pool import Lease
from tests.database.opened import opened, until

PETS = "create table pet (id integer primary key, name text); insert into pet values (1, 'Rex'), (2, 'Tom')"
NAME = "select name from pet where id = $1"
COUNT = "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1) select count(*) from n"
MANY = 3_000_000  # rows of it take half a second or more
ENDLESS = 2**62


@contextmanager
def in_the_thread() -> Iterator[list[object]]:
    """What is sent to the connections' threads meanwhile."""
    sent: list[object] = []
    original = FileConnection.run

    def run(self: FileConnection, job: Any, limit: float | None = None) -> Awaitable[Any]:
        sent.append(job)
        return original(self, job, limit)

    with patch.object(FileConnection, "run", run):
        yield sent


async def warmed(read: Callable[[], Awaitable[Any]]) -> None:
    """Does it until it is not sent to the thread any more."""
    for _ in range(100):
        with in_the_thread() as sent:
            await read()
        if not sent:
            return
    raise AssertionError("it never was short enough")


@contextmanager
def opened_reader(path: Path, how: str = "mode=ro") -> Iterator[FileConnection]:
    """A connection by itself, which is to be awaited and closed."""
    yield FileConnection(partial(files._open_to_read, path, how, 10.0), 10.0)


@pytest.mark.parametrize("how", ["fetch", "fetchrow", "fetchval"])
async def test_a_short_read_makes_no_hop(sqlite_url: str, how: str) -> None:
    """A statement that was short often enough is not handed to a thread, nor is anything handed back to the loop."""
    async with opened(sqlite_url, PETS, pool_min_size=1) as database:
        read = partial(getattr(database.pool, how), NAME, 2)
        with in_the_thread() as sent:
            first = await read()
        assert len(sent) == 1
        await warmed(read)
        loop = asyncio.get_running_loop()
        with patch.object(type(loop), "call_soon_threadsafe") as handed_back:
            assert await read() == first
        assert handed_back.call_count == 0
        assert await database.pool.fetchval(NAME, 1) == "Rex"
        assert await database.pool.fetchval(NAME, 3) is None


async def test_it_proves_itself_first(sqlite_url: str) -> None:
    """As many runs as are a proof are done in the thread, of each statement's text and of each database's own."""
    async with opened(sqlite_url, PETS) as database, opened(f"{sqlite_url}.other", PETS) as other:
        for pool in (database.pool, other.pool):
            for sql in (NAME, f"{NAME} limit 1"):
                with in_the_thread() as sent:
                    for _ in range(FIRST):
                        await pool.fetchval(sql, 1)
                assert len(sent) == FIRST


@pytest.mark.slow
async def test_one_that_grows_long_does_not_block_the_loop(sqlite_url: str) -> None:
    """A statement that was short and with another value is long is stopped on the loop, which works on for others; it
    is answered by the thread, and stays there until it has been short again for longer than at first."""
    async with opened(sqlite_url, pool_max_size=1) as database:
        read = partial(database.pool.fetchval, COUNT)
        await warmed(partial(read, 5))
        longest, ticks, last = 0.0, 0, thread_time()  # not by the clock: a busy machine stops the loop for as long

        async def tick() -> None:
            nonlocal longest, last, ticks
            while True:
                await asyncio.sleep(0.001)
                longest, last, ticks = max(longest, thread_time() - last), thread_time(), ticks + 1

        ticking = asyncio.create_task(tick())
        await asyncio.sleep(0.01)
        began = monotonic()
        with in_the_thread() as sent:
            assert await read(MANY) == MANY
        assert monotonic() - began > 0.1
        ticking.cancel()
        assert len(sent) == 1
        assert longest < 0.05
        assert ticks > 10
        with in_the_thread() as sent:
            for _ in range(2 * FIRST):
                assert await read(5) == 5
        assert len(sent) == 2 * FIRST
        await warmed(partial(read, 5))


async def test_the_time_limit_is_as_ever(sqlite_url: str) -> None:
    """One that turns out to have no end gets its whole time in the thread, and the error it always got."""
    async with opened(sqlite_url, pool_max_size=1, statement_timeout=0.3) as database:
        await warmed(partial(database.pool.fetchval, COUNT, 5))
        began = monotonic()
        with pytest.raises(sqlite3.OperationalError) as caught:
            await database.pool.fetchval(COUNT, ENDLESS)
        assert monotonic() - began >= 0.3
        error = database.translate(caught.value)
        assert isinstance(error, DatabaseError)
        assert (error.code, error.status) == ("57014", 504)
        assert await database.pool.fetchval(COUNT, 5) == 5


async def test_what_is_cancelled_after_the_loop_gave_it_up(sqlite_url: str) -> None:
    """A caller who hangs up meanwhile stops it in the thread, and the connection serves on, on the loop as well."""
    async with opened(sqlite_url, PETS, pool_max_size=1, pool_min_size=1) as database:
        async with database.pool.lease() as lease:
            before = lease.connection
        await warmed(partial(database.pool.fetchval, NAME, 1))
        await warmed(partial(database.pool.fetchval, COUNT, 5))
        running = asyncio.create_task(database.pool.fetchval(COUNT, ENDLESS))
        await until(lambda: before._sent > before._ended)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await until(lambda: database.pool.get_idle_size() == database.pool.get_size())
        assert before.is_free
        with in_the_thread() as sent:
            assert await database.pool.fetchval(NAME, 1) == "Rex"
        assert not sent
        async with database.pool.lease() as lease:
            assert lease.connection is before


async def _job(lease: Lease) -> Callable[[], Awaitable[None]]:
    go_on = threading.Event()
    running = asyncio.create_task(lease.connection.run(lambda _: go_on.wait(10)))
    await asyncio.sleep(0)

    async def end() -> None:
        go_on.set()
        await running

    return end


async def _theirs(lease: Lease) -> Callable[[], Awaitable[None]]:
    """By a method of aiosqlite's own, as SQLAlchemy works."""
    go_on = threading.Event()
    running = asyncio.create_task(lease.connection._execute(go_on.wait, 10))
    await asyncio.sleep(0)

    async def end() -> None:
        go_on.set()
        await running

    return end


async def _transaction(lease: Lease) -> Callable[[], Awaitable[None]]:
    await lease.script("begin")
    return partial(lease.script, "rollback")


async def _cursor(lease: Lease) -> Callable[[], Awaitable[None]]:
    cursor = await lease._driver.open_cursor(lease.connection, "select * from pet", ())
    await cursor.fetch(1)
    return cursor.close


async def _setting(lease: Lease) -> Callable[[], Awaitable[None]]:
    await lease.fetchval("pragma cache_size = 100")
    return lease.connection.renew


@pytest.mark.parametrize("occupy", [_job, _theirs, _transaction, _cursor, _setting], ids=lambda each: each.__name__)
async def test_only_on_a_connection_that_is_free(
    sqlite_url: str, occupy: Callable[[Lease], Awaitable[Callable[[], Awaitable[None]]]]
) -> None:
    """While its thread works, or anything of a caller's is open or set on a connection, it is left to its thread."""
    async with opened(sqlite_url, PETS) as database:
        await warmed(partial(database.pool.fetchval, NAME, 1))
        async with database.pool.lease() as lease:
            end = await occupy(lease)
            with in_the_thread() as sent:
                reading = asyncio.create_task(lease.fetchval(NAME, 1))
                await asyncio.sleep(0)
                assert len(sent) == 1
                await end()
                assert await reading == "Rex"
            with in_the_thread() as sent:
                assert await lease.fetchval(NAME, 2) == "Tom"
            assert not sent


async def test_not_on_one_that_is_closed(sqlite_url: str) -> None:
    """A connection that somebody has closed fails as it would have by its thread."""
    async with opened(sqlite_url, PETS) as database:
        await warmed(partial(database.pool.fetchval, NAME, 1))
        async with database.pool.lease() as lease:
            await lease.connection.close()
            with pytest.raises(ValueError, match="closed"):
                await lease.fetchval(NAME, 1)
        assert await database.pool.fetchval(NAME, 1) == "Rex"


async def test_a_locked_file_is_waited_for_in_the_thread(tmp_path: Path) -> None:
    """Another connection's lock does not keep the loop waiting; who waits in the thread has its answer afterwards."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other, opened_reader(path) as connection:
        other.executescript(PETS)
        await connection
        read = partial(_name, SqliteDriver(), connection)
        await warmed(read)
        other.execute("begin exclusive")
        began = monotonic()
        reading = asyncio.create_task(read())
        await asyncio.sleep(0)
        assert monotonic() - began < 1  # and not the five seconds that a lock is waited for
        done, _ = await asyncio.wait({reading}, timeout=0.1)
        assert not done
        other.execute("rollback")
        assert await reading == "Rex"
        await connection.close()


async def _name(driver: SqliteDriver, connection: FileConnection) -> Any:
    row = await driver.fetchrow(connection, NAME, (1,))
    return None if row is None else row[0]


_RECOVERS = """
import fcntl, sys
with open(sys.argv[1], "r+b", buffering=0) as shared:
    fcntl.lockf(shared, fcntl.LOCK_EX, 8, 120)
    header = shared.read(96)
    shared.seek(0)
    shared.write(bytes(96))
    print("locked", flush=True)
    sys.stdin.read()
    shared.seek(0)
    shared.write(header)
"""


async def test_a_log_that_is_being_recovered_is_waited_for_in_the_thread(tmp_path: Path) -> None:
    """What a process does that recovers the write-ahead log keeps the loop waiting no longer than a locked file, and
    SQLAlchemy's connections have the patience they had."""
    async with opened(f"sqlite:///{tmp_path}/a.db", PETS, pool_min_size=1) as database:
        read = partial(database.pool.fetchval, NAME, 1)
        await warmed(read)
        command = (sys.executable, "-c", _RECOVERS, str(tmp_path / "a.db-shm"))
        other = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
        assert other.stdin is not None
        assert other.stdout is not None

        async def by_sqlalchemy() -> Any:
            async with database.pool.acquire(readonly=True) as connection:
                return (await connection.exec_driver_sql("select name from pet where id = 2")).scalar_one()

        try:
            assert await other.stdout.readline() == b"locked\n"
            began = monotonic()
            reading = asyncio.create_task(read())
            await asyncio.sleep(0)
            assert monotonic() - began < 1
            also = asyncio.create_task(by_sqlalchemy())
            done, _ = await asyncio.wait({reading, also}, timeout=0.1)
            assert not done
        finally:
            other.stdin.close()
        assert await reading == "Rex"
        assert await also == "Tom"
        assert await other.wait() == 0


async def test_a_refused_value_is_told_as_ever(sqlite_url: str) -> None:
    """What a function of ours says of a value is told although it was first said on the loop, and to nobody else."""
    async with opened(sqlite_url, PETS) as database:
        await warmed(partial(database.pool.fetchval, "select pg_integer($1)", "1"))
        await warmed(partial(database.pool.fetchval, "select json($1)", "1"))
        for sql, message in (
            ("select pg_integer($1)", 'invalid input syntax for type bigint: "x"'),
            ("select json($1)", "json"),
        ):
            with pytest.raises(sqlite3.OperationalError) as caught:
                await database.pool.fetchval(sql, "x")
            error = database.translate(caught.value)
            assert isinstance(error, DatabaseError)
            assert error.code == "22P02"
            assert message in error.message


async def test_a_file_that_nobody_changes(tmp_path: Path) -> None:
    """A file on what cannot be written to, which is opened as immutable, is read on the loop too."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as other:
        other.executescript(PETS)
    with opened_reader(path, "mode=ro&immutable=1") as connection:
        await connection
        await warmed(partial(_name, SqliteDriver(), connection))
        await connection.close()


async def test_a_connection_per_request(sqlite_url: str) -> None:
    """`POOL_MODE=per-request` reads on the loop too, on each new connection."""
    async with opened(sqlite_url, PETS, pool_mode="per-request") as database:
        await warmed(partial(database.pool.fetchval, NAME, 1))
        before = database.pool.stats().connects
        with in_the_thread() as sent:
            assert [await database.pool.fetchval(NAME, number) for number in (1, 2, 3)] == ["Rex", "Tom", None]
        assert not sent
        assert database.pool.stats().connects == before + 3


@pytest.mark.parametrize(
    "sql",
    [
        *("select name regexp 'e' from pet", "select 'A' LIKE 'a'", "select name from pet where name GLOB 'R*'"),
        *("select pg_ilike('r%', name) from pet", "select iregexp('r', name) from pet", "select pg_jsonb('1')"),
        *("select instr(name, 'e') from pet", "pragma table_info(pet)", "explain query plan select 1"),
        *("select * from pragma_table_info('pet')", "select pg_merges()"),
    ],
)
async def test_what_never_runs_on_the_loop(sqlite_url: str, sql: str) -> None:
    """What may take long within a single step, whatever it took so far, is left to the thread; so is what counts."""
    async with opened(sqlite_url, PETS) as database:
        with in_the_thread() as sent:
            for _ in range(FIRST + 2):
                await database.pool.fetch(sql)
        assert len(sent) == FIRST + 2


async def test_the_writer_keeps_its_thread(sqlite_url: str) -> None:
    """What reads on the one connection that writes is not run on the loop."""
    async with opened(sqlite_url, PETS) as database:
        await warmed(partial(database.pool.fetchval, NAME, 1))
        with in_the_thread() as sent:
            async with database.pool.lease(readonly=False) as lease:
                assert await lease.fetchval(NAME, 1) == "Rex"
        assert len(sent) == 1


async def test_long_values(sqlite_url: str) -> None:
    """A value that is long is whole, and what is longer than an answer may be is refused as ever."""
    async with opened(sqlite_url, max_answer="1MiB") as database:
        await warmed(partial(database.pool.fetchval, "select $1 || $2", "x", "y"))
        text = "x" * 700_000
        assert await database.pool.fetchval("select $1 || $2", text, "y") == f"{text}y"
        with pytest.raises(AnswerTooLargeError):
            await database.pool.fetchval("select $1 || $2", text, text)


async def test_nothing_is_left_of_the_haste(sqlite_url: str) -> None:
    """After a read on the loop the connection is for its thread, and for SQLAlchemy, what it was."""
    async with opened(sqlite_url, PETS, pool_max_size=1) as database:
        await warmed(partial(database.pool.fetchval, NAME, 1))
        assert await database.pool.fetchval("pragma busy_timeout") == 5000
        await warmed(partial(database.pool.fetchval, NAME, 1))
        async with database.pool.acquire(readonly=True) as connection:
            assert (await connection.exec_driver_sql("pragma busy_timeout")).scalar_one() == 5000
            long = await connection.exec_driver_sql("select length(printf('%.*c', 1000000, 'x'))")
            assert long.scalar_one() == 1_000_000


async def test_many_in_a_row_give_way(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that does one short read after the other leaves turns to the others."""
    monkeypatch.setattr(short_module, "GIVE_WAY", 0.0)
    async with opened(sqlite_url, PETS) as database:
        await warmed(partial(database.pool.fetchval, NAME, 1))
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        others = asyncio.create_task(turn())
        with in_the_thread() as sent:
            for _ in range(20):
                await database.pool.fetchval(NAME, 1)
        others.cancel()
        with suppress(asyncio.CancelledError):
            await others
        assert not sent
        assert turns >= 18


class _Ran(HastyStatement):
    def __init__(self, took: float, worked: float) -> None:
        super().__init__(LONGEST)
        self._late, self._worked = took > LONGEST, worked

    def is_late(self) -> bool:
        return self._late

    def worked(self) -> float:
        return self._worked


def proven() -> Runs:
    runs = Runs()
    for _ in range(FIRST):
        assert runs.left
        runs.in_the_thread(SHORT / 2)
    assert not runs.left
    return runs


def test_one_that_is_long_now_and_again_proves_nothing() -> None:
    """A long run takes back a few short ones; where they are one in four the proof never comes to its end."""
    runs = Runs()
    for _ in range(1000):
        runs.in_the_thread(SHORT / 2)
        runs.in_the_thread(SHORT / 2)
        runs.in_the_thread(SHORT / 2)
        runs.in_the_thread(SHORT * 2)
    assert runs.left == FIRST
    for _ in range(FIRST):
        assert runs.left
        runs.in_the_thread(SHORT / 2)
    assert not runs.left


def test_work_counts_at_once_and_waiting_only_if_it_is_often() -> None:
    """A run on the loop that worked too long is the last one; of those that waited only one in a few may."""
    runs = proven()
    runs.on_the_loop(_Ran(LONGEST * 2, LONGEST))
    assert runs.left

    runs = proven()
    for _ in range(100):
        runs.on_the_loop(_Ran(LONGEST * 5, LONGEST / 10))
        for _ in range(20):
            runs.on_the_loop(_Ran(LONGEST / 10, LONGEST / 10))
    assert not runs.left

    for _ in range(10):
        runs.on_the_loop(_Ran(LONGEST * 5, LONGEST / 10))
    assert runs.left


def test_what_fails_often_is_tried_less_and_less() -> None:
    """Each failure that follows another doubles the proof up to a bound; one in many makes it no longer."""
    runs, proofs = proven(), []
    for _ in range(12):
        runs.fails(_Ran(LONGEST * 2, LONGEST))
        proofs.append(runs.left)
    assert proofs[:3] == [2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert proofs[-1] == proofs[-2] == 1024
    for _ in range(20):
        for _ in range(60):
            runs.on_the_loop(_Ran(LONGEST / 10, LONGEST / 10))
        runs.fails(_Ran(LONGEST * 2, LONGEST))
    assert runs.left == FIRST
    runs.fails(_Ran(LONGEST * 50, LONGEST * 50))  # in a single step, which nothing stops
    assert runs.left == 1024


def test_what_is_known_is_bounded() -> None:
    """Statements that are asked once each do not fill the memory."""
    short = Short()
    for number in range(5000):
        short.runs(f"select {number}")
    assert len(short._runs) == 1024
    assert short.runs("select 4999") is short.runs("select 4999")
