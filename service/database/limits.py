"""The settings of the pool, as the pool takes them."""

from __future__ import annotations

from typing import Any

from service.settings import Settings


def pool_limits(settings: Settings) -> dict[str, Any]:
    """The arguments of `Pool` that are the same on every database."""
    return {
        "min_size": settings.pool_min_size,
        "max_size": settings.pool_max_size,
        "acquire_timeout": settings.pool_acquire_timeout,
        "max_waiting": settings.pool_max_waiting,
        "max_lifetime": settings.pool_max_lifetime,
        "max_idle": settings.pool_max_idle,
        "keepalive": settings.pool_keepalive,
        "leak_threshold": settings.pool_leak_threshold,
        "reclaim_after": settings.pool_reclaim_after,
        "share": settings.pool_share,
        "renew": settings.pool_reset == "session",
        "per_request": settings.pool_mode == "per-request",
    }
