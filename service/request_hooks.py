"""What every request gets: an id, its timings, a Host that names one, and a line in the log."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, request, request_started

from service.asgi import AsyncFlask
from service.errors import AskedError
from service.headers import NOSNIFF
from service.lifecycle import Lifecycle
from service.logs import new_request_id, request_id
from service.operator.meters import Meters
from service.timing import Timings

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(:[0-9]{0,5})?", re.ASCII)
_LONGEST_HOST = 300  # a name has at most 253 characters, a port six more
access = logging.getLogger("poolgate.access")


def _begin(_app: Flask, **_: Any) -> None:
    g.timings = Timings()
    g.request_id = identity = new_request_id(request.environ.get("HTTP_X_REQUEST_ID", ""))
    request_id.set(identity)


@lru_cache(maxsize=64)
def _is_host(host: str) -> bool:
    return len(host) <= _LONGEST_HOST and _HOST.fullmatch(host) is not None


def _check_host() -> None:
    host = request.environ.get("HTTP_HOST")  # HTTP/1.0 may have none
    if host is not None and not _is_host(host):
        raise AskedError(
            "The Host header names no host.", code="PGATE400", hint="Send one, as in Host: example.org:8000"
        )


def add_request_hooks(app: AsyncFlask, lifecycle: Lifecycle, meters: Meters) -> None:
    """Have every request counted, timed, logged, and known by an id."""
    request_started.connect(_begin, app)  # earlier than any before_request function: what is refused has an id too
    app.before_request(_check_host)

    @app.after_request
    def finish(response: Response) -> Response:
        environ, headers = request.environ, response.headers
        timings: Timings = g.timings
        timings.mark("response")
        meters.answered(environ["REQUEST_METHOD"], response.status_code, sum(timings.durations.values()))
        headers.add("Server-Timing", timings.header())
        headers["X-Request-Id"] = g.request_id
        headers[NOSNIFF[0]] = NOSNIFF[1]
        if lifecycle.draining and environ["SERVER_PROTOCOL"].startswith("HTTP/1"):
            headers["Connection"] = "close"
        if access.isEnabledFor(logging.INFO):
            _log_access(response, timings)
        return response


def _log_access(response: Response, timings: Timings) -> None:
    stages = {stage: round(seconds * 1000, 3) for stage, seconds in timings.durations.items()}
    fields = {
        "method": request.method,
        "path": _path(),
        "status": response.status_code,
        "ms": round(sum(stages.values()), 3),
    }
    extra = {**fields, "address": request.remote_addr, "stages": stages}
    access.info("%(method)s %(path)s %(status)d %(ms).1f ms", fields, extra=extra)


def _path() -> str:
    """The path as it was sent; not the query string, since filters hold data."""
    raw: bytes = request.environ.get("asgi.scope", {}).get("raw_path") or b""
    return raw.partition(b"?")[0].decode("latin-1") or quote(request.path)
