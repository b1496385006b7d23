"""Every error leaves in one shape: ours, the web framework's, and the driver's where a view let one out."""

from __future__ import annotations

import logging
from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from service.asgi import AsyncFlask
from service.database import Database
from service.errors import (
    AskedError,
    AuthError,
    DatabaseError,
    MethodError,
    OutdatedError,
    PathError,
    PlanError,
    PoolgateError,
    TooLargeError,
    UnavailableError,
)
from service.rest.answer.errors import answer_error
from service.rest.respond import to_response
from service.timing import Timings

logger = logging.getLogger("poolgate")


def add_error_answers(app: AsyncFlask, database: Database) -> None:
    """Have every error of `app`'s views, ours and a developer's, leave in the one shape."""

    @app.errorhandler(PoolgateError)
    def known(error: PoolgateError) -> Response:
        if error.status == 500 and not isinstance(error, AuthError):  # anybody may cause that one, at no cost
            logger.error("%s", error, exc_info=error)
        return _answer(error, app)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return error.response or _answer(_from_http(error), app)  # type: ignore[return-value]  # what `abort(response)` was given

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        """A driver's error that a view let out is answered as on tables, unless it is the view that is wrong."""
        translated = database.translate(error)
        if translated is None or not _is_for_callers(translated):
            raise error
        return _answer(translated, app)


def _answer(error: PoolgateError, app: AsyncFlask) -> Response:
    stage = next((stage for kind, stage in _STAGE_OF if isinstance(error, kind)), None)
    if stage is not None:
        timings: Timings = g.timings
        timings.mark(stage)
    return to_response(answer_error(error, minimal=app.minimal_errors))


_STAGE_OF: tuple[tuple[type[PoolgateError], str], ...] = (
    (AuthError, "jwt"),
    (AskedError, "parse"),
    (PlanError, "plan"),
    (UnavailableError, "wait"),
    (DatabaseError, "transaction"),
)
"""What an error's time was spent on."""

_CALLERS = ("22", "23", "42501", "P0", "PT")
"""How the SQLSTATEs begin that are about what the caller sent; the others of a view's own SQL are its author's."""


def _is_for_callers(error: PoolgateError) -> bool:
    # What a view's own SQL has prepared, or where, is not known here.
    return error.code.startswith(_CALLERS) or (error.status in (503, 504, 507) and not isinstance(error, OutdatedError))


_BY_STATUS: dict[int, type[PoolgateError]] = {404: PathError, 405: MethodError, 413: TooLargeError}


def _from_http(error: HTTPException) -> PoolgateError:
    """Werkzeug's error in our shape, its headers kept (`Allow`, `Retry-After`)."""
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    answer: dict[str, Any] = {"headers": headers}
    if status not in _BY_STATUS:
        answer |= {"status": status, "code": f"PGATE{status}"}
    if status == 500:
        answer["hint"] = f"The log has the reason, as request {g.request_id}."
    return _BY_STATUS.get(status, PoolgateError)(_message(error, status), **answer)


def _message(error: HTTPException, status: int) -> str:
    if error.description and error.description != type(error).description:
        return error.description
    if status == 404:
        return f"There is nothing at {request.path!r}"
    return "The request could not be answered" if status == 500 else error.description or error.name
