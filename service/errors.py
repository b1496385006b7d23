"""What can go wrong, as one tree; every error knows the HTTP answer it becomes.

    PoolgateError                    500
    ├── SettingsError                     settings that cannot be used; all faults at once; exit status 2
    ├── ServeError                        the service cannot be started as told; exit status 1
    ├── AskedError                   400  the request cannot be read as the dialect
    │   ├── QueryError               400  PGRST100  the query string does not parse
    │   ├── BodyError                400  PGRST102  the body cannot be used
    │   ├── RangeError               416  PGRST103  no such range of rows
    │   ├── ProfileError             406  PGRST106  the schema is not exposed
    │   ├── MediaTypeError           406  PGRST107  nothing acceptable can be produced
    │   ├── MethodError              405  PGRST117  the resource does not know this method
    │   ├── CursorError              400  PGATE400  a cursor that cannot be used, or rows that cannot have one
    │   ├── IdempotencyKeyError      400  PGATE400  an Idempotency-Key that cannot be read
    │   ├── KeyReusedError           422  PGATE422  an Idempotency-Key that belongs to another request
    │   ├── KeyInUseError            409  PGATE409  another request with this Idempotency-Key is under way
    │   ├── PreferenceError          400  PGRST122  handling=strict and an unknown preference
    │   ├── PathError                404  PGRST125  no resource at this path
    │   └── TooLargeError            413  PGATE413  a body, URL or header block beyond its limit
    ├── PlanError                    400  the request reads well but cannot be done on this schema
    │   ├── UnknownRelationError     404  PGRST205
    │   ├── UnknownRoutineError      404  PGRST202; PGRST203 is 300
    │   ├── UnknownColumnError       400  42703
    │   ├── EmbeddingError           400  PGRST108, 118, 120, 200; 201 is 300
    │   └── NotImplementedHereError  400  PGRST127  this database has nothing of the kind
    ├── AuthError                    401  PGRST301, 302, 303; PGATE401 an API key that is not good
    ├── AnswerTooLargeError          413  PGATE413  an answer in one piece that would be beyond its limit
    ├── TooExpensiveError            403  PGATE403  a read that the planner expects to cost more than is allowed
    ├── DatabaseError                     the database said no: its SQLSTATE decides the status
    │   └── OutdatedError        503  what was prepared before is of no use any more; SQLSTATE
    ├── StreamTimeoutError           504  PGATE504  a stream lasted too long; by then it can only be cut off
    ├── PoolLoopError                500  PGATE501  the pool was used from another event loop or process
    └── UnavailableError             503  try again later; carries Retry-After
        ├── DatabaseAwayError        503  PGRST000  no connection can be made
        ├── CatalogPendingError      503  PGRST002  the schema has not been read yet
        ├── PoolTimeoutError         503  PGRST003  no connection within the acquire timeout
        ├── PoolFullError            503  PGATE001  too many callers are waiting already
        ├── PoolShareError           429  PGATE429  too many of this caller's own requests are waiting already
        ├── RateError                429  PGATE430  this caller has asked too often
        └── PoolClosedError          503  PGATE002  the pool is closing or closed

The codes are PostgREST's where it has one (PGRSTnnn, or the SQLSTATE); PGATEnnn are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Self

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class PoolgateError(Exception):
    """An error that knows its HTTP answer.

    Args:
        message: what was wrong, for a person.
        details: where, or the candidates there were.
        hint: what to do about it.
        code: overrides the class's code.
        status: overrides the class's HTTP status.
        headers: response headers that go with the answer.
    """

    status: int = 500
    code: str = "PGATE500"

    def __init__(
        self,
        message: str,
        *,
        details: Any = None,
        hint: str | None = None,
        code: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.hint = hint
        self.headers = dict(headers)
        if code is not None:
            self.code = code
        if status is not None:
            self.status = status

    def body(self, *, minimal: bool = False) -> dict[str, Any]:
        """The JSON object of the answer, in PostgREST's shape.

        Args:
            minimal: without details and hint, as the setting CLIENT_ERROR_VERBOSITY may have it.
        """
        told = {"code": self.code, "message": self.message}
        return told if minimal else {**told, "details": self.details, "hint": self.hint}


class SettingsError(PoolgateError):
    """Settings that cannot be used.

    Args:
        faults: one line per fault: the setting's name, what is wrong, what is expected.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class ServeError(PoolgateError):
    """The service cannot be started as told."""


class AskedError(PoolgateError):
    status = 400
    code = "PGRST100"


class QueryError(AskedError):
    """The query string does not parse; `details` says at which column and what was expected."""


class BodyError(AskedError):
    code = "PGRST102"


class RangeError(AskedError):
    status = 416
    code = "PGRST103"


class ProfileError(AskedError):
    status = 406
    code = "PGRST106"


class MediaTypeError(AskedError):
    status = 406
    code = "PGRST107"


class MethodError(AskedError):
    status = 405
    code = "PGRST117"


class CursorError(AskedError):
    code = "PGATE400"


class IdempotencyKeyError(AskedError):
    code = "PGATE400"


class KeyReusedError(AskedError):
    status = 422
    code = "PGATE422"


class KeyInUseError(AskedError):
    """Another request with this Idempotency-Key is under way; trying again a little later gives its answer."""

    status = 409
    code = "PGATE409"

    def __init__(self) -> None:
        super().__init__(
            "A request with this Idempotency-Key is under way",
            hint="Send it again a little later: the answer will be that of the one under way.",
            headers={"Retry-After": "1"},
        )


