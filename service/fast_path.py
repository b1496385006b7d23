"""Reads of tables, answered on the loop without Flask's dispatch where nobody could tell the difference.

Flask's dispatch costs as much as all else of a read (docs/performance.md). What it does for a developer's views and
hooks our own view of a table does not need, as long as none of these would see the request. So that is looked at, once
in all and once for each path; and what is not plainly a read in one piece, or fails, goes the way through Flask. Both
ways are the same stages (`rest.reads`), and end the same (`request_hooks.Finish`).
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from service.asgi import AsyncFlask
from service.asgi.exchange import Whole
from service.auth import Access, require
from service.compress.whole import compressed
from service.cors import Cors
from service.environ_text import as_text
from service.headers import HeaderList
from service.proxies import TrustedProxies
from service.request_hooks import Finish, begin, check_host
from service.rest.reads import READY, Reads
from service.rest.routes import ENDPOINT
from service.untouched import Untouched, is_heard

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_MOST_PATHS = 1024  # that are remembered; a path is no longer than MAX_URL
_MOST_HOSTS = 64


class FastPath:
    """Answers reads of tables for an application that has all of its own hooks, and none of a developer's yet.

    Args:
        reads: the stages.
        finish: what every answer gets.
        cors: for which other origins; None for none.
        compression: whether bodies are compressed for who accepts it.
    """

    def __init__(self, app: AsyncFlask, reads: Reads, finish: Finish, cors: Cors | None, *, compression: bool) -> None:
        self._app = app
        self._reads = reads
        self._finish = finish
        self._cors = cors
        self._compression = compression
        self._proxies = app.wsgi_app if isinstance(app.wsgi_app, TrustedProxies) else None
        self._untouched = Untouched(app, ENDPOINT)
        self._is_ours: bool | None = None  # not known before the first request, when all views and hooks are there
        self._table = lru_cache(_MOST_PATHS)(self._table_at)
        self._binds = lru_cache(_MOST_HOSTS)(self._is_bound)

    def __call__(self, environ: WSGIEnvironment) -> Coroutine[Any, Any, Whole | None] | None:
        """What answers the request, or None where that is Flask's to do."""
        if environ["REQUEST_METHOD"] != "GET" or not self._sees_nobody(environ):
            return None
        name = self._table(environ["PATH_INFO"])
        return None if name is None else self._answer(name, environ)

    async def _answer(self, name: str, environ: WSGIEnvironment) -> Whole | None:
        timings = begin(environ)
        if self._proxies is not None:
            self._proxies.tell(environ)
        check_host(environ)
        identity = self._reads.parts.identify(environ)
        require(identity, Access.READ)
        timings.mark("jwt")
        ready = self._reads.ready(name, environ, identity, timings)
        if ready.streams:
            environ[READY] = ready  # who asks is counted once
            return None
        answer = await self._reads.whole(ready, environ, timings)
        pairs, body = answer.pairs, answer.body
        if answer.status not in (204, 304):
            pairs.append(("Content-Length", str(len(body))))
        headers = HeaderList(pairs)
        if self._cors is not None and self._cors.covers(environ):
            self._cors.mark(environ, headers)
        if self._compression and (accepted := environ.get("HTTP_ACCEPT_ENCODING")):
            body = await compressed(answer.status, headers, body, accepted)
        self._finish(environ, answer.status, headers)
        return answer.status, headers.pairs, body

    # Whether somebody would see the difference

    def _sees_nobody(self, environ: WSGIEnvironment) -> bool:
        if self._is_ours is None:
            self._is_ours = self._untouched()
            self._app._got_first_request = True  # as Flask says it: too late for more views and hooks
        return (
            self._is_ours
            and self._untouched.is_still()
            and not is_heard(self._app)
            and ("HTTP_COOKIE" not in environ or not self._app.secret_key)  # a session may be prolonged by each answer
            and "HTTP_UPGRADE" not in environ  # no rule of ours is a websocket's
            and self._binds(environ.get("HTTP_HOST") or environ["SERVER_NAME"])
        )

    def _is_bound(self, host: str) -> bool:
        """Whether Werkzeug takes it for a host, whose names have labels, none of them too long."""
        try:
            self._app.url_map.bind(host)
        except HTTPException:
            return False
        return True

    def _table_at(self, path: str) -> str | None:
        """Which table's path it is, by the application's own URL map."""
        try:
            endpoint, values = self._app.url_map.bind("localhost").match(as_text(path), "GET")
        except (HTTPException, RequestRedirect):
            return None
        return values["name"] if endpoint == ENDPOINT else None
