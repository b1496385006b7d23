"""What cannot be read as HTTP is answered here, in the shape of all other errors; the application never sees it.

Hypercorn answers it too, but with an empty body, and closes at once. A client that is still writing is then cut off
by the system (a reset) before it has read why.
"""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from typing import Any, cast

import h11
import hypercorn.protocol
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData
from hypercorn.protocol.events import Event as StreamEvent
from hypercorn.protocol.events import Response
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.typing import H11SendableEvent

from service.errors import AskedError
from service.heads import date, h11_headers
from service.unreadable import HEAD_BYTES, TOO_LARGE, UNREADABLE, URL_TOO_LONG, answer_unreadable

_MOST_SWALLOWED = 4 * 1024 * 1024  # bytes read on from a client that was refused


class HeadBegan(Event):
    """The first bytes of a request have come, and more of its head is to come."""


class Refused(Event):
    """All is said; what still comes is read away for a while, so that the client comes to read it."""


class EdgeConfig(Config):
    """Hypercorn's, and what it has no name for."""

    minimal_errors = False

    def response_headers(self, protocol: str) -> list[tuple[bytes, bytes]]:
        return [(b"date", date())] if self._is_plain else super().response_headers(protocol)

    @property
    def _is_plain(self) -> bool:
        return self.include_date_header and not (self.include_server_header or self.alt_svc_headers)


def guard(config: EdgeConfig) -> None:
    """Have Hypercorn answer what it refuses as this file does.

    Hypercorn has no setting for it: the name `hypercorn.protocol.H11Protocol` is not documented, and a test names it.
    """
    config.h11_max_incomplete_size = HEAD_BYTES
    cast(Any, hypercorn.protocol).H11Protocol = Protocol


class _Connection(h11.Connection):
    """As h11's; but it takes several Content-Lengths for one if they are the same, where another server may not."""

    def next_event(self) -> Any:
        before = self.trailing_data[0]
        event = super().next_event()
        if isinstance(event, h11.Request):
            head = before[: len(before) - len(self.trailing_data[0])]
            if head.lower().count(b"\ncontent-length:") > 1:
                raise h11.RemoteProtocolError("several Content-Length headers")
        return event


class Protocol(H11Protocol):
    """One HTTP/1 connection. An answer's head goes out with what follows it: Hypercorn's own writes three times."""

    _swallowed: int | None = None  # bytes since the refusal
    _head = b""
    _head_began = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = _Connection(h11.SERVER, max_incomplete_event_size=self.config.h11_max_incomplete_size)

    async def handle(self, event: Event) -> None:
        if self._swallowed is None:
            try:
                await super().handle(event)
            except _RefusedError:
                await self._refuse()
            else:
                await self._watch_head()
        elif isinstance(event, RawData):
            self._swallowed += len(event.data)
            if self._swallowed > _MOST_SWALLOWED:
                await self.send(Closed())
        else:
            await super().handle(event)

    async def stream_send(self, event: StreamEvent) -> None:
        if isinstance(event, Response) and event.status_code >= 200 and not self._is_last():
            headers = h11_headers([*event.headers, *self.config.response_headers("h11")])
            if headers is not None:
                await self._send_h11_event(h11.Response(headers=headers, status_code=event.status_code))
                return
        await super().stream_send(event)

    def _is_last(self) -> bool:
        return self.keep_alive_requests >= self.config.keep_alive_max_requests

    async def _send_h11_event(self, event: H11SendableEvent) -> None:
        try:
            data = self._head + self.connection.send(event)
        except h11.LocalProtocolError:
            if self.connection.their_state is not h11.ERROR:
                raise
            return
        self._head = _with_reason(data) if isinstance(event, h11.Response) else b""
        if data and not self._head:
            await self.send(RawData(data))

    async def _watch_head(self) -> None:
        connection: Any = self.connection
        if connection.their_state is not h11.IDLE or not connection.trailing_data[0]:
            self._head_began = False
        elif not self._head_began:
            self._head_began = True
            await self.send(HeadBegan())

    async def _refuse(self) -> None:
        self._swallowed = 0
        await self.send(Refused())

    async def _maybe_recycle(self) -> None:
        connection = self.connection
        if connection.their_state is h11.SEND_BODY and connection.our_state is not h11.SEND_BODY:
            self._let_go()
            await self._refuse()
        else:
            await super()._maybe_recycle()

    def _let_go(self) -> None:
        """The answer is given, and the body is not whole: nobody reads it any more.

        Hypercorn would wait until its queue of the body's parts has room for one more, that is for ever.
        """
        stream: Any = self.stream
        self.stream = None
        if stream is None:
            return
        stream.closed = True
        parts: asyncio.Queue[Any] = stream.app_put.__self__
        while not parts.empty():
            parts.get_nowait()
        parts.put_nowait({"type": "http.disconnect"})

    async def _send_error_response(self, status_code: int) -> None:
        minimal = cast(EdgeConfig, self.config).minimal_errors
        await self._write(*answer_unreadable(self._refusal(status_code), minimal=minimal))
        if status_code == 431:  # the client is likely to be writing still
            raise _RefusedError

    def _refusal(self, status_code: int) -> AskedError:
        if status_code != 431:
            return UNREADABLE
        is_url = b"\n" not in self.connection.trailing_data[0]  # the first line itself has no end
        return URL_TOO_LONG if is_url else TOO_LARGE

    async def _write(self, status: int, headers: dict[str, str], body: bytes) -> None:
        encoded: Any = [(name.lower(), value) for name, value in headers.items()]
        encoded += self.config.response_headers("h11")
        for event in (h11.Response(status_code=status, headers=encoded), h11.Data(data=body), h11.EndOfMessage()):
            await self._send_h11_event(event)


_NO_REASON = re.compile(rb"HTTP/1\.1 (\d{3}) (?=\r\n)")
_REASONS = {str(status.value).encode(): status.phrase.encode() for status in HTTPStatus}


def _with_reason(head: bytes) -> bytes:
    """The status line with its reason, which Hypercorn leaves empty: clients show it to people (`statusText`)."""
    found = _NO_REASON.match(head)
    return head if found is None else found[0] + _REASONS.get(found[1], b"") + head[found.end() :]


class _RefusedError(Exception):
    """Leaves Hypercorn's own handling, which would close at once."""
