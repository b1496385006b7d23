"""Puts the rooms together; nothing else constructs."""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import HTTPException, InternalServerError

from service.asgi import AsyncFlask
from service.catalog.holder import CatalogHolder
from service.database import Database, open_database
from service.errors import MethodError, PathError, PoolgateError, TooLargeError
from service.events import Observe
from service.lifecycle import Lifecycle
from service.logs import log_event, request_id
from service.operator.routes import OperatorPages
from service.rest.answer.errors import answer_error
from service.rest.prepare import Statements
from service.rest.routes import TableApi, to_response
from service.settings import Settings, load_settings
from service.timing import Timings

logger = logging.getLogger("poolgate")
access = logging.getLogger("poolgate.access")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


@dataclass(frozen=True)
class Poolgate:
    """The rooms of one application; `app.extensions["poolgate"]`."""

    settings: Settings
    database: Database
    catalog: CatalogHolder
    lifecycle: Lifecycle


def create_app(settings: Settings | None = None, *, observe: Observe = log_event) -> AsyncFlask:
    """A Flask application that serves a database's tables, to which views of your own can be added.

    Args:
        settings: read from the environment if None.
        observe: is told what happens in the pool and the catalog.

    Raises:
        SettingsError: settings that cannot be used, all faults at once.
    """
    settings = settings or load_settings()
    database = open_database(settings, observe)
    catalog = CatalogHolder(database, settings.db_schemas, observe)
    lifecycle = Lifecycle(database, catalog, drain_timeout=settings.drain_timeout)
    statements = Statements(database.name, max_rows=settings.db_max_rows)

    app = AsyncFlask("service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.url_map.merge_slashes = False  # a redirect would hide a mistyped path from a program
    app.url_map.strict_slashes = False
    app.extensions["poolgate"] = Poolgate(settings, database, catalog, lifecycle)
    app.lifespan(lambda _app: lifecycle.running())
    app.register_blueprint(OperatorPages(settings, database, catalog, lifecycle).blueprint())
    prefix = settings.rest_prefix.rstrip("/") or None
    app.register_blueprint(TableApi(settings, database, catalog, statements).blueprint(), url_prefix=prefix)
    _add_hooks(app, lifecycle)
    _add_error_answers(app, database)
    return app


def _add_hooks(app: AsyncFlask, lifecycle: Lifecycle) -> None:
    """What every request gets: an id, its timings, and a line in the log."""

    @app.before_request
    def begin() -> None:
        g.timings = Timings()
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        request_id.set(g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        if "timings" not in g:  # a request that was refused before anything of it was looked at
            begin()
        timings: Timings = g.timings
        timings.mark("response")
        response.headers["Server-Timing"] = timings.header()
        response.headers["X-Request-Id"] = g.request_id
        if lifecycle.draining:
            response.headers["Connection"] = "close"
        if access.isEnabledFor(logging.INFO):
            _log_access(response, timings)
        return response


def _log_access(response: Response, timings: Timings) -> None:
    spent = {stage: round(seconds * 1000, 3) for stage, seconds in timings.durations.items()}
    access.info(
        "%s %s %d %.1f ms",
        request.method,
        request.path,  # not the query string: filters hold data
        response.status_code,
        sum(spent.values()),
        extra={"method": request.method, "path": request.path, "status": response.status_code, "ms": spent},
    )


def _add_error_answers(app: AsyncFlask, database: Database) -> None:
    """Every error leaves in one shape."""

    @app.errorhandler(PoolgateError)
    def known(error: PoolgateError) -> Response:
        return to_response(answer_error(error))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        original = error.original_exception if isinstance(error, InternalServerError) else None
        translated = None if original is None else database.translate(original)
        return to_response(answer_error(translated or _from_http(error)))


_BY_STATUS: dict[int, type[PoolgateError]] = {404: PathError, 405: MethodError, 413: TooLargeError}


def _from_http(error: HTTPException) -> PoolgateError:
    """Werkzeug's error in our shape, its headers kept (`Allow`, `Retry-After`)."""
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    if status >= 500:
        return PoolgateError("The request could not be answered", hint=f"The log has it as {g.request_id}")
    kind = _BY_STATUS.get(status, PoolgateError)
    answer: dict[str, Any] = {} if kind is not PoolgateError else {"status": status, "code": f"PGATE{status}"}
    return kind(
        f"There is nothing at {request.path!r}" if status == 404 else f"{error.description}", headers=headers, **answer
    )


def __getattr__(name: str) -> Any:
    """`service.app:asgi`, made on first use with the environment's settings: for any ASGI server's command line."""
    if name == "asgi":
        globals()["asgi"] = create_app().asgi
        return globals()["asgi"]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
