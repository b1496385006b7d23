"""The end of a pool, and where it lives."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import warnings
from typing import Any

import pytest

from service.errors import PoolClosedError, PoolgateError, PoolLoopError
from service.events import Reason
from service.pool import Pool
from service.pool.fake import FakeDatabase, FakeError


async def opened(fake: FakeDatabase, **limits: Any) -> Pool:
    pool = fake.pool(**{"min_size": 2, "max_size": 2, **limits})
    await pool.open()
    return pool


def others() -> set[asyncio.Task[Any]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


async def test_close_waits_for_what_is_in_use() -> None:
    """Closing lets nobody in, fails who waits at once, and waits for the connections in use."""
    fake = FakeDatabase(by_hand=False)
    pool = await opened(fake, max_size=2)
    first, second = await pool.acquire(), await pool.acquire()
    waiting = asyncio.create_task(pool.fetch("select 1"))
    await fake.settle()
    closing = asyncio.create_task(pool.close())
    await fake.settle()
    assert repr(pool) == "<Pool closing size=2/2 idle=0 in_use=2 waiting=0>"
    with pytest.raises(PoolClosedError):
        await waiting
    for entrance in (pool.fetch("select 1"), pool.acquire(), pool.engine.connect().start()):
        with pytest.raises(PoolClosedError):
            await entrance
    await pool.release(first)
    await fake.settle()
    assert not closing.done()
    await pool.release(second)
    await closing
    assert repr(pool) == "<Pool closed size=0/2 idle=0 in_use=0 waiting=0>"
    assert fake.live == set()
    assert others() == set()
    assert pool.stats().closed == {Reason.CLOSING: 2}


async def test_close_hard() -> None:
    """When the time is over the connections in use are closed too; what runs on them ends."""
    fake = FakeDatabase(by_hand=False, hold=True)
    pool = await opened(fake)
    running = asyncio.create_task(pool.fetch("slow"))
    async with pool.acquire() as held:
        await fake.settle()
        await pool.close(timeout=0)
        assert repr(pool) == "<Pool closed size=0/2 idle=0 in_use=0 waiting=0>"
        assert fake.live == set()
        with pytest.raises(FakeError, match="aborted"):
            await running
        fake.hold = False
        assert not held.closed
    assert others() == set()
    assert pool.stats().closed == {Reason.ABANDONED: 2}


async def test_close_is_idempotent() -> None:
    """A pool may be closed again, before it was opened too; a second call may be in more of a hurry."""
    fake = FakeDatabase(by_hand=False)
    pool = await opened(fake)
    async with pool.lease():
        patient = asyncio.create_task(pool.close())
        await fake.settle()
        await pool.close(timeout=0)
        await patient
    await pool.close()
    never_opened = fake.pool()
    await never_opened.close()
    for closed in (pool, never_opened):
        with pytest.raises(PoolClosedError):
            await closed.open()


async def test_close_while_connecting() -> None:
    """A connect under way when the pool closes is given up, and who waited for it is told."""
    fake = FakeDatabase()
    pool = await opened(fake, min_size=0)
    waiting = asyncio.create_task(pool.fetch("select 1"))
    await fake.settle()
    await pool.close()
    with pytest.raises(PoolClosedError):
        await waiting
    assert not fake.asked
    assert others() == set()


async def test_close_of_connections_that_do_not_answer() -> None:
    """Connections that do not close politely don't hold up the end."""
    fake = FakeDatabase(by_hand=False, hold_closes=True)
    pool = await opened(fake, close_timeout=0.01)
    await pool.close()
    assert fake.live == set()
    await fake.settle()
    assert others() == set()


async def test_not_open_yet() -> None:
    """A pool nobody opened says so."""
    with pytest.raises(PoolClosedError, match="not open yet"):
        await FakeDatabase().pool().fetch("select 1")


def test_another_loop() -> None:
    """Used from another loop every entrance says so and what to do, and the pool is none the worse."""
    fake = FakeDatabase(by_hand=False)
    home = asyncio.new_event_loop()
    pool = home.run_until_complete(opened(fake))

    async def intrude() -> None:
        for entrance in (pool.fetch("q"), pool.acquire(), pool.engine.connect().start(), pool.open(), pool.close()):
            with pytest.raises(PoolLoopError, match="another event loop") as caught:
                await entrance
            assert isinstance(caught.value, PoolgateError | RuntimeError)
            assert "run_coroutine_threadsafe" in str(caught.value.hint)

    asyncio.run(intrude())
    assert repr(pool) == "<Pool open size=2/2 idle=2 in_use=0 waiting=0>"
    home.run_until_complete(pool.close())
    home.close()


FORKED = """
import asyncio, os
from service.errors import PoolLoopError
from service.pool.fake import FakeDatabase

async def main():
    async with FakeDatabase(by_hand=False).pool() as pool:
        async with pool.lease():
            child = os.fork()
        if child:
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
            return
        try:
            pool.lease().__aenter__().send(None)
        except PoolLoopError as error:
            os._exit(7 if f"opened in process {os.getppid()} and is used in process {os.getpid()}" in str(error) else 1)
        os._exit(2)

asyncio.run(main())
"""


def test_another_process() -> None:
    """Used in a process forked after it was opened the pool says so, instead of sharing sockets with its parent."""
    subprocess.run([sys.executable, "-c", FORKED], check=True, timeout=60)


async def test_connection_nobody_released() -> None:
    """A connection whose holder forgot it is closed in whatever thread it is found, and its room is free."""
    fake = FakeDatabase(by_hand=False)
    pool = await opened(fake, min_size=1, max_size=1)

    async def forget() -> None:
        connection = await pool.acquire()
        assert not connection.closed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLAlchemy warns of it, as it should
        await forget()
        elsewhere = threading.Thread(target=gc.collect)
        elsewhere.start()
        elsewhere.join()
        assert await pool.fetchval("select 1", timeout=5) == 1
    assert fake.peak == 1
    await pool.close()
    assert fake.live == set()
