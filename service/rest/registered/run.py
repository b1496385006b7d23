"""Runs a Python function: one connection of the shared pool, one transaction."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.auth import Identity
from service.database import Database
from service.rest.registered.registry import Registered

_AS_ROLE = text("select set_config('role', :role, true)")


class Lend(Protocol):
    """Makes a connection the one that `current_connection` is, for as long as the block lasts."""

    def __call__(self, connection: AsyncConnection, /) -> AbstractContextManager[None]: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call gave.

    Args:
        value: what the function returned.
        waited: seconds until a connection was in hand.
        ran: seconds that it was.
    """

    value: Any
    waited: float
    ran: float


async def run_registered(
    database: Database,
    registered: Registered,
    arguments: Mapping[str, Any],
    identity: Identity,
    *,
    lend: Lend,
    caller: Hashable = None,
) -> Outcome:
    """Call a function in a transaction: committed when it returns, rolled back when it raises.

    Args:
        arguments: as its signature has them; defaults may be missing.
        caller: for whom the connection is taken; the pool's share is counted by it.

    Raises:
        UnavailableError: no connection could be had.
        Exception: whatever the function raises, and what the database says at the commit.
    """
    asked = time.perf_counter()
    async with database.pool.acquire(readonly=registered.readonly, identity=caller) as connection:
        began = time.perf_counter()
        async with _transaction(database, connection, readonly=registered.readonly):
            if identity.role is not None:
                await connection.execute(_AS_ROLE, {"role": identity.role})
            given = dict(arguments)
            if registered.signature.connection is not None:
                given[registered.signature.connection] = connection
            with lend(connection):
                value = await registered.function(**given)
    return Outcome(value, began - asked, time.perf_counter() - began)


@asynccontextmanager
async def _transaction(database: Database, connection: AsyncConnection, *, readonly: bool) -> AsyncIterator[None]:
    async with connection.begin():
        if readonly and database.to_readonly is not None:
            await connection.exec_driver_sql(database.to_readonly)
        yield
