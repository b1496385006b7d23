"""The benchmarks still run: their figures are not for a test to judge, their answers and their arithmetic are."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cases import CASES, WrongAnswerError, check
from benchmarks.client import Load, request_for
from benchmarks.crowd import TooFewWaitError
from benchmarks.generator import drive, summary
from benchmarks.goals import GOALS, reached
from benchmarks.inserts import NARROW, WrongInsertError, insert_all
from benchmarks.machine import forget_peak, memory_of
from benchmarks.run import Measured
from benchmarks.servers import SERVERS

ROOT = Path(__file__).parent.parent
BY_NAME = {case.name: case for case in CASES}


@pytest.mark.slow
@pytest.mark.parametrize("goal", ["P7", "P8", "P12", "M1"])
def test_a_goal_alone_is_measured(goal: str, tmp_path: Path) -> None:
    """The shortest run of one goal starts what it needs and no more, gets right answers, and tells the goal."""
    file = tmp_path / "run.json"
    command = [sys.executable, "-m", "benchmarks", goal, "--budget", "1", "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    run = json.loads(file.read_text())
    needs = next(each.needs for each in GOALS if each.name == goal)
    assert [(each["case"], each["server"]) for each in run["results"]] == list(needs)
    assert all(each["rate"] > 0 and 0 < each["p50"] <= each["p99"] for each in run["results"])
    assert [each["name"] for each in run["goals"]] == [goal]
    assert all((each["memory"] > 0) is (goal == "M1") for each in run["results"])


def test_goals_need_what_is_measured() -> None:
    """Each goal's cases and servers exist, and its server takes part in the case."""
    measured = {(case, server.name) for server in SERVERS for case in server.paths}
    assert [need for goal in GOALS for need in goal.needs if need not in measured] == []
    assert {case for case, _ in measured} == set(BY_NAME)


@pytest.mark.parametrize(
    "goal, ours, theirs, is_reached",
    [
        ("P4", 1.0, 1.0, True),
        ("P4", 0.99, 1.0, False),
        ("P7", 5.0, 1.0, True),
        ("P7", 4.9, 1.0, False),
        ("P9", 4.0, 1.0, True),
        ("P9", 3.9, 1.0, False),
        ("P12", 0.05, None, True),
        ("P12", 0.051, None, False),
    ],
)
def test_a_goal_is_told_where_it_was_measured(goal: str, ours: float, theirs: float | None, is_reached: bool) -> None:
    """A bound that is just met is reached, on either side; a goal of which something is missing is not told."""
    needs = next(each.needs for each in GOALS if each.name == goal)
    values = [ours] if theirs is None else [ours, theirs]
    figures = {need: Measured(value, value, value, 0, 0, 0) for need, value in zip(needs, values, strict=True)}
    assert {each.name: each.reached for each in reached(figures)}[goal] is is_reached
    assert reached(dict(list(figures.items())[1:])) == []


@pytest.mark.parametrize(
    "row, page, expected", [(1.1, 1.3, [True, True]), (1.0, 1.3, [False, True]), (1.1, 1.2, [True, False])]
)
def test_both_cases_against_postgrest_have_a_bound(row: float, page: float, expected: list[bool]) -> None:
    """P3 is two goals, each with the bound of its case."""
    figures = {("row", "PostgREST"): rate(1), ("row", "Poolgate, granian"): rate(row)}
    figures |= {("page", "PostgREST"): rate(1), ("page", "Poolgate, granian"): rate(page)}
    assert [each.reached for each in reached(figures) if each.name == "P3"] == expected


def test_the_floor_is_the_server_and_the_driver() -> None:
    """P5 divides what one request uses by what the bare server and the bare driver use together."""
    figures = {("page alone", "bare asyncpg"): cpu(40), ("constant", "bare Hypercorn"): cpu(160)}
    figures |= {("constant", "bare granian"): cpu(10)}
    figures |= {("page", "Poolgate"): cpu(400), ("page", "Poolgate, granian"): cpu(250)}
    found = [(each.value, each.reached) for each in reached(figures) if each.name == "P5"]
    assert found == [(pytest.approx(2.0), True), (pytest.approx(5.0), False)]


def test_who_is_compared_is_compared_within_a_round() -> None:
    """A slow minute that meets one server in one round and the other in the next says nothing of either."""
    ours, theirs = ("page", "Poolgate"), ("page", "PostgREST")
    rounds = [{ours: rate(2), theirs: rate(1)}, {ours: rate(20), theirs: rate(10)}, {ours: rate(1), theirs: rate(10)}]
    medians = {ours: rate(2), theirs: rate(10)}
    assert [each.value for each in reached(medians, rounds=rounds) if each.name == "P4"] == [2.0]
    assert [each.value for each in reached(medians) if each.name == "P4"] == [0.2]


def test_goals_that_were_not_measured_say_why() -> None:
    """Of the goals that were asked for each is in the table, with the reason where it was not measured."""
    asked = [goal for goal in GOALS if goal.name in ("P4", "P9")]
    verdicts = reached({("page", "Poolgate"): rate(1)}, asked, {"PostgREST": "npm is away"})
    found = [(each.name, each.value, each.found) for each in verdicts if each.reached is None]
    lacking = "Poolgate, SQLite: left out of this run; Datasette, SQLite: left out of this run"
    assert found == [
        ("P4", None, "not measured (PostgREST: npm is away)"),
        ("P9", None, f"not measured ({lacking})"),
    ]


