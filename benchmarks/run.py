"""One run: everything is started, then measured in rounds, so that a slow moment of the machine falls on all alike."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.cases import Case, WrongAnswerError, check
from benchmarks.data import Databases
from benchmarks.inserts import WrongInsertError, insert_all, insert_one
from benchmarks.load import Counted, LoadError, load, load_itself, warm
from benchmarks.machine import (
    Cores,
    bound_to,
    cpu_of,
    cpu_of_generators,
    cpu_of_machine,
    forget_peak,
    memory_of,
)
from benchmarks.process import Running, start, stop_all
from benchmarks.server import Server

_OVERHEAD = 0.4  # seconds of a measurement beside its load: the first answer, starting the generator
_SHORTEST = 0.5
_LONGEST = 8.0
_AT_A_TIME = 4  # servers that start: all at once take minutes each on a busy machine, and may miss their time
_ROUNDS = 3  # at least, where they fit if loads are shorter: the median of fewer says little


@dataclass(frozen=True)
class Measured:
    """One load on one server.

    Args:
        rate: answers a second.
        p50: seconds.
        p99: seconds.
        cpu: seconds of the server's processes for one request.
        database_cpu: the same of PostgreSQL's; on SQLite the database is in the server.
        others: cores that were busy with work that is not the run's.
        memory: bytes that the server's processes had at their most, above what they had at rest; of a bulk alone.
    """

    rate: float
    p50: float
    p99: float
    cpu: float
    database_cpu: float
    others: float
    memory: float = 0.0


@dataclass
class Entry:
    """A server in a case, and what was measured of it, round by round."""

    running: Running
    case: Case
    rounds: list[Measured] = field(default_factory=list)

    @property
    def path(self) -> str:
        """With `{key}`."""
        return self.running.server.paths[self.case.name]


@contextmanager
def started(
    pairs: Sequence[tuple[Case, Server]], databases: Databases, folder: Path, cores: Cores
) -> Iterator[list[Entry]]:
    """All servers that are wanted in a case, ready; they are stopped at the end.

    Raises:
        StartError: one did not start.
    """
    running: dict[str, Running] = {}
    try:
        servers = list({server.name: server for _, server in pairs}.values())
        for first in range(0, len(servers), _AT_A_TIME):
            group = servers[first : first + _AT_A_TIME]
            for server in group:
                url = databases.urls.get(server.database or "", "")
                running[server.name] = start(server, url, folder, cores.server)
            for server in group:
                running[server.name].wait_until_ready(cores.server)
        yield [Entry(running[server.name], case) for case, server in pairs]
    finally:
        stop_all(running.values())


def measure(entries: Sequence[Entry], database: int, cores: Cores, *, seconds: float, ends: float) -> None:
    """Rounds until the time is used up; at least one.

    Args:
        database: PostgreSQL's first process.
        seconds: that one load lasts at most; less where one round would not fit.
        ends: when the run is to be over, on `monotonic`.

    Raises:
        WrongAnswerError: a server gave one.
    """
    for entry in entries:
        _warm(entry, cores)
    overhead = sum(_OVERHEAD + entry.case.ramp for entry in entries)
    seconds = max(_SHORTEST, min(seconds, ((ends - time.monotonic()) / _ROUNDS - overhead) / len(entries)))
    a_round = len(entries) * seconds + overhead
    number = 0
    while number == 0 or time.monotonic() + a_round <= ends:
        number += 1
        began = time.monotonic()
        for entry in entries:
            if entry.case.bulk is None:
                _check(entry, number)
            entry.rounds.append(_measure(entry, database, cores, seconds))
        a_round = time.monotonic() - began  # a server that takes long to answer prolongs it


def _warm(entry: Entry, cores: Cores) -> None:
    if entry.case.bulk is not None:
        insert_one(entry.case.bulk, entry.running.port, entry.path)
        return
    _check(entry, 0)
    if entry.running.server.loads_itself:
        return
    try:
        warm(entry.case, entry.running.port, entry.path, cores)
    except LoadError as error:
        raise _wrong(entry, error) from error


def _check(entry: Entry, number: int) -> None:
    keys = entry.case.keys
    key = keys[number % len(keys)]
    try:
        check(entry.case, entry.running.port, entry.path.format(key=key), key)
    except (WrongAnswerError, OSError) as error:
        raise _wrong(entry, error) from error


def _wrong(entry: Entry, error: Exception) -> WrongAnswerError:
    return WrongAnswerError(f"{entry.running.server.name}: {error}\n{entry.running.complaint()}")


def _measure(entry: Entry, database: int, cores: Cores, seconds: float) -> Measured:
    pid = entry.running.process.pid

    def used() -> tuple[float, ...]:
        return time.perf_counter(), cpu_of(pid), cpu_of(database), cpu_of_generators(), cpu_of_machine()

    before = used()
    at_rest = memory_of(pid)
    forget_peak(pid)
    try:
        counted = _load(entry, seconds, cores)
    except (WrongInsertError, LoadError, OSError) as error:
        raise _wrong(entry, error) from error
    if not counted.total and not counted.failed and seconds < _LONGEST:  # on a busy machine the load may get no time
        return _measure(entry, database, cores, seconds * 2)
    took, cpu, database_cpu, generator, machine = (
        after - earlier for after, earlier in zip(used(), before, strict=True)
    )
    if counted.failed or not counted.total:
        raise WrongAnswerError(
            f"{entry.running.server.name}, {entry.case.title}: {counted.failed} of {counted.total} answers failed\n"
            + entry.running.complaint()
        )
    return Measured(
        counted.rate,
        counted.p50,
        counted.p99,
        cpu / counted.total,
        database_cpu / counted.total,
        max(0.0, machine - cpu - database_cpu - generator) / took,
        memory_of(pid, at_most=True) - at_rest if entry.case.bulk else 0.0,
    )


def _load(entry: Entry, seconds: float, cores: Cores) -> Counted:
    if entry.running.server.loads_itself:
        return load_itself(entry.running.port, entry.path, seconds)
    if entry.case.bulk is None:
        return load(entry.case, entry.running.port, entry.path, seconds, cores)
    with bound_to(cores.load):
        took = insert_all(entry.case.bulk, entry.running.port, entry.path)
    return Counted(1, 0, 1 / took, took, took)
