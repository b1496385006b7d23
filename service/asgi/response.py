"""Response bodies: async generators as iterators, plain generators one step at a time in a thread."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any

import flask

from service.asgi.bridge import Threads, in_greenlet

if TYPE_CHECKING:
    from service.asgi.app import AsyncFlask

THREADS = "asgi.threads"  # the environ's key for the app's Threads; absent under a WSGI server
BODIES = "asgi.bodies"  # the environ's key for the async iterables that responses were made of

_DONE: Any = object()


class Response(flask.Response):
    """Flask's response, whose body may also be an async generator or any async iterable of `str` or `bytes`."""

    def __init__(self, response: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(as_iterator(response), *args, **kwargs)

    @classmethod
    def force_type(cls, response: Any, environ: Any = None) -> Response:
        """As Flask's, also for a `flask.Response` that was made around an async generator."""
        forced: Response = super().force_type(response, environ)  # type: ignore[assignment]  # it sets __class__ to cls
        forced.response = as_iterator(forced.response)
        return forced

    def get_app_iter(self, environ: Any) -> Iterable[bytes]:
        threads = environ.get(THREADS)
        if threads is not None and not self.is_sequence and not isinstance(self.response, (Awaiting, _InContext)):
            self.response = _Stepped(self.response, threads)
        return super().get_app_iter(environ)


def as_iterator(body: Any) -> Any:
    """An async iterable as an iterator; anything else unchanged."""
    return Awaiting(body) if hasattr(body, "__aiter__") else body


def stream_with_context(body: Any) -> Any:
    """Flask's `stream_with_context`, for async generators too; around a generator, or as decorator of its function.

    Raises:
        RuntimeError: there is no request whose context could be kept.
    """
    if inspect.isasyncgenfunction(body):
        function: Callable[..., AsyncIterable[Any]] = body

        @wraps(function)
        def make(*args: Any, **kwargs: Any) -> Any:
            return stream_with_context(function(*args, **kwargs))

        return make
    if isinstance(body, AsyncIterable):
        return _InContext(flask.stream_with_context(Awaiting(body)))
    return flask.stream_with_context(body)


class Awaiting:
    """An async iterable as an iterator: each step awaits through the application's `async_to_sync`.

    Not a generator, which would await when it is garbage-collected, in the middle of whatever runs then.
    """

    def __init__(self, body: AsyncIterable[Any]) -> None:
        self._iterator: AsyncIterator[Any] = aiter(body)
        self._app: AsyncFlask = flask.current_app._get_current_object()  # type: ignore[attr-defined]  # LocalProxy's
        self._is_open = True
        if flask.has_request_context():
            # Closed with the request: a response that is thrown away, as when a hook fails, is closed by nobody.
            flask.request.environ.setdefault(BODIES, []).append(self)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        item = self._app.async_to_sync(self._step)()
        if item is _DONE:
            raise StopIteration
        return item

    def pass_through(self, wrap: Callable[[AsyncIterator[Any]], AsyncIterator[Any]]) -> None:
        """Puts something around the iterable, which closes it too."""
        self._iterator = wrap(self._iterator)

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            if hasattr(self._iterator, "aclose"):
                self._app.async_to_sync(self._iterator.aclose)()

    async def _step(self) -> Any:
        return await anext(self._iterator, _DONE)


class _InContext:
    """Flask's context-keeping generator around an `Awaiting`: as such it too has its place on the loop."""

    def __init__(self, steps: Iterator[Any]) -> None:
        self._steps = steps
        self.close = steps.close  # type: ignore[attr-defined]  # it is a generator, which Flask's annotation hides

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._steps)


class _Stepped:
    """A plain iterator each of whose steps runs in a thread: it may block, and the loop must not."""

    def __init__(self, body: Iterable[Any], threads: Threads) -> None:
        self._body = body
        self._steps = iter(body)
        self._threads = threads

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        item = self._run(next, self._steps, _DONE)
        if item is _DONE:
            raise StopIteration
        return item

    def close(self) -> None:
        if hasattr(self._body, "close"):
            self._run(self._body.close)

    def _run(self, function: Callable[..., Any], *args: Any) -> Any:
        return self._threads.run(function, *args) if in_greenlet() else function(*args)
