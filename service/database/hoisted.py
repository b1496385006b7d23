"""What a role or a function has the database set for the transactions that it is in: `alter role … set`.

PostgreSQL applies a role's settings when it logs in, and not when it is taken on; and a function's when it is called,
which is too late for the isolation level and for the time limit of the statement that calls it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

Pairs = Sequence[tuple[str, str]]
"""Names and values, as PostgreSQL keeps them; of two with one name the later counts."""

ISOLATION = "default_transaction_isolation"
LEVELS = ("read uncommitted", "read committed", "repeatable read", "serializable")
"""From the least to the most strict."""
OF_FUNCTIONS = frozenset({ISOLATION, "statement_timeout", "plan_filter.statement_cost_limit"})
"""Of a function's settings, those that are of use only from the transaction's beginning; PostgREST's three."""
_TIMES_A_STATEMENT = 3  # a transaction may last, as for the service's own limit
_STATEMENT, _TRANSACTION = "statement_timeout", "transaction_timeout"
_UNITS = {"us": 1e-6, "ms": 1e-3, "": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_TIME = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hoisted:
    """What a transaction is to begin with.

    Args:
        isolation: one of `LEVELS`; None: as the connection has it.
        pairs: what is set for its time.
        longest: of `pairs`, what lets it last longer than others; not where it is to last longer anyway.
        patience: seconds that a statement may run, where that is longer than others may; infinite for no limit.
    """

    isolation: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    longest: tuple[tuple[str, str], ...] = ()
    patience: float | None = None


NOTHING_HOISTED = Hoisted()


@lru_cache(maxsize=1024)
def hoisted(settings: tuple[tuple[str, str], ...], limit: float, *, timed: bool) -> Hoisted:
    """What is set for a transaction.

    Args:
        limit: seconds that a statement may run by the connection's own limit.
        timed: the database limits transactions in time, too.
    """
    found = {name.lower(): value for name, value in settings}
    level = found.pop(ISOLATION, "").lower()
    allowed = seconds(found[_STATEMENT]) if _STATEMENT in found else None
    patience = allowed if allowed is not None and allowed > limit else None
    pairs: list[tuple[str, str]] = []
    for name, value in found.items():
        pairs += _anew(value) if name == _TRANSACTION else [(name, value)]
    longest = _anew(_milliseconds(patience * _TIMES_A_STATEMENT)) if patience and timed else []
    return Hoisted(
        isolation=level if level in LEVELS else None,
        pairs=tuple(pairs),
        longest=() if _TRANSACTION in found else tuple(longest),
        patience=patience,
    )


def strictest(settings: Pairs) -> tuple[tuple[str, str], ...]:
    """The one isolation level that is enough for all of these."""
    levels = [value.lower() for name, value in settings if name == ISOLATION and value.lower() in LEVELS]
    return ((ISOLATION, max(levels, key=LEVELS.index)),) if levels else ()


def seconds(value: str) -> float | None:
    """A time limit as PostgreSQL writes it, in milliseconds or with a unit; 0 is none. None if it is no time."""
    found = _TIME.fullmatch(value)
    if found is None or found[2] not in _UNITS:
        return None
    return float(found[1]) * _UNITS[found[2]] or math.inf


def _anew(value: str) -> list[tuple[str, str]]:
    """A timer that runs is set anew only after it was stopped."""
    return [(_TRANSACTION, "0"), (_TRANSACTION, value)]


def _milliseconds(time: float) -> str:
    return "0" if math.isinf(time) else str(round(time * 1000))
