"""The 24 checks: each has its row in docs/security.md, and each row's tests are there and name it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CHECKS = range(1, 25)
NAMED = re.compile(r"Security ([0-9, and]+):")
ROW = re.compile(r"^\| ([0-9]+) \| .+ \| (.+) \|$", re.MULTILINE)
FILE = re.compile(r"`(tests/[\w/]+\.py)`")


def numbers(text: str) -> set[int]:
    """Of the checks that a docstring says to be of."""
    return {int(number) for found in NAMED.findall(text) for number in re.findall("[0-9]+", found)}


def docstrings(path: Path) -> Iterator[str]:
    """Of a file's tests."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield ast.get_docstring(node) or ""


def by_check() -> dict[int, set[str]]:
    """By check, the files with tests that name it."""
    found: dict[int, set[str]] = {number: set() for number in CHECKS}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for number in set[int]().union(*map(numbers, docstrings(path))):
            found[number].add(path.relative_to(ROOT).as_posix())
    return found


TESTED = by_check()
ROWS = {int(number): FILE.findall(files) for number, files in ROW.findall((ROOT / "docs/security.md").read_text())}


@pytest.mark.parametrize("number", CHECKS)
def test_each_check(number: int) -> None:
    """A check is tested, by all the files that its row in docs/security.md names."""
    assert TESTED[number], f"no test's docstring begins with 'Security {number}: '"
    assert ROWS[number], f"docs/security.md names no file of tests for {number}"
    assert set(ROWS[number]) <= TESTED[number]


def test_nothing_else_is_a_check() -> None:
    """No row and no test is of a check that there is not."""
    assert set(ROWS) == set(TESTED) == set(CHECKS)
