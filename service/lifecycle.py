"""From start to stop: database, catalog and pool come up in this order, heal when the database comes back, and go."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from service.catalog.holder import CatalogHolder
from service.database import Database
from service.errors import DatabaseAwayError, PoolFullError, PoolgateError, PoolTimeoutError, UnavailableError

logger = logging.getLogger("poolgate")
_LONGEST_PAUSE = 10.0
_PING_TIMEOUT = 1.0


class Lifecycle:
    """What is up.

    Args:
        drain_timeout: seconds that a stop waits for requests in flight.
    """

    def __init__(self, database: Database, catalog: CatalogHolder, *, drain_timeout: float) -> None:
        self._database = database
        self._catalog = catalog
        self._drain_timeout = drain_timeout
        self._up = asyncio.Event()
        self.draining = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The service's life: up on entering, gone on leaving.

        A database that is away does not keep the service from starting: it answers 503, tries again with pauses that
        grow to ten seconds, and heals.

        Raises:
            PoolgateError: what no waiting cures, as a wrong password or a file that is no database.
        """
        self.draining = False
        self._up.clear()
        tasks: list[asyncio.Task[None]] = []
        try:
            try:
                await self._start()
            except DatabaseAwayError as error:
                logger.warning("%s; trying again until it is there", error)
                tasks.append(asyncio.create_task(self._keep_starting(), name="poolgate: waiting for the database"))
            tasks.append(asyncio.create_task(self._watch(), name="poolgate: watching the schema"))
            yield
        finally:
            self.draining = True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._database.pool.close(timeout=self._drain_timeout)

    def drain(self) -> None:
        """The service is about to stop: it is no longer ready."""
        self.draining = True

    async def why_not_ready(self) -> str | None:
        """What stands in the way of serving, in words; None when nothing does."""
        if self.draining:
            return "the service is stopping"
        if not self._up.is_set():
            return "the database has not been reached yet"
        try:
            await self._ping()
        except (PoolTimeoutError, PoolFullError):
            return None  # every connection is in use: the service is busy, no reason to take it out of service
        except PoolgateError as error:
            return error.message
        return None

    async def _ping(self) -> None:
        try:
            async with self._database.pool.lease(timeout=_PING_TIMEOUT) as lease, asyncio.timeout(_PING_TIMEOUT):
                await lease.fetchval("select 1")
        except TimeoutError:
            raise DatabaseAwayError(f"the database did not answer within {_PING_TIMEOUT:g} s") from None
        except Exception as error:
            raise self._database.translate(error) or error from error

    async def _start(self) -> None:
        await self._database.check()
        await self._database.pool.open()
        await self._catalog.load()
        self._up.set()

    async def _keep_starting(self) -> None:
        pause = 0.5
        while not self._up.is_set():
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  # spreads retries, guards nothing
            pause = min(pause * 2, _LONGEST_PAUSE)
            with suppress(DatabaseAwayError):
                await self._try_start()

    async def _try_start(self) -> None:
        try:
            await self._start()
        except UnavailableError:
            raise
        except Exception as error:
            logger.error("the service cannot start on this database: %s", error)

    async def _watch(self) -> None:
        await self._up.wait()
        await self._catalog.watch()
