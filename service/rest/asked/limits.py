"""How much one request may ask for: everything here is refused before it costs anything."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import QueryError


# Compared by identity: the object is part of cache keys that are looked up several times a request.
@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The bounds of a query string.

    The defaults are what the rooms behind can bear; the service has those that there is a setting for from its
    settings.

    Args:
        query: length of the raw query string, in characters; the service's own URLs are held to `MAX_URL` before.
        depth: nesting of logic trees.
        embed_depth: nesting of embeds, `MAX_EMBED_DEPTH`.
        embeds: embeds, all levels together, `MAX_EMBEDS`.
        steps: `->` steps in one JSON path.
        conditions: filters and logic trees together, `MAX_FILTERS`.
        columns: items in `select` (all levels together), names in `columns` and `on_conflict`, `MAX_COLUMNS`.
        order_terms: terms in all `order` parameters together.
        list_items: items of one `in` list or of one array after `(any)` or `(all)`, `MAX_LIST`.
        pattern: characters of one pattern or regular expression, `MAX_PATTERN`.
        objects: of the body of a write, `MAX_OBJECTS`.
        media_ranges: entries of `Accept` that are looked at; those beyond are ignored, not refused.
    """

    query: int = 65_536
    depth: int = 20
    embed_depth: int = 19
    steps: int = 50
    conditions: int = 200
    columns: int = 1_000
    embeds: int = 200
    order_terms: int = 50
    list_items: int = 5_000
    pattern: int = 1_000
    objects: int = 100_000
    media_ranges: int = 50


DEFAULT_LIMITS = Limits()
CACHED_TEXT = 256
"""Longest text, in characters, whose reading is kept: with the number of entries it bounds a cache's memory."""


def check(count: int, limit: int, what: str, setting: str | None = None) -> None:
    """Refuse `count` of `what` beyond `limit`.

    Args:
        setting: the one that the limit comes from.

    Raises:
        QueryError: there are too many.
    """
    if count > limit:
        raise QueryError(
            f"The request has too many {what}.",
            details=f"at most {limit} are allowed, found {count}",
            hint=setting and f"The setting {setting} says how many.",
        )
