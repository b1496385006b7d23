"""Writing rows: POST, PUT, PATCH and DELETE on a table. The stages of a request called in turn, each timed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from service.auth import Identity
from service.database.context import NOBODY, Caller
from service.errors import BodyError, DatabaseError
from service.rest.answer.answer import Answer
from service.rest.answer.written import answer_written, is_checked
from service.rest.asked import Limits, read_request
from service.rest.asked.payload import Payload, read_payload
from service.rest.common import aside, ending, told_profile, understood
from service.rest.execute import WriteRequest, Written, run_write
from service.rest.execute.idempotency import Once
from service.rest.execute.transaction import seen_by
from service.rest.parts import Parts
from service.rest.plan.media import Media, choose_media
from service.rest.plan.possible import can_make
from service.rest.respond import sent_body
from service.rest.sent import RequestHeaders, caller_of, path_of
from service.rest.terms import Asked
from service.timing import Timings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@dataclass(frozen=True, slots=True)
class ReadyWrite:
    """A write that can be run.

    Args:
        conclude: makes the answer of what was done.
    """

    request: WriteRequest
    media: Media
    conclude: Callable[[Written], Answer]


@dataclass(frozen=True)
class Writes:
    """What writing needs."""

    parts: Parts

    async def answer(self, name: str, environ: WSGIEnvironment, identity: Identity, timings: Timings) -> Answer:
        """The answer to a write of the relation `name`.

        Raises:
            PoolgateError: it cannot be done.
        """
        method, headers = environ["REQUEST_METHOD"], RequestHeaders(environ)
        asked = read_request(method, name, environ["QUERY_STRING"], headers, limits=self.parts.limits)
        path = path_of(environ)
        once, payload = await self._body(asked, path, environ, identity)
        timings.mark("parse")
        caller = caller_of(environ, identity)
        ready = self.ready(understood(asked, self.parts.database), payload, identity, path, caller)
        timings.mark("plan")

        def conclude(written: Written) -> Answer:
            timings.add("wait", written.waited)
            timings.add("transaction", written.ran)
            return ready.conclude(written)

        return await run_write(ready.request, conclude, once)

    def ready(
        self, asked: Asked, payload: Payload | None, identity: Identity, path: str, caller: Caller = NOBODY
    ) -> ReadyWrite:
        """A write that can be run.

        Args:
            path: the relation's, as the caller wrote it.
            caller: for whom a connection is taken; of a batch that is none.

        Raises:
            PoolgateError: it cannot be done.
        """
        parts = self.parts
        catalog = parts.catalog_of(identity)
        media = choose_media(asked.accept, can_make=lambda form: can_make(form, asked, catalog))
        columns = () if payload is None else payload.columns
        textual = payload is not None and payload.textual
        try:
            prepared = parts.statements.write(asked, columns, catalog, media, textual=textual)
        except DatabaseError as error:
            raise seen_by(identity, error) from None
        commit, transaction = ending(parts.settings.db_tx_end, asked.preferences.transaction)
        checked = is_checked(asked, media)
        run = WriteRequest(parts.database, prepared, asked, payload, identity, commit, checked, caller)
        profile = told_profile(asked, prepared.relation.schema, catalog)
        return ReadyWrite(
            run,
            media,
            partial(
                answer_written,
                asked=asked,
                media=media,
                prepared=prepared,
                path=path,
                profile=profile,
                transaction=transaction,
            ),
        )

    async def _body(
        self, asked: Asked, path: str, environ: WSGIEnvironment, identity: Identity
    ) -> tuple[Once[Answer] | None, Payload | None]:
        """That it is to be done once, where it has a key, and what its body says; of the body itself nothing stays."""
        body = sent_body(cache=False) if asked.method != "DELETE" else b""

        def read() -> tuple[Once[Answer] | None, Payload | None]:
            query, headers = environ["QUERY_STRING"], RequestHeaders(environ)
            once = self.parts.repeats.of(asked.method, path, query, headers, body, identity)
            return once, payload_of(asked, headers.get("Content-Type"), body, self.parts.limits)

        return await aside(len(body), read)


def payload_of(asked: Asked, content_type: str | None, body: bytes, limits: Limits) -> Payload | None:
    """The body, where the method has one."""
    if asked.method == "DELETE":
        return None
    payload = read_payload(content_type, body, asked.columns, limits.objects)
    if payload.count > 1 and asked.method != "POST":
        raise BodyError(
            f"A {asked.method} takes one object, and the body has {payload.count}",
            hint="To give several rows values of their own, POST them with 'Prefer: resolution=merge-duplicates'.",
            code="PGRST115" if asked.method == "PUT" else None,
        )
    return payload
