"""Several workers' numbers: whichever is asked, they are everybody's, and they never go down."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from poolgate_process import DEADLINE, Process, Start, until

from tests.figures import measured
from tests.metrics import samples, value

pytestmark = pytest.mark.slow
WORKERS = 3
SIZE = 5  # connections of each: four readers and a writer


@pytest.fixture
def three(serve: Start, shop: Path) -> Process:
    """Three workers, all of them up."""
    process = serve(
        "--app", "shop:app", "--workers", str(WORKERS),
        database_url=f"sqlite:///{shop}", anonymous="read", pool_max_size="4", keep_alive="60",
    )  # fmt: skip
    until(lambda: process.lines_with(f"all {WORKERS} workers serve"))
    return process


@contextmanager
def each_worker(process: Process) -> Iterator[dict[int, httpx.Client]]:
    """A connection kept to each of the workers, by process id."""
    made: list[httpx.Client] = []

    def meet(_: int) -> tuple[int, httpx.Client]:
        made.append(http := httpx.Client(base_url=process.url, timeout=DEADLINE))
        return next(each["pid"] for each in told(http)["workers"] if each["asked"]), http

    found: dict[int, httpx.Client] = {}
    try:
        with ThreadPoolExecutor(8) as several:  # at once, for whoever is free first accepts
            until(lambda: found.update(several.map(meet, range(8))) or len(found) == WORKERS)
        yield found
    finally:
        for http in made:
            http.close()


def told(http: httpx.Client) -> dict[str, Any]:
    numbers: dict[str, Any] = http.get("/-/pool").json()
    return numbers


def metrics(http: httpx.Client) -> str:
    return http.get("/-/metrics").text


def misses(http: httpx.Client) -> float:
    """Requests for what is not there: nothing but these tests makes them."""
    return value(metrics(http), "poolgate_http_requests_total", status="404")


def miss(http: httpx.Client, times: int) -> None:
    for _ in range(times):
        assert http.get("/rest/v1/no_such").status_code == 404


def counters(http: httpx.Client) -> dict[str, float]:
    """All that may not go down, by name and labels; a process's own numbers end with it."""
    return {
        f"{each.name}{sorted(each.labels.items())}": each.value
        for each in samples(metrics(http))
        if each.name.endswith(("_total", "_count", "_sum", "_bucket")) and not each.name.startswith("process_")
    }


class Watch:
    """Someone who collects the metrics and does not let a counter go down."""

    def __init__(self) -> None:
        self.last: dict[str, float] = {}

    def look(self, http: httpx.Client) -> None:
        now = counters(http)
        assert {name: (before, now.get(name)) for name, before in self.last.items() if now.get(name, -1) < before} == {}
        self.last = now

    def until(self, condition: Callable[[], Any], asked: list[httpx.Client]) -> None:
        """Asks them in turn until that is true."""
        until(lambda: [self.look(http) for http in asked] and condition())


def test_whichever_is_asked_tells_everybodys(three: Process) -> None:
    """Each worker's metrics, JSON and events are the sums of all, in the form that they have with one worker."""
    with each_worker(three) as found:
        for number, http in enumerate(found.values(), 1):
            miss(http, 10 * number)
            for _ in range(10 * number):
                http.get("/rest/v1/item").raise_for_status()
        for pid, http in found.items():
            until(lambda http=http: misses(http) == 60, 5.0)
            numbers = told(http)
            rows = numbers["workers"]
            assert (numbers["state"], numbers["max_size"], numbers["min_size"]) == ("open", WORKERS * SIZE, WORKERS * 3)
            assert [(each["worker"], each["state"]) for each in rows] == [(n, "serving") for n in (1, 2, 3)]
            assert {each["pid"] for each in rows} == set(three.up)
            assert [each["pid"] for each in rows if each["asked"]] == [pid]
            for name in ("size", "idle", "in_use", "waiting", "max_size", "acquired", "connects"):
                assert sum(each[name] for each in rows) == numbers[name], name
            assert numbers["times"]["usage"]["count"] >= 60
            assert numbers["wait"]["count"] == numbers["acquired"] >= 60
            assert value(metrics(http), "poolgate_pool_max_size") == WORKERS * SIZE
            assert value(metrics(http), "poolgate_workers", state="serving") == WORKERS
            assert value(metrics(http), "poolgate_pool_acquired_total") >= numbers["acquired"]
            assert http.get("/", headers={"Accept": "application/json"}).json()["pool"]["max_size"] == WORKERS * SIZE
            with http.stream("GET", "/-/pool/events") as stream:
                first = json.loads(next(stream.iter_lines()).removeprefix("data: "))
            assert first["max_size"] == WORKERS * SIZE
            assert first["samples"][-1][-2] == WORKERS * SIZE


