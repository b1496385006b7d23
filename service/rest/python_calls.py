"""Calls of functions in Python. The stages of a request called in turn, each timed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response as AnyResponse

from service.auth import Access, Identity, require, require_role
from service.current import lent, recognize
from service.database.context import Told
from service.errors import MediaTypeError, MethodError, NotImplementedHereError
from service.rest.answer.answer import JSON, Answer
from service.rest.answer.applied import as_applied
from service.rest.answer.told import as_told
from service.rest.asked.accept import read_accept
from service.rest.asked.arguments import Arguments, Style, arguments_of_query, read_arguments
from service.rest.asked.decode import check_query, decode
from service.rest.asked.preferences import read_preferences
from service.rest.common import aside, ending
from service.rest.execute.idempotency import Once
from service.rest.parts import Parts
from service.rest.plan.media import choose_media
from service.rest.plan.terms import Form
from service.rest.registered import Call, Registered, Registry, from_json, from_texts, run_registered, to_json
from service.rest.respond import sent_body, to_response
from service.rest.sent import RequestHeaders, caller_of, path_of
from service.rest.terms import MediaRange
from service.timing import Timings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_TYPES = (
    *("application/json", "application/*", "*/*"),
    *("application/vnd.pgrst.object", "application/vnd.pgrst.object+json"),
    *("application/vnd.pgrst.array", "application/vnd.pgrst.array+json"),
)
_ALL = ("select", "*")
"""What clients add to a call of which they want the result."""


@dataclass(frozen=True)
class PythonCalls:
    """What calling needs."""

    parts: Parts
    registry: Registry

    async def answer(
        self, registered: Registered, environ: WSGIEnvironment, identity: Identity, timings: Timings
    ) -> AnyResponse:
        """The answer to a call.

        Raises:
            PoolgateError: it cannot be done.
            Exception: whatever the function raises.
        """
        method: str = environ["REQUEST_METHOD"]
        _check_method(registered, method)
        if method == "OPTIONS":
            return to_response(Answer(200, {"Allow": ",".join(methods_of(registered))}))
        require(identity, Access.READ if registered.readonly else Access.WRITE)
        require_role(identity, registered.role)
        recognize(identity)
        timings.mark("jwt")
        preferences = read_preferences(environ.get("HTTP_PREFER"))
        single = _wants_object(read_accept(environ.get("HTTP_ACCEPT"), self.parts.limits))
        arguments = await self._arguments(registered, method, environ)
        once = None if registered.readonly else self._once(environ, identity)
        timings.mark("parse")
        commit, transaction = ending(self.parts.settings.db_tx_end, preferences.transaction)
        zone = preferences.timezone if self.parts.database.zoned else None
        call = Call(self.parts.database, registered, arguments, identity, commit, caller_of(environ, identity), zone)

        def conclude(value: Any, told: Told, waited: float, ran: float) -> AnyResponse:
            timings.add("wait", waited)
            timings.add("transaction", ran)
            if isinstance(value, AnyResponse):
                return value
            applied = as_applied(tx=transaction, handling=preferences.handling, timezone=zone)
            answer = _answer(value, single=single, applied=applied)
            return to_response(as_told(answer, told.status, told.headers))

        return await run_registered(call, lent, conclude, once)

    def _once(self, environ: WSGIEnvironment, identity: Identity) -> Once[AnyResponse] | None:
        """That a call is to be done once, where it has a key."""
        path, headers, body = path_of(environ), RequestHeaders(environ), sent_body()
        once = self.parts.repeats.of("POST", path, environ["QUERY_STRING"], headers, body, identity)
        if once is None:
            return None
        return Once(
            once.memory,
            once.claim,
            lambda response: once.write(_kept(response)),
            lambda kept: to_response(once.read(kept)),
        )

    async def _arguments(self, registered: Registered, method: str, environ: WSGIEnvironment) -> dict[str, Any]:
        name, signature = registered.name, registered.signature
        pairs = _query(environ["QUERY_STRING"], self.parts.settings.max_url)
        pairs = [pair for pair in pairs if pair != _ALL or "select" in signature.arguments]
        if method != "POST":
            return _made(name, registered, arguments_of_query(pairs))
        if pairs:
            raise NotImplementedHereError(
                f"What the function {name!r} returns is not filtered, ordered or paged",
                details=f"The query string has {', '.join(key for key, _ in pairs)}",
                hint="Give arguments in the body.",
            )
        kind, body, most = environ.get("CONTENT_TYPE"), sent_body(), self.parts.limits.objects
        return await aside(len(body), lambda: _made(name, registered, read_arguments(kind, body, None, most)))


def _kept(response: AnyResponse) -> Answer:
    if response.is_streamed:
        raise NotImplementedHereError(
            "An answer that is streamed cannot be kept, as an Idempotency-Key asks", hint="Nothing was done."
        )
    headers = [(name, value) for name, value in response.headers.items() if name != "Content-Length"]
    return Answer.of(response.status_code, headers, response.get_data())


def methods_of(registered: Registered) -> tuple[str, ...]:
    """The methods that a function answers to, as `Allow` lists them."""
    return ("OPTIONS", "GET", "HEAD", "POST") if registered.readonly else ("OPTIONS", "POST")


def _check_method(registered: Registered, method: str) -> None:
    allowed = methods_of(registered)
    if method not in allowed:
        raise MethodError(
            f"{method} is not available on the function {registered.name!r}",
            code="PGRST101",
            hint="Call it with POST.",
            headers={"Allow": ",".join(allowed)},
        )


def _query(text: str, longest: int) -> list[tuple[str, str]]:
    check_query(text, longest)
    found = []
    for pair in text.split("&"):
        name, equals, value = pair.partition("=")
        if equals:
            found.append((decode(name), decode(value)))
    return found


def _made(name: str, registered: Registered, arguments: Arguments) -> dict[str, Any]:
    match arguments.style:
        case Style.TEXTS:
            pairs = [(key, text) for key, texts in arguments.texts.items() for text in texts]
            return from_texts(name, registered.signature, pairs)
        case Style.OBJECT:
            return from_json(name, registered.signature, arguments.body)
    raise MediaTypeError(
        f"The function {name!r} takes its arguments by name",
        hint="Send application/json or application/x-www-form-urlencoded.",
        status=415,
    )


def _wants_object(accept: tuple[MediaRange, ...]) -> bool:
    known = tuple(media for media in accept if media.type in _TYPES)
    if accept and not known:
        raise MediaTypeError(
            f"None of these media types can be produced: {', '.join(media.type for media in accept)}",
            hint="A function in Python answers with application/json.",
        )
    return choose_media(known, can_make=lambda form: form is Form.ARRAY).single


def _answer(value: Any, *, single: bool, applied: str) -> Answer:
    headers = {"Preference-Applied": applied} if applied else {}
    if value is None:
        return Answer(204, headers)
    if single and isinstance(value, list | tuple):
        if len(value) != 1:
            raise MediaTypeError(
                "One row was asked for as an object, and there are none or several",
                code="PGRST116",
                details=f"The result has {len(value)} rows",
                hint="Ask for application/json",
            )
        value = value[0]
    return Answer(200, {"Content-Type": JSON, **headers}, to_json(value))
