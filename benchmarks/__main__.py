"""`python -m benchmarks`: measure and print."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cases import CASES, WrongAnswerError
from benchmarks.data import databases
from benchmarks.load import has_wrk
from benchmarks.machine import choose_cores, describe
from benchmarks.process import StartError
from benchmarks.report import as_json, as_text
from benchmarks.run import measure, started
from benchmarks.servers import SERVERS, Server

_STOPPING = 4.0  # seconds kept for the end


def main() -> int:
    """0, or 1 after a wrong answer or a server that did not start."""
    asked = _arguments()
    began = time.monotonic()
    ends = began + asked.budget - _STOPPING
    servers, skipped = choose(asked.only, peers=not asked.quick)
    cores = choose_cores()
    try:
        with tempfile.TemporaryDirectory(prefix="poolgate-bench-") as name:
            folder = Path(name)
            with databases(folder) as there, started(servers, there, folder, cores) as entries:
                entries = [entry for entry in entries if not asked.cases or entry.case.name in asked.cases]
                measure(entries, there.pid, cores, seconds=asked.seconds, ends=ends)
                machine = describe(there.version, _generator())
    except (StartError, WrongAnswerError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    print(as_text(entries, machine, skipped))
    print(f"\nThe run took {time.monotonic() - began:.0f} s.")
    if asked.json:
        asked.json.write_text(json.dumps(as_json(entries, machine, skipped), indent=1, ensure_ascii=False) + "\n")
    return 0


def choose(only: Sequence[str], *, peers: bool) -> tuple[list[Server], dict[str, str]]:
    """The servers to measure, and by name why others are left out."""
    wanted = [
        server
        for server in SERVERS
        if (any(part in server.name for part in only) if only else peers or not server.is_peer)
    ]
    skipped = {server.name: f"{', '.join(missing)} not installed" for server in wanted if (missing := server.missing())}
    return [server for server in wanted if server.name not in skipped], skipped


def _generator() -> str:
    if has_wrk():
        return "wrk, 1 thread, 32 connections; the built-in generator for queries that wait"
    return "the built-in generator, 32 connections (wrk is not installed)"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description="What a request costs, beside peers.")
    parser.add_argument("--quick", action="store_true", help="20 seconds, without peers")
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="the whole run: 90, quick 20")
    parser.add_argument("--seconds", type=float, metavar="SECONDS", help="each load at most: 1")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="servers with this in their name")
    parser.add_argument("--cases", nargs="+", choices=[case.name for case in CASES], help="these cases alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was found")
    asked = parser.parse_args()
    asked.budget = asked.budget or (20.0 if asked.quick else 90.0)
    asked.seconds = asked.seconds or 1.0
    return asked


if __name__ == "__main__":
    sys.exit(main())
