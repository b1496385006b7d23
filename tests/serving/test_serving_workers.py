"""Several workers under one parent: they share the port, are replaced, and stop together. Faults 20, 21 and 22."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from pathlib import Path

import httpx
import psutil
import pytest
from poolgate_process import DEADLINE, Process, Start, behind, both_servers, make_shop, until
from steady import Steady
from test_serving_stop import ours

from tests.figures import measured

pytestmark = pytest.mark.slow


@pytest.fixture
def four(serve: Start, shop: Path) -> Process:
    """Four workers, all of them up."""
    process = serve("--app", "shop:app", "--workers", "4", database_url=f"sqlite:///{shop}", anonymous="read")
    until(lambda: process.lines_with("all 4 workers serve"))
    return process


def gone(pids: list[int]) -> bool:
    return not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids)


@both_servers
def test_each_line_says_which_worker(serve: Start, postgresql_url: str) -> None:
    """Each worker says when it serves, by its process id; SIGUSR1 reaches all; a stop leaves nothing on the server."""
    process = serve("--workers", "2", database_url=postgresql_url, anonymous="read")
    until(lambda: process.lines_with("all 2 workers serve"))
    assert len({line.split()[2] for line in process.lines}) == 3  # the parent's too
    assert sorted(process.up) == sorted(worker.pid for worker in process.workers)
    assert process.get("/-/ready").status_code == 200
    assert ours(postgresql_url) >= 4  # a pool each
    process.signal(signal.SIGUSR1)
    until(lambda: len(process.lines_with("(SIGUSR1)")) == 2)
    pids = process.up
    assert process.stop() == 0
    assert process.lines[-1].endswith("all workers have stopped")
    assert gone(pids)
    assert ours(postgresql_url) == 0


@both_servers
async def test_a_killed_worker_is_replaced(four: Process) -> None:
    """Fault 22: kill -9 of one worker: callers of the others see no error, and another one serves within 3 s."""
    url = await asyncio.to_thread(lambda: four.url)
    async with Steady(url, 16) as load:
        await load.asked(200)
        victim = next(worker for worker in four.workers if load.on(worker))
        hit = load.on(victim)
        before = set(four.up)
        began = time.monotonic()
        victim.kill()
        await asyncio.to_thread(until, lambda: set(four.up) - before, 3.0)
        took = time.monotonic() - began
        await load.asked(200)
    measured(22, f"replaced after {took:.2f} s; errors of {len(hit)} callers of the dead one: {load.errors}")
    assert set(load.errors) <= hit
    assert four.lines_with(f"worker {victim.pid} was ended by SIGKILL; another one takes its place")
    assert await asyncio.to_thread(four.stop) == 0


@both_servers
def test_a_worker_that_is_stopped_alone_is_replaced(four: Process) -> None:
    """SIGTERM to one worker drains it and starts another: a way to renew them one by one."""
    first, before = four.up[0], set(four.up)
    slow = behind(four, "/slow/1.0")
    os.kill(first, signal.SIGTERM)
    until(lambda: set(four.up) - before)
    assert slow.result().status_code == 200
    assert four.lines_with(f"worker {first} ended with status 0")
    assert four.stop() == 0


@pytest.mark.parametrize("workers, busy, server", [
    (1, "/slow/5.0", "hypercorn"), (4, "/blocking/5.0", "hypercorn"), (3, "/blocking/2.0", "granian"),
])  # fmt: skip
async def test_a_stop_under_load_loses_nothing(workers: int, busy: str, serve: Start, shop: Path) -> None:
    """Fault 20: SIGTERM under load, one worker busy for seconds: each request is answered, the last of a connection
    with `Connection: close`, and the exit status is 0."""
    process = serve(
        "--app", "shop:app", "--workers", str(workers), database_url=f"sqlite:///{shop}", anonymous="read"
    )  # fmt: skip
    if workers > 1:
        await asyncio.to_thread(until, lambda: process.lines_with(f"all {workers} workers serve"))
    url = await asyncio.to_thread(lambda: process.url)
    outcomes: list[int | str] = []
    closes: list[bool] = []
    told = asyncio.Event()

    async def client(keep: bool) -> None:
        limits = httpx.Limits(max_keepalive_connections=10 if keep else 0)
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=DEADLINE) as http:
            while True:
                try:
                    answer = await http.get("/rest/v1/item")
                except httpx.ConnectError:
                    return  # nobody listens any more
                except httpx.TransportError as error:
                    outcomes.append(repr(error))
                    return
                outcomes.append(answer.status_code)
                if told.is_set():
                    closes.append(answer.headers.get("Connection") == "close")

    clients = [asyncio.create_task(client(keep=number % 2 == 0)) for number in range(16)]
    await asyncio.to_thread(until, lambda: len(outcomes) > 200)
    slow = await asyncio.to_thread(behind, process, busy)
    process.signal()
    told.set()
    began = time.monotonic()
    await asyncio.gather(*clients)
    status = await asyncio.to_thread(process.wait)
    took = time.monotonic() - began
    measured(20, f"{workers} workers: {len(outcomes)} requests, {len(closes)} while stopping; ended in {took:.1f} s")
    assert (status, set(outcomes), slow.result().status_code) == (0, {200}, 200)
    assert any(closes)
    assert took < 10 + 1


@pytest.mark.parametrize("path", ["/slow/60.0", "/plain/60.0", "/blocking/60.0"])
def test_what_is_stuck_is_cut_off(path: str, serve: Start, postgresql_url: str) -> None:
    """Fault 21: a request that does not end holds no worker for longer than a second after the drain timeout."""
    process = serve("--app", "shop:app", "--workers", "2", database_url=postgresql_url, drain_timeout="0.3")
    stuck = behind(process, path)
    pids = until(lambda: len(process.up) == 2 and process.up)
    began = time.monotonic()
    assert process.stop() == 0
    took = time.monotonic() - began
    measured(21, f"2 workers, {path}: ended in {took:.2f} s with a drain timeout of 0.3 s")
    assert 0.2 < took < 0.3 + 1.0 + 0.5
    assert gone(pids)
    assert stuck.exception() is not None or stuck.result().status_code == 503
    until(lambda: ours(postgresql_url) == 0, 2.0)


def test_a_suspended_worker_is_killed(serve: Start, shop: Path) -> None:
    """Fault 21: not even a worker that the system has suspended keeps the others, or the parent, from ending."""
    process = serve("--workers", "2", database_url=f"sqlite:///{shop}", drain_timeout="0.3")
    until(lambda: process.lines_with("all 2 workers serve"))
    pids = process.up
    os.kill(pids[0], signal.SIGSTOP)
    began = time.monotonic()
    assert process.stop() == 0
    took = time.monotonic() - began
    measured(21, f"a suspended worker: ended in {took:.2f} s with a drain timeout of 0.3 s")
    assert 1.0 < took < 2.3
    assert gone(pids)
    assert process.lines[-1].endswith("1 workers did not end in time and are killed")


def test_told_twice(four: Process) -> None:
    """Fault 21: a second SIGTERM ends all of them at once."""
    slow = behind(four, "/slow/60.0")
    pids = four.up
    four.signal()
    until(lambda: four.lines_with("stopping;"))
    began = time.monotonic()
    four.signal()
    assert four.wait() == 128 + signal.SIGTERM
    assert time.monotonic() - began < 1.0
    assert gone(pids)
    with pytest.raises(httpx.TransportError):
        slow.result()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_all_processes(number: int, four: Process) -> None:
    """A service manager or a terminal tells parent and workers alike: that counts as once, and loses nothing."""
    slow = behind(four, "/slow/1.0")
    pids = four.up
    for pid in pids:
        os.kill(pid, number)
    four.signal(number)
    assert four.wait() == 0
    assert slow.result().status_code == 200
    assert gone(pids)


def test_workers_do_not_outlive_their_parent(four: Process) -> None:
    """When the parent is killed its workers end what they have begun, let go of the port, and end."""
    slow = behind(four, "/slow/1.0")
    pids, port = four.up, four.port
    four.signal(signal.SIGKILL)
    assert four.wait() == -signal.SIGKILL
    assert slow.result().status_code == 200
    until(lambda: gone(pids), 5.0)
    socket.create_server(("127.0.0.1", port)).close()


CRASHES = """
import os, pathlib, signal
from service import create_app
if pathlib.Path("crash").exists():
    os.kill(os.getpid(), signal.SIGABRT)
