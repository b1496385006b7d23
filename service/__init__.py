"""Poolgate: one connection pool, shared by every coroutine, in front of a relational database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["create_app", "current_connection", "current_identity", "current_pool"]

if TYPE_CHECKING:
    from service.app import create_app
    from service.current import current_connection, current_identity, current_pool


def __getattr__(name: str) -> Any:
    """The public names, imported on first use: `import service.asgi` alone needs no database."""
    if name == "create_app":
        from service.app import create_app

        return create_app
    if name in ("current_connection", "current_identity", "current_pool"):
        from service import current

        return getattr(current, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
