"""A function's call: one transaction, which is READ ONLY where the function is not to change anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from service.database.context import NOTHING_TOLD, quoted_path, setting
from service.database.hoisted import Pairs
from service.rest.execute.explain import told_plan
from service.rest.execute.idempotency import Once, in_turn
from service.rest.execute.read import Result, in_utf8, whole_number
from service.rest.execute.request import Request
from service.rest.execute.transaction import Terms, Turn, turn_on
from service.rest.plan.media import Explain
from service.rest.plan.terms import Count

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Called:
    """What a call gave.

    Args:
        status, headers: what the function says of the answer, as it wrote it; None or empty where it says nothing.
    """

    result: Result
    status: str | None = None
    headers: str | None = None


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A call that is ready to be run.

    Args:
        request: its arguments are the last of what is asked.
        path: the schemas in which the function finds what it names without one; none where there is no such thing.
        readonly: it can change nothing.
        commit: False undoes all at the end.
        settings: what the function has its transaction begin with.
    """

    request: Request
    path: Sequence[str]
    readonly: bool
    commit: bool = True
    settings: Pairs = ()

    @property
    def terms(self) -> Terms:
        """How its transaction is to be."""
        zone = self.request.asked.preferences.timezone
        return Terms(
            readonly=self.readonly,
            trusted=False,
            zone=zone,
            path=self.path,
            commit=self.commit,
            settings=self.settings,
        )


async def run_call(call: CallRequest, conclude: Callable[[Called], T], once: Once[T] | None = None) -> T:
    """Call a function; once more if another transaction was in its way.

    Args:
        conclude: makes the answer of what it gave, before what it did is made to last; what it raises undoes that.
        once: it has a key.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    request = call.request

    async def work(now: Turn) -> T:
        return conclude(await _call(now, await _begun(now, request)))

    return await in_turn(request.database, request.identity, call.terms, request.caller, work, once)


async def run_call_plan(call: CallRequest, explain: Explain) -> bytes:
    """Explain a call; where that takes running it, what it did is undone.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """
    request = call.request
    statement = request.prepared.statement
    terms = replace(call.terms, zone=None, commit=False)
    async with turn_on(request.database, request.identity, terms, request.caller) as now:
        return told_plan(await now.lease.fetch(statement.text, *request.arguments(statement)), explain)


async def call_with(now: Turn, call: CallRequest) -> Called:
    """Call a function by a connection in hand, in the transaction that it has open, where others may have been."""
    if call.path:
        # What others said of the answer is not this one's to say.
        pairs = (("search_path", quoted_path(call.path)), ("response.status", ""), ("response.headers", ""))
        text, arguments = setting(pairs)
        await now.lease.fetchval(text, *arguments)
    return await _call(replace(now, told=NOTHING_TOLD), await _begun(now, call.request))


async def _begun(now: Turn, request: Request) -> Request:
    """The request once what comes first has been run: it has the rows of that as a value."""
    first = request.prepared.first
    if first is None:
        return request
    rows = await now.lease.fetch(first.statement.text, *request.arguments(first.statement))
    return replace(request, asked=request.asked._replace(values=(*request.asked.values, first.carry(rows))))


async def _call(now: Turn, request: Request) -> Called:
    statement = request.prepared.statement
    row = await now.lease.fetchrow(statement.text, *request.arguments(statement))
    if row is None:  # an aggregate over all rows always has one
        raise RuntimeError("the statement gave no row")
    counted = row["total"] if request.prepared.count in (Count.EXACT, Count.ESTIMATED) else None
    total = await whole_number(now.lease, request, counted)
    body = row["body"] if statement.binary else in_utf8(row["body"])
    result = Result(body, request.page, row["page_total"], total, now.lease.waited, now.ran)
    return Called(result, row["told_status"] or now.told.status, row["told_headers"] or now.told.headers)
