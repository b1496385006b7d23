"""`current_pool` and `current_connection`, of the application that is answering: work like `flask.current_app`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from flask import current_app, g
from werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from service.pool import Pool

_CONNECTION = "_poolgate_connection"


def _current() -> Pool:
    poolgate = current_app.extensions.get("poolgate")
    if poolgate is None:
        raise RuntimeError("This Flask application has no pool: make it with service.create_app().")
    return cast("Pool", poolgate.database.pool)


def _connection() -> AsyncConnection:
    connection = g.get(_CONNECTION)
    if connection is None:
        raise RuntimeError(
            "There is no connection here: a function registered with @app.rpc has one while it runs; elsewhere take "
            "one with `async with current_pool.acquire() as connection`."
        )
    return cast("AsyncConnection", connection)


@contextmanager
def lent(connection: AsyncConnection) -> Iterator[None]:
    """Makes `connection` the current one within the block."""
    setattr(g, _CONNECTION, connection)
    try:
        yield
    finally:
        delattr(g, _CONNECTION)


current_pool: Pool = cast("Pool", LocalProxy(_current))
"""The pool; use it in a view, or within `app.app_context()`."""

current_connection: AsyncConnection = cast("AsyncConnection", LocalProxy(_connection))
"""The connection that a function registered with `@app.rpc` runs its transaction on."""
