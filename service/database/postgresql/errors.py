"""asyncpg's errors as the house's: the server's SQLSTATE decides, and the message is the server's own."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from types import MappingProxyType

import asyncpg

from service.database.postgresql.raised import raised_answer
from service.database.unwrap import driver_error
from service.errors import AnswerTooLargeError, DatabaseAwayError, DatabaseError, OutdatedError, PoolgateError

LOST = "the connection to the database was lost"
NO_CONNECTION = "no connection to the database can be made"

# Raised by asyncpg itself, never by the server, and repeating the values that were passed.
_BAD_ARGUMENT = "a value cannot be converted to its parameter's type"
_TOO_LARGE = re.compile(rf"{re.escape(AnswerTooLargeError.marker)}(\d{{1,18}})")
_AWAY = ("08", "57P")
"""What a SQLSTATE begins with when it is the connection that is at fault, not the statement."""


_NOT_PREPARED = ("26000", "42P05")  # no such prepared statement, and one that is there already
_OURS = '"__asyncpg_'
"""What begins the name of what asyncpg has prepared; a caller's own SQL may prepare and miss statements too."""


def translate(error: BaseException) -> PoolgateError | None:
    """The house's error for one of asyncpg's, bare or inside SQLAlchemy's; None for any other.

    A bare ConnectionError is none of asyncpg's: it wraps its own, and somebody else's is not for us to explain.
    """
    cause = driver_error(error)
    if isinstance(cause, asyncpg.PostgresError):
        return _of_server(cause)
    if isinstance(cause, asyncpg.InterfaceError | asyncpg.InternalClientError):
        return _of_client(cause)
    return None


def said(error: BaseException) -> str:
    """What the server or asyncpg said, without what asyncpg adds; also of an error of the house's that came of it."""
    cause = driver_error(error.__cause__ or error)
    return getattr(cause, "message", None) or str(cause)


def _of_server(error: asyncpg.PostgresError) -> PoolgateError:
    sqlstate: str = error.sqlstate or "XX000"
    if getattr(error, "severity", None) is None and sqlstate.startswith("22"):
        return DatabaseError("22P02", _BAD_ARGUMENT)
    if sqlstate.startswith(_AWAY):
        return DatabaseAwayError(LOST)
    if sqlstate == "57014" and "user request" in str(error.message):
        # pg_cancel_backend: nobody's time was over. A server that speaks another language is not understood here.
        return DatabaseError(sqlstate, error.message, status=503)
    message = error.message or str(error)
    if _is_outdated(error, sqlstate, message):
        return OutdatedError(sqlstate)
    if sqlstate == "22P02" and (size := _TOO_LARGE.search(message)):
        return AnswerTooLargeError(int(size[1]))
    raised = raised_answer(sqlstate, message, error.detail, error.hint)
    return raised or DatabaseError(sqlstate, message, details=error.detail, hint=error.hint)


def _is_outdated(error: asyncpg.PostgresError, sqlstate: str, message: str) -> bool:
    """Whether it is at fault that the statement was prepared before the schema changed, or for a session that is gone.

    PostgreSQL plans a statement anew where it knows that it has to. It does not know, for one, that the columns of what
    a function gives are of another type now; the message for that is always in English.
    """
    if sqlstate in _NOT_PREPARED:
        return _OURS in message
    return isinstance(error, asyncpg.InvalidCachedStatementError) or (
        sqlstate == "XX000" and message.startswith("cache lookup failed")
    )


def _of_client(error: BaseException) -> PoolgateError:
    if isinstance(error, asyncpg.OutdatedSchemaCacheError):
        return OutdatedError("XX000", status=500)  # the statement has been run, and its rows could not be read
    text = str(error)
    # (2): the server has said that it ends the connection, and its end has not come yet.
    if "closed" in text or "released" in text or "protocol" in text or "another operation (2)" in text:
        return DatabaseAwayError(LOST)
    if "argument" in text or "expects" in text:
        return DatabaseError("22P02", _BAD_ARGUMENT)
    return DatabaseError("XX000", "the database's driver could not run the statement")


_FATAL: Mapping[str, str] = MappingProxyType(
    {
        "28P01": "the server refuses the password",
        "28000": "the server refuses this user",
        "3D000": "the server has no such database",
        "08P01": "the server does not accept a setting; behind PgBouncer, add it to ignore_startup_parameters",
        "42704": "the server does not know a setting in options",
        "22023": "the server does not accept the value of a setting in options",
        "42501": "this user may not connect to the database",
    }
)
"""What no waiting cures, by SQLSTATE of a refused connect."""


def fault_of_connect(error: BaseException) -> str | None:
    """Why the URL can never work, for the one who set it; None if trying again may help."""
    if isinstance(error, asyncpg.PostgresError):
        why = _FATAL.get(error.sqlstate or "")
        return None if why is None else f"{why} ({error.message})"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({error.verify_message}); see sslmode and sslrootcert"
    if isinstance(error, ssl.SSLError):
        return f"no TLS connection can be made ({error.reason or error})"
    if isinstance(error, ConnectionError) and "SSL" in str(error):
        return "the server has no TLS; leave out sslmode, or expected sslmode=prefer"
    if isinstance(error, asyncpg.ClientConfigurationError | asyncpg.InterfaceError | ValueError):
        return f"it cannot be used ({error})"
    return None


def away(error: BaseException, limit: float) -> str:
    """Why no connection can be made now, for the one who runs the service."""
    if isinstance(error, TimeoutError):
        return f"{NO_CONNECTION}: no answer within {limit:g} seconds"
    if isinstance(error, FileNotFoundError):
        return f"{NO_CONNECTION}: no server listens on the socket"
    text = getattr(error, "message", None) or getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"{NO_CONNECTION}: {text}"
