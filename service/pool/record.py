"""The two nouns of the stock: its states, and one connection's record."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.pool.base import _ConnectionRecord


class State(StrEnum):
    NEW = "new"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class Record(_ConnectionRecord):
    """One connection, with what the stock notes about its present use."""

    taken_at: float = 0.0
    waited: float = 0.0
