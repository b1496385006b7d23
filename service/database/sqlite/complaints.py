"""Why a function of ours refused a value: SQLite hides an exception's text, so it is kept beside it, for the thread."""

from __future__ import annotations

import threading


class ComplaintError(ValueError):
    """A value that a function refused.

    Args:
        sqlstate: what PostgreSQL answers to the like.
        message: for the caller.
    """

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


_kept = threading.local()


def complain(sqlstate: str, message: str) -> ComplaintError:
    """The error to raise; it is kept until `take_complaint`."""
    error = _kept.last = ComplaintError(sqlstate, message)
    return error


def take_complaint() -> ComplaintError | None:
    """The last one of this thread, once."""
    complaint: ComplaintError | None = _kept.__dict__.pop("last", None)
    return complaint
