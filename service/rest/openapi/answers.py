"""What comes back: media types, headers, and every error there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from service.catalog.model import Catalog
from service.rest.openapi.names import ERROR, refer
from service.rest.openapi.offer import Json


def _rows(row: Json) -> Json:
    return {"type": "array", "items": row}


def _lines(row: Json) -> Json:
    return {"type": "string", "description": "A line for each row."}


def _one(row: Json) -> Json:
    return row


def _values(row: Json) -> Json:
    return {"type": "string", "description": "Of the one selected column, a line for each row."}


def _bytes(row: Json) -> Json:
    return {"type": "string", "format": "binary", "description": "Of the one selected column of bytes."}


def _features(row: Json) -> Json:
    return {
        "type": "object",
        "description": "A FeatureCollection with a feature for each row (RFC 7946).",
        "required": ["type", "features"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": {"type": "object"}},
        },
    }


MEDIA: dict[str, Callable[[Json], Json]] = {
    "application/json": _rows,
    "text/csv": _lines,
    "application/x-ndjson": _lines,
    "application/ndjson": _lines,
    "application/jsonl": _lines,
    "application/vnd.pgrst.object+json": _one,
    "application/vnd.pgrst.object+json;nulls=stripped": _one,
    "application/vnd.pgrst.array+json;nulls=stripped": _rows,
    "text/plain": _values,
    "application/octet-stream": _bytes,
}
"""The media types that rows are sent as, and what a row's schema becomes in each."""


def media_of(catalog: Catalog) -> dict[str, Callable[[Json], Json]]:
    """`MEDIA`, and what this database makes besides."""
    return MEDIA if catalog.geojson is None else {**MEDIA, "application/geo+json": _features}


class Failure(NamedTuple):
    """A status that an error is sent with, for what reasons, by their codes."""

    meaning: str
    codes: tuple[str, ...]


FAILURES = {
    300: Failure("More than one relationship or function fits.", ("PGRST201", "PGRST203")),
    400: Failure(
        "The request cannot be understood, or not be done.",
        ("PGRST100", "PGRST102", "PGRST108", "PGRST118", "PGRST120", "PGRST122", "PGRST123", "PGRST127", "PGRST200",
         "PGRST114", "PGRST115", "PGRST124", "PGRST204", "22P02", "23502", "23514", "42703", "42704", "PGATE400"),
    ),
    401: Failure(
        "Credentials are needed, or those that were sent are not good.",
        ("PGRST301", "PGRST302", "PGRST303", "PGATE401", "42501", "22023"),
    ),
    403: Failure("The caller may not do it, or it is too expensive.", ("42501", "38003", "PGATE403")),
    404: Failure(
        "There is no such table, view or function, or no such operator for the column.",
        ("PGRST202", "PGRST205", "42883"),
    ),
    405: Failure(
        "A read would write by what a view does, or a PUT does not name its row by the key alone.",
        ("25006", "PGRST105", "PGRST117"),
    ),
    406: Failure(
        "No such media type or schema, or not exactly one row where one was asked for.",
        ("PGRST106", "PGRST107", "PGRST116"),
    ),
    408: Failure("The request did not come in time.", ("PGATE408",)),
    409: Failure(
        "A unique value is there already, a row that is referred to is not, or the same request is under way.",
        ("23505", "23503", "PGATE409"),
    ),
    413: Failure("The query string, the body or the answer is too large.", ("PGATE413",)),
    414: Failure("The URL is too long.", ("PGATE414",)),
    415: Failure("A body of this type is not read.", ("PGRST107",)),
    416: Failure("There are no such rows.", ("PGRST103",)),
    422: Failure("The `Idempotency-Key` is another request's.", ("PGATE422",)),
    429: Failure("The caller has more requests waiting than its share, or asks too often.", ("PGATE429", "PGATE430")),
    431: Failure("There are too many headers, or too long ones.", ("PGATE431",)),
    500: Failure("The database or the service failed.", ("PGATE500", "XX000", "PGRST300")),
    503: Failure(
        "No connection or no schema yet, or others were in the way: try again after `Retry-After` seconds.",
        ("PGRST000", "PGRST002", "PGRST003", "PGATE001", "PGATE002", "40001", "40P01", "55P03"),
    ),
    504: Failure("The statement or the answer took too long.", ("57014", "PGATE504")),
}  # fmt: skip

ERROR_SCHEMA: Json = {
    "type": "object",
    "description": "An error, whatever it is.",
    "required": ["code", "message", "details", "hint"],
    "properties": {
        "code": {
            "type": "string",
            "description": "`PGRST…` as PostgREST has it, `PGATE…` of this service, else the database's SQLSTATE.",
        },
        "message": {"type": "string", "description": "What is wrong."},
        "details": {"description": "Where, or between what.", "type": ["string", "array", "object", "null"]},
        "hint": {"type": ["string", "null"], "description": "What to do about it."},
    },
}

_MINIMAL = ("code", "message")


def error_schema(*, minimal: bool) -> Json:
    """The schema of errors' bodies.

    Args:
        minimal: whether they have code and message alone.
    """
    if not minimal:
        return ERROR_SCHEMA
    known = ERROR_SCHEMA["properties"]
    return {**ERROR_SCHEMA, "required": list(_MINIMAL), "properties": {name: known[name] for name in _MINIMAL}}


