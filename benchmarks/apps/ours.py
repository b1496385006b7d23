"""The service with a view of one's own: a query that takes 50 ms."""

from __future__ import annotations

from typing import Any

from service import create_app, current_pool

app = create_app()


@app.get("/sleep")
async def sleep() -> dict[str, Any]:
    """A slow query on the shared pool."""
    await current_pool.fetchval("select pg_sleep(0.05)")
    return {"slept_ms": 50}
