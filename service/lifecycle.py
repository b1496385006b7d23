"""From start to stop: database, catalog and pool come up in this order, heal when the database comes back, and go."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from service.catalog.holder import CatalogHolder
from service.database import Database
from service.errors import DatabaseAwayError, PoolFullError, PoolgateError, PoolTimeoutError, UnavailableError

T = TypeVar("T")
logger = logging.getLogger("poolgate")
_FIRST_ATTEMPT = 2.0  # seconds until the service answers probes, come up or not
_PAUSES = (0.5, 1.0, 2.0, 5.0)  # seconds between two attempts to come up; the last one for ever
_PING_TIMEOUT = 1.0


class Lifecycle:
    """What is up.

    Args:
        drain_timeout: seconds that a stop waits for requests in flight.
        checks: is called when the database is reached, before anything is served; what it raises ends the start.
    """

    def __init__(
        self,
        database: Database,
        catalog: CatalogHolder,
        *,
        drain_timeout: float,
        checks: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._checks = checks
        self._database = database
        self._catalog = catalog
        self._drain_timeout = drain_timeout
        self._up = asyncio.Event()
        self._tried = asyncio.Event()
        self._leave_at: float | None = None  # the loop's time
        self._draining = asyncio.Event()
        self._asking: asyncio.Task[str | None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The service's life: up on entering, gone on leaving.

        A database that is away, or slow, does not keep the service from starting: it answers 503, tries again with
        pauses that grow to five seconds, and heals.

        Raises:
            PoolgateError: what no waiting cures, as a wrong password or a file that is no database.
        """
        self._leave_at = None
        self._draining = asyncio.Event()  # new, for it belongs to the loop on which it is waited for
        self._up.clear()
        self._tried.clear()
        self._asking = None
        living = asyncio.create_task(self._live(), name="poolgate: lifecycle")
        try:
            await self._await_first_attempt(living)
            yield
        finally:
            self.drain()
            tasks = {living} if self._asking is None else {living, self._asking}
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self._database.close(timeout=self.time_left())

    def drain(self) -> None:
        """The service is about to stop: from now on it is not ready, and `time_left` counts down."""
        if self._leave_at is None:
            self._leave_at = asyncio.get_running_loop().time() + self._drain_timeout
            self._draining.set()

    @property
    def draining(self) -> bool:
        """Whether the service is about to stop."""
        return self._leave_at is not None

    async def until_draining(self) -> None:
        """Returns when the service is about to stop: for what would go on for ever."""
        await self._draining.wait()

    async def unless_draining(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work gives; for what is not worth a stop's time.

        Raises:
            UnavailableError: the service is about to stop; the work was cancelled.
        """
        task = asyncio.ensure_future(work)
        draining = asyncio.ensure_future(self._draining.wait())
        try:
            await asyncio.wait({task, draining}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            draining.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        if task.cancelled():
            raise UnavailableError("The service is about to stop", code="PGATE503")
        return task.result()

    def time_left(self) -> float:
        """Seconds that requests in flight may still take, once the service is draining."""
        if self._leave_at is None:
            return self._drain_timeout
        return max(0.0, self._leave_at - asyncio.get_running_loop().time())

    async def why_not_ready(self) -> str | None:
        """What stands in the way of serving, in words; None when nothing does.

        Anybody may ask, and as many at once as they like: the database is asked once for all of them.
        """
        if self.draining:
            return "the service is stopping"
        if not self._up.is_set():
            return "the database has not been reached yet"
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._why_not_reached(), name="poolgate: readiness")
        return await asyncio.shield(self._asking)

    async def _why_not_reached(self) -> str | None:
        try:
            await self._ping()
        except PoolgateError as error:
            return error.message
        return None

    async def _ping(self) -> None:
        pool = self._database.pool
        try:
            async with asyncio.timeout(_PING_TIMEOUT), pool.lease(timeout=_PING_TIMEOUT / 2, trusted=True) as lease:
                await lease.fetchval("select 1")
        except (PoolTimeoutError, PoolFullError):
            # With nothing being opened every connection is in use: busy is no reason to be taken out of service.
            if pool.stats().connecting:
                raise
        except TimeoutError:
            raise DatabaseAwayError(f"the database did not answer within {_PING_TIMEOUT:g} s") from None
        except Exception as error:
            raise self._database.translate(error) or error from error

    async def _live(self) -> None:
        await self._come_up()
        self._up.set()
        self._tried.set()
        await self._catalog.watch()

    async def _await_first_attempt(self, living: asyncio.Task[None]) -> None:
        tried = asyncio.create_task(self._tried.wait())
        await asyncio.wait({living, tried}, timeout=_FIRST_ATTEMPT, return_when=asyncio.FIRST_COMPLETED)
        tried.cancel()
        if living.done():
            await living  # raises
        self._tried.set()

    async def _come_up(self) -> None:
        for pause in _pauses():
            try:
                await self._database.check()
                await self._database.pool.open()
                if self._checks is not None:
                    await self._checks()
                await self._catalog.load()
                return
            except Exception as error:
                self._report(error)
            await asyncio.sleep(pause)

    def _report(self, error: Exception) -> None:
        """Raises what ends the start; later than at the first attempt there is nobody to raise to."""
        if self._tried.is_set():
            if not isinstance(error, UnavailableError):
                logger.error("the service cannot start on this database: %s", error)
        elif isinstance(error, UnavailableError):
            logger.warning("%s; trying again until it is there", error)
            self._tried.set()
        else:
            raise error


def _pauses() -> Iterator[float]:
    attempt = 0
    while True:
        spread = random.uniform(0.8, 1.2)  # noqa: S311  # spreads retries, guards nothing
        yield _PAUSES[min(attempt, len(_PAUSES) - 1)] * spread
        attempt += 1
