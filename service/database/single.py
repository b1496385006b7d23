"""One connection by itself, for commands that work on a database without serving it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from service.database.postgresql.changes import CHANNEL
from service.database.postgresql.target import target_of
from service.database.sqlite.files import explain, path_of
from service.errors import DatabaseAwayError
from service.forms import safe_url

CONNECT_TIMEOUT = 10.0  # seconds
STATEMENT_TIMEOUT = 3600.0  # seconds: a migration or a load may take its time, but not for ever
LOCK = 0x506F6F6C67617465  # "Poolgate": two of these commands on one database work one after the other


@asynccontextmanager
async def single_connection(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction: committed at the end, rolled back on an error, then closed.

    Raises:
        DatabaseAwayError: no connection can be made, or the database refused a statement; says why, without password.
    """
    engine = _engine(url)
    try:
        if url.startswith("sqlite:"):
            await asyncio.to_thread(_probe, path_of(url))
        async with engine.begin() as connection:
            yield connection
    except (
        OSError,
        sqlite3.Error,
        SQLAlchemyError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
    ) as error:
        raise DatabaseAwayError(f"{safe_url(url)}: {_reason(url, error)}") from error
    finally:
        await engine.dispose()


async def tell_of_changes(connection: AsyncConnection) -> None:
    """Has services that run read the schema anew once this transaction is committed; SQLite's see it by themselves."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"notify {CHANNEL}, 'reload schema'"))


def _reason(url: str, error: BaseException) -> str:
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig.__cause__ or error.orig
    if isinstance(error, sqlite3.Error) and error.sqlite_errorname in ("SQLITE_CANTOPEN", "SQLITE_NOTADB"):
        return explain(path_of(url), error)
    return str(error).strip().split("\n")[0] or type(error).__name__


def _engine(url: str) -> AsyncEngine:
    if url.startswith("sqlite:"):
        file = URL.create("sqlite+aiosqlite", database=str(path_of(url)))
        engine = create_async_engine(file, poolclass=NullPool, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _leave_transactions_to_us)
        event.listen(engine.sync_engine, "begin", _begin_immediate)
        return engine
    target = target_of(url, statement_timeout=STATEMENT_TIMEOUT, connect_timeout=CONNECT_TIMEOUT)
    connect = partial(asyncpg.connect, **target.named("poolgate command"))
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=connect, poolclass=NullPool, hide_parameters=True
    )
    event.listen(engine.sync_engine, "begin", _lock)
    return engine


def _probe(path: Path) -> None:
    # Where aiosqlite cannot open a file, its thread may outlive the event loop and fail on it.
    sqlite3.connect(path).close()


def _leave_transactions_to_us(connection: sqlite3.Connection, _: Any) -> None:
    # sqlite3 would commit before DDL of its own accord; then a failed migration stayed half done.
    connection.isolation_level = None


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _lock(connection: Connection) -> None:
    connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK})")
