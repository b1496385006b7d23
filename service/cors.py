"""Cross-origin resource sharing: which sites' pages may call the table API from a browser (the Fetch standard, 3.3).

An origin is allowed if it is named exactly; there are no patterns. What depends on the origin says so (`Vary`), so that
a cache does not give one site's answer to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from flask import Response, request

from service.asgi import AsyncFlask
from service.asgi.exchange import REFUSED
from service.headers import Headers, is_name, varying
from service.rest.answer.answer import Answer
from service.rest.respond import to_response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MAX_AGE = 7200
"""Seconds for which a browser need not ask again whether it may; no browser of Chromium's kind waits longer."""
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_READ = (
    "Accept", "Accept-Profile", "apikey", "Authorization", "Content-Profile", "Content-Type", "Idempotency-Key",
    "If-None-Match", "Prefer", "Range", "Range-Unit", "X-Client-Info", "X-Request-Id",
)  # fmt: skip
"""The request headers that the API reads, and what its clients send beside them."""
_ADDED = ("Content-Encoding", "Date", "Server-Timing", "X-Request-Id")
"""What an answer gets later than its headers for other origins."""


@dataclass(frozen=True)
class Cors:
    """Who may call.

    Args:
        origins: the setting SERVER_CORS_ALLOWED_ORIGINS: as browsers send them; or `*` alone, for every one and then
            without credentials.
        prefix: the path below which the tables are; empty for all paths.
    """

    origins: Sequence[str]
    prefix: str

    @cached_property
    def _every(self) -> bool:
        return "*" in self.origins

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(self.origins)

    def covers(self, environ: WSGIEnvironment) -> bool:
        """Whether a request is for the table API."""
        path: str = environ["PATH_INFO"]
        if REFUSED in environ:  # a path that cannot be served is not in there
            scope = environ["asgi.scope"]
            path = scope["path"].removeprefix(scope.get("root_path", ""))
        if not self.prefix:
            return not path.startswith("/-/")
        return path == self.prefix or path.startswith(f"{self.prefix}/")

    def asks_first(self, environ: WSGIEnvironment) -> bool:
        """Whether a browser asks what it may send (a preflight)."""
        return (
            environ["REQUEST_METHOD"] == "OPTIONS"
            and "HTTP_ORIGIN" in environ
            and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
            and self.covers(environ)
        )

    def preflight(self, environ: WSGIEnvironment) -> Answer:
        """What it may send; nothing of the answer is about the resource."""
        allowed = self._allowed(environ)
        if not allowed:
            return Answer(204)
        wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").split(",")
        known = {name.lower() for name in _READ}
        others = dict.fromkeys(name for each in wanted if is_name(name := each.strip().lower()) and name not in known)
        return Answer(
            204,
            {
                "Access-Control-Allow-Methods": _METHODS,
                "Access-Control-Allow-Headers": ", ".join((*_READ, *others)),
                "Access-Control-Max-Age": str(MAX_AGE),
            },
        )

    def mark(self, environ: WSGIEnvironment, headers: Headers) -> None:
        """Add to an answer whose pages may read it, and that all its headers may be read.

        Args:
            headers: of the answer; what a function of the database has said of it in them does not count.
        """
        if not self._every:
            headers["Vary"] = varying(headers.getlist("Vary"), "Origin")
        headers.pop("Access-Control-Allow-Origin", None)
        headers.pop("Access-Control-Allow-Credentials", None)
        allowed = self._allowed(environ)
        if allowed:
            headers.extend(allowed)
            told = dict.fromkeys((*(name for name, _ in headers if not _is_ours(name)), *_ADDED))
            headers["Access-Control-Expose-Headers"] = ", ".join(told)

    def _allowed(self, environ: WSGIEnvironment) -> dict[str, str]:
        if self._every:
            return {"Access-Control-Allow-Origin": "*"}
        origin = environ.get("HTTP_ORIGIN")
        if origin not in self._named:
            return {}
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}


def _is_ours(name: str) -> bool:
    return name.lower().startswith("access-control-")


def add_cors(app: AsyncFlask, cors: Cors) -> None:
    """Have `app` answer for other origins."""

    @app.before_request
    def preflight() -> Response | None:
        """Before anything is known of who asks: a browser sends no credentials with it."""
        environ = request.environ
        return to_response(cors.preflight(environ)) if cors.asks_first(environ) else None

    @app.after_request
    def mark(response: Response) -> Response:
        environ = request.environ
        if not cors.covers(environ):
            return response
        if REFUSED in environ and cors.asks_first(environ):
            # Why a request is refused, as for its long URL, can be read only if the browser comes to send it.
            response = to_response(cors.preflight(environ))
        cors.mark(environ, response.headers)  # type: ignore[arg-type]  # Werkzeug's have more forms of each method
        return response
