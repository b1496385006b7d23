"""Loading a server for some seconds: by wrk where it is installed, else by the built-in generator."""

from __future__ import annotations

import http.client
import json
import math
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.cases import Case
from benchmarks.machine import Cores, bound_to

_SCRIPT = Path(__file__).with_name("wrk.lua")
Request = tuple[str, str | None]
_GRACE = 20.0  # seconds beyond its own that a generator may take


class LoadError(Exception):
    """A load was not what it had to be."""


@dataclass(frozen=True)
class Counted:
    """What the load saw.

    Args:
        total: answers, also those of the warm-up.
        failed: answers other than 200, and broken connections.
        rate: answers a second.
        p50: seconds.
        p99: seconds.
    """

    total: int
    failed: int
    rate: float
    p50: float
    p99: float


def has_wrk() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def load(case: Case, port: int, path: str, seconds: float, cores: Cores) -> Counted:
    """Load a server.

    Args:
        path: with `{key}`.
    """
    requests = _requests(case, path)
    with bound_to(cores.load):
        # wrk cannot leave a ramp out, count whole turns or keep a pace; at 200 a second the generator costs nothing.
        if case.turn or case.every or not has_wrk():
            return _built_in(case, port, requests, seconds)
        return _wrk(case, port, requests, seconds)


def warm(case: Case, port: int, path: str, cores: Cores) -> None:
    """A short load that nobody counts: connections open, caches full."""
    with bound_to(cores.load):
        _built_in(case, port, _requests(case, path), 0.2, warming=True)


def load_itself(port: int, path: str, seconds: float) -> Counted:
    """Let a process load itself.

    Args:
        path: with `{key}`, in whose place `load` tells it to.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds + _GRACE)
    try:
        connection.request("GET", f"{path.format(key='load')}?seconds={seconds}")
        return Counted(**json.load(connection.getresponse()))
    finally:
        connection.close()


def _requests(case: Case, path: str) -> list[Request]:
    return [
        (path.format(key=key), body if body is None else body.decode())
        for key in case.keys
        for body in [case.body(key)]
    ]


def _built_in(case: Case, port: int, requests: list[Request], seconds: float, *, warming: bool = False) -> Counted:
    ramp = case.ramp if case.turn else 0.0  # a crowd's is over when it waits
    crowd = asdict(case.crowd) if case.crowd and not warming else None
    job = {
        "port": port, "requests": requests, "clients": case.clients, "warm": ramp, "seconds": seconds,
        "turn": case.turn or 1, "every": case.every, "crowd": crowd,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.generator"],
        input=json.dumps(job), capture_output=True, text=True, check=False, timeout=ramp + seconds + _GRACE,
    )  # fmt: skip
    if done.returncode:
        raise LoadError(f"{case.title}: {done.stderr[-2000:]}")
    return Counted(**json.loads(done.stdout))


def _wrk(case: Case, port: int, requests: list[Request], seconds: float) -> Counted:
    with tempfile.NamedTemporaryFile("w", suffix=".paths") as file:
        file.writelines(path + ("" if body is None else f"\t{body}") + "\n" for path, body in requests)
        file.flush()
        wrk = subprocess.Popen(
            ["wrk", "-t1", f"-c{case.clients}", f"-d{math.ceil(seconds) + 1}s", "--timeout", "10s",
             "-s", str(_SCRIPT), f"http://127.0.0.1:{port}", "--", file.name],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            wrk.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            wrk.send_signal(signal.SIGINT)  # it knows whole seconds only; on this it stops and reports what it did
        try:
            output, _ = wrk.communicate(timeout=_GRACE)
        finally:
            wrk.kill()
    report = output.partition("JSON ")[2]
    if not report:
        raise LoadError(f"wrk did not report: {output}")
    return Counted(**json.loads(report))
