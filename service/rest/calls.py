"""Functions' URLs: `/rpc/<name>`. A view is the stages of a request called in turn, each timed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from flask import Blueprint, g, request
from flask import Response as AnyResponse

from service.auth import Access, Identity, require, require_role
from service.catalog.model import Catalog
from service.catalog.saved import SavedRoutine
from service.errors import BodyError, MethodError
from service.rest.answer.answer import Answer
from service.rest.answer.called import answer_called
from service.rest.answer.conditional import kept
from service.rest.answer.rows import answer_plan
from service.rest.asked import Limits, read_request
from service.rest.asked.arguments import Arguments, arguments_of_query, read_arguments
from service.rest.common import aside, ending, told_profile, understood
from service.rest.execute import Request
from service.rest.execute.call import Called, CallRequest, run_call, run_call_plan
from service.rest.execute.idempotency import Once
from service.rest.execute.request import narrowed
from service.rest.parts import Parts
from service.rest.plan.call import can_make_of, check_call, methods_of, resolve_call
from service.rest.plan.media import Media, choose_media
from service.rest.plan.names import resolve_schema
from service.rest.python_calls import PythonCalls
from service.rest.registered import Registry
from service.rest.respond import sent_body, to_response
from service.rest.sent import RequestHeaders, caller_of, is_private, path_of
from service.rest.terms import Asked
from service.timing import Timings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class ReadyCall:
    """A call that can be run.

    Args:
        profile: the schema that the function is in, where the caller is to be told.
        conclude: makes the answer of what it gave.
    """

    run: CallRequest
    media: Media
    profile: str | None
    conclude: Callable[[Called], Answer]


@dataclass(frozen=True)
class RpcApi:
    """What the view needs."""

    parts: Parts
    registry: Registry = field(default_factory=Registry)

    def blueprint(self) -> Blueprint:
        """The URL map; to be registered under the prefix that the settings name."""
        rpc = Blueprint("rpc", __name__)
        rpc.add_url_rule("/rpc/<name>", view_func=self.function, methods=_METHODS, provide_automatic_options=False)
        return rpc

    async def function(self, name: str) -> AnyResponse:
        """`/rpc/<function>`."""
        timings: Timings = g.timings
        environ = request.environ
        identity = self.parts.identify(environ)
        require(identity, Access.READ)
        timings.mark("jwt")
        registered = self.registry.find(name)
        if registered is not None and self.parts.may_call(identity, name):
            return await self._python.answer(registered, environ, identity, timings)
        method: str = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            allowed = self._methods(name, self.parts.catalog_of(identity))
            return to_response(Answer(200, {"Allow": ",".join(allowed)}))
        if method not in (*_READS, "POST"):
            allowed = self._methods(name, self.parts.catalog_of(identity))
            raise MethodError(f"{method} calls no function", code="PGRST101", headers={"Allow": ",".join(allowed)})
        asked = read_request(
            *(method, name, environ["QUERY_STRING"], RequestHeaders(environ)),
            limits=self.parts.limits,
            call=method in _READS,
        )
        once = self._once(asked, environ, identity)
        arguments = await _arguments(asked, environ, self.parts.limits)
        timings.mark("parse")
        ready = self.ready(understood(asked, self.parts.database), arguments, identity)
        timings.mark("plan")
        return to_response(await self._called(ready, once, timings))

    def ready(self, asked: Asked, arguments: Arguments, identity: Identity) -> ReadyCall:
        """A call that can be run.

        Raises:
            PoolgateError: it cannot be done.
        """
        parts = self.parts
        catalog, settings, database = parts.catalog_of(identity), parts.settings, parts.database
        call = resolve_call(catalog, resolve_schema(catalog, asked.profile), asked.relation, arguments)
        check_call(call, asked)
        require(identity, Access.READ if call.reads_only(asked.method) else Access.WRITE)
        if isinstance(call.routine, SavedRoutine):
            require_role(identity, call.routine.role)
        media = choose_media(
            asked.accept,
            plans=settings.db_plan_enabled and catalog.role is None,
            can_make=lambda form: can_make_of(form, call, asked, catalog),
        )
        prepared = parts.statements.call(asked, call, catalog, media)
        schema = call.routine.schema
        profile = told_profile(asked, schema, catalog)
        commit, transaction = ending(settings.db_tx_end, asked.preferences.transaction)
        given = asked._replace(values=(*asked.values, *call.values))
        page = narrowed(asked.page, settings.db_max_rows)
        caller = caller_of(request.environ, identity)
        run = CallRequest(
            Request(database, prepared, given, identity, page, caller),
            path=tuple(dict.fromkeys((schema, *settings.db_extra_search_path))) if database.has_path else (),
            readonly=call.reads_only(asked.method),
            commit=commit,
            settings=call.routine.settings,
        )
        return ReadyCall(
            run,
            media,
            profile,
            partial(
                answer_called,
                asked=asked,
                call=call,
                media=media,
                prepared=prepared,
                profile=profile,
                transaction=transaction,
            ),
        )

    async def _called(self, ready: ReadyCall, once: Once[Answer] | None, timings: Timings) -> Answer:
        if ready.media.explain is not None:
            plan = await run_call_plan(ready.run, ready.media.explain)
            return answer_plan(plan, ready.run.request.asked, ready.media, profile=ready.profile)

        def conclude(called: Called) -> Answer:
            timings.add("wait", called.result.waited)
            timings.add("transaction", called.result.ran)
            answer = ready.conclude(called)
            return answer if called.status or called.headers else self._kept(answer)

        return await run_call(ready.run, conclude, once)

    def _once(self, asked: Asked, environ: WSGIEnvironment, identity: Identity) -> Once[Answer] | None:
        """That a call is to be done once, where it has a key."""
        if asked.method != "POST":
            return None
        path, body = path_of(environ), sent_body()
        headers = RequestHeaders(environ)
        return self.parts.repeats.of(asked.method, path, environ["QUERY_STRING"], headers, body, identity)

    @staticmethod
    def _kept(answer: Answer) -> Answer:
        """As far as a cache may keep it: what a GET was answered with."""
        environ = request.environ
        if environ["REQUEST_METHOD"] not in _READS or answer.status not in (200, 206):
            return answer
        private, tagged = is_private(environ), environ["REQUEST_METHOD"] == "GET"
        return kept(answer, private=private, tagged=tagged, if_none_match=environ.get("HTTP_IF_NONE_MATCH"))

    @cached_property
    def _python(self) -> PythonCalls:
        return PythonCalls(self.parts, self.registry)

    @staticmethod
    def _methods(name: str, catalog: Catalog) -> tuple[str, ...]:
        """What functions of that name answer to.

        Raises:
            UnknownRoutineError: there is none.
        """
        headers = request.headers
        schema = resolve_schema(catalog, headers.get("Accept-Profile") or headers.get("Content-Profile"))
        overloads = catalog.routines.get((schema, name), ())
        if not overloads:
            resolve_call(catalog, schema, name, arguments_of_query(()))
        return methods_of(overloads)


async def _arguments(asked: Asked, environ: WSGIEnvironment, limits: Limits) -> Arguments:
    if asked.method == "POST":
        kind, body = environ.get("CONTENT_TYPE"), sent_body()
        return await aside(len(body), partial(read_arguments, kind, body, asked.columns, limits.objects))
    if environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ:
        raise BodyError(f"A {asked.method} request takes no body", hint="Put arguments into the query string: ?name=5")
    return arguments_of_query(asked.arguments)
