"""Over workers: what several processes answer together, and what memory each takes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from statistics import mean
from typing import Any

import psutil

from benchmarks.run import Entry
from benchmarks.scale.curve import CPU, OTHERS, P99, RATE, Column, Curve
from benchmarks.scale.setting import BY_CASE, FREE, Asked, Setting, measured, ours
from benchmarks.servers import Server

_COLUMNS = (
    Column("workers", "workers"),
    Column("rows", "rows", "{:,}"),
    RATE,
    P99,
    CPU,
    Column("pss", "PSS a worker, MB", "{:.1f}", 1e-6),
    Column("rss", "RSS a worker, MB", "{:.1f}", 1e-6),
    Column("whole", "all processes, PSS MB", "{:.1f}", 1e-6),
    OTHERS,
)


def counts(cores: int | None) -> list[int]:
    """1, 2, 4 … workers up to the cores; 2 always."""
    return [1, 2, *(1 << power for power in range(2, (cores or 1).bit_length()))]


def workers(setting: Setting) -> list[Curve]:
    """1 row and 100 rows; the load shares the cores with the workers, for none is bound to one."""
    if not setting.names:
        return []
    database = setting.names[0]
    asked = [
        Asked({"database": database, "workers": many, "rows": rows}, BY_CASE[case], _with(database, many))
        for case, rows in (("row", 1), ("page", 100))
        for many in counts(os.cpu_count())
    ]
    found = measured(setting, asked, cores=FREE, look=_memory)
    return [Curve("workers", "1 row and 100 rows, over workers", _COLUMNS, found.points)]


def _with(database: str, many: int) -> Server:
    return ours(database, f"{many} workers", "--workers", str(many))


def _memory(entry: Entry) -> dict[str, Any]:
    """Bytes, after the load. With one worker there is no parent."""
    first = entry.running.process.pid
    children = [child.pid for child in psutil.Process(first).children()]
    each = children or [first]
    return {
        "pss": mean(shared_of(pid, "Pss") for pid in each),
        "rss": mean(shared_of(pid, "Rss") for pid in each),
        "whole": sum(shared_of(pid, "Pss") for pid in {first, *children}),
    }


def shared_of(pid: int, kind: str) -> int:
    """Bytes that a process has in memory: `Rss` as if it had them alone, `Pss` its share of what others have too.

    0 where the system does not tell as Linux does.
    """
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(f"{kind}:"):
                return int(line.split()[1]) * 1024
    return 0
