"""The ASGI lifespan: what the application holds from start to stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from logging import Logger
from typing import Any

from service.errors import PoolgateError

Send = Callable[[Any], Awaitable[None]]


async def serve_lifespan(
    held: AbstractAsyncContextManager[Any], receive: Callable[[], Awaitable[Any]], send: Send, logger: Logger
) -> None:
    """Enter on startup, leave on shutdown; a failure of either is logged and told to the server."""
    await receive()
    phase = "startup"
    try:
        async with held:
            await send({"type": "lifespan.startup.complete"})
            phase = "shutdown"
            await receive()
    except Exception as error:
        # An error of ours was written for the operator; any other needs its traceback.
        logger.error("The %s failed: %s", phase, error, exc_info=not isinstance(error, PoolgateError))
        await send({"type": f"lifespan.{phase}.failed", "message": str(error) or type(error).__name__})
    else:
        await send({"type": "lifespan.shutdown.complete"})
