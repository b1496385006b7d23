"""Percent-decoding that refuses what is not UTF-8 (RFC 3986, 2.1), where the standard library guesses or replaces."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from service.errors import AskedError, QueryError, TooLargeError

_NUL = re.compile("%00|\0")
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")


def check_query(query: str, limit: int) -> None:
    """Refuse a raw query string that is too long or holds a NUL, which no database takes in a text.

    Raises:
        TooLargeError: longer than `limit` characters.
        QueryError: a NUL.
    """
    if len(query) > limit:
        raise TooLargeError("The query string is too long.", details=f"at most {limit} characters are allowed")
    if ("\0" in query or "%00" in query) and (nul := _NUL.search(query)):
        raise QueryError(
            "The query string holds a NUL character, which no text may hold.",
            details=f"column {nul.start() + 1}: found NUL, expected any other character",
        )


def decode(raw: str, refusal: type[AskedError] = QueryError, where: str = "The query string") -> str:
    """The text behind one percent-encoded name or value; `+` is a space.

    Characters beyond ASCII are taken for bytes, one each, as WSGI hands them over.

    Args:
        refusal: the error to raise.
        where: what it stands in, as the error's subject.

    Raises:
        QueryError: or `refusal`: broken percent-encoding, or bytes that are not UTF-8.
    """
    text = raw.replace("+", " ")
    if "%" not in text and text.isascii():
        return text
    if broken := _BROKEN.search(text):
        raise refusal(
            f"{where} is not percent-encoded correctly.",
            details=f'column {broken.start() + 1}: found "{text[broken.start() :][:3]}", '
            "expected two hexadecimal digits after the percent sign",
            hint="A percent sign itself is written %25.",
        )
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError) as error:
        raise refusal(
            f"{where} is not UTF-8.",
            details=f"byte {error.start + 1} of a name or value: found no UTF-8, expected percent-encoded UTF-8",
        ) from None
