"""Over the size of answers: one request at a time."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from benchmarks.machine import bound_to, cpu_of, forget_peak, memory_of
from benchmarks.process import Running, start
from benchmarks.scale.curve import DATABASE, Column, Curve
from benchmarks.scale.reading import fetch
from benchmarks.scale.setting import Setting, ours

SIZES = (1, 10, 100, 1_000, 10_000, 100_000)
IN_ONE_PIECE = 1_000
"""Rows: the default of `DB_MAX_ROWS`."""
_COLUMNS = (
    DATABASE,
    Column("form", "form"),
    Column("rows", "rows", "{:,}"),
    Column("seconds", "ms", "{:,.2f}", 1e3),
    Column("rows_a_second", "rows/s", "{:,.0f}"),
    Column("cpu", "CPU, service, ms", "{:,.2f}", 1e3),
    Column("database_cpu", "CPU, database, ms", "{:,.2f}", 1e3),
    Column("memory", "peak above rest, MB", "{:.1f}", 1e-6),
    Column("times", "requests"),
)


def results(setting: Setting) -> list[Curve]:
    """1 to 100,000 rows: JSON in one piece as far as DB_MAX_ROWS goes, NDJSON all the way."""
    points = [point for name in setting.names for point in _of(setting, name)]
    return [Curve("results", "One answer, over its rows", _COLUMNS, points)]


def _of(setting: Setting, name: str) -> list[dict[str, Any]]:
    running = start(ours(name, "results"), setting.databases.urls[name], setting.folder)
    try:
        running.wait_until_ready(setting.cores.server)
        with bound_to(setting.cores.load):
            return _points(setting, name, running)
    finally:
        running.stop()


def _points(setting: Setting, name: str, running: Running) -> list[dict[str, Any]]:
    """From few rows to many, so that the memory of an answer is not what a larger one has left behind."""
    sizes = [size for size in SIZES if size <= setting.rows]
    wanted = [(form, size) for size in sizes for form in ("json", "ndjson") if form != "json" or size <= IN_ONE_PIECE]
    for form, _ in wanted[:2]:
        fetch(running.port, form, 1)
    at_rest = memory_of(running.process.pid)
    budget = setting.budget / len(setting.names) / len(wanted)
    pids = (running.process.pid, setting.databases.pid)
    return [
        {"database": name, "form": form, "rows": size} | _repeated(running.port, pids, form, size, at_rest, budget)
        for form, size in wanted
    ]


def _repeated(port: int, pids: tuple[int, int], form: str, size: int, at_rest: int, budget: float) -> dict[str, Any]:
    """The same request until its time is over. Between two, while the answer is looked at, the service is idle.

    Args:
        pids: the service's and PostgreSQL's.
        at_rest: bytes that the service had before the first of all answers.
        budget: seconds.
    """
    forget_peak(pids[0])
    before = _used(pids)
    took: list[float] = []
    ends = time.monotonic() + budget
    while not took or time.monotonic() < ends:
        took.append(fetch(port, form, size))
    cpu, database_cpu = (after - earlier for after, earlier in zip(_used(pids), before, strict=True))
    return {
        "seconds": median(took),
        "rows_a_second": size / median(took),
        "cpu": cpu / len(took),
        "database_cpu": database_cpu / len(took),
        "memory": max(0, memory_of(pids[0], at_most=True) - at_rest),
        "times": len(took),
    }


def _used(pids: tuple[int, int]) -> list[float]:
    return [cpu_of(pid) if pid else 0.0 for pid in pids]
