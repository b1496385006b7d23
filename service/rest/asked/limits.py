"""How much one request may ask for: everything here is refused before it costs anything."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import QueryError


# Compared by identity: the object is part of cache keys that are looked up several times a request.
@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The bounds of a query string.

    Args:
        query: length of the raw query string, in characters.
        depth: nesting of embeds, of logic trees, and names in an embed path.
        steps: `->` steps in one JSON path.
        conditions: filters and logic trees together.
        columns: items in `select` (all levels together), names in `columns` and `on_conflict`.
        embeds: embeds in `select`, all levels together.
        order_terms: terms in all `order` parameters together.
        list_items: items of one `in` list or of one array after `(any)` or `(all)`.
        media_ranges: entries of `Accept` that are looked at; those beyond are ignored, not refused.
    """

    query: int = 65_536
    depth: int = 20
    steps: int = 50
    conditions: int = 200
    columns: int = 1_000
    embeds: int = 200
    order_terms: int = 50
    list_items: int = 5_000
    media_ranges: int = 50


DEFAULT_LIMITS = Limits()
CACHED_TEXT = 256
"""Longest text, in characters, whose reading is kept: with the number of entries it bounds a cache's memory."""


def check(count: int, limit: int, what: str) -> None:
    """Refuse `count` of `what` beyond `limit`.

    Raises:
        QueryError: there are too many.
    """
    if count > limit:
        raise QueryError(f"The request has too many {what}.", details=f"at most {limit} are allowed, found {count}")
