"""Several operations in one transaction: `POST` to the table API's root. All of them are done, or none is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial

from flask import Blueprint, g, request

from service.asgi import Response
from service.auth import Access, Identity, anonymous, require
from service.catalog.holder import CatalogHolder
from service.database import Database
from service.database.context import Caller
from service.errors import CursorError, MediaTypeError, MethodError, NotImplementedHereError, PathError, PoolgateError
from service.rest.answer.answer import Answer
from service.rest.answer.applied import as_applied
from service.rest.answer.batched import answer_batch, as_value
from service.rest.answer.rows import answer_rows
from service.rest.answer.told import as_told
from service.rest.asked import Limits, read_request
from service.rest.asked.arguments import arguments_of_query, read_arguments
from service.rest.asked.batch import FAILED, Operation, read_batch
from service.rest.asked.payload_json import JsonValue
from service.rest.asked.preferences import read_preferences
from service.rest.calls import RpcApi
from service.rest.common import ending, limits_of, told_profile
from service.rest.execute.call import call_with
from service.rest.execute.idempotency import in_turn
from service.rest.execute.read import read_with
from service.rest.execute.request import Request, narrowed
from service.rest.execute.transaction import Terms, Turn, only_reading, seen_by, set_out_again
from service.rest.execute.write import write_with
from service.rest.plan.media import Media, choose_media
from service.rest.plan.possible import can_make
from service.rest.plan.terms import Form
from service.rest.prepare import Statements
from service.rest.respond import RequestHeaders, caller_of, to_response
from service.rest.terms import Asked
from service.rest.writes import Writes, payload_of
from service.settings import Settings
from service.timing import Timings

_WHOLE = (Form.ARRAY, Form.STRIPPED, Form.TEXT)
_CHARSET = re.compile(r'\s*(charset\s*=\s*"?utf-?8"?\s*)?', re.IGNORECASE)
_LARGE = 131_072  # bytes; reading that many takes some milliseconds


@dataclass(frozen=True, slots=True)
class Ready:
    """An operation that can be run.

    Args:
        guarded: it is to change nothing, and runs what somebody has written: a view, or a function.
    """

    run: Callable[[Turn], Awaitable[Answer]]
    guarded: bool = False


@dataclass(frozen=True)
class BatchApi:
    """What the view needs."""

    settings: Settings
    database: Database
    catalog: CatalogHolder
    statements: Statements
    writes: Writes
    calls: RpcApi

    def blueprint(self) -> Blueprint:
        """The URL map; to be registered under the prefix that the settings name."""
        batch = Blueprint("batch", __name__)
        batch.add_url_rule("/", view_func=self.batch, methods=("POST",), provide_automatic_options=False)
        return batch

    async def batch(self) -> Response:
        """`POST` to the root: operations in the order that they are in, in one transaction."""
        timings: Timings = g.timings
        require(self._anonymous, Access.READ)
        timings.mark("jwt")
        headers = RequestHeaders(request.environ)
        self._check(headers)
        root, query, body = request.script_root + request.path, request.environ["QUERY_STRING"], request.get_data()
        once = self.writes.repeats.of("POST", root, query, headers, body, self._anonymous)
        # A large one is read beside the loop, which has other requests to serve meanwhile.
        read = partial(read_batch, body, root, self.settings.max_batch)
        operations = read() if len(body) < _LARGE else await asyncio.to_thread(read)
        for each in operations:
            with _told(each, self.database, self._anonymous):
                self._allow(each)
        timings.mark("parse")
        ready = [None if each.refers else self._ready(each, root) for each in operations]  # what is wrong shows at once
        timings.mark("plan")
        terms, applied = self._terms(headers, operations)
        caller = caller_of(request.environ)

        async def work(now: Turn) -> Answer:
            answers = await self._run(now, operations, ready, terms, root, caller)
            timings.add("wait", now.lease.waited)
            timings.add("transaction", now.ran)
            return as_told(answer_batch(answers, applied), now.told.status, now.told.headers)

        answer: Answer = await in_turn(self.database, self._anonymous, terms, caller, work, once)
        return to_response(answer)

    def _check(self, headers: RequestHeaders) -> None:
        if not self.settings.max_batch:
            raise MethodError(
                "Batches are turned off",
                hint="The setting MAX_BATCH says how long one may be.",
                headers={"Allow": "OPTIONS,GET,HEAD"},
            )
        kind, _, parameters = (headers.get("Content-Type") or "application/json").partition(";")
        if kind.strip().lower() != "application/json" or not _CHARSET.fullmatch(parameters):
            raise MediaTypeError("A batch is application/json, in UTF-8", status=415)

    def _allow(self, operation: Operation) -> None:
        """Refuses what the caller may not do; a call is looked at once it is known which function it is of."""
        if not (operation.reads or operation.is_call):
            require(self._anonymous, Access.WRITE)

    def _terms(self, headers: RequestHeaders, operations: Sequence[Operation]) -> tuple[Terms, str]:
        """How the transaction is to be, and the preferences that are heeded by that."""
        preferences = read_preferences(headers.get("Prefer"))
        commit, transaction = ending(self.settings.db_tx_end, preferences.transaction)
        zone = preferences.timezone if self.database.zoned else None
        terms = Terms(
            readonly=all(each.reads for each in operations),
            trusted=all(each.is_known and not each.is_call for each in operations),
            zone=zone,
            commit=commit,
        )
        return terms, as_applied(tx=transaction, handling=preferences.handling, timezone=zone)

    def _ready(self, operation: Operation, root: str) -> Ready:
        """What runs an operation, all of whose references are replaced.

        Raises:
            PoolgateError: it cannot be done.
        """
        with _told(operation, self.database, self._anonymous):
            self._allow(operation)
            match operation.names:
                case (name,) if operation.reads:
                    return self._read_of(self._asked(operation, name))
                case (name,):
                    return self._write_of(operation, self._asked(operation, name), root)
                case ("rpc", name):
                    return self._call_of(operation, name)
            raise PathError("There is nothing at this path", hint="films?id=eq.5, or rpc/function")

    def _asked(self, operation: Operation, name: str, *, call: bool = False) -> Asked:
        asked = read_request(
            operation.method, name, operation.query, dict(operation.headers), limits=self._limits, call=call
        )
        if asked.cursor is not None and operation.reads:
            raise CursorError("An operation's rows have no next page", hint="Use limit and offset.")
        # How the transaction ends, and in which time zone it is, the batch says.
        return replace(asked, preferences=replace(asked.preferences, transaction=None, timezone=None))

    def _read_of(self, asked: Asked) -> Ready:
        catalog = self.catalog.current
        media = choose_media(asked.accept, can_make=lambda form: can_make(form, asked, catalog))
        _check_media(media)
        prepared = self.statements.read(asked, catalog, media)
        page = narrowed(asked.page, self.settings.db_max_rows)
        run = Request(self.database, prepared, asked, self._anonymous, page)
        profile = told_profile(asked, prepared.relation, catalog)

        async def read(now: Turn) -> Answer:
            return answer_rows(await read_with(now, run), asked, media, profile=profile, warnings=prepared.warnings)

        return Ready(read, guarded=not prepared.plain)

    def _write_of(self, operation: Operation, asked: Asked, root: str) -> Ready:
        payload = payload_of(asked, operation.headers.get("Content-Type"), operation.payload)
        ready = self.writes.ready(asked, payload, self._anonymous, f"{root.rstrip('/')}/{operation.names[0]}")
        _check_media(ready.media)

        async def write(now: Turn) -> Answer:
            return ready.conclude(await write_with(now.lease, ready.request))

        return Ready(write)

    def _call_of(self, operation: Operation, name: str) -> Ready:
        if self.calls.registry.find(name) is not None:
            raise NotImplementedHereError(
                f"The function {name!r} is in Python, and runs in a transaction of its own", hint="Call it by itself."
            )
        if not operation.reads and operation.method != "POST":
            raise MethodError(f"{operation.method} calls no function", code="PGRST101")
        asked = self._asked(operation, name, call=operation.reads)
        if operation.reads:
            arguments = arguments_of_query(asked.arguments)
        else:
            arguments = read_arguments(operation.headers.get("Content-Type"), operation.payload, asked.columns)
        ready = self.calls.ready(asked, arguments)
        _check_media(ready.media)

        async def call(now: Turn) -> Answer:
            return ready.conclude(await call_with(now, ready.run))

        return Ready(call, guarded=ready.run.readonly)

    async def _run(
        self,
        now: Turn,
        operations: Sequence[Operation],
        ready: Sequence[Ready | None],
        terms: Terms,
        root: str,
        caller: Caller,
    ) -> list[Answer]:
        answers: list[Answer] = []
        values: list[JsonValue] = []
        refers = any(each.refers for each in operations)
        called = False
        for operation, known in zip(operations, ready, strict=True):
            with _told(operation, self.database, self._anonymous):
                if called:
                    await set_out_again(self.database, now.lease, self._anonymous, caller, terms)
                whole = operation.with_answers(values, root)
                one = known or self._ready(whole, root)
                if one.guarded and not terms.readonly:
                    async with only_reading(self.database, now.lease):
                        answers.append(await one.run(now))
                else:
                    answers.append(await one.run(now))
                called = whole.is_call
                if refers:
                    values.append(as_value(answers[-1]))
        return answers

    @cached_property
    def _limits(self) -> Limits:
        return limits_of(self.settings)

    @cached_property
    def _anonymous(self) -> Identity:
        return anonymous(self.settings.anonymous, self.settings.db_anon_role)


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