_TEXT = {"type": "string"}
HEADERS: Json = {
    "content-range": {
        "description": "The page's first and last row, from 0, and how many there are if it was asked for: `0-24/573`.",
        "schema": {"type": "string", "pattern": r"^(\*|[0-9]+-[0-9]+)/(\*|[0-9]+)$"},
    },
    "content-profile": {"description": "The schema, where there are several.", "schema": _TEXT},
    "etag": {"description": "The name of this answer, for `If-None-Match`.", "schema": _TEXT},
    "location": {"description": "Where the one new row is, if it was asked for.", "schema": _TEXT},
    "idempotent-replayed": {"description": "It is the answer to an earlier request.", "schema": {"const": "true"}},
    "link": {"description": 'The next page, of a walk by `cursor`: `<?…&cursor=…>; rel="next"`.', "schema": _TEXT},
    "preference-applied": {"description": "The preferences that had an effect.", "schema": _TEXT},
    "batch-operation": {
        "description": "Which operation of a batch failed, from 0; missing where it is no single one.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "allow": {"description": "The methods that there are.", "schema": _TEXT},
    "retry-after": {"description": "Seconds to wait.", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
    "www-authenticate": {"description": "How to send credentials, and what is wrong with those sent.", "schema": _TEXT},
    "server-timing": {"description": "What the time went into, in milliseconds.", "schema": _TEXT},
    "x-request-id": {"description": "The name of the request in the service's log.", "schema": _TEXT},
}
_ALWAYS = {name: refer("headers", name.lower()) for name in ("Server-Timing", "X-Request-Id")}
_OF_ROWS = {
    name: refer("headers", name.lower())
    for name in ("Content-Range", "Content-Profile", "ETag", "Link", "Preference-Applied")
} | _ALWAYS

_OF_WRITES = {
    name: refer("headers", name.lower())
    for name in ("Content-Range", "Content-Profile", "Idempotent-Replayed", "Location", "Preference-Applied")
} | _ALWAYS


def failure_responses(*, writes: bool) -> Json:
    """An answer for each status of an error, for `components`."""
    return {str(status): _failure(status, failure) for status, failure in failures(writes=writes).items()}


_OF_FAILURES = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}


def _failure(status: int, failure: Failure) -> Json:
    headers = {name: refer("headers", name.lower()) for name in _OF_FAILURES.get(status, ())}
    return {
        "description": f"{failure.meaning} Codes, among others: {', '.join(failure.codes)}.",
        "headers": {**headers, **_ALWAYS},
        "content": {"application/json": {"schema": refer("schemas", ERROR)}},
    }


_WRITES_ALONE = frozenset((409, 415, 422))


def failures(*, writes: bool) -> dict[int, Failure]:
    """The errors of an operation."""
    return {status: failure for status, failure in FAILURES.items() if writes or status not in _WRITES_ALONE}


def _failed(*, writes: bool) -> Json:
    return {str(status): refer("responses", str(status)) for status in failures(writes=writes)}


FAILED = _failed(writes=False)
"""The errors of an operation that changes nothing."""
_FAILED_WRITE = _failed(writes=True)


COUNTED: Json = {"description": "What rows there are.", "headers": _OF_ROWS}
NOTHING: Json = {"description": "It is done; nothing is sent back.", "headers": _OF_WRITES}
"""An answer without rows, of a read and of a write, for `components`."""


def rows_response(row: Json, catalog: Catalog, *, written: bool) -> Json:
    """An answer with rows, for `components`; a write's are sent where `return=representation` asks for them.

    Args:
        written: they are a write's.
    """
    content = {name: {"schema": shape(row)} for name, shape in media_of(catalog).items()}
    told = "The rows that were written." if written else "The rows."
    return {"description": told, "headers": _OF_WRITES if written else _OF_ROWS, "content": content}


def read_responses(found: Json) -> Json:
    """The answers of a read.

    Args:
        found: refers to an answer with rows, or to one that has none of them.
    """
    return {
        "200": {**found, "description": "The rows."},
        "206": {**found, "description": "A part of the rows, of whose number the caller asked."},
        "304": {"description": "The caller, who sent an `If-None-Match`, has the rows already."},
        **FAILED,
    }


DONE = {
    "POST": {201: "The rows were added.", 200: "The rows were there already, and were changed."},
    "PUT": {201: "The row was added.", 200: "The row was changed.", 204: "The row was added or changed."},
    "PATCH": {200: "The rows were changed.", 204: "The rows were changed."},
    "DELETE": {200: "The rows were deleted.", 204: "The rows were deleted."},
}
"""By method, what an answer's status tells of a write that was done."""


def written_responses(method: str, written: Json) -> Json:
    """The answers of a write.

    Args:
        written: refers to its answer with rows.
    """
    nothing = refer("responses", "nothing")
    done = {
        str(status): {**(nothing if status == 204 else written), "description": told}
        for status, told in DONE[method].items()
    }
    return {**done, **_FAILED_WRITE}


def batch_responses(answer: Json) -> Json:
    """The answers to a batch.

    Args:
        answer: the schema of an operation's.
    """
    done = {
        "description": "All operations were done; their answers in their order.",
        "headers": {
            **{name: refer("headers", name.lower()) for name in ("Idempotent-Replayed", "Preference-Applied")},
            **_ALWAYS,
        },
        "content": {"application/json": {"schema": {"type": "array", "items": answer}}},
    }
    operation = {"Batch-Operation": refer("headers", "batch-operation")}
    failed = {
        str(status): {
            **_failure(status, failure),
            "headers": {**_failure(status, failure)["headers"], **operation},
        }
        for status, failure in failures(writes=True).items()
    }
    return {"200": done, **failed}


def allow_responses() -> Json:
    """The answers to OPTIONS."""
    allow = {"Allow": refer("headers", "allow")}
    return {"200": {"description": "What can be done.", "headers": {**allow, **_ALWAYS}}, **FAILED}
