"""Over time: a worker's memory after a million requests, and while a million rows are streamed. P11."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

from benchmarks.cases import WrongAnswerError, check
from benchmarks.goals import Verdict
from benchmarks.load import load
from benchmarks.machine import bound_to, cpu_of, forget_peak, memory_of
from benchmarks.process import Running, start
from benchmarks.scale.curve import DATABASE, Column, Curve
from benchmarks.scale.mixed import MIXED, PATH
from benchmarks.scale.reading import stream
from benchmarks.scale.setting import Setting, ours

SETTLED = 10_000
"""Requests after which a worker's memory is what it is held against."""
MORE, ABOVE = 0.02, 20e6
"""To reach: at most this share more, and at most so many bytes above rest."""
_LONGEST = 15.0  # seconds of one load, between two looks
_REQUESTS = (DATABASE, Column("requests", "requests", "{:,}"), Column("memory", "RSS, MB", "{:.1f}", 1e-6))
_STREAMS = (
    DATABASE,
    Column("form", "form"),
    Column("rows", "rows", "{:,}"),
    Column("seconds", "s", "{:.1f}"),
    Column("cpu", "CPU, service, s", "{:.1f}"),
    Column("memory", "peak above rest, MB", "{:.1f}", 1e-6),
)


def streams(setting: Setting) -> list[Curve]:
    """All rows of `many`, as NDJSON and as CSV, each by a process of its own."""
    points = [_streamed(setting, name, form) for name in setting.names for form in ("ndjson", "csv")]
    most = max(point["memory"] for point in points)
    what = f"{setting.rows:,} rows streamed as NDJSON and CSV, either database: peak memory above rest"
    verdict = Verdict("P11", what, most, f"{most / 1e6:.1f} MB", f"at most {ABOVE / 1e6:.0f} MB", most <= ABOVE)
    return [Curve("streams", "One stream of many rows", _STREAMS, points, verdicts=[verdict])]


def _streamed(setting: Setting, name: str, form: str) -> dict[str, Any]:
    running = start(ours(name, "stream"), setting.databases.urls[name], setting.folder)
    try:
        running.wait_until_ready(setting.cores.server)
        pid = running.process.pid
        stream(running.port, form, 1)  # what the first request alone takes is not the stream's
        at_rest, before = memory_of(pid), cpu_of(pid)
        forget_peak(pid)
        with bound_to(setting.cores.load):
            took = stream(running.port, form, setting.rows)
        peak = memory_of(pid, at_most=True)
        used = cpu_of(pid) - before
    finally:
        running.stop()
    memory = max(0, peak - at_rest)
    return {"database": name, "form": form, "rows": setting.rows, "seconds": took, "cpu": used, "memory": memory}


def requests(setting: Setting) -> list[Curve]:
    """A worker's memory over the requests that it has answered, until they are enough or the time is over."""
    with ExitStack() as stack:
        workers: dict[str, Running] = {}
        for name in setting.names:
            server = ours(name, "mixed", paths={"mixed": PATH}, settings={"POOL_ACQUIRE_TIMEOUT": "60s"})
            workers[name] = start(server, setting.databases.urls[name], setting.folder)
            stack.callback(workers[name].stop)
        for running in workers.values():
            running.wait_until_ready(setting.cores.server)
        points = _asked(setting, workers)
    return [Curve("requests", "A worker's memory, over requests", _REQUESTS, points, verdicts=judged(points))]


def _asked(setting: Setting, workers: dict[str, Running]) -> list[dict[str, Any]]:
    """The workers take turns, so that the time is theirs in equal parts."""
    points: list[dict[str, Any]] = []
    done = dict.fromkeys(workers, 0)
    ends = time.monotonic() + setting.budget
    while not points or time.monotonic() < ends:
        left = [name for name in workers if done[name] < setting.requests]
        if not left:
            break
        for name in left:
            seconds = setting.seconds if done[name] < SETTLED else min(_LONGEST, max(1.0, ends - time.monotonic()))
            done[name] += _load(setting, workers[name], seconds, len(points))
            memory = memory_of(workers[name].process.pid)
            points.append({"database": name, "requests": done[name], "memory": memory})
    return sorted(points, key=lambda point: (setting.names.index(point["database"]), point["requests"]))


def _load(setting: Setting, running: Running, seconds: float, number: int) -> int:
    key = MIXED.keys[number % len(MIXED.keys)]
    check(MIXED, running.port, PATH.format(key=key), key)
    counted = load(MIXED, running.port, PATH, seconds, setting.cores)
    if counted.failed or not counted.total:
        raise WrongAnswerError(f"{counted.failed} of {counted.total} answers failed\n{running.complaint()}")
    return counted.total


def judged(points: list[dict[str, Any]]) -> list[Verdict]:
    """On the database where the memory grew most: its last figure against its first after 10,000 requests.

    None where the time was over before.
    """
    growth, asked = [], []
    for name in {point["database"] for point in points}:
        settled = [point for point in points if point["database"] == name and point["requests"] >= SETTLED]
        if not settled or not settled[0]["memory"]:  # where the system does not tell as Linux does
            return []
        growth.append(settled[-1]["memory"] / settled[0]["memory"] - 1)
        asked.append(settled[-1]["requests"])
    most = max(growth)
    what = f"memory of a worker after {min(asked):,} requests against after {SETTLED:,}, either database"
    return [Verdict("P11", what, most, f"{most:+.1%}", f"at most {MORE:+.0%}", most <= MORE)]
