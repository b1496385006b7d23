"""What the views of the table API have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from service.catalog.model import Catalog
from service.database import Database
from service.rest.asked import Limits
from service.rest.terms import Asked
from service.settings import Settings

T = TypeVar("T")
_LARGE = 131_072  # bytes; reading that many takes some milliseconds


async def aside(size: int, read: Callable[[], T]) -> T:
    """Reads a body: of a large one beside the loop, which has other requests to serve meanwhile.

    Args:
        size: of the body, in bytes.
    """
    return read() if size < _LARGE else await asyncio.to_thread(read)


def limits_of(settings: Settings) -> Limits:
    """The limits of one request, as they are set."""
    return Limits(
        query=settings.max_url,
        embed_depth=settings.max_embed_depth,
        embeds=settings.max_embeds,
        conditions=settings.max_filters,
        columns=settings.max_columns,
        list_items=settings.max_list,
        pattern=settings.max_pattern,
        objects=settings.max_objects,
    )


def understood(asked: Asked, database: Database) -> Asked:
    """The request without the preferences that the database has no use for: they are not applied."""
    if asked.preferences.timezone is None or database.zoned:
        return asked
    return asked._replace(preferences=replace(asked.preferences, timezone=None))


def told_profile(asked: Asked, schema: str, catalog: Catalog) -> str | None:
    """The schema that is used, where it is to be told: it was asked for, or there are several."""
    return schema if asked.profile is not None or len(catalog.schemas) > 1 else None


def ending(setting: str, preference: str | None) -> tuple[bool, str | None]:
    """Whether a transaction is committed, and what of the caller's wish about that is heeded.

    Args:
        setting: DB_TX_END.
        preference: `Prefer: tx=`.
    """
    if preference is None or not setting.endswith("allow-override"):
        return setting.startswith("commit"), None
    return preference == "commit", preference
