"""Rows as an answer: the page's place among all rows, and the database's bytes as they are."""

from __future__ import annotations

from collections.abc import Sequence

from service.errors import RangeError
from service.rest.answer.answer import JSON, Answer
from service.rest.execute import Result
from service.rest.terms import Asked, Page, Preferences


def answer_rows(result: Result, asked: Asked, *, profile: str | None, warnings: Sequence[str] = ()) -> Answer:
    """The answer to a read.

    Args:
        profile: the schema that was read, where the caller is to be told.
        warnings: what in the request is going out of use.

    Raises:
        RangeError: PGRST103, the page begins beyond the last row.
    """
    headers = {
        "Content-Type": JSON,
        "Content-Range": content_range(result.page, result.page_total, result.total),
        "Vary": "Accept, Prefer, Range",
    }
    if profile is not None:
        headers["Content-Profile"] = profile
    if warnings:
        # 299 is "miscellaneous persistent warning" (RFC 7234, 5.5).
        headers["Warning"] = ", ".join(f'299 - "{_quotable(warning)}"' for warning in warnings)
    if asked.preferences.count or asked.preferences.handling:
        headers["Preference-Applied"] = preference_applied(asked.preferences)
    return Answer(status(result.page, result.page_total, result.total), headers, result.body or b"")


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
    applied = [
        f"{name}={value}"
        for name, value in (("count", preferences.count), ("handling", preferences.handling))
        if value is not None
    ]
    return ", ".join(applied)
