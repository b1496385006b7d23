"""What a write is answered with. It may turn out to be refused, so this is asked before a transaction ends."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from service.errors import MediaTypeError, PlanError
from service.rest.answer.answer import Answer
from service.rest.answer.applied import as_applied
from service.rest.answer.lines import Frame
from service.rest.answer.rows import read_headers
from service.rest.answer.told import as_told
from service.rest.execute.write import Written
from service.rest.plan.media import Media
from service.rest.plan.terms import Form
from service.rest.plan.write import Action, Returns
from service.rest.prepare import PreparedWrite
from service.rest.terms import Asked


def is_checked(asked: Asked, media: Media) -> bool:
    """Whether what a write did may make it a failure."""
    return media.single or asked.method == "PUT" or _most(asked) is not None


def answer_written(
    written: Written,
    asked: Asked,
    media: Media,
    prepared: PreparedWrite,
    *,
    path: str,
    profile: str | None,
    transaction: str | None = None,
) -> Answer:
    """The answer to a write.

    Args:
        path: the relation's, as the caller wrote it.
        profile: the schema that was written, where the caller is to be told.
        transaction: how it ended, if that was the caller's own wish.

    Raises:
        PlanError: PGRST115, a PUT's body is not the row of its URL; PGRST124, more rows than were allowed.
        MediaTypeError: PGRST116, there is not exactly one row where one was asked for.
        PoolgateError: PGRST111 or PGRST112, what the database's own code says of the answer cannot be sent.
    """
    _check(written, asked, media, prepared)
    is_given = prepared.returns is Returns.ROWS
    headers = {}
    if is_given:
        headers = read_headers(asked, media, profile=profile, warnings=prepared.warnings)
    elif profile is not None:
        headers["Content-Profile"] = profile
    headers.pop("Preference-Applied", None)
    if asked.method != "PUT":
        headers["Content-Range"] = _content_range(written, asked)
    if written.key is not None and written.affected == 1:
        headers["Location"] = f"{quote(path)}?{_key(written.key, prepared.relation.primary_key)}"
    if told := _applied(asked, prepared, transaction):
        headers["Preference-Applied"] = told
    answer = Answer(_status(written, prepared, asked.method), headers, _body(written, media) if is_given else b"")
    return as_told(answer, written.told.status, written.told.headers)


def _check(written: Written, asked: Asked, media: Media, prepared: PreparedWrite) -> None:
    if asked.method == "PUT" and written.affected != 1:
        raise PlanError(
            "The row in a PUT's body is not the one that its URL names",
            code="PGRST115",
            hint="Give the key's columns the same values in both.",
        )
    most = _most(asked)
    if most is not None and written.affected > most:
        raise PlanError(
            "More rows would be changed than the request allows",
            code="PGRST124",
            details=f"{written.affected} rows fulfil its filters, and max-affected is {most}.",
            hint="Nothing was changed.",
        )
    rows = written.page_total if prepared.returns is Returns.ROWS else written.affected
    if media.single and rows != 1:
        raise MediaTypeError(
            "One row was asked for as an object, and there are none or several",
            code="PGRST116",
            details=f"The result has {rows} rows",
            hint="Nothing was changed. Ask for application/json, or choose the row by its key.",
        )


def _most(asked: Asked) -> int | None:
    of = asked.preferences
    counts = of.handling == "strict" and asked.method in ("PATCH", "DELETE")
    return of.max_affected if counts else None


def _status(written: Written, prepared: PreparedWrite, method: str) -> int:
    is_given = prepared.returns is Returns.ROWS
    is_new = written.affected > written.merged
    if method == "PUT":
        return (201 if is_new else 200) if is_given else 204
    if prepared.write.action is Action.INSERT:
        merges = bool(prepared.write.conflict) and prepared.write.merge
        return 201 if is_new or not merges else 200
    return 200 if is_given else 204


def _content_range(written: Written, asked: Asked) -> str:
    total = "*" if asked.preferences.count is None else written.affected
    rows = f"0-{written.affected - 1}" if asked.method == "PATCH" and written.affected else "*"
    return f"{rows}/{total}"


def _key(values: Sequence[str | None], names: Sequence[str]) -> str:
    """Filters that choose the row."""
    parts = (
        f"{quote(name, safe='')}=" + ("is.null" if value is None else f"eq.{quote(value, safe='')}")
        for name, value in zip(names, values, strict=True)
    )
    return "&".join(parts)


def _body(written: Written, media: Media) -> bytes:
    if media.form in (Form.LINES, Form.CSV):
        return Frame.of(media, written.keys).first(written.body)
    body = written.body or b""
    return body[1:-1] if media.single else body


def _applied(asked: Asked, prepared: PreparedWrite, transaction: str | None) -> str:
    of = asked.preferences
    preferences = {
        "resolution": of.resolution if prepared.write.conflict and asked.method == "POST" else None,
        "missing": of.missing if asked.method != "DELETE" else None,
        "return": of.representation,
        "count": of.count if asked.method != "PUT" else None,
    }
    return as_applied(
        **preferences, tx=transaction, handling=of.handling, timezone=of.timezone, max_affected=_most(asked)
    )
