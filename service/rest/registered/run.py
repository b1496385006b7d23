"""Runs a Python function: one connection of the shared pool, one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction

from service.auth import Identity
from service.database import Database
from service.rest.execute.idempotency import Once
from service.rest.registered.again import alone, once_on
from service.rest.registered.registry import Registered

T = TypeVar("T")
_AS_ROLE = text("select set_config('role', :role, true)")

_IN_ZONE = text("select set_config('timezone', :zone, true)")


class Lend(Protocol):
    """Makes a connection the one that `current_connection` is, for as long as the block lasts."""

    def __call__(self, connection: AsyncConnection, /) -> AbstractContextManager[None]: ...


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is ready to be run.

    Args:
        arguments: as the function's signature has them; those with a default may be missing.
        commit: False undoes all at the end.
        caller: for whom the connection is taken; the pool's share is counted by it.
        zone: the time zone that the session's times are written in; None for the session's own.
    """

    database: Database
    registered: Registered
    arguments: Mapping[str, Any]
    identity: Identity
    commit: bool = True
    caller: Hashable = None
    zone: str | None = None


async def run_registered(
    call: Call, lend: Lend, conclude: Callable[[Any, float, float], T], once: Once[T] | None = None
) -> T:
    """Call a function in a transaction: committed when it returns, rolled back when it raises.

    Args:
        conclude: makes the answer of what the function returned, before that is made to last; it is told how many
            seconds were waited for a connection and how many it has been in hand.
        once: it has a key.

    Raises:
        UnavailableError: no connection could be had.
        Exception: whatever the function and `conclude` raise, and what the database says at the end.
    """
    database, registered = call.database, call.registered
    asked = time.perf_counter()
    with alone(once):
        async with database.pool.acquire(readonly=registered.readonly, identity=call.caller) as connection:
            began = time.perf_counter()

            async def work() -> T:
                value = await _run(call, lend, connection)
                return conclude(value, began - asked, time.perf_counter() - began)

            async with connection.begin() as transaction:
                changes_role = call.identity.role is not None or not registered.readonly
                answer = await once_on(database, connection, once, work, keeps=call.commit, restore=changes_role)
                if not call.commit:
                    await _undo(database, connection, transaction)
    return answer


async def _run(call: Call, lend: Lend, connection: AsyncConnection) -> Any:
    registered = call.registered
    await _prepare(call, connection)
    given = dict(call.arguments)
    if registered.signature.connection is not None:
        given[registered.signature.connection] = connection
    with lend(connection):
        return await registered.function(**given)


async def _prepare(call: Call, connection: AsyncConnection) -> None:
    if call.registered.readonly and call.database.to_readonly is not None:
        await connection.exec_driver_sql(call.database.to_readonly)
    if call.identity.role is not None:
        await connection.execute(_AS_ROLE, {"role": call.identity.role})
    if call.zone is not None:
        await connection.execute(_IN_ZONE, {"zone": call.zone})


async def _undo(database: Database, connection: AsyncConnection, transaction: AsyncTransaction) -> None:
    if database.settle:
        await connection.exec_driver_sql(database.settle)  # what waits for the end shows now, or it never would
    await transaction.rollback()
