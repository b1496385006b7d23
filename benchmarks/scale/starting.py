"""How long a start takes: from the program's first instruction to the first 200 of `/-/ready`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import cpu_of
from benchmarks.process import start
from benchmarks.scale.curve import DATABASE, Column, Curve
from benchmarks.scale.setting import Setting, ours
from benchmarks.servers import Server

_MOST = 10  # rounds
_EVERY = 0.005  # seconds between two looks whether it is ready
_BYTECODE = {"compiled": True, "not compiled": False}
_COLUMNS = (
    DATABASE,
    Column("code", "Python's bytecode"),
    Column("seconds", "ready after, s", "{:.2f}"),
    Column("cpu", "CPU, s", "{:.2f}"),
    Column("rounds", "starts"),
)


def starting(setting: Setting) -> list[Curve]:
    """One worker, on the demo's file and on PostgreSQL, with Python's bytecode there and not there."""
    demo = setting.folder / "demo.db"
    subprocess.run([sys.executable, "-m", "service", "demo", "--path", str(demo)], check=True, capture_output=True)
    urls = {**setting.databases.urls, "sqlite": f"sqlite:///{demo}"}
    wanted = [(name, code) for name in setting.names for code in _BYTECODE]
    found: dict[tuple[str, str], list[tuple[float, float]]] = {each: [] for each in wanted}
    ends = time.monotonic() + setting.budget
    for number in range(_MOST):
        if number and time.monotonic() > ends:
            break
        for name, code in wanted:
            found[name, code].append(_once(ours(name, "start"), urls[name], setting.folder, compiled=_BYTECODE[code]))
    points = [_point(name, code, times) for (name, code), times in found.items()]
    return [Curve("start", "A start, until the service is ready", _COLUMNS, points)]


def _point(name: str, code: str, times: list[tuple[float, float]]) -> dict[str, Any]:
    seconds, cpu = (median(values) for values in zip(*times, strict=True))
    return {"database": name, "code": code, "seconds": seconds, "cpu": cpu, "rounds": len(times)}


def _once(server: Server, url: str, folder: Path, *, compiled: bool) -> tuple[float, float]:
    """Seconds until it is ready, and of CPU until then."""
    with tempfile.TemporaryDirectory(dir=folder) as empty:
        added = {} if compiled else {"PYTHONPYCACHEPREFIX": empty}
        began = time.perf_counter()
        running = start(replace(server, environment={**server.environment, **added}), url, folder)
        try:
            running.wait_until_ready(None, every=_EVERY)
            return time.perf_counter() - began, cpu_of(running.process.pid)
        finally:
            running.stop()
