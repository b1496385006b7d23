"""A write: in one trip where one statement says it all, else in a transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from service.auth import Identity
from service.database import Database
from service.database.context import NOBODY, NOTHING_TOLD, Caller, Told
from service.pool import Lease, Row
from service.rest.asked.payload import Payload, objects
from service.rest.asked.payload_json import JsonValue
from service.rest.execute.idempotency import Once, in_turn
from service.rest.execute.read import in_utf8
from service.rest.execute.transaction import Terms, Turn, seen_by, told_by
from service.rest.plan.narrowed import Narrowed, discreet, violated
from service.rest.plan.write import Action
from service.rest.prepare import PreparedWrite
from service.rest.sql import Procedure, Statement
from service.rest.terms import Asked

T = TypeVar("T")


class Written(NamedTuple):
    """What a write did.

    Args:
        body: the rows that were written, as the database wrote them; None where they were not wanted.
        page_total: how many rows are in it.
        affected: how many rows were written.
        merged: how many of them were there already.
        key: of a single row, its primary key's values as texts.
        keys: the names of what a body of lines has in each.
        waited: seconds until a connection was in hand.
        ran: seconds that it was.
        told: what the database's own code says of the answer.
    """

    body: bytes | None = None
    page_total: int = 0
    affected: int = 0
    merged: int = 0
    key: tuple[str | None, ...] | None = None
    keys: tuple[str, ...] = ()
    waited: float = 0.0
    ran: float = 0.0
    told: Told = NOTHING_TOLD


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """A write that is ready to be run.

    Args:
        payload: the body; None where there is none.
        commit: False undoes all at the end.
        checked: what was done may turn out to be refused.
        caller: for whom the connection is taken.
    """

    database: Database
    prepared: PreparedWrite
    asked: Asked
    payload: Payload | None
    identity: Identity
    commit: bool = True
    checked: bool = False
    caller: Caller = NOBODY

    @property
    def terms(self) -> Terms:
        """How its transaction is to be."""
        # Code of the schema's author finds the request in settings of the transaction.
        alone = isinstance(self.prepared.statement, Statement) and self.prepared.plain and not self.checked
        return Terms(readonly=False, alone=alone, zone=self.asked.preferences.timezone, commit=self.commit)


async def run_write(request: WriteRequest, conclude: Callable[[Written], T], once: Once[T] | None = None) -> T:
    """Run a write; once more if another transaction was in its way.

    Args:
        conclude: makes the answer of what was done, before that is made to last; what it raises undoes it, if the
            request says that it is checked.
        once: it has a key.

    Raises:
        DatabaseError: the database refused.
        UnavailableError: no connection could be had, or it was lost.
    """

    async def work(now: Turn) -> T:
        written = await write_with(now.lease, request)
        told = await told_by(now.lease) if request.prepared.triggered else now.told
        return conclude(written._replace(waited=now.lease.waited, ran=now.ran, told=told))

    return await in_turn(request.database, request.identity, request.terms, request.caller, work, once)


async def write_with(lease: Lease, request: WriteRequest) -> Written:
    """Write by a connection in hand, in whatever transaction it has open."""
    write, statement = request.prepared.write, request.prepared.statement
    if _is_nothing(request):
        return Written(b"[]")
    if isinstance(statement, Statement):
        row = await lease.fetchrow(statement.text, *statement.arguments(_values(request), *_rest(request)))
        if row is None:  # an aggregate over all rows always has one
            raise RuntimeError("the statement gave no row")
        found = _read(row, statement)
        merged = int(row["updated"]) if write.merge and write.conflict else 0
        return found._replace(affected=int(row["affected"]), merged=merged)
    try:
        return await _Procedure(lease, request, statement).run()
    except Exception as error:
        if not isinstance(request.prepared.relation, Narrowed):
            raise
        translated = request.database.translate(error)
        if translated is None:
            raise
        raise seen_by(request.identity, discreet(request.prepared.relation, translated)) from error


def _is_nothing(request: WriteRequest) -> bool:
    """Whether there is nothing to be written: no objects to insert, or nothing to change in any row."""
    payload, action = request.payload, request.prepared.write.action
    if payload is None:
        return False
    return payload.count == 0 or (action is Action.UPDATE and not payload.columns)


def _values(request: WriteRequest) -> list[Any]:
    """The values of a statement that takes the body as one text."""
    values: list[Any] = list(request.asked.values)
    payload = request.payload
    if payload is not None:
        is_list = request.prepared.write.action is Action.INSERT
        values.append(f"[{payload.text}]" if is_list and not payload.is_array else _single(payload, is_list))
    return values


def _single(payload: Payload, is_list: bool) -> str:
    return payload.text if is_list or not payload.is_array else payload.text.strip()[1:-1]


def _rest(request: WriteRequest) -> tuple[Any, list[Any], Mapping[str, Any]]:
    """What else fills placeholders: pages, and who asks."""
    return request.asked.page, [page for _, page in request.asked.pages], request.identity.claims


def _read(row: Row, statement: Statement) -> Written:
    body = row["body"] if statement.binary else in_utf8(row["body"])
    key = json.loads(row["key"]) if "key" in dict(row) and row["key"] is not None else None  # type: ignore[call-overload]
    return Written(body, int(row["page_total"]), key=None if key is None else tuple(key), keys=statement.keys)


class _Procedure:
    """A write in several statements, under way."""

    def __init__(self, lease: Lease, request: WriteRequest, procedure: Procedure) -> None:
        self._lease = lease
        self._request = request
        self._procedure = procedure
        self._values = list(request.asked.values)

    async def run(self) -> Written:
        procedure = self._procedure
        if procedure.find is None:
            keys = await self._lease.fetchvals(self._changes())
            await self._check(keys)
            return (await self._rows(keys))._replace(affected=len(keys), merged=await self._merged())
        keys = await self._lease.fetchvals([self._with(procedure.find, [])])
        before = await self._rows(keys) if procedure.reads_first else None
        await self._lease.fetchvals([self._with(procedure.change, [*self._row_values(), _as_array(keys)])])
        await self._check(keys)
        return (before or await self._rows(keys))._replace(affected=len(keys))

    def _changes(self) -> Iterator[tuple[str, Sequence[Any]]]:
        """The statements that change rows; an insert's are made as they are run, one for each object."""
        procedure, write = self._procedure, self._request.prepared.write
        if procedure.merges is not None:
            yield self._with(procedure.merges[0], [])
        if write.action is not Action.INSERT or self._request.payload is None:
            yield self._with(procedure.change, self._row_values())
            return
        columns = tuple(column.name for column in write.columns)
        statements: dict[tuple[str, ...], Statement] = {columns: procedure.change}
        for each in objects(self._request.payload):
            names = columns
            if procedure.insert is not None:
                names = tuple(name for name in columns if name in each)
                if names not in statements:
                    statements[names] = procedure.insert(names)
            statement = statements[names]
            values: list[Any] = [each.get(name) for name in names]
            yield statement.text, statement.arguments(values + self._values, *_rest(self._request))
            if procedure.new_key is not None:
                yield self._with(procedure.new_key, [])

    def _row_values(self) -> list[JsonValue]:
        """The values of the one object that rows are changed to, and for each column whether it has one."""
        payload = self._request.payload
        if payload is None:
            return []
        each = next(objects(payload))
        names = [column.name for column in self._request.prepared.write.columns]
        return [*(each.get(name) for name in names), *(name in each for name in names)]

    async def _check(self, keys: list[Any]) -> None:
        """
        Raises:
            DatabaseError: 42501, what was written may not be so; the transaction's end undoes it.
        """
        check = self._procedure.check
        if check is not None and await self._lease.fetchval(*_flat(self._with(check, [_as_array(keys)]))):
            raise seen_by(self._request.identity, violated(self._request.prepared.relation))

    async def _rows(self, keys: list[Any]) -> Written:
        rows = self._procedure.rows
        if rows is None:
            return Written()
        row = await self._lease.fetchrow(*_flat(self._with(rows, [_as_array(keys)])))
        return Written() if row is None else _read(row, rows)

    async def _merged(self) -> int:
        merges = self._procedure.merges
        return 0 if merges is None else int(await self._lease.fetchval(merges[1].text))

    def _with(self, statement: Statement, more: list[Any]) -> tuple[str, Sequence[Any]]:
        return statement.text, statement.arguments(self._values + more, *_rest(self._request))


def _flat(call: tuple[str, Sequence[Any]]) -> tuple[Any, ...]:
    return call[0], *call[1]


def _as_array(keys: list[Any]) -> str:
    """Keys as one JSON array; each is a number, or JSON already."""
    return f"[{','.join(map(str, keys))}]"
