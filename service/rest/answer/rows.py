"""Rows as an answer: the page's place among all rows, and the database's bytes as they are."""

from __future__ import annotations

from collections.abc import Sequence

from service.errors import MediaTypeError, RangeError
from service.rest.answer.answer import Answer
from service.rest.answer.applied import as_applied
from service.rest.asked.preferences import NONE
from service.rest.execute import Result
from service.rest.plan.media import Media
from service.rest.plan.terms import Form
from service.rest.terms import Asked, Page, Preferences

_VARY = "Accept, Prefer, Range, Accept-Encoding"


def answer_rows(
    result: Result,
    asked: Asked,
    media: Media,
    *,
    profile: str | None,
    warnings: Sequence[str] = (),
    next_page: str | None = None,
) -> Answer:
    """The answer to a read.

    Args:
        profile: the schema that was read, where the caller is to be told.
        warnings: what in the request is going out of use.
        next_page: the query string of the page after this one.

    Raises:
        MediaTypeError: PGRST116, there is not exactly one row where one was asked for, whatever page was.
        RangeError: PGRST103, the page begins beyond the last row.
    """
    if media.single and result.page_total != 1:
        raise MediaTypeError(
            "One row was asked for as an object, and there are none or several",
            code="PGRST116",
            details=f"The result has {result.page_total} rows",
            hint="Ask for application/json, or choose the row by its key",
        )
    headers = read_headers(asked, media, profile=profile, warnings=warnings)
    if asked.cursor is None:
        headers["Content-Range"] = content_range(result.page, result.page_total, result.total)
        code = status(result.page, result.page_total, result.total)
    else:  # where among all rows its page is, nobody has counted
        headers["Content-Range"] = f"*/{'*' if result.total is None else result.total}"
        code = 200
    body = result.body or b""
    if media.single:
        body = body[1:-1]  # the array's brackets
    if next_page is not None:
        headers["Link"] = f'<?{next_page}>; rel="next"'  # RFC 8288; relative, for a proxy may have changed the path
    return Answer(code, headers, body)


def answer_plan(plan: bytes, asked: Asked, media: Media, *, profile: str | None) -> Answer:
    """The answer to a question for an execution plan."""
    return Answer(200, read_headers(asked, media, profile=profile), plan)


def read_headers(asked: Asked, media: Media, *, profile: str | None, warnings: Sequence[str] = ()) -> dict[str, str]:
    """The headers that the answers to all reads have."""
    headers = {"Content-Type": media.content_type, "Vary": _VARY}
    if media.form in (Form.TEXT, Form.BYTES):
        headers["X-Content-Type-Options"] = "nosniff"  # a browser would see HTML in what somebody has stored
    if profile is not None:
        headers["Content-Profile"] = profile
        headers["Vary"] = f"{_VARY}, Accept-Profile"
    if warnings:
        # 299 is "miscellaneous persistent warning" (RFC 7234, 5.5).
        headers["Warning"] = ", ".join(f'299 - "{_quotable(warning)}"' for warning in warnings)
    if asked.preferences is not NONE and (told := preference_applied(asked.preferences)):
        headers["Preference-Applied"] = told
    return headers


def _quotable(text: str) -> str:
    """A text for between quotes in a header, in which names of any letters may stand."""
    return text.encode("ascii", "backslashreplace").decode().replace("\\", "/").replace('"', "'")


def content_range(page: Page, page_total: int, total: int | None) -> str:
    """`Content-Range`, with `*` for what is not known or not there."""
    rows = f"{page.offset}-{page.offset + page_total - 1}" if page_total else "*"
    return f"{rows}/{'*' if total is None else total}"


def status(page: Page, page_total: int, total: int | None) -> int:
    """206 where a part of a known total is sent, else 200.

    Raises:
        RangeError: PGRST103, the page begins beyond the last row.
    """
    if total is None:
        return 200
    if page.offset > total:
        raise RangeError(
            "The requested range of rows does not exist",
            details=f"The page begins at row {page.offset}, and there are {total} rows.",
            headers={"Content-Range": f"*/{total}"},
        )
    return 206 if page_total < total else 200


def preference_applied(preferences: Preferences) -> str:
    """`Preference-Applied`: what of `Prefer` had its effect on a read, in the dialect's order."""
    of = preferences
    return as_applied(count=of.count, handling=of.handling, timezone=of.timezone)
