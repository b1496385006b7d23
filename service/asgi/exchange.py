"""One request and its response, in the server's own task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from itertools import repeat
from operator import itemgetter
from typing import IO, TYPE_CHECKING, Any

from service.asgi.body import ClientGoneError, UnreadBodyError, may_have_body, read_body
from service.asgi.bridge import bridged, wait
from service.asgi.environ import Environ, build_environ
from service.asgi.response import BODIES, THREADS
from service.errors import AskedError, PoolgateError

if TYPE_CHECKING:
    from service.asgi.app import AsyncFlask

REFUSED = "asgi.refused"  # the environ's key for the error that answers a request in place of its view

FAILED = "asgi.failed"  # the key for what went wrong on the fast path, which Flask answers

Whole = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers and body."""
FastPath = Callable[[Environ], Coroutine[Any, Any, Whole | None] | None]
"""Answers a request in the place of Flask: None, or None in the end, where Flask is to answer it. What the coroutine
raises is answered by Flask too."""

_LOOK_EVERY = 1.0  # seconds
_LISTEN_TO = 4  # messages before a disconnect; a `receive` that never waits must not keep the listener busy


class Exchange:
    """A request from its scope to the last byte of its response.

    Args:
        app: whose `wsgi_app` answers.
        scope, receive, send: ASGI's.
    """

    __slots__ = (
        "_app", "_body", "_close", "_complete", "_gave_up", "_head", "_listener", "_loop", "_receive", "_scope",
        "_send", "_started", "_task", "_timer", "_writing_since",
    )  # fmt: skip

    def __init__(
        self,
        app: AsyncFlask,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._loop = app.home = asyncio.get_running_loop()
        self._close = self._started = self._complete = self._gave_up = False
        self._body: IO[bytes]
        self._head: tuple[str, list[tuple[str, str]]] | None = None
        self._listener: asyncio.Task[None] | None = None
        self._writing_since: float | None = None

    async def run(self) -> None:
        """Answer the request; what goes wrong is answered or logged here, unless the app propagates exceptions."""
        try:
            environ = await self._open()
        except ClientGoneError:
            return
        self._task = asyncio.current_task(self._loop)
        self._timer = self._loop.call_later(self._app.limits.patience, self._look)
        try:
            if not await self._answered_fast(environ):
                await bridged(self._respond, environ)
        except ClientGoneError:
            pass
        except asyncio.CancelledError as error:
            cancels = self._task.cancelling() if self._task else 0
            if cancels > self._gave_up:
                raise  # the server wants us to end
            if not self._gave_up:
                await self._fail(error)  # a view let something's cancellation out; nobody cancelled the request
        except Exception as error:
            if self._app.propagates_exceptions:
                raise
            await self._fail(error)
        finally:
            self._finish()

    async def _open(self) -> Environ:
        app = self._app
        environ, refused = build_environ(self._scope, app.limits)
        environ[THREADS] = app.threads
        if refused is not None:
            self._close = True  # a body stays unread, and where it ends may be what is wrong
        elif may_have_body(environ):
            try:
                self._body = environ["wsgi.input"] = await read_body(self._receive, environ, app.max_body, app.limits)
                return environ
            except UnreadBodyError as unread:
                refused, self._close = unread.answer, True
            except AskedError as error:
                refused = error
        self._body = environ["wsgi.input"] = BytesIO()
        if refused is not None:
            environ[REFUSED] = refused
            environ["CONTENT_LENGTH"] = "0"
        return environ

    def _finish(self) -> None:
        self._timer.cancel()
        if self._listener is not None:
            self._listener.cancel()
        if self._gave_up and self._task is not None:
            self._task.uncancel()
        self._body.close()

    async def _answered_fast(self, environ: Environ) -> bool:
        path = self._app.fast_path
        if path is None or REFUSED in environ or (answering := path(environ)) is None:
            return False
        try:
            answer = await answering
        except Exception as error:
            environ[FAILED] = error
            return False
        if answer is None:
            return False
        status, headers, body = answer
        await self._write_whole(status, _encode(headers), body)
        return True

    # Inside the greenlet

    def _respond(self, environ: Environ) -> None:
        try:
            body = self._app.wsgi_app(environ, self._start_response)
            try:
                self._write_all(iter(body))
            finally:
                if hasattr(body, "close"):
                    body.close()
        finally:
            for left in environ.get(BODIES, ()):
                left.close()

    def _start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        self._head = status, headers
        return _no_write

    def _write_all(self, chunks: Iterator[bytes]) -> None:
        # The first chunk comes before the head, as WSGI has it: an error in it is still answered with 500.
        chunk = next(chunks, None)
        if self._head is None:
            raise RuntimeError("The WSGI application did not call start_response.")
        headers = _encode(self._head[1])
        length = int(dict(headers).get(b"content-length", -1))
        status = int(self._head[0][:3])
        if chunk is not None and len(chunk) == length:
            wait(self._write_whole(status, headers, chunk))
            return
        wait(self._write_head(status, headers))
        sent = 0
        while chunk is not None:
            sent += len(chunk)
            if sent == length:
                break
            if chunk:
                self._write(chunk, more=True)
            chunk = next(chunks, None)
        self._write(chunk or b"", more=False)

    def _write(self, chunk: bytes, *, more: bool) -> None:
        self._complete = not more
        self._writing_since = self._loop.time()
        wait(self._put({"type": "http.response.body", "body": chunk, "more_body": more}))
        self._writing_since = None
        if more:
            wait(asyncio.sleep(0))  # neither a generator's step nor a server's send need ever pause; the loop must

    # On the loop

    async def _write_head(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self._close_after(headers)
        self._started = True
        await self._put({"type": "http.response.start", "status": status, "headers": headers})

    async def _write_whole(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Most answers are of one piece: head and body in one trip out of the greenlet."""
        self._complete = self._started = True
        self._writing_since = self._loop.time()
        self._close_after(headers)
        try:
            await self._send({"type": "http.response.start", "status": status, "headers": headers})
            await self._send({"type": "http.response.body", "body": body})
        except OSError:
            raise ClientGoneError from None
        self._writing_since = None

    def _close_after(self, headers: list[tuple[bytes, bytes]]) -> None:
        if self._close and self._scope["http_version"].startswith("1"):
            headers.append((b"connection", b"close"))

    async def _put(self, message: Any) -> None:
        try:
            await self._send(message)
        except OSError:  # what ASGI has `send` raise once the connection is gone
            raise ClientGoneError from None

    async def _fail(self, error: BaseException) -> None:
        app, scope = self._app, self._scope
        app.logger.error("Exception on %s [%s]", scope["path"], scope["method"], exc_info=error)
        if self._started:
            return  # returning from an unfinished response makes the server cut the connection, so that it shows
        body = PoolgateError("The server failed to answer.").body(minimal=app.minimal_errors)
        answer = app.json.dumps(body).encode()
        length = str(len(answer)).encode()
        with suppress(ClientGoneError):
            await self._write_head(500, [(b"content-type", b"application/json"), (b"content-length", length)])
            await self._put({"type": "http.response.body", "body": answer})

    def _look(self) -> None:
        """Called while the request lasts: is the client still there, and does it still read?"""
        if self._listener is None:
            self._listener = self._loop.create_task(self._listen())
        pause = _LOOK_EVERY
        if self._writing_since is not None:
            left = self._writing_since + self._app.limits.send_timeout - self._loop.time()
            if left <= 0:
                self._give_up()
            else:
                pause = min(pause, left)
        self._timer = self._loop.call_later(pause, self._look)

    async def _listen(self) -> None:
        for _ in range(_LISTEN_TO):
            if (await self._receive())["type"] == "http.disconnect":
                if not self._complete:  # some servers say so after each response
                    self._give_up()
                return

    def _give_up(self) -> None:
        if self._task is not None and not self._gave_up:
            self._gave_up = True
            self._task.cancel()


_name, _value = itemgetter(0), itemgetter(1)


def _encode(headers: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    names, values = map(_name, headers), map(_value, headers)
    return [*zip(map(_encode_name, names), map(str.encode, values, repeat("latin-1")), strict=True)]


@lru_cache(maxsize=256)
def _encode_name(name: str) -> bytes:
    return name.lower().encode("latin-1")


def _no_write(data: bytes) -> None:
    raise NotImplementedError("The write() of old WSGI applications is not offered; return the body as an iterable.")
