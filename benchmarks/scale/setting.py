"""What a run measures with: its databases, its cores, its time, and servers made of those that the other runs have."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.cases import CASES, Case
from benchmarks.data import Databases
from benchmarks.goals import Figures
from benchmarks.machine import Cores
from benchmarks.report import middle
from benchmarks.run import Entry, measure, started
from benchmarks.servers import SERVERS, Server

BY_CASE = {case.name: case for case in CASES}
_SERVERS = {"postgresql": "Poolgate", "sqlite": "Poolgate, SQLite"}
FREE = Cores(None, None)
"""Nothing is bound to a core."""


@dataclass(frozen=True)
class Setting:
    """What a curve is measured with.

    Args:
        folder: for files, removed at the end.
        names: the databases to measure, of `postgresql` and `sqlite`.
        seconds: each load.
        budget: seconds for the loads of one curve; each is done once at least.
        rows: of the table that is streamed.
        requests: that a worker's memory is looked at after.
    """

    folder: Path
    databases: Databases
    names: Sequence[str]
    cores: Cores
    seconds: float
    budget: float
    rows: int
    requests: int


@dataclass(frozen=True)
class Asked:
    """A point to measure: what it is of, who is asked, and what."""

    labels: dict[str, Any]
    case: Case
    server: Server


@dataclass(frozen=True)
class Found:
    """What was measured: points, and the figures for the goals by case and server."""

    points: list[dict[str, Any]] = field(default_factory=list)
    figures: Figures = field(default_factory=dict)


def ours(
    database: str,
    name: str,
    *arguments: str,
    paths: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
) -> Server:
    """The service on a database, with arguments and settings (without their prefix) of its own."""
    usual = next(server for server in SERVERS if server.name == _SERVERS[database])
    added = {f"POOLGATE_{key}": str(value) for key, value in (settings or {}).items()}
    return replace(
        usual,
        name=f"{usual.name}, {name}",
        command=(*usual.command, *arguments),
        environment={**usual.environment, **added},
        paths=usual.paths if paths is None else paths,
    )


def measured(
    setting: Setting,
    asked: Sequence[Asked],
    *,
    cores: Cores | None = None,
    look: Callable[[Entry], dict[str, Any]] = lambda _: {},
) -> Found:
    """Start all servers, measure them in interleaved rounds, and stop them.

    Args:
        cores: others than the run's.
        look: what else there is to say of a point, while its server still runs.

    Raises:
        StartError: a server did not start.
        WrongAnswerError: one gave a wrong answer.
    """
    cores = cores or setting.cores
    pairs = [(each.case, each.server) for each in asked]
    with started(pairs, setting.databases, setting.folder, cores) as entries:
        ends = time.monotonic() + setting.budget
        measure(entries, setting.databases.pid, cores, seconds=setting.seconds, ends=ends)
        middles = [middle(entry) for entry in entries]
        points = [
            each.labels | asdict(found) | {"rounds": len(entry.rounds)} | look(entry)
            for each, entry, found in zip(asked, entries, middles, strict=True)
        ]
    named = {(each.case.name, each.server.name): found for each, found in zip(asked, middles, strict=True)}
    return Found(points, named)
