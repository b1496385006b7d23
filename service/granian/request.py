"""One request as granian gives it, and its answer, held to what the other server holds them to."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from service.errors import AskedError
from service.granian.sockets import break_off
from service.unreadable import UNREADABLE

_PART = 64 * 1024  # bytes; granian takes four parts before `send` waits for the caller to read
_CLOSING = [(b"connection", b"close")]


class Request:
    """What the application sees of one request: `scope`, `receive` and `send`.

    Args:
        scope, protocol: granian's.
    """

    __slots__ = ("_addresses", "_begun", "_closes", "_gone", "_open", "_protocol", "_waits", "_whole", "scope")

    def __init__(self, scope: Any, protocol: Any) -> None:
        self.scope = scope
        self._protocol = protocol
        self._addresses = scope["client"], scope["server"]  # middleware may write others into it
        self._begun = self._open = False  # an answer has begun; and is not whole yet
        self._waits = False  # for the caller to read
        self._gone = False
        self._whole = False  # the request has come to its end
        if scope["http_version"] == "1":
            _as_http_1_0(scope)
        # A second length beside it granian takes off unseen; what a proxy that goes by it sends next must not be
        # taken for a request (RFC 9112, 6.3).
        self._closes = any(name == b"transfer-encoding" for name, _ in scope["headers"])

    def refusal(self) -> AskedError | None:
        """Why it cannot be read, where granian lets pass what HTTP forbids."""
        scope = self.scope
        is_ascii = scope["raw_path"].isascii() and scope["query_string"].isascii()
        hosts = sum(name == b"host" for name, _ in scope["headers"])
        return None if is_ascii and hosts < 2 else UNREADABLE

    def cut_short(self) -> AskedError | None:
        """The same once the application has returned: a body that broke off, which it leaves without an answer."""
        return UNREADABLE if self._gone and not (self._whole or self._begun) else None

    async def receive(self) -> Any:
        message = await self._protocol.receive()
        self._gone = message["type"] == "http.disconnect"
        self._whole = self._whole or (not message.get("more_body", False) and not self._gone)
        return message

    def send(self, message: Any) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self._begun = self._open = True
            if self._closes or "headers" not in message:  # without, granian would refuse it
                message = {**message, "headers": [*message.get("headers", ()), *(_CLOSING if self._closes else ())]}
        elif message.get("more_body", False) or len(message.get("body", b"")) > _PART:
            return self._send_parts(message)
        else:
            self._open = False
        sent: Awaitable[None] = self._protocol.send(message)
        return sent

    async def _send_parts(self, message: Any) -> None:
        """In parts, granian's `send` returns when the caller has read; one whole body it would just take."""
        body, more = message.get("body", b""), message.get("more_body", False)
        self._waits = True
        for start in range(0, len(body), _PART):
            more_body = more or start + _PART < len(body)
            part = body[start : start + _PART]
            await self._protocol.send({"type": "http.response.body", "body": part, "more_body": more_body})
        self._waits = False
        self._open = more

    def end(self) -> None:
        """Call it when the application has returned: an answer that is not whole shows as broken."""
        # In HTTP/1.1 granian leaves such an answer without its end; but in HTTP/1.0 the end of the connection is its
        # end, and where nobody reads granian would go on waiting.
        if self._open and not self._gone and (self._waits or self.scope["http_version"] == "1.0"):
            break_off(*self._addresses)
        self._protocol = None  # a body that is not read holds its connection as long as this is held


def _as_http_1_0(scope: Any) -> None:
    """As ASGI has it: granian says `1`, and adds an empty Host where there is none, which HTTP/1.0 may be without."""
    scope["http_version"] = "1.0"
    headers = scope["headers"]
    if headers and headers[0] == (b"host", b""):
        del headers[0]
