"""The table API's URLs. A view is the stages of a request called in turn, each timed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, g, request

from service.asgi import Response
from service.auth import Access, Identity, require
from service.catalog.model import Catalog
from service.database.context import NOTHING_TOLD, Told
from service.errors import BodyError, DatabaseError, PathError, PoolgateError
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
from service.rest.plan.allowed import allowed_methods
from service.rest.plan.media import Media, choose_media
from service.rest.plan.names import resolve_relation, resolve_schema
from service.rest.plan.possible import can_make
from service.rest.plan.write import ACTIONS
from service.rest.prepare import Prepared
from service.rest.respond import RequestHeaders, caller_of, is_private, to_response
from service.rest.terms import Asked
from service.rest.writes import Writes
from service.timing import Timings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class TableApi:
    """What the views need."""

    parts: Parts
    writes: Writes

    def blueprint(self) -> Blueprint:
        """The URL map; to be registered under the prefix that the settings name."""
        tables = Blueprint("tables", __name__)
        for rule, view in (("/<name>", self.relation), ("/<name>/<path:deeper>", too_deep)):
            tables.add_url_rule(rule, view_func=view, methods=_METHODS, provide_automatic_options=False)
        return tables

    async def relation(self, name: str) -> Response:
        """`/<table>`."""
        timings: Timings = g.timings
        environ = request.environ
        method: str = environ["REQUEST_METHOD"]
        parts = self.parts
        identity = parts.identify(environ)
        require(identity, Access.WRITE if method in ACTIONS else Access.READ)
        timings.mark("jwt")
        if method == "OPTIONS":
            return to_response(_options(name, parts.catalog_of(identity)))
        if method in ACTIONS:
            return to_response(await self.writes.answer(name, environ, identity, timings))
        asked = understood(_parse(method, name, environ, parts.limits), parts.database)
        catalog = parts.catalog_of(identity)
        media = choose_media(
            asked.accept,
            # How rows are found tells of columns and indexes that are not for everybody.
            plans=parts.settings.db_plan_enabled and catalog.role is None,
            can_make=lambda form: can_make(form, asked, catalog),
        )
        timings.mark("parse")
        try:
            prepared = parts.statements.read(asked, catalog, media)
        except DatabaseError as error:
            raise seen_by(identity, error) from None
        timings.mark("plan")
        profile = told_profile(asked, prepared.relation, catalog)
        return await self._read(asked, media, prepared, identity, profile, timings)

    async def _read(
        self, asked: Asked, media: Media, prepared: Prepared, identity: Identity, profile: str | None, timings: Timings
    ) -> Response:
        settings = self.parts.settings
        streams = media.streams and asked.method != "HEAD" and media.explain is None
        page = narrowed(asked.page, settings.stream_max_rows if streams else settings.db_max_rows)
        caller = caller_of(request.environ, identity)
        run = Request(self.parts.database, prepared, asked, identity, page, caller)
        if media.explain is not None:
            return _reply(answer_plan(await run_explain(run, media.explain), asked, media, profile=profile))
        if not streams:
            result = await run_read(run)
            timings.add("wait", result.waited)
            timings.add("transaction", result.ran)
            following = next_page(result, prepared.keyset, request.environ["QUERY_STRING"])
            answer = answer_rows(result, asked, media, profile=profile, warnings=prepared.warnings, next_page=following)
            return _reply(answer, result.told)
        stream = await open_stream(run, timeout=settings.stream_timeout)
        timings.add("wait", stream.waited)
        timings.add("transaction", stream.ran)
        keys = prepared.statement.keys
        try:
            lines = answer_lines(stream, keys, asked, media, profile=profile, warnings=prepared.warnings)
            return _reply(lines, stream.told)
        except PoolgateError:
            if stream.rest is not None:
                await stream.rest.aclose()
            raise


def _options(name: str, catalog: Catalog) -> Answer:
    schema = resolve_schema(catalog, request.headers.get("Accept-Profile"))
    return Answer(200, {"Allow": ",".join(allowed_methods(resolve_relation(catalog, schema, name)))})


def _parse(method: str, name: str, environ: WSGIEnvironment, limits: Limits) -> Asked:
    if environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ:
        raise BodyError(f"A {method} request takes no body", hint="Put filters into the query string: ?column=eq.value")
    return read_request(method, name, environ["QUERY_STRING"], RequestHeaders(environ), limits=limits)


async def too_deep(name: str, deeper: str) -> Response:
    """Tables have no resources below them.

    Raises:
        PathError: always; PGRST125.
    """
    raise PathError(
        f"There is nothing at {request.path!r}",
        hint=f"Rows of a table are chosen in the query string: {quote(name)}?id=eq.{quote(deeper.split('/')[0])}",
    )


def _reply(answer: Answer | StreamAnswer, told: Told = NOTHING_TOLD) -> Response:
    """A read's answer, as far as a cache may keep it; one that is in one piece is not sent to who has it.

    Args:
        told: what the database's own code says of it; the status of what is sent in parts is known to be ours.
    """
    environ = request.environ
    private = is_private(environ)
    if isinstance(answer, StreamAnswer):
        first = as_told(kept(answer.answer, private=private, tagged=False), None, told.headers)
        return to_response(StreamAnswer(first, answer.parts))
    if told.status:
        return to_response(as_told(answer, told.status, told.headers))
    tagged = environ["REQUEST_METHOD"] == "GET"  # a HEAD writes no rows
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    answer = kept(answer, private=private, tagged=tagged, if_none_match=if_none_match)
    return to_response(as_told(answer, None, told.headers))
