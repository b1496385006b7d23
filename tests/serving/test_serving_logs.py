"""What is written, and what never is."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from pathlib import Path

import asyncpg
import httpx
import pytest
from poolgate_process import SHOP, Process, Start, make_shop, until

pytestmark = pytest.mark.slow

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR)\s+\S.*")


def test_text(site: Process) -> None:
    """A request is one line with method, path, status, milliseconds and id, and so is what its view logs."""
    answer = site.get("/name/1", headers={"X-Request-Id": "ours-1"})
    assert answer.headers["X-Request-Id"] == "ours-1"
    view, access = site.lines_with("[ours-1]")
    assert view.endswith("INFO    asked for 1 [ours-1]")
    assert re.search(r" INFO    GET /name/1 200 \d+\.\d ms \[ours-1\]$", access)
    assert LINE.fullmatch(view)
    assert LINE.fullmatch(access)


@pytest.mark.parametrize("given", ["", "a b", "x" * 200, "é", "[forged]", "a\tb"])
def test_an_id_is_made(given: str, site: Process) -> None:
    """Where the caller gives no id, or one that could not stand in a line, a new one is made."""
    made = site.get("/-/live", headers={"X-Request-Id": given.encode()}).headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{16}", made)
    assert len(site.lines_with(f"[{made}]")) == 1


def test_nobody_forges_a_line(site: Process) -> None:
    """Control characters of a path, also where a view or Flask writes it out decoded, stay within their line."""
    before = len(site.lines)
    site.get("/abort/%0a2026-01-01T00:00:00.000Z%20INFO%20%1b[31mforged")
    (line,) = site.lines[before:]
    assert "/abort/%0a2026" in line


def test_json(serve: Start, tmp_path: Path) -> None:
    """Each line is one JSON object; a request's have its id, its access line the numbers, a crash its traceback."""
    process = serve("--app", "shop:app", database_url=make_shop(tmp_path / "shop.db"), log_format="json")
    for path in ("/name/1", "/mistake?by=0"):
        process.get(path, headers={"X-Request-Id": f"json{path.partition('?')[0]}"})
    assert process.stop() == 0
    lines = [json.loads(line) for line in process.lines]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    view, access = (line for line in lines if line.get("request_id") == "json/name/1")
    assert (view["message"], view["logger"]) == ("asked for 1", "service")
    assert (access["method"], access["path"], access["status"]) == ("GET", "/name/1", 200)
    assert access["ms"] > 0
    crash, access = (line for line in lines if line.get("request_id") == "json/mistake")
    assert (crash["level"], access["status"]) == ("error", 500)
    assert "ZeroDivisionError" in crash["exception"]


@pytest.mark.parametrize("level, written", [
    ("debug", {"DEBUG", "INFO", "ERROR"}), ("info", {"INFO", "ERROR"}), ("error", {"ERROR"}), ("critical", set()),
])  # fmt: skip
def test_level(level: str, written: set[str], serve: Start, tmp_path: Path) -> None:
    """What is less severe than the setting is not written."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    url = make_shop(tmp_path / "shop.db")
    process = serve("--app", "shop:app", "--bind", address, database_url=url, log_level=level)
    until(lambda: answers(f"http://{address}/mistake?by=0"))
    assert process.stop() == 0
    assert {found[1] for line in process.lines if (found := LINE.fullmatch(line))} == written


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 500
    except httpx.ConnectError:
        return False


async def test_what_is_never_written(serve: Start, postgresql_url: str) -> None:
    """No query string, header, password or full URL of the database stands in any line, whatever happens."""
    connection = await asyncpg.connect(postgresql_url)
    await connection.execute(SHOP)
    await connection.close()
    url = postgresql_url.replace("//postgres:@", "//postgres:canary1@")
    process = serve("--app", "shop:app", database_url=url, anonymous="read", log_level="debug", admin_token="canary2")
    secret = {"Authorization": "Bearer canary3", "Cookie": "canary4=1"}
    await asyncio.to_thread(lambda: [process.get(path, headers=secret) for path in CANARIES])
    assert await asyncio.to_thread(process.stop) == 0
    assert "500 " in process.text
    assert "409 " in process.text
    assert "canary" not in process.text
    assert "host=" not in process.text.replace(url.replace("canary1", "***"), "")


CANARIES = (
    "/rest/v1/item?name=eq.canary5",
    "/rest/v1/item?canary6=1",
    "/rest/v1/item?id=eq.canary7",
    "/name/1?canary8",
    "/again?canary9",
    "/mistake?by=0&canary10",
    "/-/pool?canary11",
)


def test_server_timing(site: Process) -> None:
    """Each answer says what its time went into, by PostgREST's names in the order of a request, errors too."""
    for path, stages in {
        "/rest/v1/item": ["jwt", "parse", "plan", "wait", "transaction", "response"],
        "/rest/v1/item?id=nope.1": ["jwt", "parse", "response"],
        "/rest/v1/item?nope=eq.1": ["jwt", "parse", "plan", "response"],
        "/rest/v1/nothing": ["jwt", "parse", "plan", "response"],
        "/-/live": ["response"],
        "/nothing": ["parse", "response"],
        "/mistake?by=0": ["response"],
    }.items():
        parts = site.get(path).headers["Server-Timing"].split(", ")
        assert [part.partition(";dur=")[0] for part in parts] == stages
        assert all(float(part.partition(";dur=")[2]) >= 0 for part in parts)
