"""What every request gets: an id, its timings, a Host that names one, and a line in the log."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, g, request

from service.asgi import AsyncFlask
from service.errors import AskedError
from service.headers import NOSNIFF, Headers
from service.lifecycle import Lifecycle
from service.logs import new_request_id, request_id
from service.operator.meters import Meters
from service.rest.sent import path_of
from service.timing import Timings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_TIMINGS, _ID = "poolgate.timings", "poolgate.request_id"  # an environ's keys

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(:[0-9]{0,5})?", re.ASCII)
_LONGEST_HOST = 300  # a name has at most 253 characters, a port six more
access = logging.getLogger("poolgate.access")


def begin(environ: WSGIEnvironment) -> Timings:
    """A request begins, at the first call with its environ; its id is the one of this task's log lines from now on."""
    timings: Timings | None = environ.get(_TIMINGS)
    if timings is None:
        timings = environ[_TIMINGS] = Timings()
        environ[_ID] = identity = new_request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        request_id.set(identity)
    return timings


def begin_in_flask() -> None:
    """The same for Flask's request, whose `g` tells views and hooks."""
    environ = request.environ
    known = g._get_current_object()
    known.timings = begin(environ)
    known.request_id = environ[_ID]


@lru_cache(maxsize=64)
def _is_host(host: str) -> bool:
    return len(host) <= _LONGEST_HOST and _HOST.fullmatch(host) is not None


def check_host(environ: WSGIEnvironment) -> None:
    """Refuses a request whose Host names none.

    Raises:
        AskedError: PGATE400.
    """
    host = environ.get("HTTP_HOST")  # HTTP/1.0 may have none
    if host is not None and not _is_host(host):
        raise AskedError(
            "The Host header names no host.", code="PGATE400", hint="Send one, as in Host: example.org:8000"
        )


@dataclass(frozen=True, slots=True)
class Finish:
    """What every answer gets at its end."""

    lifecycle: Lifecycle
    meters: Meters

    def __call__(self, environ: WSGIEnvironment, status: int, headers: Headers) -> None:
        timings: Timings = environ[_TIMINGS]
        timings.mark("response")
        self.meters.answered(environ["REQUEST_METHOD"], status, timings.seconds())
        headers.add("Server-Timing", timings.header())
        headers["X-Request-Id"] = environ[_ID]
        headers[NOSNIFF[0]] = NOSNIFF[1]
        if self.lifecycle.draining and environ["SERVER_PROTOCOL"].startswith("HTTP/1"):
            headers["Connection"] = "close"
        if access.isEnabledFor(logging.INFO):
            _log_access(environ, status, timings)


def add_request_hooks(app: AsyncFlask, finish: Finish) -> None:
    """Have every request counted, timed, logged, and known by an id."""
    app.before_request(lambda: check_host(request.environ))

    @app.after_request
    def finished(response: Response) -> Response:
        headers: Headers = response.headers  # type: ignore[assignment]  # Werkzeug's have more forms of each method
        finish(request.environ, response.status_code, headers)
        return response


def _log_access(environ: WSGIEnvironment, status: int, timings: Timings) -> None:
    stages = {stage: round(each, 3) for stage, each in timings.milliseconds.items()}
    fields = {
        "method": environ["REQUEST_METHOD"],
        "path": _path(environ),
        "status": status,
        "ms": round(sum(stages.values()), 3),
    }
    extra = {**fields, "address": environ.get("REMOTE_ADDR"), "stages": stages}
    access.info("%(method)s %(path)s %(status)d %(ms).1f ms", fields, extra=extra)


def _path(environ: WSGIEnvironment) -> str:
    """The path as it was sent; not the query string, since filters hold data."""
    raw: bytes = environ.get("asgi.scope", {}).get("raw_path") or b""
    return raw.partition(b"?")[0].decode("latin-1") or quote(path_of(environ))
