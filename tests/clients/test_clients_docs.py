"""What docs/clients.md shows is what the clients are told."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from poolgate_process import Process, starting

from service.demo import build_file

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```(js|python)\n(.*?)^```\n```\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = {"python": [sys.executable, "-c"], "js": ["node", "--input-type=module", "--eval"]}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("demo")
    build_file(folder / "demo.db")
    with starting(folder) as start:
        yield start(database_url=f"sqlite:///{folder / 'demo.db'}", anonymous="write")


def test_examples_are_shown() -> None:
    """Each client has its example, with what it prints."""
    assert [language for language, _, _ in SHOWN] == ["js", "js", "js", "python", "python", "python"]


@pytest.mark.slow
@pytest.mark.parametrize("language, code, printed", SHOWN)
def test_an_example(request: pytest.FixtureRequest, demo: Process, language: str, code: str, printed: str) -> None:
    """Each example, run as it stands, prints what stands below it."""
    if language == "js":
        request.getfixturevalue("node")
    code = code.replace("http://127.0.0.1:8000", demo.url)
    done = subprocess.run(
        [*COMMANDS[language], code], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.stdout.strip() == printed.strip()


def test_the_versions_are_those_tested() -> None:
    """The versions that the page names are those of the lock files."""
    named = dict(re.findall(r"^\| `([@\w/-]+)`[^|]*\| (\d+\.\d+) \|", TEXT, re.MULTILINE))
    packages = (ROOT / "tests" / "clients" / "package.json").read_text() + re.sub(
        r"^(\w+)==", r'"\1": ', (ROOT / "requirements-dev.lock").read_text(), flags=re.MULTILINE
    )
    assert len(named) == 3
    for name, version in named.items():
        assert re.search(rf'"{name}": "?{re.escape(version)}\.', packages), name
