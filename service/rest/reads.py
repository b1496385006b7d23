"""A read of a table, from the request's environ to its answer: the stages called in turn, each timed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from service.auth import Identity
from service.database.context import NOTHING_TOLD, Told
from service.errors import BodyError, DatabaseError, PoolgateError
from service.rest.answer.answer import Answer
from service.rest.answer.conditional import kept
from service.rest.answer.lines import StreamAnswer, answer_lines
from service.rest.answer.next import next_page
from service.rest.answer.rows import answer_plan, answer_rows
from service.rest.answer.told import as_told
from service.rest.asked import Limits, read_request
from service.rest.common import told_profile, understood
from service.rest.execute import Request, open_stream, run_explain, run_read
from service.rest.execute.request import narrowed
from service.rest.execute.transaction import seen_by
from service.rest.parts import Parts
from service.rest.plan.media import Media, choose_media
from service.rest.plan.possible import can_make
from service.rest.sent import RequestHeaders, caller_of, is_private
from service.rest.terms import Asked
from service.timing import Timings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

READY = "poolgate.read"
"""The environ's key for a read that is ready before its view is called."""


class ReadyRead(NamedTuple):
    """A read that can be run.

    Args:
        profile: the schema, where it is to be told.
        streams: rows are sent as the database gives them.
    """

    run: Request
    media: Media
    profile: str | None
    streams: bool


@dataclass(frozen=True)
class Reads:
    """What reading needs."""

    parts: Parts

    def ready(self, name: str, environ: WSGIEnvironment, identity: Identity, timings: Timings) -> ReadyRead:
        """A read of the relation `name` that can be run.

        Raises:
            PoolgateError: it cannot be done.
        """
        parts, settings = self.parts, self.parts.settings
        asked = understood(_parse(name, environ, parts.limits), parts.database)
        catalog = parts.catalog_of(identity)
        media = choose_media(
            asked.accept,
            # How rows are found tells of columns and indexes that are not for everybody.
            plans=settings.db_plan_enabled and catalog.role is None,
            can_make=lambda form: can_make(form, asked, catalog),
        )
        timings.mark("parse")
        streams = media.streams and asked.method != "HEAD" and media.explain is None
        page = narrowed(asked.page, settings.stream_max_rows if streams else settings.db_max_rows)
        try:
            prepared = parts.statements.read(asked, catalog, media, page)
        except DatabaseError as error:
            raise seen_by(identity, error) from None
        timings.mark("plan")
        run = Request(parts.database, prepared, asked, identity, page, caller_of(environ, identity))
        return ReadyRead(run, media, told_profile(asked, prepared.relation.schema, catalog), streams)

    async def answer(self, ready: ReadyRead, environ: WSGIEnvironment, timings: Timings) -> Answer | StreamAnswer:
        """The answer to a read; where rows are sent as the database gives them, its beginning.

        Raises:
            PoolgateError: it cannot be done.
        """
        if ready.streams:
            return await self._stream(ready, environ, timings)
        return await self.whole(ready, environ, timings)

    async def whole(self, ready: ReadyRead, environ: WSGIEnvironment, timings: Timings) -> Answer:
        """The answer to a read whose rows come in one piece.

        Raises:
            PoolgateError: it cannot be done.
        """
        run = ready.run
        if ready.media.explain is not None:
            plan = await run_explain(run, ready.media.explain)
            return _kept(answer_plan(plan, run.asked, ready.media, profile=ready.profile), environ)
        result = await run_read(run)
        timings.add("wait", result.waited)
        timings.add("transaction", result.ran)
        following = next_page(result, run.prepared.keyset, environ["QUERY_STRING"])
        warnings = run.prepared.warnings
        answer = answer_rows(
            result, run.asked, ready.media, profile=ready.profile, warnings=warnings, next_page=following
        )
        return _kept(answer, environ, result.told)

    async def _stream(self, ready: ReadyRead, environ: WSGIEnvironment, timings: Timings) -> Answer | StreamAnswer:
        run = ready.run
        stream = await open_stream(run, timeout=self.parts.settings.stream_timeout)
        timings.add("wait", stream.waited)
        timings.add("transaction", stream.ran)
        prepared = run.prepared
        try:
            lines = answer_lines(
                *(stream, prepared.statement.keys, run.asked, ready.media),
                profile=ready.profile,
                warnings=prepared.warnings,
            )
            if not isinstance(lines, StreamAnswer):
                return _kept(lines, environ, stream.told)
            # The status of what is sent in parts is known to be ours.
            first = kept(lines.answer, private=is_private(environ), tagged=False)
            return StreamAnswer(as_told(first, None, stream.told.headers), lines.parts)
        except PoolgateError:
            if stream.rest is not None:
                await stream.rest.aclose()
            raise


def _parse(name: str, environ: WSGIEnvironment, limits: Limits) -> Asked:
    method: str = environ["REQUEST_METHOD"]
    if environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ:
        raise BodyError(f"A {method} request takes no body", hint="Put filters into the query string: ?column=eq.value")
    return read_request(method, name, environ["QUERY_STRING"], RequestHeaders(environ), limits=limits)


def _kept(answer: Answer, environ: WSGIEnvironment, told: Told = NOTHING_TOLD) -> Answer:
    """A read's answer, as far as a cache may keep it; it is not sent to who has it.

    Args:
        told: what the database's own code says of it.
    """
    if told.status:
        return as_told(answer, told.status, told.headers)
    tagged = environ["REQUEST_METHOD"] == "GET"  # a HEAD writes no rows
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    answer = kept(answer, private=is_private(environ), tagged=tagged, if_none_match=if_none_match)
    return as_told(answer, None, told.headers)
