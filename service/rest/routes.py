"""The table API's URLs. A view is the stages of a request called in turn, each timed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, g, request

from service.asgi import Response
from service.auth import Access, Identity, anonymous, require
from service.catalog.holder import CatalogHolder
from service.database import Database
from service.database.context import NOTHING_TOLD, Told
from service.errors import BodyError, PathError, PoolgateError
from service.rest.answer.answer import Answer
from service.rest.answer.conditional import kept
from service.rest.answer.lines import StreamAnswer, answer_lines
from service.rest.answer.next import next_page
from service.rest.answer.rows import answer_plan, answer_rows
from service.rest.answer.told import as_told
from service.rest.asked import Limits, read_request
from service.rest.common import limits_of, told_profile, understood
from service.rest.execute import Request, open_stream, run_explain, run_read
from service.rest.execute.request import narrowed
from service.rest.plan.allowed import allowed_methods
from service.rest.plan.media import Media, choose_media
from service.rest.plan.names import resolve_relation, resolve_schema
from service.rest.plan.possible import can_make
from service.rest.plan.write import ACTIONS
from service.rest.prepare import Prepared, Statements
from service.rest.respond import RequestHeaders, caller_of, to_response
from service.rest.terms import Asked
from service.rest.writes import Writes
from service.settings import Settings
from service.timing import Timings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class TableApi:
    """What the views need."""

    settings: Settings
    database: Database
    catalog: CatalogHolder
    statements: Statements
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
        identity = self._identify(Access.WRITE if method in ACTIONS else Access.READ)
        timings.mark("jwt")
        if method == "OPTIONS":
            return to_response(self._options(name))
        if method in ACTIONS:
            return to_response(await self.writes.answer(name, environ, identity, timings))
        asked = understood(_parse(method, name, environ, self._limits), self.database)
        media = choose_media(
            asked.accept,
            plans=self.settings.db_plan_enabled,
            can_make=lambda form: can_make(form, asked, self.catalog.current),
        )
        timings.mark("parse")
        prepared = self.statements.read(asked, self.catalog.current, media)
        timings.mark("plan")
        return await self._read(asked, media, prepared, identity, timings)

    async def _read(
        self, asked: Asked, media: Media, prepared: Prepared, identity: Identity, timings: Timings
    ) -> Response:
        profile = told_profile(asked, prepared.relation, self.catalog.current)
        streams = media.streams and asked.method != "HEAD" and media.explain is None
        page = narrowed(asked.page, self.settings.stream_max_rows if streams else self.settings.db_max_rows)
        caller = caller_of(request.environ)
        run = Request(self.database, prepared, asked, identity, page, caller)
        if media.explain is not None:
            return _reply(answer_plan(await run_explain(run, media.explain), asked, media, profile=profile))
        if not streams:
            result = await run_read(run)
            timings.add("wait", result.waited)
            timings.add("transaction", result.ran)
            following = next_page(result, prepared.keyset, request.environ["QUERY_STRING"])
            answer = answer_rows(result, asked, media, profile=profile, warnings=prepared.warnings, next_page=following)
            return _reply(answer, result.told)
        stream = await open_stream(run, timeout=self.settings.stream_timeout)
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

    @cached_property
    def _limits(self) -> Limits:
        return limits_of(self.settings)

    @cached_property
    def _anonymous(self) -> Identity:
        return anonymous(self.settings.anonymous, self.settings.db_anon_role)

    def _identify(self, access: Access) -> Identity:
        require(self._anonymous, access)
        return self._anonymous

    def _options(self, name: str) -> Answer:
        catalog = self.catalog.current
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
    private = "HTTP_AUTHORIZATION" in environ
    if isinstance(answer, StreamAnswer):
        first = as_told(kept(answer.answer, private=private, tagged=False), None, told.headers)
        return to_response(StreamAnswer(first, answer.parts))
    if told.status:
        return to_response(as_told(answer, told.status, told.headers))
    tagged = environ["REQUEST_METHOD"] == "GET"  # a HEAD writes no rows
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    answer = kept(answer, private=private, tagged=tagged, if_none_match=if_none_match)
    return to_response(as_told(answer, None, told.headers))
