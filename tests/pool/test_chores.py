"""The tasks that a pool runs for itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from service.pool.chores import Chores


@pytest.fixture
def chores() -> Chores:
    return Chores()


async def test_work_that_is_started_now_has_begun(chores: Chores) -> None:
    """What it does until it first waits is done at once; the rest when what it waits for has come."""
    done: list[str] = []
    future = asyncio.get_running_loop().create_future()

    async def work() -> str:
        done.append("sent")
        done.append(await future)
        done.append(await asyncio.sleep(0, "slept"))
        return "result"

    task = chores.start_now(work())
    assert done == ["sent"]
    future.set_result("answer")
    assert await task == "result"
    assert done == ["sent", "answer", "slept"]
    assert not len(chores)


async def test_work_that_need_not_wait(chores: Chores) -> None:
    """It is done, or has failed; the task tells what of."""

    async def work(error: Exception | None) -> str:
        if error is not None:
            raise error
        return "result"

    assert await chores.start_now(work(None)) == "result"
    with pytest.raises(ValueError, match="none"):
        await chores.start_now(work(ValueError("none")))


@pytest.mark.parametrize("swallows", [False, True], ids=["ends", "goes on"])
async def test_a_cancel_reaches_the_work(chores: Chores, swallows: bool) -> None:
    """As with any task: it is raised where the work waits, which may end or go on."""
    future = asyncio.get_running_loop().create_future()
    seen: list[Any] = []

    async def work() -> str:
        try:
            await future
        except asyncio.CancelledError as error:
            seen.append(error)
            if not swallows:
                raise
        return "went on"

    task = chores.start_now(work())
    await asyncio.sleep(0)
    task.cancel()
    if swallows:
        assert await task == "went on"
    else:
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(seen) == 1
    assert future.cancelled()


async def test_an_error_of_what_is_waited_for(chores: Chores) -> None:
    """It is raised in the work."""
    future = asyncio.get_running_loop().create_future()

    async def work() -> None:
        await future

    task = chores.start_now(work())
    future.set_exception(OSError("broken"))
    with pytest.raises(OSError, match="broken"):
        await task
