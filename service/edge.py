"""What cannot be read as HTTP is answered here, in the shape of all other errors; the application never sees it.

Hypercorn answers it too, but with an empty body, and closes at once. A client that is still writing is then cut off
by the system (a reset) before it has read why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

import h11
import hypercorn.protocol
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.typing import H11SendableEvent

from service.at_once import Connection, Stream, drop_unread
from service.errors import AskedError
from service.heads import date, reason, whole
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

    Hypercorn has no setting for it: the names that are replaced are not documented, and a test names them.
    """
    config.h11_max_incomplete_size = HEAD_BYTES
    cast(Any, hypercorn.protocol).H11Protocol = Protocol
    cast(Any, hypercorn.protocol.h11).HTTPStream = Stream


class Protocol(H11Protocol):
    """One HTTP/1 connection. An answer's head goes out with what follows it: Hypercorn's own writes three times."""

    _swallowed: int | None = None  # bytes since the refusal
    _head = b""
    _head_began = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = Connection(h11.SERVER, max_incomplete_event_size=self.config.h11_max_incomplete_size)

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

    def whole(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bytes | None:
        """An answer for `send_whole`; None where it is not plain and Hypercorn has to send it."""
        connection = self.connection
        if not isinstance(connection, Connection) or (method := connection.asked) is None:
            return None
        if self.keep_alive_requests >= self.config.keep_alive_max_requests:
            return None
        try:
            return whole(method, status, [*headers, *self.config.response_headers("h11")], body)
        except (TypeError, ValueError):  # not what ASGI has: Hypercorn knows what it takes
            return None

    async def send_whole(self, data: bytes) -> None:
        """Sends an answer at once."""
        connection = cast(Connection, self.connection)
        connection.answers()
        await self.send(RawData(data))
        connection.answered()

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
        connection: Any = self.connection
        if connection.their_state is h11.SEND_BODY and connection.our_state is not h11.SEND_BODY:
            self._let_go()
            await self._refuse()
        else:
            await super()._maybe_recycle()
            if connection.our_state is not h11.IDLE:  # it has ended; Hypercorn's reader would wait to read on, for ever
                connection.over = True
                await self.can_read.set()

    def _let_go(self) -> None:
        """The answer is given, and the body is not whole: nobody reads it any more."""
        stream: Any = self.stream
        self.stream = None
        if stream is None:
            return
        stream.closed = True
        drop_unread(stream).put_nowait({"type": "http.disconnect"})

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


def _with_reason(head: bytes) -> bytes:
    """The status line with its reason, which Hypercorn leaves empty."""
    found = _NO_REASON.match(head)
    return head if found is None else found[0] + reason(int(found[1])) + head[found.end() :]


class _RefusedError(Exception):
    """Leaves Hypercorn's own handling, which would close at once."""
