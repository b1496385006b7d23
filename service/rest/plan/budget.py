"""How much one read may make of what was asked: a condition below several `!inner` is a part of each of their tests."""

from __future__ import annotations

from service.errors import DatabaseError
from service.rest.plan.wanted import Wanted
from service.rest.terms import Condition, Logic

_MOST = 1_000
"""Parts of a statement: each takes up to a third of a millisecond to build, while nobody else is served."""
_OF_SUBQUERY = 2
MOST_JOINED = 60
"""To-one relations joined to one node; SQLite joins 64 tables and no more."""


class Budget:
    """Counts the parts of one read's statement."""

    def __init__(self) -> None:
        self._spent = 0

    def subquery(self, wanted: Wanted) -> None:
        """Count a subquery with its conditions.

        Raises:
            DatabaseError: 54001, there are too many.
        """
        self._spent += _OF_SUBQUERY + sum(map(_size, wanted.where)) + sum(map(_size, wanted.having))
        if self._spent > _MOST:
            raise too_complex()


def too_complex() -> DatabaseError:
    """54001."""
    return DatabaseError(
        "54001",
        "the request is too complex",
        details="Each !inner and each is.null of an embed is tested on every level above it.",
        hint="Embed less at once, or filter what is not as deep.",
    )


def _size(condition: Condition) -> int:
    return 1 + sum(map(_size, condition.conditions)) if isinstance(condition, Logic) else 1
