"""SQLite as one database: readers and one writer over one file, behind one pool."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from service.catalog.model import Catalog
from service.catalog.saved import SavedRoutine
from service.catalog.saved_file import SavedFile
from service.database.base import Database
from service.database.limits import pool_limits
from service.database.risks import ANONYMOUS_WRITE, Risk
from service.database.sqlite import changes, dialect, errors, files, reflect, saved
from service.database.sqlite.api_keys import SqliteApiKeys
from service.database.sqlite.connection import FileConnection
from service.database.sqlite.driver import SqliteDriver
from service.database.sqlite.keys import SqliteKeys
from service.database.sqlite.limited import BEGIN, LimitedConnection
from service.errors import DatabaseAwayError, PoolgateError, SettingsError
from service.events import Observe
from service.pool import Pool, Store
from service.settings import Settings

Opener = Callable[[], LimitedConnection]
_UNRULED = Risk(
    "anonymous-unruled",
    "callers without credentials may read everything: the file of rules says nothing of them",
    "set POOLGATE_ANONYMOUS to none, or POOLGATE_DB_ANON_ROLE to a role of the file",
)


class SqliteDatabase(Database):
    """One file.

    Args:
        path: of the file.
        limit: seconds a statement may run.
    """

    name = "sqlite"
    default_schemas = ("main",)
    bracketed = True
    connecting = "Opening one needs no network and no password, but a file, a thread and our functions in it."

    def __init__(self, pool: Pool, safe_url: str, *, path: Path, limit: float) -> None:
        super().__init__(pool, safe_url, SqliteKeys(), SqliteApiKeys())
        self.path = path
        self.limit = limit

    async def close(self, timeout: float | None = None) -> None:
        await super().close(timeout)
        # A reader that closes last leaves the log beside the file, and which one that is is chance.
        await asyncio.to_thread(files.fold_log, self.path)

    async def check(self) -> None:
        try:
            await asyncio.to_thread(files.check_encoding, self.path, self.limit)
        except sqlite3.Error as error:
            if errors.name_of(error).startswith("SQLITE_BUSY"):
                raise DatabaseAwayError("the database is locked by another process") from error
            raise SettingsError([f"DATABASE_URL: {files.explain(self.path, error)}"]) from error

    async def reflect(self, schemas: Sequence[str], version: int) -> Catalog:
        unknown = [name for name in schemas if name not in self.default_schemas]
        if unknown:
            raise SettingsError([f"DB_SCHEMAS: {name!r} is no schema of SQLite; it has main alone" for name in unknown])
        async with self.pool.lease(readonly=True, trusted=True) as lease:
            connection: FileConnection = lease.connection
            return await connection.run(partial(reflect.read_catalog, version=version), reflect.LIMIT)

    async def risks(self, settings: Settings) -> Sequence[Risk]:
        found = [ANONYMOUS_WRITE] if settings.anonymous == "write" and settings.db_anon_role is None else []
        if settings.rules is not None and settings.db_anon_role is None and settings.anonymous == "read":
            found.append(_UNRULED)
        if settings.db_anon_role == "write" and settings.rules is None:
            found.append(replace(ANONYMOUS_WRITE, advice="set POOLGATE_DB_ANON_ROLE to read, or leave it out"))
        if await asyncio.to_thread(files.is_anybodys, self.path):
            what = f"every user of this machine may write the file {self.path}"
            found.append(Risk("file-mode", what, f"chmod o-w {self.path}"))
        return found

    async def check_saved(self, files: Sequence[SavedFile], catalog: Catalog) -> tuple[list[SavedRoutine], list[str]]:
        async with self.pool.lease(readonly=True, trusted=True) as lease:
            connection: FileConnection = lease.connection
            return await connection.run(partial(saved.check, files=files, catalog=catalog), reflect.LIMIT)

    def translate(self, error: BaseException) -> PoolgateError | None:
        return errors.translate(error)

    def changes(self, stamp: str | None) -> AsyncIterator[str]:
        return changes.watch(partial(files.open_reader, self.path, self.limit), self.limit, stamp)


def open_database(settings: Settings, observe: Observe) -> SqliteDatabase:
    """Makes the engines and the pool of a file; does no I/O.

    Raises:
        SettingsError: the URL names no file, or a setting is for what SQLite does not have.
    """
    if settings.db_pre_request is not None:
        raise SettingsError(["DB_PRE_REQUEST: SQLite has no functions that could be called; expected none"])
    if settings.db_max_cost is not None:
        raise SettingsError(["DB_MAX_COST: SQLite's planner tells no cost of a statement; expected none"])
    path = files.path_of(settings.database_url)
    limit = settings.statement_timeout
    readers = _engine(partial(files.open_reader, path, limit), limit, "BEGIN")
    writer = _engine(partial(files.open_writer, path, limit), limit, BEGIN)
    pool = Pool(readers, SqliteDriver(settings.max_answer), writer=writer, observe=observe, **pool_limits(settings))
    return SqliteDatabase(pool, f"sqlite:///{path}", path=path, limit=limit)


def _engine(opener: Opener, limit: float, begin: str) -> AsyncEngine:
    def connect() -> Awaitable[FileConnection]:
        return _connect(opener, limit)

    engine = create_async_engine(
        f"{dialect.NAME}:///file", async_creator=connect, poolclass=Store, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(begin)

    return engine


async def _connect(opener: Opener, limit: float) -> FileConnection:
    try:
        return await FileConnection(opener, limit)  # type: ignore[return-value]  # aiosqlite declares its base class
    except sqlite3.Error as error:
        raise DatabaseAwayError("no connection to the database can be made") from error
