"""`service.app:asgi` under the command lines of other servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from poolgate_process import DEADLINE, make_shop, until

from service import app as service_app
from service import testing as service_testing

pytestmark = pytest.mark.slow

COMMANDS = {
    "hypercorn": ["-m", "hypercorn", "service.app:asgi", "--bind", "127.0.0.1:{port}"],
    "uvicorn": ["-m", "uvicorn", "service.app:asgi", "--host", "127.0.0.1", "--port", "{port}"],
    "granian": ["-m", "granian", "service.app:asgi", "--interface", "asgi", "--host", "127.0.0.1", "--port", "{port}"],
}


@contextmanager
def running(server: str, port: int, folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, *(part.format(port=port) for part in COMMANDS[server])]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("server", COMMANDS)
def test_another_server(server: str, tmp_path: Path, unused_tcp_port: int) -> None:
    """It serves with settings from the environment, lifespan and log included, and lets go of everything at SIGTERM."""
    url = make_shop(tmp_path / "shop.db")
    environment = {**os.environ, "DATABASE_URL": url, "POOLGATE_ANONYMOUS": "read", "POOLGATE_LOG_FORMAT": "json"}
    with running(server, unused_tcp_port, tmp_path, environment) as process:
        base = f"http://127.0.0.1:{unused_tcp_port}"
        until(lambda: process.poll() is not None or answers(f"{base}/-/ready"), 3 * DEADLINE)
        assert httpx.get(f"{base}/rest/v1/item?select=name").json() == [{"name": "pen"}, {"name": "ink"}]
        assert (tmp_path / "shop.db-wal").exists()
        process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE)
    text = (tmp_path / "output").read_text()
    assert '"message": "GET /rest/v1/item 200' in text
    assert "Traceback" not in text
    assert not list(tmp_path.glob("shop.db-*"))


async def test_wrong_settings_end_another_servers_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong settings are a failure of the start that the server is told of, all at once."""
    monkeypatch.setenv("DATABASE_URL", "mysql://h/d")
    monkeypatch.setenv("POOLGATE_WORKERS", "none")
    with pytest.raises(
        RuntimeError, match=r"DATABASE_URL: 'mysql://h/d' is of no known kind.*POOLGATE_WORKERS: 'none'"
    ):
        async with service_testing.running(service_app):
            pass


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False
