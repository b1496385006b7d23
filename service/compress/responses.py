"""Compresses responses, the tables' and those of views of one's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from flask import Response, request

from service.asgi import AsyncFlask
from service.asgi.bridge import in_greenlet, wait
from service.asgi.response import Awaiting
from service.compress.encodings import Encoding, Stepwise, choose_encoding
from service.compress.whole import IN_THREAD, LEAST, announce, may_be
from service.headers import Headers


def add_compression(app: AsyncFlask) -> None:
    """Have `app` compress what its callers accept compressed. Who sends no `Accept-Encoding` costs nothing."""

    @app.after_request
    def compress(response: Response) -> Response:
        accepted = request.environ.get("HTTP_ACCEPT_ENCODING")
        if accepted and (encoding := choose_encoding(accepted)) is not None and _may_be(response):
            _compress(response, encoding)
        return response


def _may_be(response: Response) -> bool:
    return request.method != "HEAD" and not response.direct_passthrough and may_be(response.status_code, _of(response))


def _of(response: Response) -> Headers:
    return response.headers  # type: ignore[return-value]  # Werkzeug's have more forms of each method


def _compress(response: Response, encoding: Encoding) -> None:
    body = response.response
    if isinstance(body, Awaiting):
        body.pass_through(lambda parts: _Compressed(parts, encoding.stepwise()))
        response.headers.pop("Content-Length", None)
    elif not response.is_sequence or not _compress_whole(response, encoding):
        return
    announce(_of(response), encoding)


def _compress_whole(response: Response, encoding: Encoding) -> bool:
    data = response.get_data()
    if len(data) < LEAST:
        return False
    if len(data) < IN_THREAD or not in_greenlet():
        smaller = encoding.whole(data)
    else:
        smaller = wait(asyncio.to_thread(encoding.whole, data))
    if len(smaller) >= len(data):
        return False
    response.set_data(smaller)  # and its length
    return True


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
        if len(data) < IN_THREAD:
            return self._steps.part(data) if data else b""
        return await asyncio.to_thread(self._steps.part, data)

    async def aclose(self) -> None:
        """Closes the stream."""
        close = getattr(self._parts, "aclose", None)
        if close is not None:
            await close()
