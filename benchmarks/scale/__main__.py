"""`python -m benchmarks.scale`: measure how the service scales, and print it."""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.cases import WrongAnswerError
from benchmarks.data import Databases, databases
from benchmarks.load import LoadError, has_wrk
from benchmarks.machine import choose_cores, describe
from benchmarks.process import StartError
from benchmarks.scale.clients import clients
from benchmarks.scale.curve import Curve, as_json, verdicts
from benchmarks.scale.many import fill
from benchmarks.scale.memory import requests, streams
from benchmarks.scale.pool import pool
from benchmarks.scale.results import results
from benchmarks.scale.setting import Setting
from benchmarks.scale.starting import starting
from benchmarks.scale.tables import tables
from benchmarks.scale.workers import workers


@dataclass(frozen=True)
class Measure:
    """One measurement: how, how long, and with what tables.

    Args:
        of: measures.
        budget: seconds of its loads.
        large: it needs the large tables.
        many: it needs a million rows to be streamed.
    """

    of: Callable[[Setting], list[Curve]]
    budget: float
    large: bool = False
    many: bool = False


MEASURES = {
    "workers": Measure(workers, 40),
    "start": Measure(starting, 30),
    "clients": Measure(clients, 160),
    "pool": Measure(pool, 90),
    "tables": Measure(tables, 40, large=True),
    "results": Measure(results, 40, many=True),
    "streams": Measure(streams, 0, many=True),
    "requests": Measure(requests, 2400),
}
GROUPS = {"memory": ("streams", "requests")}
"""Names for several at once."""
_NAMES = (*MEASURES, *GROUPS)
_DATABASES = ("postgresql", "sqlite")


def main() -> int:
    """0, or 1 after a wrong answer or a server that did not start."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # what was started is stopped then too
    began = time.monotonic()
    names = [each for name in asked.names or MEASURES for each in GROUPS.get(name, (name,))]
    measures = [MEASURES[name] for name in names]
    large = [f"large {name}" for name in asked.databases if any(measure.large for measure in measures)]
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a thousand clients, and the files of those who load
    try:
        with tempfile.TemporaryDirectory(prefix="poolgate-scale-") as name:
            folder = Path(name)
            with databases(folder, [*asked.databases, *large]) as there:
                if any(measure.many for measure in measures):
                    fill(there, asked.databases, asked.rows)
                curves = _measured(measures, _setting(asked, there, folder), asked.budget)
                machine = describe(there.version, "wrk" if has_wrk() else "the built-in generator")
    except (StartError, WrongAnswerError, LoadError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    print("\n".join(verdicts(curves)))
    print(f"\nThe run took {time.monotonic() - began:.0f} s.")
    if asked.json:
        asked.json.write_text(json.dumps(as_json(curves, machine), indent=1, ensure_ascii=False) + "\n")
    return 0


def _measured(measures: list[Measure], setting: Setting, budget: float | None) -> list[Curve]:
    found = []
    for measure in measures:
        for curve in measure.of(replace(setting, budget=measure.budget if budget is None else budget)):
            print(curve.as_text(), end="\n\n", flush=True)
            found.append(curve)
    return found


def _setting(asked: argparse.Namespace, there: Databases, folder: Path) -> Setting:
    return Setting(folder, there, asked.databases, choose_cores(), asked.seconds, 0, asked.rows, asked.requests)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.scale", description="How the service scales.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(_NAMES)}; without one: all")
    parser.add_argument("--databases", nargs="+", choices=_DATABASES, default=list(_DATABASES))
    parser.add_argument("--seconds", type=float, default=1.0, metavar="SECONDS", help="each load at most: 1")
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="the loads of each curve, once at least")
    parser.add_argument("--rows", type=int, default=1_000_000, metavar="N", help="that are streamed: 1,000,000")
    parser.add_argument("--requests", type=int, default=1_000_000, metavar="N", help="of `memory`: 1,000,000")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was found, for charts")
    asked = parser.parse_args()
    if unknown := [name for name in asked.names if name not in _NAMES]:
        parser.error(f"{unknown[0]!r} is none of {', '.join(_NAMES)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
