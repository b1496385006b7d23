"""The two nouns of the stock: its states, and one connection's record."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Hashable
from enum import StrEnum
from typing import Any

from sqlalchemy.pool.base import _ConnectionRecord

from service.events import Reason
from service.pool.where import Where


class State(StrEnum):
    NEW = "new"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class Record(_ConnectionRecord):
    """One connection, with what the stock notes about it. Times are the pool's clock's."""

    raw: Any = None
    """The driver's connection. SQLAlchemy's `driver_connection` costs a microsecond each time it is asked."""
    generation = 0
    expires = math.inf
    """When it has reached its age."""
    used = 0.0
    """When it was opened or last given back."""
    seen = 0.0
    """When it last gave a sign of life: `used`, or the answer to a ping."""
    unwanted: Reason | None = None
    """Why it will be closed as soon as it is given back."""

    # Its present use, or its last.
    taken_at = 0.0
    waited = 0.0
    where: Where
    identity: Hashable | None = None
    reported = False
    """As held for too long."""
    trusted = False
    """Its holder sets nothing for the session, so that nothing need be undone."""
    renewal: asyncio.Task[None] | None = None
    """What undoes it, while that runs."""
