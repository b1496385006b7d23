"""The operations of a batch: each held against what there is and who asks, and then run in the one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from service.auth import Access, Identity, require
from service.database import Database
from service.database.context import Caller
from service.database.hoisted import Pairs
from service.errors import (
    AnswerTooLargeError,
    CursorError,
    MediaTypeError,
    MethodError,
    NotImplementedHereError,
    PathError,
    PoolgateError,
)
from service.rest.answer.answer import Answer
from service.rest.answer.batched import as_value
from service.rest.answer.rows import answer_rows
from service.rest.asked import read_request
from service.rest.asked.arguments import arguments_of_query, read_arguments
from service.rest.asked.batch import FAILED, Operation
from service.rest.asked.payload_json import JsonValue
from service.rest.calls import RpcApi
from service.rest.common import told_profile
from service.rest.execute.call import call_with
from service.rest.execute.read import read_with
from service.rest.execute.request import Request, narrowed
from service.rest.execute.transaction import Terms, Turn, left_by_first, only_reading, seen_by, set_out_again
from service.rest.execute.write import write_with
from service.rest.parts import Parts
from service.rest.plan.media import Media, choose_media
from service.rest.plan.possible import can_make
from service.rest.plan.terms import Form
from service.rest.terms import Asked
from service.rest.writes import Writes, payload_of

_WHOLE = (Form.ARRAY, Form.STRIPPED, Form.TEXT)


@dataclass(frozen=True, slots=True)
class Ready:
    """An operation that can be run.

    Args:
        guarded: it is to change nothing, and runs what somebody has written: a view, or a function.
        settings: what a function has the transaction begin with.
    """

    run: Callable[[Turn], Awaitable[Answer]]
    guarded: bool = False
    settings: Pairs = ()


@dataclass(frozen=True)
class Operations:
    """Those of one request.

    Args:
        root: the path that theirs are below, as the caller wrote it.
    """

    parts: Parts
    writes: Writes
    calls: RpcApi
    identity: Identity
    root: str

    def check(self, operations: Sequence[Operation]) -> None:
        """Refuses what the caller may not do.

        Raises:
            PoolgateError: one of them is not allowed; it says which.
        """
        for each in operations:
            with _told(each, self.parts.database, self.identity):
                self._allow(each)

    def ready(self, operations: Sequence[Operation]) -> list[Ready | None]:
        """Those that can be run; None for one that refers to the answer of another.

        Raises:
            PoolgateError: one of them cannot be done; it says which.
        """
        return [None if each.refers else self._ready(each) for each in operations]

    def _allow(self, operation: Operation) -> None:
        """Refuses what the caller may not do; a call is looked at once it is known which function it is of."""
        if not (operation.reads or operation.is_call):
            require(self.identity, Access.WRITE)

    def _ready(self, operation: Operation) -> Ready:
        """What runs an operation, all of whose references are replaced.

        Raises:
            PoolgateError: it cannot be done.
        """
        with _told(operation, self.parts.database, self.identity):
            self._allow(operation)
            match operation.names:
                case (name,) if operation.reads:
                    return self._read_of(self._asked(operation, name))
                case (name,):
                    return self._write_of(operation, self._asked(operation, name))
                case ("rpc", name):
                    return self._call_of(operation, name)
            raise PathError("There is nothing at this path", hint="films?id=eq.5, or rpc/function")

    def _asked(self, operation: Operation, name: str, *, call: bool = False) -> Asked:
        asked = read_request(
            operation.method, name, operation.query, dict(operation.headers), limits=self.parts.limits, call=call
        )
        if asked.cursor is not None and operation.reads:
            raise CursorError("An operation's rows have no next page", hint="Use limit and offset.")
        # How the transaction ends, and in which time zone it is, the batch says.
        return asked._replace(preferences=replace(asked.preferences, transaction=None, timezone=None))

    def _read_of(self, asked: Asked) -> Ready:
        catalog = self.parts.catalog_of(self.identity)
        media = choose_media(asked.accept, can_make=lambda form: can_make(form, asked, catalog))
        _check_media(media)
        page = narrowed(asked.page, self.parts.settings.db_max_rows)
        prepared = self.parts.statements.read(asked, catalog, media, page)
        run = Request(self.parts.database, prepared, asked, self.identity, page)
        profile = told_profile(asked, prepared.relation.schema, catalog)

        async def read(now: Turn) -> Answer:
            return answer_rows(await read_with(now, run), asked, media, profile=profile, warnings=prepared.warnings)

        return Ready(read, guarded=not prepared.plain)

    def _write_of(self, operation: Operation, asked: Asked) -> Ready:
        payload = payload_of(asked, operation.headers.get("Content-Type"), operation.payload, self.parts.limits)
        ready = self.writes.ready(asked, payload, self.identity, f"{self.root.rstrip('/')}/{operation.names[0]}")
        _check_media(ready.media)

        async def write(now: Turn) -> Answer:
            return ready.conclude(await write_with(now.lease, ready.request))

        return Ready(write)

    def _call_of(self, operation: Operation, name: str) -> Ready:
        if self.calls.registry.find(name) is not None and self.parts.may_call(self.identity, name):
            raise NotImplementedHereError(
                f"The function {name!r} is in Python, and runs in a transaction of its own", hint="Call it by itself."
            )
        if not operation.reads and operation.method != "POST":
            raise MethodError(f"{operation.method} calls no function", code="PGRST101")
        asked = self._asked(operation, name, call=operation.reads)
        if operation.reads:
            arguments = arguments_of_query(asked.arguments)
        else:
            arguments = read_arguments(
                operation.headers.get("Content-Type"), operation.payload, asked.columns, self.parts.limits.objects
            )
        ready = self.calls.ready(asked, arguments, self.identity)
        _check_media(ready.media)

        async def call(now: Turn) -> Answer:
            return ready.conclude(await call_with(now, ready.run))

        return Ready(call, guarded=ready.run.readonly, settings=ready.run.settings)

    def _check_size(self, size: int) -> None:
        most = self.parts.settings.max_answer
        if most is not None and size > most:
            raise AnswerTooLargeError

    async def run(
        self,
        now: Turn,
        operations: Sequence[Operation],
        ready: Sequence[Ready | None],
        terms: Terms,
        caller: Caller,
    ) -> list[Answer]:
        answers: list[Answer] = []
        values: list[JsonValue] = []
        refers = any(each.refers for each in operations)
        called, size = False, 0
        left = await left_by_first(self.parts.database, now.lease) if any(each.is_call for each in operations) else ()
        for operation, known in zip(operations, ready, strict=True):
            with _told(operation, self.parts.database, self.identity):
                if called:
                    await set_out_again(self.parts.database, now.lease, self.identity, caller, terms, left)
                whole = operation.with_answers(values, self.root)
                one = known or self._ready(whole)
                if one.guarded and not terms.readonly:
                    async with only_reading(self.parts.database, now.lease):
                        answers.append(await one.run(now))
                else:
                    answers.append(await one.run(now))
                size += len(answers[-1].body)
                self._check_size(size)
                called = whole.is_call
                if refers:
                    values.append(as_value(answers[-1]))
        return answers


def _check_media(media: Media) -> None:
    """Refuse what cannot stand in the one JSON text that the answers become."""
    if media.form not in _WHOLE or media.explain is not None:
        raise MediaTypeError(
            "An operation's answer is JSON, or text/plain of one column", hint="Leave its Accept header out."
        )


@contextmanager
def _told(operation: Operation, database: Database, identity: Identity) -> Iterator[None]:
    """Has an error say which operation it is of."""
    try:
        yield
    except Exception as error:
        known = error if isinstance(error, PoolgateError) else database.translate(error)
        if known is None:
            raise
        if FAILED not in known.headers:
            known = seen_by(identity, known)
            known.message = f"{operation}: {known.message}"
            known.headers[FAILED] = str(operation.number)
        raise known from error