app = create_app()
"""


def test_a_first_worker_that_crashes(serve: Start, tmp_path: Path) -> None:
    """If no worker can start, the parent says what became of the first, once, and ends with exit status 1."""
    (tmp_path / "crashes.py").write_text(CRASHES)
    (tmp_path / "crash").touch()
    process = serve("--app", "crashes:app", "--workers", "3", database_url=make_shop(tmp_path / "shop.db"))
    assert process.wait() == 1
    assert process.lines_with("poolgate: The first worker was ended by SIGABRT before it served") == process.lines


def test_workers_that_can_start_no_more(serve: Start, tmp_path: Path) -> None:
    """Workers that crash at once are followed with growing pauses, and with nobody left the parent gives up."""
    (tmp_path / "crashes.py").write_text(CRASHES)
    process = serve("--app", "crashes:app", "--workers", "2", database_url=make_shop(tmp_path / "shop.db"))
    until(lambda: process.lines_with("all 2 workers serve"))
    (tmp_path / "crash").touch()
    began = time.monotonic()
    for pid in process.up:
        os.kill(pid, signal.SIGKILL)
    assert process.wait() == 1
    assert 2.0 < time.monotonic() - began < 8.0
    assert process.lines[-1] == "poolgate: No worker can be started any more; the last one was ended by SIGABRT"


@pytest.mark.parametrize("settings, status, told", [
    ({"database_url": "sqlite:///no/such/shop.db"}, 2, "DATABASE_URL: the folder no/such "),
    ({"database_url": "sqlite:///shop.db", "application": "nothing"}, 1, "--app nothing: there is no module 'nothing'"),
])  # fmt: skip
def test_what_keeps_all_from_starting_is_told_once(
    settings: dict[str, str], status: int, told: str, serve: Start
) -> None:
    """A setting that cannot be used ends the start with the message and exit status that one worker would have."""
    app = settings.get("application")
    flags = ["--app", app] if app else []
    process = serve(*flags, "--workers", "4", database_url=settings["database_url"])
    assert process.wait() == status
    assert process.lines[0].startswith(f"poolgate: {told}")
    assert len(process.lines_with(told)) == 1


def test_more_connections_than_the_server_has(serve: Start, postgresql_url: str) -> None:
    """Workers that together may need more connections than there are do not start; the numbers are told, once."""
    process = serve("--workers", "4", database_url=postgresql_url, pool_max_size="24")
    assert process.wait() == 2
    (line,) = process.lines
    assert "4 workers each have up to 24 connections and 1 to listen, 100 in all, but the server has 97" in line
    assert "set POOLGATE_POOL_MAX_SIZE to 23 at most" in line
