"""Requests that are done once, however often they are sent: found, or done and noted in the same transaction.

Of a write under a key, in one transaction: `begin`, `find`, the write, `keep`, `commit`. Who is killed on the way has
done nothing; who is killed after the commit has left the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.database import Database
from service.database.keys import Claim, Kept
from service.errors import KeyInUseError, KeyReusedError, NotImplementedHereError, PoolgateError
from service.pool import Lease

_NO_RIGHT = "42501"


class Memory:
    """What was done under which key, and what is under way in this process.

    Args:
        database: keeps the answers.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._under_way: set[tuple[str, str]] = set()

    @contextmanager
    def alone(self, claim: Claim | None) -> Iterator[None]:
        """Around all of a request, the wait for a connection included: a twin is told at once, at no cost.

        Raises:
            KeyInUseError: another request with this key is under way.
        """
        if claim is None:
            yield
            return
        name = (claim.scope, claim.key)
        if name in self._under_way:
            raise KeyInUseError()
        self._under_way.add(name)
        try:
            yield
        finally:
            self._under_way.discard(name)

    async def find(self, lease: Lease, claim: Claim) -> Kept | None:
        """The answer that was given to this request; None if it is to be done now. The transaction's first statement.

        Raises:
            KeyInUseError: another request with this key is under way.
            KeyReusedError: the key belongs to another request.
            NotImplementedHereError: the database has no place for answers.
        """
        try:
            kept = await self._database.keys.claim(lease, claim)
        except LookupError as error:
            raise NotImplementedHereError(
                "This database has no table for answers to be kept in, which an Idempotency-Key needs",
                hint="Make it once with the command: poolgate migrate",
            ) from error
        except Exception as error:
            refused = self._database.translate(error)
            if refused is not None and refused.code == _NO_RIGHT:
                raise _closed(refused) from error
            raise
        if kept is not None and not kept.is_of(claim):
            raise KeyReusedError(
                "This Idempotency-Key was used for another request",
                details="Its method, URL or body was another one, or its Prefer, Accept, Content-Type or schema.",
                hint="Send a new key with each request, and the same one with the very same request only.",
            )
        return kept

    async def keep(self, lease: Lease, claim: Claim, answer: Kept, *, restore: bool) -> None:
        """Notes the answer. The transaction's last statement.

        Args:
            restore: the database's role may be another one than in the beginning.
        """
        await self._database.keys.keep(lease, claim, answer, restore=restore)


def _closed(refused: PoolgateError) -> PoolgateError:
    return NotImplementedHereError(
        "The service's own table of answers is closed to it, which an Idempotency-Key needs",
        details=refused.message,
        hint="Grant select, insert, update, delete on poolgate_idempotency to the role that the service connects as.",
    )
