"""An answer becomes the web framework's response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from werkzeug.datastructures import Headers

from service.asgi import Response
from service.errors import MediaTypeError
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
