"""Hypercorn's part of a request, for an answer that comes in one piece: what is known whole is sent at once.

Hypercorn hands an answer on as head, body and end, and h11 moves its state by each. Of an answer of one piece to a
request that has come whole, on a connection that lives on, the outcome is known: its bytes (`heads.whole`), and that
h11 stands where the next request may begin. Everything else goes Hypercorn's way. The names used here which are not
documented are held by a test.
"""

from __future__ import annotations

import asyncio
from time import time
from typing import Any

import h11
from hypercorn.protocol.events import Event, StreamClosed
from hypercorn.protocol.http_stream import ASGIHTTPState, HTTPStream

_ASKED = {h11.CLIENT: h11.DONE, h11.SERVER: h11.SEND_RESPONSE}
"""A request is whole and not answered, and both may go on after it: else h11 would call the client's state another."""


class Connection(h11.Connection):
    """As h11's; but it takes several Content-Lengths for one if they are the same, where another server may not."""

    over = False
    """What was asked behind the last answer is left."""

    def next_event(self) -> Any:
        if self.over:
            return h11.ConnectionClosed()
        if self.their_state is not h11.IDLE:
            return super().next_event()
        before = self.trailing_data[0]
        event = super().next_event()
        if isinstance(event, h11.Request):
            head = before[: len(before) - len(self.trailing_data[0])]
            if head.lower().count(b"\ncontent-length:") > 1:
                raise h11.RemoteProtocolError("several Content-Length headers")
        return event

    @property
    def asked(self) -> bytes | None:
        """The method of a request that a whole answer may be sent to at once; None where there is none."""
        return self._request_method if self._cstate.states == _ASKED else None

    def answers(self) -> None:
        """The answer to such a request is being sent: if it is cut off now, that shows."""
        self._cstate.states[h11.SERVER] = h11.SEND_BODY

    def answered(self) -> None:
        """It was sent."""
        self._cstate.states[h11.SERVER] = h11.DONE


class Stream(HTTPStream):
    """Hypercorn's, but the head of an answer waits for what follows it, and both go together where that is all."""

    _head: Any = None

    async def handle(self, event: Event) -> None:
        if isinstance(event, StreamClosed) and self.state is ASGIHTTPState.CLOSED:
            drop_unread(self)
        await super().handle(event)

    async def app_send(self, message: Any) -> None:
        if message is None:
            drop_unread(self)
        head, self._head = self._head, None
        if head is not None:
            if _is_last(message) and await self._sent_whole(head, message.get("body", b"")):
                return
            await super().app_send(head)
        elif self.state is ASGIHTTPState.REQUEST and _is_plain_head(message):
            self._head = message
            return
        await super().app_send(message)

    async def _sent_whole(self, head: Any, body: bytes) -> bool:
        protocol: Any = self.send.__self__  # type: ignore[attr-defined]  # a bound method of what made this stream
        data = protocol.whole(head["status"], head.get("headers", ()), body)
        if data is None:
            return False
        self.response, self.state = head, ASGIHTTPState.RESPONSE  # while it is sent; it may be cut off
        await protocol.send_whole(data)
        self.state = ASGIHTTPState.CLOSED
        await self.config.log.access(self.scope, head, time() - self.start_time)
        await protocol._maybe_recycle()
        return True


def drop_unread(stream: HTTPStream) -> asyncio.Queue[Any]:
    """Empties the queue of a request's body, and returns it: nobody reads the body any more.

    In a full one Hypercorn would wait for ever for room.
    """
    parts: asyncio.Queue[Any] = stream.app_put.__self__  # type: ignore[attr-defined]  # a bound method of the queue
    while not parts.empty():
        parts.get_nowait()
    return parts


def _is_plain_head(message: Any) -> bool:
    """Whether it may wait: headers that can be read once are Hypercorn's, and trailers are no part of a whole."""
    return (
        message is not None
        and message["type"] == "http.response.start"
        and isinstance(message.get("headers", ()), (list, tuple))
        and not message.get("trailers", False)
    )


def _is_last(message: Any) -> bool:
    return message is not None and message["type"] == "http.response.body" and not message.get("more_body", False)
