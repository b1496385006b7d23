"""The two crossings between Flask's synchronous code and the event loop.

Flask's `wsgi_app` runs in a greenlet of the request's own task (`bridged`). From in there `wait` hands an awaitable
to the task and sleeps until it is done; `Threads.run` does the same with a function that may block. Both keep the
task's contextvars.Context: code before and after a crossing sees and sets the same variables.

`bridged` is SQLAlchemy's `greenlet_spawn` with greenlets that are used again: a new one costs about 20 µs, most of
it first touches of its stack's memory. SQLAlchemy's own `await_` works in it, and so does all that is built on that.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError as JobCancelledError
from concurrent.futures import Future as Job
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]  # its stubs are a package of their own

# Importable but not documented by SQLAlchemy, so named here alone; tests/asgi/test_bridge.py notices if they move.
from sqlalchemy.util.concurrency import await_, in_greenlet

__all__ = ["Threads", "bridged", "carry", "in_greenlet", "wait", "worker_loop"]

T = TypeVar("T")
_Outcome = tuple[Any, BaseException | None]
_worker = threading.local()
_idle = threading.local()  # greenlets belong to their thread
_MOST_IDLE = 100
_DONE: Any = object()


async def bridged(function: Callable[..., T], *args: Any) -> T:
    """Call a synchronous function, from within which `wait` works, in the running task."""
    idle: list[_Greenlet] = _idle.__dict__.setdefault("greenlets", [])
    runner = idle.pop() if idle else _Greenlet()
    runner.parent = driver = getcurrent()
    runner.gr_context = driver.gr_context
    runner.job = function, args
    awaited = runner.switch()
    while awaited is not _DONE:
        try:
            value = await awaited
        except BaseException:
            awaited = runner.throw(*sys.exc_info())
        else:
            awaited = runner.switch(value)
    result, error = runner.take_outcome()
    if len(idle) < _MOST_IDLE:
        idle.append(runner)
    if error is not None:
        try:
            raise error
        finally:
            del error  # or it, its traceback and this frame would keep each other
    return result  # type: ignore[no-any-return]  # the greenlet holds results of any function


class _Greenlet(greenlet):  # type: ignore[misc]  # greenlet is untyped
    """Runs one job after another, each for another task; idle, it keeps nothing of them alive."""

    __sqlalchemy_greenlet_provider__ = True  # what `await_` and `in_greenlet` go by
    job: tuple[Callable[..., Any], tuple[Any, ...]] | None = None
    result: Any = None
    error: BaseException | None = None

    def run(self) -> None:
        while True:
            self._do()
            self.parent.switch(_DONE)

    def _do(self) -> None:
        function, args = self.job  # type: ignore[misc]  # set before each switch
        self.job = None
        try:
            self.result = function(*args)
        except BaseException as error:
            self.error = error

    def take_outcome(self) -> _Outcome:
        outcome = self.result, self.error
        self.result = self.error = self.gr_context = None
        return outcome


def wait(awaitable: Awaitable[T]) -> T:
    """The awaitable's result, from synchronous code inside `bridged`; the loop goes on meanwhile."""
    return await_(awaitable)


def carry(coroutine: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> T:
    """Run a coroutine on a loop of another thread and wait for it here; its contextvars come back to this thread.

    Raises:
        asyncio.CancelledError: the coroutine, or the request this worker thread serves, was cancelled.
    """
    outcome: Context | None = None

    async def run() -> T:
        nonlocal outcome
        try:
            return await coroutine
        finally:
            outcome = copy_context()

    job = asyncio.run_coroutine_threadsafe(run(), loop)
    crossing: _Crossing | None = getattr(_worker, "crossing", None)
    if crossing is not None:
        crossing.carried = job
    try:
        return job.result()
    except JobCancelledError:
        raise asyncio.CancelledError from None
    except BaseException:
        job.cancel()  # KeyboardInterrupt and the like: nobody waits for it any more
        raise
    finally:
        if crossing is not None:
            crossing.carried = None
        if outcome is not None:
            _take_over(outcome)


def worker_loop() -> asyncio.AbstractEventLoop | None:
    """The loop on whose behalf this thread works, if it is one of `Threads`."""
    crossing: _Crossing | None = getattr(_worker, "crossing", None)
    return None if crossing is None else crossing.get_loop()


class Threads:
    """A bounded number of threads for code that may block.

    Args:
        size: how many may run at once; further ones queue.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._executor: ThreadPoolExecutor | None = None

    def run(self, function: Callable[..., T], *args: Any) -> T:
        """Call the function in a thread, from code inside `bridged`."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self.size, thread_name_prefix="plain-view")
        loop = asyncio.get_running_loop()
        crossing = _Crossing(loop)
        loop.call_soon(crossing.start, self._executor, _current_context(), function, args)  # once the task has paused
        value, error = wait(crossing)
        if crossing.copy is not None:
            _take_over(crossing.copy)
        if error is not None:
            raise error
        return value  # type: ignore[no-any-return]  # a future of pairs cannot name T for one half

    def close(self) -> None:
        """Let the threads go once they are idle; `run` would start new ones."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None


class _Crossing(asyncio.Future[_Outcome]):
    """The wait for a function in a thread, which runs in the *same* Context as the waiting task.

    A Context can be entered by one thread at a time, so the task must not wake while the thread is in it: a cancel
    is only noted, and takes effect when the thread comes back. (With a copy of the Context, tokens set on one side
    could not be reset on the other; it is used only where somebody entered the task's Context for good.)
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self.copy: Context | None = None
        self.carried: Job[Any] | None = None  # the coroutine the thread waits for, if any
        self._cancel_asked = False
        self._job: Job[_Outcome] | None = None

    def start(
        self, executor: ThreadPoolExecutor, context: Context, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> None:
        if self._cancel_asked:
            super().cancel()
            return
        try:
            context.run(int)
        except RuntimeError:
            self.copy = context = context.copy()
        try:
            self._job = executor.submit(context.run, self._call, function, args)
        except RuntimeError as error:  # the app was stopped between the request and its turn
            self.set_exception(error)
        else:
            self._job.add_done_callback(self._come_back)

    def cancel(self, msg: Any = None) -> bool:
        if self.done():
            return False
        self._cancel_asked = True  # `start` or `_land` completes it
        for job in (self._job, self.carried):
            if job is not None:
                job.cancel()
        return True

    def _call(self, function: Callable[..., Any], args: tuple[Any, ...]) -> _Outcome:
        _worker.crossing = self
        try:
            return function(*args), None
        except BaseException as error:  # as a value: a Future cannot hold a StopIteration
            return None, error
        finally:
            _worker.crossing = None

    def _come_back(self, job: Job[_Outcome]) -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits
            self.get_loop().call_soon_threadsafe(self._land, job)

    def _land(self, job: Job[_Outcome]) -> None:
        if self._cancel_asked or job.cancelled():
            super().cancel()
        else:
            self.set_result(job.result())


def _current_context() -> Context:
    return getcurrent().gr_context or copy_context()  # before Python 3.12 nothing else names a task's own Context


def _take_over(outcome: Context) -> None:
    for variable, value in outcome.items():
        if variable.get(_take_over) is not value:
            variable.set(value)
