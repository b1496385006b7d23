"""Which answers are compressed, and those in one piece; no web framework is needed for it."""

from __future__ import annotations

import asyncio
import re

from service.compress.encodings import Encoding, choose_encoding
from service.headers import Headers, varying

LEAST = 1024
"""Bytes below which it does not pay."""
IN_THREAD = 32_768
"""Bytes from which the loop would be held up for longer than a trip to a thread takes."""
# Not text/event-stream: its events are short and must not wait, and not what is compressed already.
_TYPES = re.compile(
    r"text/(?!event-stream)|application/(.+\+)?(json|xml)$|application/(x-)?(ndjson|jsonl|javascript)$|image/svg\+xml$"
)


async def compressed(status: int, headers: Headers, body: bytes, accepted: str) -> bytes:
    """An answer's body as its caller accepts it; the headers are told.

    Args:
        accepted: the request's `Accept-Encoding`.
    """
    if len(body) < LEAST or (encoding := choose_encoding(accepted)) is None or not may_be(status, headers):
        return body
    if len(body) < IN_THREAD:
        data = encoding.whole(body)
    else:
        data = await asyncio.to_thread(encoding.whole, body)
    if len(data) >= len(body):
        return body
    headers["Content-Length"] = str(len(data))
    announce(headers, encoding)
    return data


def may_be(status: int, headers: Headers) -> bool:
    """Whether an answer may be compressed at all."""
    return (
        status not in (204, 304)
        and _TYPES.match(headers.get("Content-Type", "").partition(";")[0].strip().lower()) is not None
        and "Content-Encoding" not in headers
        and "no-transform" not in headers.get("Cache-Control", "")
        and not headers.get("Content-Range", "").startswith("bytes")
    )


def announce(headers: Headers, encoding: Encoding) -> None:
    """Says that an answer is compressed."""
    headers["Content-Encoding"] = encoding.name
    headers["Vary"] = varying(headers.getlist("Vary"), "Accept-Encoding")
    tag = headers.get("ETag", "")
    if tag.startswith('"'):
        headers["ETag"] = f"W/{tag}"  # it says the same in bytes that may be others tomorrow (RFC 9110, 8.8.1)
