"""Faults of a SQLite file that is written to: locked by others, full, read without end, killed in the middle."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from service.database.sqlite.log import LONGEST
from tests.figures import measured
from tests.reliability.trial import until
from tests.reliability.writing import AWAY, ENDLESS, Service, names, prepare, service
from tests.serving.poolgate_process import Start

pytestmark = pytest.mark.slow
WAIT = 1.0  # seconds for a connection
BUSY = 5.0  # seconds that a write waits for another process's
TEXT = "x" * 10_000


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A file with the tables of these tests."""
    await prepare(f"sqlite:///{tmp_path}/own.db", ENDLESS)
    return tmp_path / "own.db"


async def during(done: asyncio.Event, what: Callable[[], Awaitable[None]]) -> int:
    """Does something over and over; how often."""
    number = 0
    while not done.is_set():
        await what()
        number += 1
    return number


async def test_another_process_holds_the_lock(serve: Start, path: Path, full: bool) -> None:
    """Fault 30: while another process holds the write lock for 10 s reads go on; a write waits for it, and past the
    busy timeout, or without a connection, is a 503 that says when to come again; then all is as before."""
    held = 10.0 if full else 5.5
    done = asyncio.Event()
    reads: list[float] = []
    writes: list[tuple[int, float]] = []
    codes: Counter[str] = Counter()
    async with service(serve, f"sqlite:///{path}", pool_acquire_timeout=WAIT) as its:
        await its.insert("before")

        async def read() -> None:
            began = monotonic()
            answer = await its.get("/rest/v1/item?limit=1")
            assert answer.status_code == 200, answer.text
            reads.append(monotonic() - began)
            await asyncio.sleep(0.01)

        async def write() -> None:
            began = monotonic()
            answer = await its.insert("beside")
            writes.append((answer.status_code, monotonic() - began))
            if answer.status_code == 503:
                assert answer.headers["Retry-After"] == "1"
                codes[answer.json()["code"]] += 1
            else:
                assert answer.status_code == 201, answer.text

        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin immediate")
            tasks = [asyncio.create_task(during(done, each)) for each in (read, write, write, write, write)]
            await asyncio.sleep(held)
            other.rollback()
        released = monotonic()
        before = len(writes)
        await until(lambda: 201 in [status for status, _ in writes[before:]], 3)
        again = monotonic() - released
        done.set()
        await asyncio.gather(*tasks)
        assert set(codes) == {"55P03", "PGRST003"}
        assert max(duration for _, duration in writes) <= WAIT + BUSY + 1
        assert max(reads) <= 1
        assert (await names(f"sqlite:///{path}")).count("beside") == [status for status, _ in writes].count(201)
        assert "database is locked" not in its.process.text
        measured(30, f"{held:g} s: {len(reads)} reads, the slowest {max(reads) * 1000:.0f} ms; writes told after "
                 f"{max(duration for _, duration in writes):.1f} s at most, {dict(codes)}; written again after "
                 f"{again:.2f} s")  # fmt: skip


async def test_a_lock_that_is_let_go_in_time(serve: Start, path: Path) -> None:
    """Fault 30: a lock that is held for less than the busy timeout is felt as a wait alone."""
    async with service(serve, f"sqlite:///{path}") as its:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin immediate")
            asked = [asyncio.create_task(its.insert(f"row {number}")) for number in range(20)]
            await asyncio.wait(asked, timeout=1)
            assert not any(each.done() for each in asked)
            other.rollback()
        assert {answer.status_code for answer in await asyncio.gather(*asked)} == {201}
        assert sorted(await names(f"sqlite:///{path}")) == sorted(f"row {number}" for number in range(20))


async def test_no_update_is_lost(serve: Start, path: Path, full: bool) -> None:
    """Fault 31: 50 callers of a view that reads a number and writes one more, 100 times each, lose no update and are
    told of no lock, while another process writes too; nor do callers who change a row as far as nobody else has."""
    times = 100 if full else 20
    async with service(serve, f"sqlite:///{path}", pool_acquire_timeout=30) as its:
        done = asyncio.Event()

        async def add() -> None:
            for _ in range(times):
                answer = await its.send("POST", "/add")
                assert answer.status_code == 200, answer.text

        async def compare_and_swap() -> None:
            for _ in range(10):
                changed: list[object] = []
                while not changed:
                    (row,) = (await its.get("/rest/v1/counter?id=eq.2")).json()
                    answer = await its.send("PATCH", f"/rest/v1/counter?id=eq.2&n=eq.{row['n']}", {"n": row["n"] + 1})
                    assert answer.status_code == 200, answer.text
                    changed = answer.json()

        async def elsewhere() -> None:
            await asyncio.to_thread(_write_from_elsewhere, path)
            await asyncio.sleep(0.01)

        assert (await its.send("POST", "/rest/v1/counter", {"id": 2, "n": 0})).status_code == 201
        other = asyncio.create_task(during(done, elsewhere))
        began = monotonic()
        async with asyncio.timeout(110):
            await asyncio.gather(*(add() for _ in range(50)))
            took = monotonic() - began
            await asyncio.gather(*(compare_and_swap() for _ in range(10)))
        done.set()
        beside = await other
        rows = (await its.get("/rest/v1/counter?order=id")).json()
        assert rows == [{"id": 1, "n": 50 * times}, {"id": 2, "n": 100}]
        measured(31, f"{50 * times} times read and written by 50 callers in {took:.1f} s, {beside} writes of another "
                 "process beside: none lost, no error")  # fmt: skip


