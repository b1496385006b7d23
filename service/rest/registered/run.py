"""Runs a Python function: one connection of the shared pool, one transaction."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction

from service.auth import Identity
from service.database import Database
from service.database.context import NOBODY, NOTHING_TOLD, Caller, Told, context, role_of
from service.database.hoisted import LEVELS, Hoisted
from service.rest.execute.idempotency import Once
from service.rest.execute.role import of_role
from service.rest.execute.transaction import seen_by
from service.rest.registered.again import alone, once_on
from service.rest.registered.registry import Registered

T = TypeVar("T")
_NO_RIGHT = "42501"


class Lend(Protocol):
    """Makes a connection the one that `current_connection` is, for as long as the block lasts."""

    def __call__(self, connection: AsyncConnection, /) -> AbstractContextManager[None]: ...


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is ready to be run.

    Args:
        arguments: as the function's signature has them; those with a default may be missing.
        commit: False undoes all at the end.
        caller: for whom the connection is taken.
        zone: the time zone that the session's times are written in; None for the session's own.
    """

    database: Database
    registered: Registered
    arguments: Mapping[str, Any]
    identity: Identity
    commit: bool = True
    caller: Caller = NOBODY
    zone: str | None = None


async def run_registered(
    call: Call, lend: Lend, conclude: Callable[[Any, Told, float, float], T], once: Once[T] | None = None
) -> T:
    """Call a function in a transaction: committed when it returns, rolled back when it raises.

    Args:
        conclude: makes the answer of what the function returned, before that is made to last; it is given what came
            before the function and says of the answer, too, and how many seconds were waited for a connection and how
            many it has been in hand.
        once: it has a key.

    Raises:
        UnavailableError: no connection could be had.
        Exception: whatever the function and `conclude` raise, and what the database says at the end.
    """
    database, registered = call.database, call.registered
    asked = time.perf_counter()
    with alone(once), _told_to(call):
        async with database.pool.acquire(readonly=registered.readonly, identity=call.caller.who) as connection:
            began = time.perf_counter()

            async def work() -> T:
                told = await _prepare(call, connection, begins)
                value = await _run(call, lend, connection)
                return conclude(value, told, began - asked, time.perf_counter() - began)

            begins = database.hoisted(call.identity.role)
            async with connection.begin() as transaction, _begun(database, connection, begins):
                changes_role = role_of(database, call.identity) is not None or not registered.readonly
                answer = await once_on(database, connection, once, work, keeps=call.commit, restore=changes_role)
                if not call.commit:
                    await _undo(database, connection, transaction)
    return answer


async def _run(call: Call, lend: Lend, connection: AsyncConnection) -> Any:
    registered = call.registered
    given = dict(call.arguments)
    if registered.signature.connection is not None:
        given[registered.signature.connection] = connection
    with lend(connection):
        return await registered.function(**given)


@contextmanager
def _told_to(call: Call) -> Iterator[None]:
    """A right that is missing is told as on tables."""
    try:
        yield
    except Exception as error:
        known = call.database.translate(error)
        if known is None or known.code != _NO_RIGHT:
            raise
        raise seen_by(call.identity, known) from error


@asynccontextmanager
async def _begun(database: Database, connection: AsyncConnection, begins: Hoisted) -> AsyncIterator[None]:
    """What is different from other transactions, before its first statement and for its time."""
    if begins.isolation is not None:
        level = LEVELS[LEVELS.index(begins.isolation)]
        await connection.exec_driver_sql(f"set transaction isolation level {level}")
    if begins.patience is None:
        yield
        return
    raw = await connection.get_raw_connection()
    with database.pool.lane(raw.driver_connection).patient(begins.patience):
        yield


async def _prepare(call: Call, connection: AsyncConnection, begins: Hoisted) -> Told:
    database = call.database
    if call.registered.readonly and database.to_readonly is not None:
        await connection.exec_driver_sql(database.to_readonly)
    set_up = context(database, call.identity, call.caller, zone=call.zone, begins=begins)
    if set_up is not None:
        try:
            await connection.exec_driver_sql(set_up[0], tuple(set_up[1]))
        except Exception as error:
            raise of_role(database, call.identity, error) from error
    if database.pre_request is None:
        return NOTHING_TOLD
    row: Any = (await connection.exec_driver_sql(database.pre_request)).first()
    return NOTHING_TOLD if row is None else Told(row[0], row[1])


async def _undo(database: Database, connection: AsyncConnection, transaction: AsyncTransaction) -> None:
    if database.settle:
        await connection.exec_driver_sql(database.settle)  # what waits for the end shows now, or it never would
    await transaction.rollback()
