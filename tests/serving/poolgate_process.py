"""`poolgate …` in a process of its own: real signals, a real exit status, and all that it wrote.

The processes are forked from one that has imported the service already (multiprocessing's fork server): a start takes
some hundredths of a second instead of a whole one.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

both_servers = pytest.mark.parametrize("server", ["hypercorn", "granian"])
"""A test for the promises that are the same whatever speaks HTTP."""
DEADLINE = 20.0  # seconds in which anything awaited here must have come
SHOP = """
    create table item (id integer primary key, name text not null unique);
    insert into item (id, name) values (1, 'pen'), (2, 'ink');
"""
_context: Any = multiprocessing.get_context("forkserver")
_SERVERS = ("service.connections", "service.granian.connections")
_context.set_forkserver_preload(["service.server", *_SERVERS, "service.cli", "service.demo", "uvloop"])


def make_shop(path: Path) -> str:
    """The small database as a file of that name; its URL."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SHOP)
    return f"sqlite:///{path}"


def until(condition: Callable[[], Any], seconds: float = DEADLINE) -> Any:
    """What the condition gives as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)
    return value


class Process:
    """One `poolgate` command.

    Args:
        folder: its current directory; its output goes to the file `output` there.
        arguments: of the command.
        environment: all it has of variables, but for what Python needs.
    """

    def __init__(self, folder: Path, arguments: Sequence[str], environment: dict[str, str]) -> None:
        folder.mkdir(exist_ok=True)
        self.output = folder / f"output-{time.monotonic_ns()}"
        self.output.touch()
        self._process = _context.Process(target=_main, args=(arguments, environment, str(folder), str(self.output)))
        self._process.start()

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    @property
    def text(self) -> str:
        """All that it wrote, on both streams."""
        return self.output.read_text(encoding="utf-8")

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def lines_with(self, part: str) -> list[str]:
        return [line for line in self.lines if part in line]

    @property
    def url(self) -> str:
        """Where it serves; waits until it does."""
        found = until(lambda: re.search(r"serving .* on (http://[^\s\"]+)", self.text) or self._ended())
        return str(found[1])

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def _ended(self) -> None:
        assert self._process.is_alive(), self.text

    def get(self, path: str, **options: Any) -> httpx.Response:
        """One request on a connection of its own."""
        return httpx.get(self.url + path, timeout=DEADLINE, **options)

    def signal(self, number: int = signal.SIGTERM) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float = DEADLINE) -> int:
        """Its exit status, once it has ended; -15 where SIGTERM ended it, and so on."""
        self._process.join(seconds)
        assert self._process.exitcode is not None, f"it still runs:\n{self.text}"
        return int(self._process.exitcode)

    def stop(self) -> int:
        """End it in order."""
        self.signal()
        return self.wait()

    def kill(self) -> None:
        """End it and its workers whatever they do, for cleaning up."""
        workers = self.workers
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        for worker in workers:
            with suppress(psutil.NoSuchProcess):
                worker.kill()

    @property
    def workers(self) -> list[psutil.Process]:
        """Its child processes; empty where it serves itself."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).children()
        return []

    @property
    def up(self) -> list[int]:
        """The process ids of the workers that have said that they serve, in that order."""
        return [int(line.split()[2]) for line in self.lines_with(" serving ")]

    @property
    def memory(self) -> int:
        """Bytes in use by it and its workers, at this moment."""
        return sum(each.memory_info().rss for each in [psutil.Process(self.pid), *self.workers])


def _main(arguments: Sequence[str], environment: dict[str, str], folder: str, output: str) -> None:
    file = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    for name in [name for name in os.environ if name.startswith("POOLGATE_") or name == "DATABASE_URL"]:
        del os.environ[name]
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["poolgate", *arguments]
    from service.cli import main

    main(list(arguments), prog_name="poolgate")


Start = Callable[..., Process]
"""`serve(*flags, **settings)`: `poolgate serve` on a free port."""


@contextmanager
def starting(folder: Path, server: str = "hypercorn") -> Iterator[Start]:
    """What starts services in that folder; those that still run at the end are killed.

    Args:
        server: what speaks HTTP, unless a test says so itself.
    """
    started: list[Process] = []

    def start(*flags: str, **settings: str) -> Process:
        if "--app" in flags:
            shutil.copy(Path(__file__).parent / "shop.py", folder)
        environment = {f"POOLGATE_{name.upper()}": value for name, value in {"server": server, **settings}.items()}
        started.append(Process(folder, ["serve", "--bind", "127.0.0.1:0", *flags], environment))
        return started[-1]

    try:
        yield start
    finally:
        for process in started:
            process.kill()


def behind(process: Process, path: str) -> Future[httpx.Response]:
    """A request that has begun."""
    thread = ThreadPoolExecutor(1)
    future = thread.submit(process.get, path)
    thread.shutdown(wait=False)
    until(lambda: process.lines_with("begun"))
    return future