class PreferenceError(AskedError):
    code = "PGRST122"


class PathError(AskedError):
    status = 404
    code = "PGRST125"


class TooLargeError(AskedError):
    status = 413
    code = "PGATE413"


class PlanError(PoolgateError):
    status = 400


class UnknownRelationError(PlanError):
    status = 404
    code = "PGRST205"


class UnknownRoutineError(PlanError):
    status = 404
    code = "PGRST202"


class UnknownColumnError(PlanError):
    code = "42703"


class EmbeddingError(PlanError):
    code = "PGRST200"


class NotImplementedHereError(PlanError):
    code = "PGRST127"


class AuthError(PoolgateError):
    status = 401
    code = "PGRST302"


class AnswerTooLargeError(PoolgateError):
    """An answer in one piece would be beyond its limit; nothing was sent of it, and nothing written.

    Args:
        size: of it in bytes, where that is known.
    """

    status = 413
    code = "PGATE413"
    marker: ClassVar[str] = "poolgate: an answer of bytes: "
    """What a database says it by, before the number of bytes."""

    def __init__(self, size: int | None = None) -> None:
        super().__init__(
            "The answer is too large to be sent in one piece.",
            details=None if size is None else f"it has {size} bytes",
            hint="Ask for fewer rows (limit=) or columns (select=), or have rows streamed: Accept: text/csv, or "
            "application/x-ndjson. The setting MAX_ANSWER says how large it may be.",
        )


class TooExpensiveError(PoolgateError):
    """A read was not run, for what the planner expects it to cost."""

    status = 403
    code = "PGATE403"


class UnavailableError(PoolgateError):
    """The request may succeed later.

    Args:
        retry_after: whole seconds, sent as `Retry-After` (RFC 9110, 10.2.3).
    """

    status = 503
    code = "PGRST000"
    retry_after: ClassVar[int] = 1

    def __init__(self, message: str, *, retry_after: int | None = None, **answer: Any) -> None:
        super().__init__(message, **answer)
        self.headers.setdefault("Retry-After", str(retry_after or self.retry_after))


class DatabaseAwayError(UnavailableError):
    code = "PGRST000"


class CatalogPendingError(UnavailableError):
    code = "PGRST002"


class PoolTimeoutError(UnavailableError):
    code = "PGRST003"


class PoolFullError(UnavailableError):
    code = "PGATE001"


class PoolShareError(UnavailableError):
    status = 429
    code = "PGATE429"


class RateError(UnavailableError):
    status = 429
    code = "PGATE430"


class PoolClosedError(UnavailableError):
    code = "PGATE002"


class PoolLoopError(PoolgateError, RuntimeError):
    """The pool was used from an event loop, or a process, other than the one it was opened in."""

    code = "PGATE501"


class StreamTimeoutError(PoolgateError):
    status = 504
    code = "PGATE504"


class DatabaseError(PoolgateError):
    """The database refused a statement.

    Args:
        sqlstate: five characters, PostgreSQL's table of error codes (its appendix A); it is the answer's code.
        message: the database's own message.

    Attributes:
        names: of the schema, in the message or the details.
    """

    names: tuple[str, ...] = ()

    def __init__(self, sqlstate: str, message: str, **answer: Any) -> None:
        answer.setdefault("status", status_of_sqlstate(sqlstate))
        super().__init__(message, code=sqlstate, **answer)
        if self.status == 503:
            self.headers.setdefault("Retry-After", "1")

    def naming(self, *names: str) -> Self:
        """The error, which names these."""
        self.names = names
        return self


class OutdatedError(DatabaseError):
    """A statement failed for what was prepared for it before; prepared anew it may well succeed.

    Args:
        status: 503 where nothing was done, so that a write may be sent again.
    """

    def __init__(self, sqlstate: str, *, status: int = 503) -> None:
        message = "What was prepared in the database for this request is outdated"
        hint = "Send it again: nothing was done, and it is prepared anew." if status == 503 else None
        super().__init__(sqlstate, message, hint=hint, status=status)


_STATUS_BY_SQLSTATE = {
    "23503": 409, "23505": 409,
    "40001": 503, "40P01": 503,  # serialization_failure, deadlock_detected: nothing was done, and trying again may help
    "25006": 405,
    "42883": 404, "42P01": 404, "42P17": 500,
    "42501": 403,
    "53400": 500,
    "54001": 400, "54011": 400,  # too deep, too many columns: what was asked is too complex
    "57014": 504,  # query_canceled: our statement timeout; PostgREST has no such status
    "55P03": 503,  # lock_not_available: our lock timeout
    "57P01": 503, "57P02": 503, "57P03": 503,
    "P0001": 400,
}  # fmt: skip
_STATUS_BY_CLASS = {
    "08": 503, "09": 500, "0L": 403, "0P": 403,
    "25": 500, "28": 403, "2D": 500,
    "38": 500, "39": 500, "3B": 500,
    "40": 500, "53": 503, "54": 500, "55": 500, "57": 500, "58": 500,
    "F0": 500, "HV": 500, "P0": 500, "XX": 500,
}  # fmt: skip


def status_of_sqlstate(sqlstate: str) -> int:
    """The HTTP status of a SQLSTATE, as PostgREST maps them; 504 for a statement timeout is ours."""
    return _STATUS_BY_SQLSTATE.get(sqlstate) or _STATUS_BY_CLASS.get(sqlstate[:2], 400)