def test_processes_are_told_apart(three: Process) -> None:
    """The system's numbers are those of each process, by its place's number, the same whichever is asked."""
    with each_worker(three) as found:
        for http in found.values():
            starts = {
                each.labels["worker"]: each.value
                for each in samples(metrics(http))
                if each.name == "process_start_time_seconds"
            }
            assert sorted(starts) == ["1", "2", "3"]
            assert all(-5 < time.time() - start < 120 for start in starts.values())
            assert value(metrics(http), "process_resident_memory_bytes", worker="2") > 1 << 20


def test_a_killed_workers_numbers_stay(three: Process) -> None:
    """What has been shown of a worker does not vanish with it: no counter goes down, then or when it is replaced."""
    with each_worker(three) as found:
        victim, *others = found
        watch = Watch()
        miss(found[victim], 50)
        watch.look(found[victim])  # its numbers of this moment, which the others have not heard yet
        os.kill(victim, signal.SIGKILL)
        survivors = [found[pid] for pid in others]
        watch.until(lambda: victim not in {each["pid"] for each in told(survivors[0])["workers"]}, survivors)
        watch.until(lambda: len(three.up) == WORKERS + 1, survivors)
        new = three.up[-1]
        for http in survivors:
            watch.until(
                lambda http=http: len([each for each in told(http)["workers"] if each["pid"] == new]) == 1, [http]
            )
            assert (misses(http), told(http)["max_size"]) == (50, WORKERS * SIZE)
    with each_worker(three) as found:
        miss(found[new], 5)
        for http in found.values():
            watch.until(lambda http=http: misses(http) == 55, [http])
        (row,) = [each for each in told(found[new])["workers"] if each["asked"]]
        assert row["requests"] < 50  # its own; what was counted before it is in the sum


def test_a_renewed_worker_loses_no_number(three: Process) -> None:
    """A worker that ends in order tells the last it has counted, while it drains too, though nobody had asked it."""
    with each_worker(three) as found:
        (first, http), (_, other), _ = found.items()
        os.kill(first, signal.SIGTERM)
        miss(http, 1)  # the last of its connection
        until(lambda: len(three.up) == WORKERS + 1)
        until(lambda: misses(other) == 1, 5.0)


def test_a_stopped_worker_blocks_nobody(three: Process) -> None:
    """A worker that the system has stopped holds no answer up, is named as silent, and its numbers stay as known."""
    with each_worker(three) as found:
        (stopped, http), (_, other), _ = found.items()
        miss(http, 20)
        until(lambda: misses(other) == 20, 5.0)
        os.kill(stopped, signal.SIGSTOP)
        began = time.monotonic()
        longest = 0.0

        def named() -> list[dict[str, Any]]:
            nonlocal longest
            asked = time.monotonic()
            rows = [each for each in told(other)["workers"] if each["state"] == "silent"]
            longest = max(longest, time.monotonic() - asked)
            return rows

        (row,) = until(named, 6.0)
        took = time.monotonic() - began
        assert row["pid"] == stopped
        assert row["age"] >= 3
        assert longest < 1.0
        assert value(metrics(other), "poolgate_workers", state="silent") == 1
        assert (misses(other), told(other)["max_size"]) == (20, WORKERS * SIZE)
        page = other.get("/-/pool", headers={"Accept": "text/html"}).text
        assert "2 of 3 workers serve." in page
        assert "has not answered for" in page
        os.kill(stopped, signal.SIGCONT)
        until(lambda: not named(), 5.0)
    measured(
        22,
        f"a stopped worker: named after {took:.1f} s; the slowest answer of another one took {longest * 1000:.0f} ms",
    )


def test_one_alone_is_a_crew_of_one(serve: Start, shop: Path) -> None:
    """With one worker there is one row, and the process's own numbers bear no label."""
    process = serve(database_url=f"sqlite:///{shop}", anonymous="read", pool_max_size="4")
    with httpx.Client(base_url=process.url, timeout=DEADLINE) as http:
        (row,) = told(http)["workers"]
        assert (row["pid"], row["state"], row["asked"], row["max_size"]) == (process.pid, "serving", True, SIZE)
        assert [each.labels for each in samples(metrics(http)) if each.name == "process_cpu_seconds_total"] == [{}]
        assert "The workers" not in http.get("/-/pool", headers={"Accept": "text/html"}).text
