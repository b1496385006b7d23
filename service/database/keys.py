"""Requests that are to be done once: what a database keeps of them, in the transaction of what they do."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass

from service.pool import Lease

TABLE = "poolgate_idempotency"
SWEPT = 4
"""Answers past their time that a new one takes away with it: more than come, so that none pile up."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that is to be done once.

    Args:
        scope: whose key it is: the same key of two callers is two keys.
        request: its method, path and query.
        digest: what tells it from others of the same method and URL.
        lifetime: seconds that its answer is to be kept.
    """

    scope: str
    key: str
    request: str
    digest: bytes
    lifetime: float

    @property
    def number(self) -> int:
        """64 bits that stand for the scope and the key."""
        text = f"{TABLE}\0{len(self.scope)}\0{self.scope}{self.key}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """A request that was done, and its answer.

    Args:
        headers: a JSON array of pairs.
    """

    request: str
    digest: bytes
    status: int
    headers: str
    body: bytes

    def is_of(self, claim: Claim) -> bool:
        """Whether it is the same request."""
        return (self.request, self.digest) == (claim.request, claim.digest)


class Keys(ABC):
    """The table `poolgate_idempotency`. The driver's errors are raised as they are."""

    @abstractmethod
    async def claim(self, lease: Lease, claim: Claim) -> Kept | None:
        """Takes a key, or says what was done under it. The first thing in a transaction that writes, in one trip.

        Raises:
            KeyInUseError: another request with this key is under way.
            LookupError: the table is not there.
        """

    @abstractmethod
    async def keep(self, lease: Lease, claim: Claim, answer: Kept, *, restore: bool) -> None:
        """Notes the answer. The last thing in that transaction.

        Args:
            restore: the role may be another one than in the beginning.
        """
