"""An SQLAlchemy connection in hand: the waiting is done outside its greenlet, with a deadline of the caller's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Hashable
from types import TracebackType
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.pool.store import Store


class Acquire:
    """What `Pool.acquire` returns: to be awaited, or entered with `async with`."""

    __slots__ = ("_connection", "_engine", "_identity", "_release", "_timeout")

    def __init__(
        self,
        engine: AsyncEngine,
        release: Callable[[AsyncConnection], Awaitable[None]],
        timeout: float | None,
        identity: Hashable | None,
    ) -> None:
        self._engine = engine
        self._release = release
        self._timeout = timeout
        self._identity = identity

    def __await__(self) -> Generator[Any, None, AsyncConnection]:
        return self._acquire().__await__()

    async def __aenter__(self) -> AsyncConnection:
        self._connection = await self._acquire()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._release(self._connection)

    async def _acquire(self) -> AsyncConnection:
        """Waits outside SQLAlchemy's greenlet, with this caller's own deadline; the engine then finds it laid out."""
        store = store_of(self._engine)
        store.hand_over(await store.stock.take(self._timeout, self._identity))
        try:
            return await self._engine.connect().start()
        finally:
            if (unused := store.hand_over(None)) is not None:
                store.stock.put_back(unused)


def store_of(engine: AsyncEngine) -> Store:
    """The pool's own behind an engine.

    Raises:
        TypeError: the engine has another one.
    """
    store = engine.sync_engine.pool
    if not isinstance(store, Store):
        raise TypeError("the pool's engine is made with create_async_engine(…, poolclass=Store)")
    return store
