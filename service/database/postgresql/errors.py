"""asyncpg's errors as the house's: the server's SQLSTATE decides, and the message is the server's own."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from types import MappingProxyType

import asyncpg

from service.database.postgresql.raised import raised_answer
from service.database.unwrap import driver_error
from service.errors import AnswerTooLargeError, DatabaseAwayError, DatabaseError, PoolgateError

LOST = "the connection to the database was lost"
NO_CONNECTION = "no connection to the database can be made"

# Raised by asyncpg itself, never by the server, and repeating the values that were passed.
_BAD_ARGUMENT = "a value cannot be converted to its parameter's type"
_TOO_LARGE = re.compile(rf"{re.escape(AnswerTooLargeError.marker)}(\d{{1,18}})")
_AWAY = ("08", "57P")
"""What a SQLSTATE begins with when it is the connection that is at fault, not the statement."""


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
    if sqlstate == "22P02" and (size := _TOO_LARGE.search(message)):
        return AnswerTooLargeError(int(size[1]))
    raised = raised_answer(sqlstate, message, error.detail, error.hint)
    return raised or DatabaseError(sqlstate, message, details=error.detail, hint=error.hint)


def _of_client(error: BaseException) -> PoolgateError:
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
