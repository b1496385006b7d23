"""A request's turn on a connection: in a transaction where there must be one, under the caller's role."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from service.auth import CHALLENGE, Identity
from service.database import Database
from service.database.context import KEPT, LEFT, NOBODY, NOTHING_TOLD, TOLD, Caller, Told, context, role_of, setting
from service.database.hoisted import Hoisted, Pairs
from service.errors import OutdatedError, PoolgateError
from service.pool import Lease
from service.pool.where import place
from service.rest.execute.role import of_role

T = TypeVar("T")
_NO_RIGHT = "42501"
_IN_THE_WAY = ("40001", "40P01")
"""serialization_failure and deadlock_detected: the other transaction was let through, and by now it is."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a request's transaction is to be.

    Args:
        readonly: nothing is written.
        alone: it is one statement, which needs no transaction around it.
        trusted: it changes nothing for the session; see `Pool.lease`.
        zone: the time zone that times are written in.
        path: the schemas in which names without one are looked for; none: as the connection has it.
        commit: False undoes all at its end.
        lasting: seconds that it may last, where that is longer than others may.
        settings: what the function that is called has it begin with.
    """

    readonly: bool = True
    alone: bool = False
    trusted: bool = True
    zone: str | None = None
    path: Sequence[str] = ()
    commit: bool = True
    lasting: float | None = None
    settings: Pairs = ()


@dataclass(slots=True)
class Turn:
    """A request's turn on a connection.

    Args:
        began: on the clock of `time.perf_counter`.
        told: what came before the request's own statement says of the answer.
    """

    lease: Lease
    began: float
    told: Told = NOTHING_TOLD

    @property
    def ran(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self.began


async def alone(database: Database, identity: Identity, caller: Caller, work: Callable[[Turn], Awaitable[T]]) -> T:
    """Reads what needs no transaction, as `needs_none` says, in a turn without one: the shortest way to a connection.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    try:
        async with database.pool.lease(readonly=True, identity=caller.who, trusted=True, where=_HERE) as lease:
            return await work(Turn(lease, time.perf_counter()))
    except Exception as error:
        if (told := await _told(database, identity, error)) is None:
            raise
        raise told from error


_HERE = place(alone.__code__)


def needs_none(database: Database, identity: Identity, zone: str | None) -> bool:
    """Whether a statement by itself needs no transaction around it: nothing is to be set for it.

    Args:
        zone: the time zone that times are written in.
    """
    return zone is None and not database.pre_request and role_of(database, identity) is None


@asynccontextmanager
async def turn_on(
    database: Database,
    identity: Identity,
    terms: Terms,
    caller: Caller = NOBODY,
    first: Callable[[Lease], Awaitable[bool]] | None = None,
) -> AsyncIterator[Turn]:
    """A connection for a request.

    Args:
        caller: for whom it is taken.
        first: is run in the transaction before anything is the caller's; False where nothing is to come.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    bare = terms.alone and terms.commit and needs_none(database, identity, terms.zone)
    try:
        # A function before each request may set anything for the session.
        trusted = terms.trusted and not database.pre_request
        begins = database.hoisted(identity.role, terms.settings)
        async with database.pool.lease(readonly=terms.readonly, identity=caller.who, trusted=trusted) as lease:
            now = Turn(lease, time.perf_counter())
            if bare:
                yield now
                return
            async with lease.transaction(
                readonly=terms.readonly,
                lasting=terms.lasting,
                commit=terms.commit,
                isolation=begins.isolation,
                patience=begins.patience,
            ):
                if first is not None and not await first(lease):
                    yield now
                    return
                await _set_up(database, lease, identity, caller, terms, begins)
                if database.pre_request is not None:
                    now.told = await _ask(lease, database.pre_request)
                yield now
                if not (terms.commit or terms.readonly) and database.settle:
                    await lease.script(database.settle)  # what waits for the end shows now, or it never would
    except Exception as error:
        if (told := await _told(database, identity, error)) is None:
            raise
        raise told from error


async def _told(database: Database, identity: Identity, error: Exception) -> PoolgateError | None:
    """What a caller is told of the driver's error; None of another."""
    translated = database.translate(error)
    if isinstance(translated or error, OutdatedError):
        await database.forget_statements(error)
    return None if translated is None else seen_by(identity, translated)


async def _set_up(
    database: Database, lease: Lease, identity: Identity, caller: Caller, terms: Terms, begins: Hoisted
) -> None:
    lasts = terms.lasting is not None
    found = context(database, identity, caller, zone=terms.zone, path=terms.path, begins=begins, lasts=lasts)
    if found is not None:
        try:
            await lease.fetchval(found[0], *found[1])
        except Exception as error:
            raise of_role(database, identity, error) from error


async def left_by_first(database: Database, lease: Lease) -> Pairs:
    """What the function before each request has left of what `set_out_again` sets back; nothing where there is none."""
    if database.pre_request is None:
        return ()
    row = await lease.fetchrow(LEFT)
    return () if row is None else tuple((name, row[place]) for place, name in enumerate(KEPT))


async def set_out_again(
    database: Database, lease: Lease, identity: Identity, caller: Caller, terms: Terms, left: Pairs = ()
) -> None:
    """Has the rest of a transaction be as its beginning, whatever a function has set meanwhile.

    Args:
        left: by the function before each request, which is not called again: a role that it took from the caller is
            not the caller's after this either.
    """
    if database.afresh:
        await lease.script(database.afresh)
        begins = database.hoisted(identity.role, terms.settings)
        await _set_up(database, lease, identity, caller, terms, begins)
    if left:
        found = setting(left)
        await lease.fetchval(found[0], *found[1])


@asynccontextmanager
async def only_reading(database: Database, lease: Lease) -> AsyncIterator[None]:
    """A part of a transaction that writes, in which nothing can be written. What it raises is to end all of it."""
    if database.to_readonly is None:
        yield
        return
    await lease.script(f"SAVEPOINT reading; {database.to_readonly}")
    yield
    await lease.script("RELEASE SAVEPOINT reading")  # as PostgreSQL has it, the transaction may write again then


async def told_by(lease: Lease) -> Told:
    """What the database's own code has said of the answer in this transaction."""
    return await _ask(lease, TOLD)


async def _ask(lease: Lease, statement: str) -> Told:
    row = await lease.fetchrow(statement)
    return NOTHING_TOLD if row is None else Told(row[0], row[1])


async def retried(once: Callable[[], Awaitable[T]], *, readonly: bool = True) -> T:
    """Does something that another transaction may be in the way of, and if one was does it once more.

    Args:
        once: does it as a whole: what it did is undone when it is called again.
        readonly: it changes nothing; then it is done once more too where what had been prepared for it was outdated.
    """
    try:
        return await once()
    except PoolgateError as error:
        if error.code not in _IN_THE_WAY and not (readonly and isinstance(error, OutdatedError)):
            raise
    return await once()


def seen_by(identity: Identity, error: PoolgateError) -> PoolgateError:
    """A right that is missing may be had by signing in: to a caller without credentials the answer says so."""
    if identity.anonymous and error.code == _NO_RIGHT:
        error.status = 401
        error.headers.update(CHALLENGE)
    return error
