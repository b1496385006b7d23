"""The machine: which core is whose, what processes have used, what it is."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

_PACKAGES = (
    "flask", "hypercorn", "granian", "uvloop", "sqlalchemy", "asyncpg", "aiosqlite",
    "fastapi", "pydantic", "uvicorn", "quart", "asgiref", "gunicorn", "psycopg", "datasette",
)  # fmt: skip


@dataclass(frozen=True)
class Cores:
    """The server's core and the load's; None where processes cannot be bound or there is one core only."""

    server: int | None
    load: int | None


def choose_cores() -> Cores:
    """Two cores of those that this process may use."""
    if not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2:
        return Cores(None, None)
    usable = sorted(os.sched_getaffinity(0))
    return Cores(usable[0], usable[1])


@contextmanager
def bound_to(core: int | None) -> Iterator[None]:
    """What is started inside runs on this core alone, with all its threads."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def bind(pid: int, core: int | None) -> None:
    """A process and its descendants run on this core from now on, with all their threads."""
    if core is None:
        return
    process = psutil.Process(pid)
    for each in (process, *process.children(recursive=True)):
        for thread in each.threads():
            with suppress(ProcessLookupError):  # it has ended
                os.sched_setaffinity(thread.id, {core})


def cpu_of(pid: int) -> float:
    """Seconds that a process and all its descendants, also those that ended, have used: user and system."""
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = each.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def memory_of(pid: int, *, at_most: bool = False) -> int:
    """Bytes that a process and its descendants have in memory; 0 where the system does not tell as Linux does.

    Args:
        at_most: the most that they had since `forget_peak`, each at its own moment.
    """
    name = "VmHWM:" if at_most else "VmRSS:"
    lines = (line.split() for each in _family(pid) for line in _read(each, "status").splitlines())
    return sum(int(words[1]) * 1024 for words in lines if words and words[0] == name)


def forget_peak(pid: int) -> None:
    """From now on the most that a process and its descendants have in memory is counted anew."""
    for each in _family(pid):
        with suppress(OSError):
            Path(f"/proc/{each}/clear_refs").write_text("5")


def _family(pid: int) -> list[int]:
    with suppress(psutil.NoSuchProcess):
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    return []


def _read(pid: int, name: str) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_text()
    return ""


def cpu_of_generators() -> float:
    """Seconds that children of this process which have ended used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_of_machine() -> float:
    """Seconds that all cores together were not idle for us: busy, or taken away by the host."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "guest", 0.0)
    return float(sum(times) - idle)


def describe(postgresql: str, generator: str, programs: dict[str, str] | None = None) -> dict[str, Any]:
    """What the figures were taken on.

    Args:
        postgresql: its version.
        generator: what makes the load.
        programs: versions of servers that are no Python packages.
    """
    import sqlite3

    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": postgresql,
        "sqlite": sqlite3.sqlite_version,
        "load": generator,
        "packages": {name: version for name in _PACKAGES if (version := _version(name))} | (programs or {}),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