def test_the_table_is_in_order() -> None:
    """Goals are told as they are numbered, and those without a number after them."""
    names = [goal.name for goal in GOALS]
    numbers = [int(name[1:]) for name in names if name[0] == "P"]
    assert numbers == sorted(numbers)
    assert names[len(numbers) :] == ["CPU", "M1", "M2"]


async def test_a_wrong_answer_fails_the_run() -> None:
    """An answer that is not the expected one raises, fast as it may be."""
    async with answering(b'{"live": false}') as port:
        with pytest.raises(WrongAnswerError, match="200"):
            await asyncio.to_thread(check, BY_NAME["probe"], port, "/-/live", 0)


@pytest.mark.parametrize("status, failed", [(b"200 OK", 0), (b"503 Service Unavailable", 4)])
async def test_a_paced_load_counts_every_request(status: bytes, failed: int) -> None:
    """One request is sent whenever it is due; those that are not answered 200 are counted as failed."""
    async with answering(b"{}", status) as port:
        counted = await drive(**job(port, every=0.05, seconds=0.2))
    assert (counted["total"], counted["failed"]) == (4, failed)


async def test_a_paced_load_counts_what_is_answered_too_late() -> None:
    """A stall that outlasts the load shows in its latencies, from the moment the request was due."""
    async with answering(b"{}", after=0.3) as port:
        counted = await drive(**job(port, every=0.05, seconds=0.2))
    assert counted["total"] == 4
    assert 0.3 <= counted["p50"] <= counted["p99"]


async def test_a_crowd_that_does_not_wait_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe's figure counts only if the service itself says that the crowd waits."""
    monkeypatch.setattr("benchmarks.crowd._WITHIN", 0.1)
    async with answering(b'{"waiting": 1}') as port:
        with pytest.raises(TooFewWaitError, match="1 wait"):
            await drive(**job(port, crowd={"path": "/sleep", "clients": 2, "waiting": 2}))


@pytest.mark.parametrize("says, fails", [(b"\r\nConnection: close", False), (b"", True)], ids=["told", "not told"])
async def test_a_server_that_ends_connections_says_so(says: bytes, fails: bool) -> None:
    """Who answers so many requests on a connection and then ends it is asked on by another; who hangs up has failed."""
    async with answering(b"{}", b"200 OK" + says) as port:
        counted = await drive(**job(port))
    assert (counted["failed"] > 0) == fails
    assert (counted["total"] > 1) != fails


def test_the_rate_is_taken_over_whole_turns() -> None:
    """Answers that come in tens are counted in tens, wherever the window cuts them."""
    load = Load([b""], until=10.0)
    load.done = [(second + 0.001 * place, 0.5) for second in range(10) for place in range(10)][:-3]
    assert summary(load, 0.0, 10)["rate"] == pytest.approx(10.0)


@pytest.mark.parametrize("total, message", [("*/*", "Content-Range"), ("*/7", "0 rows more")])
async def test_a_bulk_insert_that_does_nothing_fails_the_run(total: str, message: str) -> None:
    """What a server says about a bulk insert does not count: the rows have to be there."""
    async with answering(b"", b"201 Created\r\nContent-Range: " + total.encode()) as port:
        with pytest.raises(WrongInsertError, match=message):
            await asyncio.to_thread(insert_all, NARROW, port, "/bulk")


def test_memory_at_its_most_is_seen_and_forgotten() -> None:
    """What a process had for a moment is counted, until that is told to begin anew."""
    before = memory_of(os.getpid())
    held = b"x" * 50_000_000
    del held
    assert memory_of(os.getpid(), at_most=True) - before > 45_000_000
    forget_peak(os.getpid())
    assert memory_of(os.getpid(), at_most=True) - memory_of(os.getpid()) < 10_000_000


def test_an_insert_is_posted_with_its_body() -> None:
    """The built-in generator posts the body of a case that has one, and reads where there is none."""
    assert request_for(1, "/a") == b"GET /a HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n"
    head, _, body = request_for(1, "/a", '{"a":"é"}').partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a ")
    assert head.endswith(b"Content-Length: 10")
    assert body == '{"a":"é"}'.encode()


def rate(value: float) -> Measured:
    return Measured(value, 1, 1, 0, 0, 0)


def cpu(value: float) -> Measured:
    return Measured(1, 1, 1, value, 0, 0)


def job(port: int, **changes: Any) -> dict[str, Any]:
    """A short load by one client."""
    usual = {
        "requests": [("/", None)],
        "clients": 1,
        "warm": 0.0,
        "seconds": 0.1,
        "turn": 1,
        "every": None,
        "crowd": None,
    }
    return {"port": port, **usual, **changes}


@asynccontextmanager
async def answering(body: bytes, status: bytes = b"200 OK", after: float = 0.0) -> AsyncIterator[int]:
    """The port of a server that gives each request this answer, after so many seconds, and hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        await reader.readexactly(0 if length is None else int(length[1]))  # else who sends it finds a broken pipe
        await asyncio.sleep(after)
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
