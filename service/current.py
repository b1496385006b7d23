"""`current_pool`, `current_connection` and `current_identity`: work like `flask.current_app`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g, has_request_context, request
from werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from service.auth import Identity
    from service.pool import Pool

_CONNECTION = "_poolgate_connection"
_IDENTITY = "_poolgate_identity"


def _poolgate() -> Any:
    poolgate = current_app.extensions.get("poolgate")
    if poolgate is None:
        raise RuntimeError("This Flask application has no pool: make it with service.create_app().")
    return poolgate


def _current() -> Pool:
    return cast("Pool", _poolgate().database.pool)


def _connection() -> AsyncConnection:
    connection = g.get(_CONNECTION)
    if connection is None:
        raise RuntimeError(
            "There is no connection here: a function registered with @app.rpc has one while it runs; elsewhere take "
            "one with `async with current_pool.acquire() as connection`."
        )
    return cast("AsyncConnection", connection)


def _identity() -> Identity:
    if not has_request_context():
        raise RuntimeError("Nobody asks here: there is no request. current_identity is for views and functions.")
    if _IDENTITY not in g:
        recognize(_poolgate().authenticator.identify(request.headers))
    return cast("Identity", g.get(_IDENTITY))


def recognize(identity: Identity) -> None:
    """Makes `identity` the current one, for the rest of the request."""
    setattr(g, _IDENTITY, identity)


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

current_identity: Identity = cast("Identity", LocalProxy(_identity))
"""Who sends the request: `role`, `claims`, `key`, `anonymous`. Bad credentials raise `AuthError`, which is a 401."""
