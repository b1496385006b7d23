"""`python -m benchmarks.charts`: draw what runs have written."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.charts.pictures import pictures


def main() -> int:
    """0, or 1 where no file has the figures for a chart."""
    parser = argparse.ArgumentParser("python -m benchmarks.charts", description="Charts of runs, as SVG.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="what --json has written")
    parser.add_argument("--out", type=Path, default=Path("docs/charts"), metavar="FOLDER", help="docs/charts")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    drawn = [each for file in asked.files for each in pictures(json.loads(file.read_text()))]
    for name, picture in drawn:
        file = asked.out / f"{name}.svg"
        file.write_text(picture)
        print(file)
    return 0 if drawn else 1


if __name__ == "__main__":
    sys.exit(main())
