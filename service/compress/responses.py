"""Compresses responses, the tables' and those of views of one's own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

from flask import Response, request

from service.asgi import AsyncFlask
from service.asgi.bridge import in_greenlet, wait
from service.asgi.response import Awaiting
from service.compress.encodings import Encoding, Stepwise, choose_encoding
from service.headers import varying

LEAST = 1024
"""Bytes below which it does not pay."""
_IN_THREAD = 32_768  # bytes from which the loop would be held up for longer than a trip to a thread takes
# Not text/event-stream: its events are short and must not wait, and not what is compressed already.
_TYPES = re.compile(
    r"text/(?!event-stream)|application/(.+\+)?(json|xml)$|application/(x-)?(ndjson|jsonl|javascript)$|image/svg\+xml$"
)


def add_compression(app: AsyncFlask) -> None:
    """Have `app` compress what its callers accept compressed. Who sends no `Accept-Encoding` costs nothing."""

    @app.after_request
    def compress(response: Response) -> Response:
        accepted = request.environ.get("HTTP_ACCEPT_ENCODING")
        if accepted and (encoding := choose_encoding(accepted)) is not None and _may_be(response):
            _compress(response, encoding)
        return response


def _may_be(response: Response) -> bool:
    headers = response.headers
    return (
        request.method != "HEAD"
        and response.status_code not in (204, 304)
        and not response.direct_passthrough
        and _TYPES.match(response.mimetype or "") is not None
        and "Content-Encoding" not in headers
        and "no-transform" not in headers.get("Cache-Control", "")
        and not headers.get("Content-Range", "").startswith("bytes")
    )


def _compress(response: Response, encoding: Encoding) -> None:
    body = response.response
    if isinstance(body, Awaiting):
        body.pass_through(lambda parts: _Compressed(parts, encoding.stepwise()))
        response.headers.pop("Content-Length", None)
    elif not response.is_sequence or not _compress_whole(response, encoding):
        return
    _announce(response, encoding)


def _compress_whole(response: Response, encoding: Encoding) -> bool:
    data = response.get_data()
    if len(data) < LEAST:
        return False
    if len(data) < _IN_THREAD or not in_greenlet():
        smaller = encoding.whole(data)
    else:
        smaller = wait(asyncio.to_thread(encoding.whole, data))
    if len(smaller) >= len(data):
        return False
    response.set_data(smaller)  # and its length
    return True


def _announce(response: Response, encoding: Encoding) -> None:
    headers = response.headers
    headers["Content-Encoding"] = encoding.name
    headers["Vary"] = varying(headers.getlist("Vary"), "Accept-Encoding")
    if headers.get("ETag", "").startswith('"'):
        # It says the same in other bytes, and the bytes are another library's tomorrow (RFC 9110, 8.8.1).
        headers["ETag"] = f"W/{headers['ETag']}"


class _Compressed(AsyncIterator[bytes]):
    """A stream, each part compressed when it comes."""

    def __init__(self, parts: AsyncIterator[str | bytes], steps: Stepwise) -> None:
        self._parts = parts
        self._steps = steps
        self._ended = False

    async def __anext__(self) -> bytes:
        if self._ended:
            raise StopAsyncIteration
        try:
            part = await anext(self._parts)
        except StopAsyncIteration:
            self._ended = True
            return self._steps.end()
        data = part.encode() if isinstance(part, str) else part
        if len(data) < _IN_THREAD:
            return self._steps.part(data) if data else b""
        return await asyncio.to_thread(self._steps.part, data)

    async def aclose(self) -> None:
        """Closes the stream."""
        close = getattr(self._parts, "aclose", None)
        if close is not None:
            await close()
