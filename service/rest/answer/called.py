"""What a call is answered with. It may turn out to be refused, so this is asked before a transaction ends."""

from __future__ import annotations

from service.errors import MediaTypeError, PlanError
from service.rest.answer.answer import Answer
from service.rest.answer.applied import as_applied
from service.rest.answer.lines import Frame
from service.rest.answer.rows import content_range, read_headers, status
from service.rest.answer.told import as_told
from service.rest.execute.call import Called
from service.rest.execute.read import Result
from service.rest.plan.call import Call
from service.rest.plan.media import Media
from service.rest.plan.terms import Form
from service.rest.prepare import Prepared
from service.rest.terms import Asked


def answer_called(
    called: Called,
    asked: Asked,
    call: Call,
    media: Media,
    prepared: Prepared,
    *,
    profile: str | None,
    transaction: str | None = None,
) -> Answer:
    """The answer to a call.

    Args:
        profile: the schema of the function, where the caller is to be told.
        transaction: how it ended, if that was the caller's own wish.

    Raises:
        PlanError: PGRST124, more rows than were allowed.
        MediaTypeError: PGRST116, there is not exactly one row where one was asked for.
        RangeError: PGRST103, the page begins beyond the last row.
        PoolgateError: PGRST111 or PGRST112, what the function says of the answer cannot be sent.
    """
    result = called.result
    is_void = call.routine.result is None
    if not is_void:
        _check(result, asked, media)
    headers = read_headers(asked, media, profile=profile, warnings=prepared.warnings)
    headers.pop("Preference-Applied", None)
    headers["Content-Range"] = content_range(result.page, result.page_total, result.total)
    if applied := _applied(asked, transaction):
        headers["Preference-Applied"] = applied
    if is_void:
        headers = {name: value for name, value in headers.items() if name not in ("Content-Type", "Vary")}
        return as_told(Answer(204, headers), called.status, called.headers)
    code = status(result.page, result.page_total, result.total)
    answer = Answer(code, headers, _body(result, call, media, prepared))
    return as_told(answer, called.status, called.headers)


def _check(result: Result, asked: Asked, media: Media) -> None:
    most = asked.preferences.max_affected if asked.preferences.handling == "strict" else None
    if most is not None and result.page_total > most:
        raise PlanError(
            "The function gives more rows than the request allows",
            code="PGRST124",
            details=f"It gives {result.page_total} rows, and max-affected is {most}.",
            hint="Nothing was changed.",
        )
    if media.single and result.page_total != 1:
        raise MediaTypeError(
            "One row was asked for as an object, and there are none or several",
            code="PGRST116",
            details=f"The result has {result.page_total} rows",
            hint="Nothing was changed. Ask for application/json, or choose the row by its key.",
        )


def _body(result: Result, call: Call, media: Media, prepared: Prepared) -> bytes:
    body = result.body
    if media.form in (Form.LINES, Form.CSV):
        return Frame.of(media, prepared.statement.keys).first(body)
    if body is None or media.form not in (Form.ARRAY, Form.STRIPPED):
        return body or b""
    if media.single or not call.routine.returns_set:
        return body[1:-1] if result.page_total else b"null"
    return body


def _applied(asked: Asked, transaction: str | None) -> str:
    """What of `Prefer` had its effect, in the dialect's order."""
    of = asked.preferences
    most = of.max_affected if of.handling == "strict" else None
    return as_applied(count=of.count, tx=transaction, handling=of.handling, timezone=of.timezone, max_affected=most)
