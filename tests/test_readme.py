"""What the README shows is what the service answers."""

from __future__ import annotations

import re
import shlex
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from service.app import create_app
from service.demo import build_file
from service.settings import Settings
from service.testing import client, running

ROOT = Path(__file__).parent.parent
SHOWN = re.findall(r"^\$ curl (.+)\n((?:(?!```|\$).*\n)+)", (ROOT / "README.md").read_text(), re.MULTILINE)
VARIES = {"server-timing"}  # shown for its form: the figures are another each time


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    build_file(path)
    return path


@pytest.fixture
async def http(demo: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=f"sqlite:///{demo}", anonymous="read"))
    async with running(app), client(app) as http:
        yield http


def test_five_lines_are_shown() -> None:
    """The README has five lines to try, each with its answer."""
    assert len(SHOWN) == 5


@pytest.mark.parametrize("command, answer", SHOWN)
async def test_the_answer_is_the_one_shown(http: httpx.AsyncClient, command: str, answer: str) -> None:
    """Each line of the README, run as it stands, gives what stands below it."""
    words = shlex.split(command)
    headers = [word.split(": ") for flag, word in pairwise(words) if flag == "-H"]
    url = words[-1].removeprefix("http://127.0.0.1:8000")
    got = await http.request("HEAD" if "-I" in words else "GET", url, headers=dict(headers))
    if "-I" not in words:
        assert got.text == answer.strip()
        return
    status, *shown = answer.strip().splitlines()
    assert got.status_code == int(status.split()[1])
    for line in shown:
        name, value = line.split(": ", 1)
        expected = re.sub(r"\d+\.\d+", "n", value) if name in VARIES else value
        assert (re.sub(r"\d+\.\d+", "n", got.headers[name]) if name in VARIES else got.headers[name]) == expected
