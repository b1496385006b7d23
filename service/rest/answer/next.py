"""The page after this one, for reads whose pages are told by keys."""

from __future__ import annotations

from service.rest.asked.cursor import with_cursor, write_cursor
from service.rest.execute import Result
from service.rest.plan.terms import Keyset


def next_page(result: Result, keyset: Keyset | None, query: str) -> str | None:
    """The query string that asks for it; None where there are no more rows.

    Args:
        query: the request's, raw.

    Raises:
        CursorError: the page's end cannot be told in a cursor.
    """
    if keyset is None or result.ending is None:
        return None
    return with_cursor(query, write_cursor(keyset.mark, result.ending))
