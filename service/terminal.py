"""What several commands say or do before the work begins."""

from __future__ import annotations

import sys
from pathlib import Path

import click

_BAR_WIDTH = 30


def build_demo(path: Path | None = None) -> Path:
    """The demo database's file, made with a progress bar where there is none.

    Raises:
        PoolgateError: another file is in its place, or it cannot be written.
    """
    from service.demo import DEFAULT_PATH, build_file

    path = path or DEFAULT_PATH
    if path.exists():
        build_file(path)  # which refuses what is not the demo
        return path
    with click.progressbar(length=1, label=f"Building {path}", width=_BAR_WIDTH, file=sys.stderr) as bar:

        def advance(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        build_file(path, advance)
    return path


def complain(*lines: str) -> None:
    """Tell what went wrong, on stderr."""
    for line in lines:
        click.echo(f"poolgate: {line}", err=True)
