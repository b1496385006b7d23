"""The table of API keys, `poolgate_api_key`, as the running service asks it; the commands have `key_store`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.auth import KnownKey
from service.pool import Lease

TABLE = "poolgate_api_key"


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs after a key was made, revoked or taken away.

    Args:
        made: how many keys there are, the revoked ones counted.
        rest: the highest number, how many are revoked, and the latest time of it, as the database writes it.
    """

    made: int
    rest: tuple[Any, ...]


class ApiKeys(ABC):
    """The table. The driver's errors are raised as they are."""

    @abstractmethod
    async def changes(self, lease: Lease) -> Changes | None:
        """By which it is seen whether the keys have to be read anew; None where there is no such table."""

    @abstractmethod
    async def read(self, lease: Lease) -> list[KnownKey]:
        """All keys that are not revoked, after `changes`."""

    @abstractmethod
    async def note_uses(self, lease: Lease, uses: Mapping[int, float]) -> None:
        """Notes when keys were last used, in one statement, after `changes`.

        Args:
            uses: seconds since 1970, by the key's number.
        """

    @abstractmethod
    def forget(self) -> None:
        """The schema has changed: where the table is has to be found anew."""
