"""The request as a whole: query string and headers, read into `Asked`."""

from __future__ import annotations

from typing import Protocol

from service.errors import CursorError
from service.rest.asked.accept import read_accept
from service.rest.asked.decode import check_query
from service.rest.asked.known import read_known
from service.rest.asked.limits import DEFAULT_LIMITS, Limits
from service.rest.asked.pages import narrow, read_page
from service.rest.asked.preferences import read_preferences
from service.rest.asked.query import read_query
from service.rest.terms import Asked, EmbedPath, Page

READS = ("GET", "HEAD")


class Headers(Protocol):
    """Request headers, found by name whatever its case: Werkzeug's do."""

    def get(self, key: str, /) -> str | None: ...


def read_request(
    method: str,
    relation: str,
    query: str,
    headers: Headers,
    *,
    limits: Limits = DEFAULT_LIMITS,
    call: bool = False,
) -> Asked:
    """Read one request of the dialect.

    Args:
        method: GET, HEAD, POST, ...
        relation: the last part of the path, decoded.
        query: the query string, raw: percent-encoded, without "?".
        headers: Werkzeug's, or a dict with names in any case.
        call: of a function: a parameter without an operator is one of `Asked.arguments`.

    Raises:
        QueryError: the query string does not parse, or asks for more than `limits`.
        TooLargeError: the query string is longer than `limits.query`.
        RangeError: a negative limit, or a Range that holds no row.
        PreferenceError: an unknown preference under `handling=strict`.
        CursorError: a cursor that cannot be read, or one beside an offset.
    """
    if isinstance(headers, dict):
        headers = {name.title(): value for name, value in headers.items()}
    check_query(query, limits.query)
    parsed = read_known(query, limits) or read_query(query, limits, call=call)
    limit, offset, ranged = parsed.limit, parsed.offset, headers.get("Range")
    root, reads = read_page(limit.get(()), offset.get(())), method in READS
    if reads:
        root = narrow(root, ranged, headers.get("Range-Unit") if ranged else None)
    if parsed.cursor is not None and (root.offset or ranged):
        raise CursorError(
            "A page begins after its cursor, or where offset or Range say",
            hint="Leave out offset and Range; limit says how many rows it has.",
        )
    profile = headers.get("Accept-Profile" if reads else "Content-Profile")
    pages = _pages(limit, offset) if limit or offset else ()
    preferences = read_preferences(headers.get("Prefer"))
    accept = read_accept(headers.get("Accept"), limits)
    return Asked(  # by place: to name thirteen takes longer than all that is read of the headers
        *(method, relation, (profile.strip() or None) if profile else None, parsed.read, parsed.values),
        *(root, pages, preferences, accept),
        *(parsed.columns, parsed.on_conflict, parsed.arguments, parsed.cursor),
    )


def _pages(limit: dict[EmbedPath, str], offset: dict[EmbedPath, str]) -> tuple[tuple[EmbedPath, Page], ...]:
    """Of embeds."""
    return tuple((path, read_page(limit.get(path), offset.get(path))) for path in limit | offset if path)