def _write_from_elsewhere(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=30)) as other, other:
        other.execute("insert into item (name) values ('elsewhere')")


async def _fill(its: Service) -> tuple[int, int]:
    """Writes until that fails; how many rows were acknowledged, and with what it failed."""
    for acknowledged in range(2000):
        answer = await its.insert(TEXT)
        if answer.status_code != 201:
            assert answer.status_code in (507, 503), answer.text
            assert answer.json()["code"] in ("53100", "58030")
            return acknowledged, answer.status_code
    raise AssertionError("it never became full")


async def _survives(its: Service, path: Path, free: Callable[[], None]) -> tuple[int, int]:
    """No room is left; then there is again."""
    acknowledged, status = await _fill(its)
    for _ in range(3):
        assert (await its.get("/rest/v1/item?select=id&order=id.desc&limit=1")).json() == [{"id": acknowledged}]
        assert (await its.insert(TEXT)).status_code in (507, 503)
    free()
    for _ in range(20):
        assert (await its.insert(TEXT)).status_code == 201
    acknowledged += 20
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("select count(*) from item").fetchone() == (acknowledged,)
    return acknowledged, status


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB, where we may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "poolgate-test", str(folder)]
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("a file system can be mounted by root alone; the limit of a file's size is tried without")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_a_full_disk(serve: Start, small_disk: Path) -> None:
    """Fault 32: on a full disk writes are 507 or 503 and reads go on; with room again writes go on without a restart,
    what was acknowledged is there, and the file is whole."""
    path = small_disk / "own.db"
    ballast = small_disk / "ballast"
    await prepare(f"sqlite:///{path}")
    ballast.write_bytes(b"x" * 1024**2)
    async with service(serve, f"sqlite:///{path}") as its:
        acknowledged, status = await _survives(its, path, ballast.unlink)
    measured(32, f"disk of 4 MiB: {status} when full, then {acknowledged} rows of {acknowledged}, file whole")


async def test_a_disk_that_is_read_only(serve: Start, small_disk: Path) -> None:
    """Fault 32: on a file system that is read-only reads go on, and a write is told so; with a key too."""
    path = small_disk / "own.db"
    await prepare(f"sqlite:///{path}", "insert into item (name) values ('before')")
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    await asyncio.to_thread(subprocess.run, remount, check=True)
    async with service(serve, f"sqlite:///{path}") as its:
        for key in (None, "key"):
            answer = await its.insert("row", key=key)
            assert (answer.status_code, answer.json()["code"]) == (405, "25006")
        assert (await its.get("/rest/v1/item?select=name")).json() == [{"name": "before"}]
    measured(32, "read-only file system: 405 (25006), reads 200")


async def test_files_that_may_not_grow(serve: Start, path: Path) -> None:
    """Fault 32: the same where it is a limit that keeps files from growing."""
    async with service(serve, f"sqlite:///{path}") as its:
        pid = its.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1024**2, hard))
        acknowledged, status = await _survives(
            its, path, lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard)) and None
        )
    measured(32, f"files of 1 MiB at most: {status} beyond, then {acknowledged} rows of {acknowledged}, file whole")


async def test_an_endless_reader(serve: Start, path: Path, full: bool) -> None:
    """Fault 33: beside reads without end, cut off by their time limit, the log stays short while somebody goes on
    writing; killed in the middle, the service comes back with all that it acknowledged; stopped, it leaves no log."""
    seconds = 20.0 if full else 6.0
    wal = path.with_name(f"{path.name}-wal")
    peak, acknowledged, on_the_way = 0, 0, 0
    done = asyncio.Event()
    async with service(serve, f"sqlite:///{path}", statement_timeout=0.5) as its:

        async def read() -> None:
            try:
                assert (await its.get("/rest/v1/endless")).status_code == 504
            except AWAY:
                await asyncio.sleep(0.05)

        async def write() -> None:
            nonlocal peak, acknowledged, on_the_way
            try:
                answer = await its.insert(*[TEXT] * 50)
            except AWAY:
                on_the_way += 1
                await asyncio.sleep(0.05)
                return
            assert answer.status_code == 201, answer.text
            acknowledged += 1
            peak = max(peak, wal.stat().st_size)

        reading = [asyncio.create_task(during(done, read))]
        await asyncio.sleep(0.25)
        reading.append(asyncio.create_task(during(done, read)))
        writing = asyncio.create_task(during(done, write))
        began = monotonic()
        await until(lambda: monotonic() - began > seconds and acknowledged * 500_000 > 1.5 * LONGEST, 100)
        await its.kill()
        await until(lambda: on_the_way > 0)
        before = acknowledged
        await until(lambda: acknowledged > before)
        done.set()
        await asyncio.gather(writing, *reading)
        counted = await its.get("/rest/v1/item?select=id&limit=0", Prefer="count=exact")
        rows = int(counted.headers["Content-Range"].rpartition("/")[2])
        assert 50 * acknowledged <= rows <= 50 * (acknowledged + on_the_way)
        assert rows % 50 == 0
        assert peak <= LONGEST * 3 // 2
    assert not wal.exists()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    measured(33, f"{rows * 10_000 / 1e6:.0f} MB written beside overlapping reads of 0.5 s: the log {peak / 1e6:.0f} MB "
             f"at most; killed: {acknowledged} writes acknowledged, 0 lost")  # fmt: skip
