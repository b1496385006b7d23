"""A server as a process: started on its core, awaited, stopped."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from benchmarks.machine import bind, bound_to
from benchmarks.server import Server

_ROOT = Path(__file__).parent.parent
_STARTS_WITHIN = 120.0  # seconds, beside others that start
_STOPS_WITHIN = 15.0
_PORTS = range(15_000, 31_000)
_first = os.getpid() * 101 % len(_PORTS)
_ports = chain(_PORTS[_first:], _PORTS[:_first])
_NOT_INHERITED = ("POOLGATE_", "DATABASE_", "PGRST_", "GRANIAN_", "GUNICORN_", "UVICORN_", "WEB_CONCURRENCY")


class StartError(Exception):
    """A server did not start."""


@dataclass
class Running:
    """A server that runs."""

    server: Server
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """End it as an operator would; kill it if it does not go."""
        stop_all([self])

    def complaint(self) -> str:
        """The end of what it logged."""
        return self.log.read_text(errors="replace")[-3000:]

    def wait_until_ready(self, core: int | None, every: float = 0.05) -> None:
        """Until it serves; from then on it runs on this core alone.

        Args:
            every: seconds between two looks.

        Raises:
            StartError: it ended, or took too long.
        """
        deadline = time.monotonic() + _STARTS_WITHIN
        while self.process.poll() is None and time.monotonic() < deadline:
            if _answers(self.port, self.server.ready):
                break
            time.sleep(every)
        else:
            raise StartError(f"{self.server.name} did not start:\n{self.complaint()}")
        bind(self.process.pid, core)


def start(server: Server, url: str, folder: Path, core: int | None = None) -> Running:
    """Start a server; it may not serve yet.

    Args:
        url: of its database.
        folder: for its log.
        core: where it is to run, if it has to know that from the start.
    """
    port = _free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    added = {name: value.format(port=port, url=url) for name, value in server.environment.items()}
    program = server.program() if server.program else ""
    file = url.removeprefix("sqlite:///")
    command = [part.format(port=port, url=url, file=file, program=program) for part in server.command]
    log = folder / f"{port}.log"
    with log.open("wb") as out, bound_to(core if server.bound_from_start else None):
        process = subprocess.Popen(command, env=inherited | added, cwd=_ROOT, stdout=out, stderr=subprocess.STDOUT)
    return Running(server, port, process, log)


def stop_all(running: Collection[Running]) -> None:
    """End servers as an operator would, all at the same time; kill those that do not go."""
    for each in running:
        each.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOPS_WITHIN
    for each in running:
        try:
            each.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            each.process.kill()
            each.process.wait()


def _free_port() -> int:
    """One that nothing listens on, and that this process has not given away before: a server takes seconds to use it.

    Below those that the system gives to connections, and at another place in each process, for two runs at a time.
    """
    for port in _ports:
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise StartError("no port is free")


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
