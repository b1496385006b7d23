"""A role that cannot be taken on: the caller is told that, and who runs the service what lets it be."""

from __future__ import annotations

import logging

from service.auth import CHALLENGE, Identity
from service.database import Database
from service.database.context import no_such_role
from service.errors import DatabaseError

logger = logging.getLogger("poolgate")
_UNKNOWN, _NO_RIGHT = "22023", "42501"


def of_role(database: Database, identity: Identity, error: Exception) -> Exception:
    """What is said of an error at the setting of a request's role; the error itself, where it is of something else.

    A right that is missing is told by the role's name in the message: PostgreSQL has the same code for a setting that
    may not be set, and says the rest in the server's language.
    """
    role, known = identity.role, database.translate(error)
    if role is None or not isinstance(known, DatabaseError) or f'"{role}"' not in known.message.translate(_QUOTES):
        return error
    if known.code == _UNKNOWN:
        return no_such_role(role)
    if known.code != _NO_RIGHT:
        return error
    logger.warning(
        "a caller's role is %s, which the service may not take on; if it should: %s", role, database.to_take_on(role)
    )
    if identity.anonymous:
        return DatabaseError(_NO_RIGHT, "Anonymous access is not possible now", status=401, headers=CHALLENGE)
    return DatabaseError(_NO_RIGHT, "The role that the credentials name cannot be had here", status=403)


_QUOTES = dict.fromkeys(map(ord, "«»„“”"), '"')
"""What other languages have in their place."""
