"""The built-in load, in a process of its own.

`python -m benchmarks.generator` reads what to do as JSON on stdin and writes what it counted as JSON to stdout.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

from benchmarks.client import Client, Load, ask_once, connect, request_for
from benchmarks.crowd import gathered


async def drive(
    *,
    port: int,
    requests: list[tuple[str, str | None]],
    clients: int,
    warm: float,
    seconds: float,
    turn: int,
    every: float | None,
    crowd: dict[str, Any] | None,
) -> dict[str, Any]:
    """Load a server.

    Args:
        requests: path and body, None for none, in turn.
        warm: seconds before what is counted begins.
        seconds: that are counted.
        turn: the rate is taken over a whole number of so many answers.
        every: seconds from one request to the next, each on a connection of its own; None: `clients` connections.
        crowd: who waits meanwhile, as the case has it.

    Raises:
        TooFewWaitError: the crowd does not wait.
    """
    async with AsyncExitStack() as stack:
        others = await stack.enter_async_context(gathered(port=port, **crowd)) if crowd else None
        began = time.perf_counter()
        load = Load([request_for(port, *each) for each in requests], began + warm + seconds)
        async with asyncio.timeout(warm + seconds + 10):
            await (ask_and_ask(load, port, clients) if every is None else ask_every(load, port, every))
    counted = summary(load, began + warm, turn)
    if others is not None:
        counted["total"] += len(others.done)
        counted["failed"] += others.failed
    return counted


async def ask_and_ask(load: Load, port: int, clients: int) -> None:
    """So many connections, each asking again as soon as it is answered."""
    connections = [await connect(load, port) for _ in range(clients)]
    await asyncio.gather(*(_go_on(load, port, client) for client in connections))


async def _go_on(load: Load, port: int, client: Client) -> None:
    while await client.closed:
        client = await connect(load, port)


async def ask_every(load: Load, port: int, pause: float) -> None:
    """A request whenever it is time for one, answered or not, each on a connection of its own."""
    due = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        while due < load.until:
            await asyncio.sleep(due - time.perf_counter())
            tasks.create_task(_ask_at(load, port, due))
            due += pause


async def _ask_at(load: Load, port: int, due: float) -> None:
    answer = await ask_once(port, load.take())
    load.failed += answer[9:12] != b"200"
    load.done.append((due, time.perf_counter() - due))  # also what is answered when the load is over


def summary(load: Load, counted_from: float, turn: int) -> dict[str, Any]:
    """Requests a second and latencies of what was counted, in seconds."""
    counted = sorted(each for each in load.done if counted_from <= each[0] <= load.until)
    whole = (len(counted) - 1) // turn * turn or len(counted) - 1  # who answers less than one turn has none
    if whole < 1:
        return {"total": len(load.done), "failed": load.failed, "rate": 0.0, "p50": 0.0, "p99": 0.0}
    latencies = sorted(latency for _, latency in counted)
    return {
        "total": len(load.done),
        "failed": load.failed,
        "rate": whole / (counted[whole][0] - counted[0][0]),
        "p50": latencies[len(latencies) // 2],
        "p99": latencies[len(latencies) * 99 // 100],
    }


def main() -> None:
    """Do what stdin says."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a crowd may be more than the usual 1,024
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        json.dump(runner.run(drive(**json.load(sys.stdin))), sys.stdout)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.new_event_loop
    return new_event_loop


if __name__ == "__main__":
    main()
