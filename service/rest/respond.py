"""An answer becomes the web framework's response."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import request
from werkzeug.datastructures import Headers

from service.asgi import Response
from service.auth import Identity
from service.database.context import Caller
from service.errors import MediaTypeError
from service.network import network_of
from service.rest.answer.answer import Answer
from service.rest.answer.lines import StreamAnswer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class _Complete(Response):
    """A response whose headers need no mending before they are sent."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        return self.headers


def to_response(answer: Answer | StreamAnswer) -> Response:
    """The web framework's form of an answer."""
    if isinstance(answer, StreamAnswer):
        return Response(answer.parts, answer.answer.status, Headers(list(answer.answer.headers.items())))
    headers = Headers(answer.pairs)
    if request.method != "HEAD" and answer.status not in (204, 304):
        # What a GET would have answered has a length that is not known to a HEAD, for which no rows are written.
        headers.add("Content-Length", str(len(answer.body)))
    response = _Complete([answer.body], answer.status, headers)
    if "Content-Type" not in answer.headers:
        response.headers.remove("Content-Type")  # an empty body has no type
    return response


def sent_body(*, cache: bool = True) -> bytes:
    """The request's body.

    Raises:
        MediaTypeError: 415, it is compressed: what it grows to would be known too late.
    """
    coding = request.environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if coding not in ("", "identity"):
        raise MediaTypeError(
            "A body that is compressed is not read.",
            hint="Send it as it is, without Content-Encoding.",
            status=415,
            headers={"Accept-Encoding": "identity"},  # RFC 9110, 15.5.16
        )
    return request.get_data(cache=cache)


def address_of(environ: WSGIEnvironment) -> str | None:
    """Where a request comes from, as far as that tells callers apart."""
    return network_of(environ.get("REMOTE_ADDR"))


def caller_of(environ: WSGIEnvironment, identity: Identity) -> Caller:
    """Who sends the request."""
    path = request.script_root + request.path
    who = identity.who(address_of(environ))
    return Caller(who, environ["REQUEST_METHOD"], path, partial(_headers, environ))


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    """All of the request's, by their names in lower case; as UTF-8, if they are."""
    found = {}
    for key, value in environ.items():
        if key.startswith("HTTP_") or (value and key in ("CONTENT_TYPE", "CONTENT_LENGTH")):
            text = value if value.isascii() else value.encode("latin-1").decode("utf-8", "replace")
            found[key.removeprefix("HTTP_").replace("_", "-").lower()] = text
    return found


def is_private(environ: WSGIEnvironment) -> bool:
    """Whether the answer may be for this caller alone; to the database's own code a cookie is one more credential."""
    return "HTTP_AUTHORIZATION" in environ or "HTTP_APIKEY" in environ or "HTTP_COOKIE" in environ


class RequestHeaders:
    """A request's headers, by way of its environ: Werkzeug's own raise and catch an error for each that is missing."""

    __slots__ = ("_environ",)

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ

    def get(self, key: str, /) -> str | None:
        name = key.upper().replace("-", "_")
        return self._environ.get(name if name == "CONTENT_TYPE" else f"HTTP_{name}")
