"""`limit`, `offset` and the `Range` header: which rows, as one `Page`."""

from __future__ import annotations

import re

from service.errors import RangeError
from service.rest.terms import Page

LARGEST = 2**62
"""Larger numbers count as this one: no table has more rows, and offset + limit stays within 64 bits."""
ALL = Page()
_NUMBER = re.compile(r"\s*(-?[0-9]+)\s*")
_RANGE = re.compile(r"([0-9]+)-([0-9]*)")


def read_page(limit: str | None, offset: str | None) -> Page:
    """What `limit` and `offset` ask for; like PostgREST it ignores what is no whole number, and a negative offset.

    Raises:
        RangeError: a negative limit.
    """
    if limit is None and offset is None:
        return ALL
    rows, start = _number(limit), _number(offset) or 0
    if rows is not None and rows < 0:
        raise RangeError("No such range of rows.", details=f"limit must be zero or more, found {rows}")
    return Page(max(start, 0), rows)


def narrow(page: Page, header: str | None, unit: str | None) -> Page:
    """`page` within the `Range` header; a header of another unit or form does not count.

    Raises:
        RangeError: the header runs backwards, or shares no row with `limit` and `offset`.
    """
    if page.limit == 0:
        return Page(0, 0)
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or (unit is not None and unit.strip().lower() not in ("items", "")):
        return page
    first, last = _bounded(match[1]), _bounded(match[2]) if match[2] else None
    if last is not None and last < first:
        raise RangeError("No such range of rows.", details=f"Range ends at {last}, before it begins at {first}")
    start = max(page.offset, first)
    ends = [end for end in (last, None if page.limit is None else page.offset + page.limit - 1) if end is not None]
    if not ends:
        return Page(start, None)
    if min(ends) < start:
        raise RangeError("No such range of rows.", details="Range and limit or offset have no row in common")
    return Page(start, min(min(ends) - start + 1, LARGEST))


def _number(text: str | None) -> int | None:
    match = _NUMBER.fullmatch(text) if text else None
    return _bounded(match[1]) if match else None


def _bounded(digits: str) -> int:
    size = digits.lstrip("-0")
    # The interpreter refuses to read thousands of digits, and twenty are past the bound already.
    number = LARGEST if len(size) >= 20 else min(int(size or "0"), LARGEST)
    return -number if digits.startswith("-") else number
