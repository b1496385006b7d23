"""The present catalog, read anew when the database says so, and swapped whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from time import monotonic
from typing import Any, cast

from service.catalog.functions import SavedFunctions
from service.catalog.model import Catalog
from service.database import Database
from service.errors import CatalogPendingError
from service.events import CatalogFailed, CatalogLoaded, Observe, ignore

BACKOFF = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Seconds between attempts at a first catalog while there is none; the last one for ever."""


class CatalogHolder:
    """Keeps the catalog that is in use.

    Args:
        database: whose schema it is.
        schemas: the exposed ones, the default first; none for the database's default.
        observe: is told of every attempt.
        functions: the folder of saved ones; None for none.
        look: seconds between two looks at that folder.
        loaded: is given each catalog before it is in use.
        then: is awaited after each new catalog, before anybody is told that it was read; it does not raise.
    """

    def __init__(
        self,
        database: Database,
        schemas: Sequence[str] = (),
        observe: Observe = ignore,
        *,
        functions: Path | None = None,
        look: float = 1.0,
        loaded: Callable[[Catalog], None] | None = None,
        then: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._then = then
        self._schemas = tuple(schemas) or database.default_schemas
        self._observe = observe
        self._catalog: Catalog | None = None
        self._version = 0
        self._one_at_a_time = asyncio.Lock()
        self._saved = None if functions is None else SavedFunctions(database, functions, observe)
        self._look = look
        self._loaded = loaded

    def __repr__(self) -> str:
        state = "pending" if self._catalog is None else f"relations={len(self._catalog.relations)}"
        return f"<CatalogHolder version={self._version} {state}>"

    @property
    def is_loaded(self) -> bool:
        """Whether there is a catalog."""
        return self._catalog is not None

    @property
    def version(self) -> int:
        """How often a catalog was read; 0 before the first."""
        return self._version

    @property
    def current(self) -> Catalog:
        """The catalog in use.

        Raises:
            CatalogPendingError: none has been read yet.
        """
        if self._catalog is None:
            raise CatalogPendingError("the schema has not been read yet", hint="Try again in a moment.")
        return self._catalog

    async def load(self, reason: str = "start") -> Catalog:
        """Reads the catalog and puts it to use.

        Raises:
            PoolgateError: it cannot be read; the one before stays in use.
        """
        async with self._one_at_a_time:
            began = monotonic()
            try:
                catalog = await self._database.reflect(self._schemas, self._version + 1)
                if self._saved is not None:
                    catalog = await self._saved.added_to(catalog, is_first=not self.is_loaded)
            except Exception as error:
                known = self._database.translate(error) or error
                self._observe(CatalogFailed(reason, known))
                if known is error:
                    raise
                raise known from error
            if self._loaded is not None:
                self._loaded(catalog)
            self._version = catalog.version
            self._catalog = catalog
            took = monotonic() - began
            if self._then is not None:
                await self._then()
            self._observe(CatalogLoaded(reason, took, len(catalog.relations), catalog.version))
            return catalog

    async def reload(self, reason: str) -> bool:
        """Reads the catalog anew; one that cannot be read is reported, and changes nothing.

        Returns:
            Whether there is a new one.
        """
        try:
            await self.load(reason)
        except Exception:  # whatever it is, it has been reported, and the service goes on with what it has
            return False
        return True

    async def watch(self) -> None:
        """Reads the catalog anew whenever the database says that it changed; runs until cancelled."""
        attempt = 0
        while not self.is_loaded and not await self.reload("start"):
            await asyncio.sleep(BACKOFF[min(attempt, len(BACKOFF) - 1)])
            attempt += 1
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_database())
            if self._saved is not None:
                tasks.create_task(self._watch_folder(self._saved))

    async def _watch_database(self) -> None:
        # `changes` is an async generator: closing it gives its connection back to the server at once.
        async with aclosing(cast(Any, self._database.changes(self.current.stamp))) as changes:
            async for reason in changes:
                await self.reload(reason)

    async def _watch_folder(self, saved: SavedFunctions) -> None:
        while True:
            if await saved.have_changed():
                await self.reload("the saved functions changed")
            await asyncio.sleep(self._look)
