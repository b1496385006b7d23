"""What the database's own code says of the answer: the settings `response.status` and `response.headers`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from service.errors import PoolgateError
from service.headers import is_header
from service.rest.answer.answer import Answer

EMPTY = (204, 205, 304)
"""Statuses of answers that have no body."""
_STATUS = re.compile("[2-5][0-9][0-9]", re.ASCII)


def as_told(answer: Answer, status: str | None, headers: str | None) -> Answer:
    """The answer with a status and headers in the place of its own.

    Args:
        status, headers: the settings; None or empty where they are not set.

    Raises:
        PoolgateError: PGRST111 or PGRST112, they are none.
    """
    if headers:
        answer = with_headers(answer, _headers(headers))
    if not status:
        return answer
    if not _STATUS.fullmatch(status):
        raise PoolgateError("response.status is no status of an answer", code="PGRST112", hint="200 to 599")
    return emptied(answer._replace(status=int(status)))


def emptied(answer: Answer) -> Answer:
    """The answer without a body, if its status has none."""
    if answer.status not in EMPTY:
        return answer
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-type"}
    return answer._replace(headers=headers, body=b"")


def with_headers(answer: Answer, given: Iterable[tuple[str, str]]) -> Answer:
    """The answer with these headers, of which several may have one name, in the place of its own."""
    headers, again, seen = dict(answer.headers), [], set()
    own = {name.lower(): name for name in headers}
    for name, value in given:
        if name.lower() in seen:
            again.append((name, value))
        else:
            seen.add(name.lower())
            headers[own.get(name.lower(), name)] = value
    return answer._replace(headers=headers, again=tuple(again))


def _headers(text: str) -> list[tuple[str, str]]:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_headers() from None
    if not isinstance(found, list) or not all(map(_is_one, found)):
        raise _no_headers()
    return [pair for each in found for pair in each.items()]


def _is_one(each: Any) -> bool:
    return isinstance(each, Mapping) and len(each) == 1 and all(is_header(*pair) for pair in each.items())


def _no_headers() -> PoolgateError:
    return PoolgateError(
        "response.headers is no list of headers",
        code="PGRST111",
        hint='A JSON array of objects with one key each, as in [{"Cache-Control": "no-store"}]',
    )
