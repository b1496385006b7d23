"""The Flask subclass."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from flask import Flask, Request, jsonify, request
from flask.ctx import AppContext
from flask.views import MethodView
from werkzeug.routing import MapAdapter

from service.asgi.adapters import Adapters
from service.asgi.background import background
from service.asgi.bridge import Threads, carry, in_greenlet, wait, worker_loop
from service.asgi.exchange import FAILED, REFUSED, Exchange, FastPath
from service.asgi.lifespan import serve_lifespan
from service.asgi.limits import Limits
from service.asgi.response import Response, as_iterator
from service.errors import PoolgateError

LifespanFactory = Callable[["AsyncFlask"], AbstractAsyncContextManager[Any]]
F = TypeVar("F", bound=Callable[..., Any])

_MARK = "__runs_on_loop__"
_ON_THE_LOOP = (
    "Synchronous code that runs on the event loop asked to wait for {name}, which would stop the loop that "
    "{name} needs. Inside an async function `await` it instead, or call the synchronous code in a thread: "
    "`await asyncio.to_thread(helper)`."
)


class AsyncFlask(Flask):
    """Flask, whose async functions run on the server's one event loop and whose plain views run in threads.

    `app.asgi` is the ASGI 3 application. Flask itself is unmodified; see docs/flask.md.

    Args:
        limits: the bounds of each request.
        args, kwargs: Flask's own.
    """

    response_class = Response
    minimal_errors = False
    """Whether an error's answer has only code and message."""
    fast_path: FastPath | None = None
    """Answers a request without Flask, where it says so; see `FastPath`."""

    def __init__(self, *args: Any, limits: Limits | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limits = limits or Limits()
        self.threads = Threads(self.limits.threads)
        self.asgi = Asgi(self)
        self.home: asyncio.AbstractEventLoop | None = None  # the loop that serves, or that served last
        self._lifespans: list[LifespanFactory] = []
        self._inline: dict[tuple[Any, str], bool] = {}
        self._async: WeakKeyDictionary[Callable[..., Any], bool] = WeakKeyDictionary()
        self._adapters = Adapters(self)
        self.register_error_handler(PoolgateError, self._answer_error)

    # What is held from start to stop

    def lifespan(self, factory: LifespanFactory) -> LifespanFactory:
        """Register a factory of async context managers, called with the app: entered on start, left on stop.

        They are entered in the order of their registration and left in reverse. Usable as decorator.
        """
        self._lifespans.append(factory)
        return factory

    @asynccontextmanager
    async def started(self) -> AsyncIterator[AsyncFlask]:
        """The app between start and stop, on the running loop: what a server's lifespan does, for tests and scripts."""
        self.home = asyncio.get_running_loop()
        try:
            async with AsyncExitStack() as stack:
                for factory in self._lifespans:
                    await stack.enter_async_context(factory(self))
                yield self
        finally:
            self.threads.close()
            self.home = None

    # Where code runs

    def async_to_sync(self, func: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        """A plain function that runs the coroutine function on the app's event loop and waits for it.

        Raises:
            RuntimeError: when that function is called on the loop, from within an async function.
        """
        return partial(self._wait_for, func)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As Flask's, which looks anew at each call whether the function is async."""
        try:
            is_async = self._async.get(func)
        except TypeError:  # an object that cannot be kept in mind
            return super().ensure_sync(func)
        if is_async is None:
            is_async = self._async[func] = super().ensure_sync(func) is not func
        return self.async_to_sync(func) if is_async else func

    def _wait_for(self, func: Callable[..., Coroutine[Any, Any, Any]], *args: Any, **kwargs: Any) -> Any:
        if in_greenlet():
            return wait(func(*args, **kwargs))
        loop = self._loop_elsewhere(func)
        return carry(func(*args, **kwargs), loop)

    def _loop_elsewhere(self, func: Any) -> asyncio.AbstractEventLoop:
        if _on_a_loop():
            raise RuntimeError(_ON_THE_LOOP.format(name=getattr(func, "__qualname__", repr(func))))
        loop = worker_loop() or self.home
        if loop is not None and loop.is_running():
            return loop
        own = background()
        if self._lifespans:
            own.keep(id(self), self.started)
        return own.loop

    def dispatch_request(self, *ctx: AppContext) -> Any:  # Flask 3.2 hands in its context, 3.1 nothing
        if in_greenlet() and not self._runs_inline():
            return self.threads.run(super().dispatch_request, *ctx)
        return super().dispatch_request(*ctx)

    def _runs_inline(self) -> bool:
        asked = request._get_current_object()  # type: ignore[attr-defined]  # a LocalProxy has it
        rule = asked.url_rule
        if rule is None or (asked.method == "OPTIONS" and rule.provide_automatic_options):
            return True  # Flask answers by itself
        key = self.view_functions[rule.endpoint], asked.method
        inline = self._inline.get(key)
        if inline is None:
            inline = self._inline[key] = _is_inline(*key)
        return inline

    # What a request may be, and what answers it

    @property
    def max_body(self) -> int:
        """Bytes of a body beyond which the answer is 413."""
        configured: int | None = self.config["MAX_CONTENT_LENGTH"]
        return self.limits.max_body if configured is None else configured

    @property
    def propagates_exceptions(self) -> bool:
        """Whether an unhandled exception is the server's (or the test's) to see, by Flask's own rule."""
        configured: bool | None = self.config["PROPAGATE_EXCEPTIONS"]
        return (self.testing or self.debug) if configured is None else configured

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        make = super().create_url_adapter
        return make(None) if request is None else self._adapters.adapter(request, make)

    def preprocess_request(self, *ctx: AppContext) -> Any:
        environ = request.environ
        refused: Exception | None = environ.get(REFUSED) or environ.pop(FAILED, None)
        if refused is not None:
            try:
                raise refused
            finally:
                del refused  # or it, its traceback and this frame would keep each other
        return super().preprocess_request(*ctx)

    def _answer_error(self, error: PoolgateError) -> Response:
        response: Response = jsonify(error.body(minimal=self.minimal_errors))  # type: ignore[assignment]  # of the app's response_class
        response.status_code = error.status
        response.headers.update(error.headers)
        return response

    def make_response(self, rv: Any) -> Any:
        """As Flask's; a view may also return an async generator, alone or with status and headers."""
        if isinstance(rv, tuple) and rv:
            return super().make_response((as_iterator(rv[0]), *rv[1:]))
        return super().make_response(as_iterator(rv))


class Asgi:
    """The ASGI 3 application of an `AsyncFlask`: http and lifespan; a websocket is refused."""

    # An object with `async def __call__`, because uvicorn takes a bound method for an ASGI 2 application.

    def __init__(self, app: AsyncFlask) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        kind = scope["type"]
        if kind == "http":
            await Exchange(self.app, scope, receive, send).run()
        elif kind == "lifespan":
            await serve_lifespan(self.app.started(), receive, send, self.app.logger)
        elif kind == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})  # before an accept: servers answer 403
        else:
            raise ValueError(f"There is no answer to an ASGI scope of type {kind!r}.")


def on_loop(view: F) -> F:
    """Mark a plain view that never blocks, so that it runs on the loop and spares the trip to a thread."""
    setattr(view, _MARK, True)
    return view


def _is_inline(view: Any, method: str) -> bool:
    """Whether a view is async: itself, beneath its decorators, or its class's handler for this method."""
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        handler = view
    elif issubclass(view_class, MethodView):
        handler = getattr(view_class, method.lower(), None) or getattr(view_class, "get", None)
    else:
        handler = view_class.dispatch_request
    handler = inspect.unwrap(handler) if handler is not None else view
    return inspect.iscoroutinefunction(handler) or hasattr(handler, _MARK)


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
