"""`current_pool`, the pool of the application that is answering: works like `flask.current_app`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app
from werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from service.pool import Pool


def _current() -> Pool:
    poolgate = current_app.extensions.get("poolgate")
    if poolgate is None:
        raise RuntimeError("This Flask application has no pool: make it with service.create_app().")
    return cast("Pool", poolgate.database.pool)


current_pool: Pool = cast("Pool", LocalProxy(_current))
"""The pool; use it in a view, or within `app.app_context()`."""
