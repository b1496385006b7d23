"""The figures that requests are held against; `make guard` writes them anew."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.guard.counting import Cost

FILE = Path(__file__).parent / "figures.json"
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
"""Each version has instructions of its own."""

TOLERANCE = {"instructions": 0.03, "kilobytes": 0.15}
"""By how much a figure may be another one than what is noted; one that is not here may not at all."""


def noted() -> dict[str, dict[str, int]] | None:
    """Of each request by name, for this version of Python; None if nobody has noted any."""
    return _all().get(PYTHON)


def note(name: str, cost: Cost) -> None:
    """Writes what a request costs now."""
    figures = _all()
    figures.setdefault(PYTHON, {})[name] = asdict(cost)
    FILE.write_text(_written(figures))


def differences(cost: Cost, figures: dict[str, int]) -> list[str]:
    """What is not as noted. Less is told too: what was gained could else be lost again, and nobody would see it."""
    found = []
    for name, value in asdict(cost).items():
        before = figures[name]
        if abs(value - before) > before * TOLERANCE.get(name, 0):
            change = f" ({value / before - 1:+.1%})" if before else ""
            found.append(f"{value:,} {name}, {before:,} are noted{change}")
    return found


def _all() -> dict[str, dict[str, dict[str, int]]]:
    return dict(json.loads(FILE.read_text())) if FILE.exists() else {}


def _written(figures: dict[str, dict[str, Any]]) -> str:
    """A line for each request, so that a change of one is a line of the diff."""
    versions = []
    for python, requests in sorted(figures.items()):
        lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(each)}" for name, each in requests.items())
        versions.append(f"  {json.dumps(python)}: {{\n{lines}\n  }}")
    return "{\n" + ",\n".join(versions) + "\n}\n"
