"""What SQLAlchemy wraps around a driver's errors, taken off."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, EmulatedDBAPIException


def driver_error(error: BaseException) -> BaseException:
    """The driver's own error inside one of SQLAlchemy's; any other error as it is."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    return error.driver_exception if isinstance(error, EmulatedDBAPIException) else error
