"""What one request costs, in numbers that do not depend on how fast or busy the machine is."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import tracemalloc
from asyncio.selector_events import _SelectorSocketTransport  # type: ignore[attr-defined]  # where a message leaves
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any
from unittest.mock import patch

import greenlet
from sqlalchemy.sql.compiler import SQLCompiler

Go = Callable[[], Awaitable[None]]
WARM = 20  # requests until everything that is kept is kept, and PostgreSQL has chosen its plan
TIMES = 15
"""A figure is the least of so many: what a timer, another task or half a message adds now and then is not in it."""


@dataclass(frozen=True)
class Cost:
    """Of one request.

    Args:
        instructions: of Python's, on the loop's thread, the loop's own included.
        trips: messages to the database's server.
        hops: times that another thread handed something to the loop, as SQLite's does.
        switches: from one greenlet to another.
        compiled: statements that SQLAlchemy compiled.
        kilobytes: of Python's memory at the most, above what it was before.
        cyclic: objects that refer to each other and are left for the garbage collector.
    """

    instructions: int
    trips: int
    hops: int
    switches: int
    compiled: int
    kilobytes: int
    cyclic: int

    def __str__(self) -> str:
        return ", ".join(f"{value:,} {name}" for name, value in asdict(self).items())


async def cost_of(go: Go, after: Go) -> Cost:
    """What a request costs once everything that is kept of it is kept.

    Args:
        go: sends it.
        after: waits until nothing of it is under way any more; what that takes itself does not count.
    """

    async def least(count: Callable[[Go], Awaitable[int]]) -> int:
        found = []
        for _ in range(TIMES):
            found.append(await count(go))
            await after()
        return min(found)

    async def whole() -> None:
        await go()
        await after()

    for _ in range(WARM):
        await whole()
    counts = [await _counted(whole) for _ in range(TIMES)]
    with _no_collector():
        return Cost(
            instructions=await least(_instructions),
            **{name: min(counted[name] for counted in counts) for name in ("trips", "hops", "switches", "compiled")},
            kilobytes=await least(_peak),
            cyclic=min([await _cyclic(whole) for _ in range(TIMES)]),
        )


async def _counted(go: Go) -> Counter[str]:
    counted = Counter[str]()
    loop = type(asyncio.get_running_loop())
    with ExitStack() as stack:
        stack.enter_context(_each(_SelectorSocketTransport, "write", counted, "trips"))
        stack.enter_context(_each(loop, "call_soon_threadsafe", counted, "hops"))
        stack.enter_context(_each(SQLCompiler, "__init__", counted, "compiled"))
        before = greenlet.settrace(lambda event, _: counted.update(switches=event == "switch"))
        stack.callback(greenlet.settrace, before)
        await go()
    return counted


@contextmanager
def _each(owner: Any, name: str, counted: Counter[str], called: str) -> Iterator[None]:
    original = getattr(owner, name)

    def counts(*args: Any, **kwargs: Any) -> Any:
        counted[called] += 1
        return original(*args, **kwargs)

    with patch.object(owner, name, counts):
        yield


@contextmanager
def _no_collector() -> Iterator[None]:
    """It would come with one request in many. What is there already it need not look through when it is asked to."""
    gc.disable()
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()


async def _instructions(go: Go) -> int:
    return await (_monitored(go) if sys.version_info >= (3, 12) else _traced(go))


async def _traced(go: Go) -> int:
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    sys.settrace(trace)
    try:
        await go()
    finally:
        sys.settrace(None)
    return count


async def _monitored(go: Go) -> int:
    """As `_traced`, which from Python 3.12 on does not follow into greenlets."""
    monitoring, here, count = sys.monitoring, threading.get_ident(), 0  # type: ignore[attr-defined]  # of 3.12

    def counts(*_: Any) -> None:
        nonlocal count
        count += threading.get_ident() == here

    tool = 4  # one that nobody has a claim to
    monitoring.use_tool_id(tool, "guard")
    monitoring.register_callback(tool, monitoring.events.INSTRUCTION, counts)
    monitoring.set_events(tool, monitoring.events.INSTRUCTION)
    try:
        await go()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    return count


async def _peak(go: Go) -> int:
    # What asyncio reads from a socket it has room for beforehand: 256 KiB, beside which nothing else would show.
    with patch.object(_SelectorSocketTransport, "max_size", 8192):
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            await go()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    return (peak - before) // 1024


async def _cyclic(go: Go) -> int:
    gc.collect()
    await go()
    return gc.collect()
