"""`python -m benchmarks`: measure and print."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import postgrest
from benchmarks.cases import CASES, Case, WrongAnswerError
from benchmarks.data import databases
from benchmarks.goals import GOALS, Goal, reached
from benchmarks.load import LoadError, has_wrk
from benchmarks.machine import choose_cores, describe
from benchmarks.process import StartError
from benchmarks.report import as_json, as_text, by_round, figures
from benchmarks.run import Entry, measure, started
from benchmarks.server import Server
from benchmarks.servers import SERVERS

_STOPPING = 4.0  # seconds kept for the end
_NAMES = list(dict.fromkeys(goal.name for goal in GOALS))


Pair = tuple[Case, Server]


def main() -> int:
    """0, or 1 after a wrong answer or a server that did not start."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # what was started is stopped then too
    began = time.monotonic()
    ends = began + asked.budget - _STOPPING
    pairs, skipped = choose(asked)
    if not pairs:
        why = [*skipped.items(), *((goal.name, goal.elsewhere) for goal in _asked(asked) if goal.elsewhere)]
        print("Nothing to measure.", *map(": ".join, why), sep="\n", file=sys.stderr)
        return 2
    cores = choose_cores()
    try:
        with tempfile.TemporaryDirectory(prefix="poolgate-bench-") as name:
            folder = Path(name)
            needed = {server.database for _, server in pairs}
            with databases(folder, needed) as there, started(pairs, there, folder, cores) as entries:
                measure(entries, there.pid, cores, seconds=asked.seconds, ends=ends)
                machine = describe(there.version, _generator(), _programs(entries))
    except (StartError, WrongAnswerError, LoadError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    verdicts = reached(figures(entries), _asked(asked), skipped, by_round(entries))
    print(as_text(entries, verdicts, machine, skipped))
    print(f"\nThe run took {time.monotonic() - began:.0f} s.")
    if asked.json:
        found = as_json(entries, verdicts, machine, skipped)
        asked.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 0


def choose(asked: argparse.Namespace) -> tuple[list[Pair], dict[str, str]]:
    """What to measure, and by name why servers are left out."""
    wanted = [
        (case, server)
        for case in CASES
        for server in SERVERS
        if case.name in server.paths and _is_wanted(asked, case, server)
    ]
    skipped = {
        name: why for name, server in {server.name: server for _, server in wanted}.items() if (why := server.missing())
    }
    return [(case, server) for case, server in wanted if server.name not in skipped], skipped


def _is_wanted(asked: argparse.Namespace, case: Case, server: Server) -> bool:
    if asked.goals and not any((case.name, server.name) in goal.needs for goal in _asked(asked)):
        return False
    if asked.cases and case.name not in asked.cases:
        return False
    if asked.only:
        return any(part in server.name for part in asked.only)
    return bool(asked.goals) or not (asked.quick and server.is_peer)


def _asked(asked: argparse.Namespace) -> list[Goal]:
    """The goals that were named, else all; where servers or cases were chosen instead, none."""
    if not asked.goals and (asked.cases or asked.only):
        return []
    return [goal for goal in GOALS if not asked.goals or goal.name in asked.goals]


def _programs(entries: Sequence[Entry]) -> dict[str, str]:
    """Versions of what is no Python package."""
    there = any(entry.running.server.program for entry in entries)
    return {"postgrest": postgrest.version()} if there else {}


def _generator() -> str:
    if has_wrk():
        return "wrk, 1 thread, 32 connections; the built-in generator for queries that wait"
    return "the built-in generator, 32 connections (wrk is not installed)"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description="What a request costs, beside peers.")
    parser.add_argument(
        "goals", nargs="*", type=_goal, default=[], metavar="GOAL", help=f"measure what these need: {' '.join(_NAMES)}"
    )
    parser.add_argument("--quick", action="store_true", help="40 seconds, without peers")
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="the whole run: 360, quick 40")
    parser.add_argument("--seconds", type=float, metavar="SECONDS", help="each load at most: 1")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="servers with this in their name")
    parser.add_argument("--cases", nargs="+", choices=[case.name for case in CASES], help="these cases alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was found")
    asked = parser.parse_args()
    asked.budget = asked.budget or (40.0 if asked.quick else 360.0)
    asked.seconds = asked.seconds or 1.0
    return asked


def _goal(name: str) -> str:
    if name not in _NAMES:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(_NAMES)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
