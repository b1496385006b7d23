"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a write's key, and what tells its request apart."""

from __future__ import annotations

import hashlib
import re
from typing import Protocol

from service.errors import IdempotencyKeyError

LONGEST = 255
"""Characters that a key may have."""
_WRITES = ("POST", "PATCH", "PUT", "DELETE")
_TEXT = r'(?:[ !#-\[\]-~]|\\["\\])*'  # RFC 9651, 3.3.3
_PARAMETERS = rf'(?:; *[a-z*][a-z0-9_.*-]*(?:=(?:"{_TEXT}"|[!#-+\--:<-~]+))?)*'  # the draft has none: they say nothing
_STRING = re.compile(rf'"({_TEXT})"{_PARAMETERS}')
_PLAIN = re.compile(r"[!#-+\--:<-\[\]-~]+")  # what most clients send: a UUID without quotes
_ESCAPED = re.compile(r"\\(.)")
_DECIDING = ("Accept", "Accept-Profile", "Content-Profile", "Content-Type", "Prefer")
"""The headers that decide what is done, or what the answer looks like."""


class Headers(Protocol):
    """Request headers, found by name whatever its case."""

    def get(self, key: str, /) -> str | None: ...


def read_idempotency_key(method: str, header: str | None) -> str | None:
    """The key of a write; None where there is none, as for all reads.

    Args:
        header: `"a string"` as the draft wants it, or the same without quotes.

    Raises:
        IdempotencyKeyError: PGATE400, it cannot be read, is empty or too long.
    """
    if header is None or method not in _WRITES:
        return None
    text = header.strip(" \t")
    if len(text) > 4 * LONGEST:
        raise _wrong(f"It may have {LONGEST} characters.")
    if found := _STRING.fullmatch(text):
        text = _ESCAPED.sub(r"\1", found[1])
    elif not _PLAIN.fullmatch(text):
        raise _wrong('Expected one string in quotes, of visible ASCII characters and blanks: "8e03978e-40d5"')
    if not 0 < len(text) <= LONGEST:
        raise _wrong(f"It may have {LONGEST} characters." if text else "It is empty.")
    return text


def fingerprint(headers: Headers, body: bytes) -> bytes:
    """What tells a request from others of the same method and URL: 32 bytes of its body and its deciding headers."""
    digest = hashlib.sha256()
    for name in _DECIDING:
        value = (headers.get(name) or "").encode("utf-8", "surrogateescape")
        digest.update(b"%d:%b" % (len(value), value))  # its length first: no two requests are joined to the same bytes
    digest.update(body)
    return digest.digest()


def _wrong(details: str) -> IdempotencyKeyError:
    return IdempotencyKeyError(
        "The Idempotency-Key header cannot be read",
        details=details,
        hint="Send a new UUID with each write, and the same one again when you repeat it.",
    )
