"""A request's body: read whole before Flask sees the request, within a bound of bytes and one of seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from service.asgi.limits import Limits
from service.errors import AskedError, TooLargeError

Receive = Callable[[], Awaitable[Any]]

_SPOOL = 1024 * 1024  # bytes kept in memory; a larger body goes to a temporary file
_DRAIN_BYTES = 4 * 1024 * 1024
_DRAIN_SECONDS = 2.0
_MOST_DIGITS = 18


class ClientGoneError(Exception):
    """The client went away; there is nobody to answer."""


class UnreadBodyError(Exception):
    """The body was given up; the connection cannot be used again.

    Args:
        answer: what the client is told.
    """

    def __init__(self, answer: AskedError) -> None:
        super().__init__(answer.message)
        self.answer = answer


def may_have_body(environ: dict[str, Any]) -> bool:
    """Whether reading is worth a call of `receive`; HTTP/1 announces each body, HTTP/2 need not."""
    length = environ.get("CONTENT_LENGTH")
    if length is not None:
        return bool(length != "0")
    if "HTTP_TRANSFER_ENCODING" in environ:
        return True
    return environ["REQUEST_METHOD"] not in ("GET", "HEAD") and not environ["SERVER_PROTOCOL"].startswith("HTTP/1")


async def read_body(receive: Receive, environ: dict[str, Any], max_body: int, limits: Limits) -> IO[bytes]:
    """The whole body, at its start; sets `CONTENT_LENGTH`.

    Raises:
        TooLargeError: more than `max_body` bytes; what came was read away.
        UnreadBodyError: too large or too slow, and given up.
        ClientGoneError: the client left before its body was whole.
    """
    declared = environ.get("CONTENT_LENGTH", "0")
    if not declared.isdecimal():
        raise UnreadBodyError(AskedError("Content-Length is not a number.", code="PGATE400"))
    if len(declared) > _MOST_DIGITS or int(declared) > max_body:
        waiting = environ.get("HTTP_EXPECT", "").lower() == "100-continue"  # for our word, before it sends
        raise await _refusal(receive, max_body, more=True, drain=not waiting)
    try:
        async with asyncio.timeout(limits.body_timeout):
            body, size = await _collect(receive, max_body)
    except TimeoutError:
        message = f"The request's body did not come within {limits.body_timeout:g} seconds."
        raise UnreadBodyError(AskedError(message, code="PGATE408", status=408)) from None
    environ["CONTENT_LENGTH"] = str(size)
    return body


async def _collect(receive: Receive, max_body: int) -> tuple[IO[bytes], int]:
    chunk, more = await _chunk(receive)
    if not more and len(chunk) <= max_body:
        return BytesIO(chunk), len(chunk)
    file: IO[bytes] = SpooledTemporaryFile(_SPOOL)  # noqa: SIM115  # it outlives this function; the exchange closes it
    try:
        size = len(chunk)
        while size <= max_body:
            file.write(chunk)
            if not more:
                file.seek(0)
                return file, size
            chunk, more = await _chunk(receive)
            size += len(chunk)
        raise await _refusal(receive, max_body, more=more, drain=True)
    except BaseException:
        file.close()
        raise


async def _chunk(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    return message.get("body", b""), message.get("more_body", False)


async def _refusal(receive: Receive, max_body: int, *, more: bool, drain: bool) -> Exception:
    answer = TooLargeError(f"The request's body is larger than {max_body} bytes.")
    if not more or (drain and await _drain(receive)):
        return answer
    return UnreadBodyError(answer)


async def _drain(receive: Receive) -> bool:
    # A client that is still writing may never read an answer, and Hypercorn's reader waits for its queue to empty.
    size = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while size <= _DRAIN_BYTES:
                chunk, more = await _chunk(receive)
                if not more:
                    return True
                size += len(chunk)
    except TimeoutError:
        pass
    return False
