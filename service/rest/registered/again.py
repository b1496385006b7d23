"""A Python function's call that is done once: the answer is kept in the function's own transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from service.database import Database
from service.pool import Lease
from service.rest.execute.idempotency import Once

T = TypeVar("T")


async def once_on(
    database: Database,
    connection: AsyncConnection,
    once: Once[T] | None,
    work: Callable[[], Awaitable[T]],
    *,
    keeps: bool,
    restore: bool,
) -> T:
    """What `work` gives, or where that was done before the answer of then. In a transaction that has begun.

    Args:
        keeps: the transaction is to be committed.
        restore: the role may be another one at the end.

    Raises:
        KeyInUseError, KeyReusedError: the key is another request's.
    """
    if once is None:
        return await work()
    lease = await _lane(database, connection)
    found = await once.memory.find(lease, once.claim)
    if found is not None:
        return once.read(found)
    done = await work()
    if keeps:
        await once.memory.keep(lease, once.claim, once.write(done), restore=restore)
    return done


async def _lane(database: Database, connection: AsyncConnection) -> Lease:
    await connection.exec_driver_sql("select 1")  # SQLAlchemy begins a transaction with its first statement
    raw = await connection.get_raw_connection()
    return database.pool.lane(raw.driver_connection)


def alone(once: Once[T] | None) -> AbstractContextManager[None]:
    """Around all of a call; see `Memory.alone`."""
    return nullcontext() if once is None else once.memory.alone(once.claim)
