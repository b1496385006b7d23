"""A crowd at the service's gate: there before what is measured, still there after it, and gone at the end."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from benchmarks.client import Load, ask_once, connect, request_for

_WITHIN = 15.0  # seconds for coming, and for going


class TooFewWaitError(Exception):
    """A crowd does not wait where it should."""


@asynccontextmanager
async def gathered(*, port: int, path: str, clients: int, waiting: int) -> AsyncIterator[Load]:
    """So many clients, each asking again as soon as it is answered.

    Args:
        waiting: how many of them have to wait, by the service's own count.

    Raises:
        TooFewWaitError: fewer do.
    """
    load = Load([request_for(port, path)], math.inf)
    connections = [await connect(load, port) for _ in range(clients)]
    await _until(port, lambda found: found >= waiting)
    yield load
    found = await _waiting(port)
    load.until = 0.0  # what is hung up from here on is not the server's doing
    for client in connections:
        client.hang_up()
    if found < waiting:
        raise TooFewWaitError(f"{found} waited in the end, {waiting} had to")
    await _until(port, lambda found: found == 0)


async def _until(port: int, enough: Callable[[int], bool]) -> None:
    deadline = time.perf_counter() + _WITHIN
    while not enough(found := await _waiting(port)):
        if time.perf_counter() > deadline:
            raise TooFewWaitError(f"{found} wait after {_WITHIN:g} s")
        await asyncio.sleep(0.05)


async def _waiting(port: int) -> int:
    answer = await ask_once(port, request_for(port, "/-/pool"))
    return int(json.loads(answer.partition(b"\r\n\r\n")[2])["waiting"])
