"""The saved functions in use: read with the catalog, and kept as they were where the files have faults."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from service.catalog.folder import Folder, Mark
from service.catalog.model import Catalog, Routine
from service.catalog.saved import SavedRoutine
from service.database import Database
from service.errors import SettingsError
from service.events import FunctionsFailed, Observe


class SavedFunctions:
    """The functions of one folder.

    Args:
        database: they are held against.
        path: of the folder.
        observe: is told of faults.
    """

    def __init__(self, database: Database, path: Path, observe: Observe) -> None:
        self._database = database
        self._folder = Folder(path, database.bracketed)
        self._observe = observe
        self._seen: Mark | None = None
        self._known: list[SavedRoutine] = []

    async def have_changed(self) -> bool:
        """Whether the files are others than when they were last read."""
        return await asyncio.to_thread(self._folder.mark) != self._seen

    async def added_to(self, catalog: Catalog, *, is_first: bool) -> Catalog:
        """The catalog with the functions, before those of the database's own that are called like them.

        Args:
            is_first: there are none yet that could stay in use.

        Raises:
            SettingsError: files have faults, all at once; only if `is_first`.
            DatabaseError, UnavailableError: the database cannot be asked.
        """
        # Looked at before it is read: what changes meanwhile is seen the next time.
        mark = await asyncio.to_thread(self._folder.mark)
        files, faults = await asyncio.to_thread(self._folder.read)
        routines, more = await self._database.check_saved(files, catalog)
        self._seen = mark
        if faults := [*faults, *more]:
            if is_first:
                raise SettingsError(faults)
            self._observe(FunctionsFailed(tuple(faults)))
        else:
            self._known = routines
        named: dict[tuple[str, str], tuple[Routine, ...]] = {
            (schema, routine.name): (replace(routine, schema=schema),)
            for schema in catalog.schemas
            for routine in self._known
        }
        return replace(catalog, routines=MappingProxyType({**catalog.routines, **named}))
