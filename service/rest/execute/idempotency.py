"""Requests that are done once, however often they are sent: found, or done and noted in the same transaction.

Of a write under a key, in one transaction: `begin`, `find`, the write, `keep`, `commit`. Who is killed on the way has
done nothing; who is killed after the commit has left the answer. Beside the transaction it costs two trips to the
database, and a third where the write was done under a role.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from service.auth import Identity
from service.database import Database
from service.database.context import Caller, role_of
from service.database.keys import Claim, Kept
from service.errors import KeyInUseError, KeyReusedError, NotImplementedHereError, PoolgateError
from service.pool import Lease
from service.rest.execute.transaction import Terms, Turn, retried, turn_on

T = TypeVar("T")
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
    def alone(self, claim: Claim) -> Iterator[None]:
        """Around all of a request, the wait for a connection included: a twin is told at once, at no cost.

        Raises:
            KeyInUseError: another request with this key is under way.
        """
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


@dataclass(frozen=True, slots=True)
class Once(Generic[T]):
    """That something is to be done once, and how its answer is kept.

    Args:
        write: the answer as it is kept.
        read: one that was kept, as it is given again.
    """

    memory: Memory
    claim: Claim
    write: Callable[[T], Kept]
    read: Callable[[Kept], T]


async def in_turn(
    database: Database,
    identity: Identity,
    terms: Terms,
    caller: Caller,
    work: Callable[[Turn], Awaitable[T]],
    once: Once[T] | None = None,
) -> T:
    """What `work` gives, done in a turn of its own; as a whole once more if another transaction was in its way.

    Args:
        terms: how the transaction is to be.
        caller: for whom the connection is taken.
        once: it has a key: where it was done before, the answer of then. What only reads is done each time.

    Raises:
        KeyInUseError, KeyReusedError: the key is another request's.
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """

    async def plainly() -> T:
        async with turn_on(database, identity, terms, caller) as now:
            return await work(now)

    if once is None or terms.readonly:
        return await retried(plainly, readonly=terms.readonly)
    with once.memory.alone(once.claim):
        return await retried(
            lambda: _under_key(database, identity, replace(terms, alone=False), caller, work, once), readonly=False
        )


async def _under_key(
    database: Database,
    identity: Identity,
    terms: Terms,
    caller: Caller,
    work: Callable[[Turn], Awaitable[T]],
    once: Once[T],
) -> T:
    found: list[Kept] = []

    async def find(lease: Lease) -> bool:
        kept = await once.memory.find(lease, once.claim)
        found.extend([] if kept is None else [kept])
        return kept is None

    async with turn_on(database, identity, terms, caller, first=find) as now:
        if found:
            return once.read(found[0])
        done = await work(now)
        if terms.commit:
            restore = role_of(database, identity) is not None or not terms.trusted
            await once.memory.keep(now.lease, once.claim, once.write(done), restore=restore)
        return done


def _closed(refused: PoolgateError) -> PoolgateError:
    return NotImplementedHereError(
        "The service's own table of answers is closed to it, which an Idempotency-Key needs",
        details=refused.message,
        hint="Grant select, insert, update, delete on poolgate_idempotency to the role that the service connects as.",
    )
