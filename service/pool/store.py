"""The store: the one SQLAlchemy pool behind the engine, as the engine sees it.

`Store` is the `poolclass` of `create_async_engine`, so `AsyncEngine.connect()` and `AsyncSession(engine)` come through
the same gate as everybody else. What is done with the connections is decided in `stock`.

One lost connection costs one connection: SQLAlchemy's wish to invalidate the whole pool is not followed. Its `recycle`,
`pre_ping` and the like are not taken either, for they reconnect inside a caller's request.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import pool
from sqlalchemy.util import await_only

from service.errors import PoolClosedError
from service.events import Observe, Reason
from service.pool import glance
from service.pool.clock import Clock
from service.pool.driver import Driver
from service.pool.limits import Limits
from service.pool.opener import Translate
from service.pool.record import Record
from service.pool.stock import Stock


class Store(pool.Pool):
    """The pool of one engine: made by `create_async_engine(…, poolclass=Store)`, put to use by `Pool`."""

    def __init__(
        self,
        creator: Any,
        *,
        dialect: Any = None,
        events: Any = None,
        echo: Any = None,
        logging_name: str | None = None,
        reset_on_return: Any = True,
    ) -> None:
        named = {"events": events, "echo": echo, "logging_name": logging_name, "reset_on_return": reset_on_return}
        super().__init__(creator, dialect=dialect, **named)
        self._bound: tuple[Driver, Stock] | None = None
        self._ticket: Record | None = None

    def bind(self, driver: Driver, limits: Limits, observe: Observe, translate: Translate, clock: Clock) -> Stock:
        """Makes the stock; once, for one engine has one pool."""
        if self._bound is not None:
            raise RuntimeError("this engine has a pool already: share it instead of making a second one")
        stock = Stock(self._create_connection, self._dialect, driver, limits, observe, translate, clock=clock)
        self._bound = driver, stock
        return stock

    @property
    def stock(self) -> Stock:
        """The connections.

        Raises:
            PoolClosedError: no `Pool` was made of this engine.
        """
        return self._parts[1]

    def hand_over(self, record: Record | None) -> Record | None:
        """Lays out a taken connection for the engine's next `connect()`; returns what lay there unused."""
        unused, self._ticket = self._ticket, record
        return unused

    def dispose(self) -> None:
        """Closes what lies idle; the pool goes on. To end it, call `Pool.close`."""
        self.stock.dispose()

    def recreate(self) -> Store:
        return self  # the engine asks for a new pool after `dispose()`, but one engine has one pool

    def status(self) -> str:
        """The state at a glance."""
        return glance.status(self.stock)

    @property
    def _parts(self) -> tuple[Driver, Stock]:
        if self._bound is None:
            raise PoolClosedError("no pool was opened on this engine")
        return self._bound

    def _create_connection(self) -> Record:
        return Record(self)

    def _do_get(self) -> Record:
        record = self.hand_over(None)
        return await_only(self.stock.take()) if record is None else record

    def _do_return_conn(self, record: Any) -> None:
        self.stock.run(self.stock.returned, record)

    def _close_connection(self, connection: Any, *, terminate: bool = False) -> None:
        driver, stock = self._parts
        gone = driver.is_closed(self._dialect.get_driver_connection(connection))
        stock.run(stock.send_off, connection, Reason.LOST if gone else Reason.INVALIDATED)

    def _invalidate(self, connection: Any, exception: BaseException | None = None, _checkin: bool = True) -> None:
        if _checkin and connection.is_valid:
            connection.invalidate(exception)
