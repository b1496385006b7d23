"""The root of the table API: its description."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, g, request

from service.asgi import Response
from service.auth import Access, require
from service.errors import MethodError
from service.rest.answer.answer import Answer
from service.rest.asked.accept import read_accept
from service.rest.asked.limits import DEFAULT_LIMITS
from service.rest.describe import Document, Documents, Wanted, choose_document
from service.rest.parts import Parts
from service.rest.plan.names import resolve_schema
from service.rest.respond import to_response
from service.timing import Timings

_METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")  # a POST is a batch


@dataclass(frozen=True)
class RootApi:
    """What the view needs."""

    parts: Parts
    documents: Documents

    def blueprint(self) -> Blueprint:
        """The URL map; to be registered under the prefix that the settings name."""
        root = Blueprint("openapi", __name__)
        root.add_url_rule("/", view_func=self.root, methods=_METHODS, provide_automatic_options=False)
        return root

    async def root(self) -> Response:
        """The description, for programs and for whoever looks in with a browser."""
        timings: Timings = g.timings
        if request.method != "OPTIONS":
            self.documents.check_enabled()
        identity = self.parts.identify(request.environ)
        require(identity, Access.READ)
        timings.mark("jwt")
        if request.method == "OPTIONS":
            return to_response(Answer(200, {"Allow": self._allow}))
        if request.method not in ("GET", "HEAD"):
            raise MethodError(f"{request.method} is not available on the root", headers={"Allow": self._allow})
        wanted = choose_document(
            read_accept(request.headers.get("Accept"), DEFAULT_LIMITS), self.parts.settings.openapi_version
        )
        catalog, profile = self.parts.catalog_of(identity), request.headers.get("Accept-Profile")
        schema = resolve_schema(catalog, profile)
        timings.mark("parse")
        document = await self.documents.get(catalog, schema, identity, wanted.version)
        timings.mark("plan")
        told = schema if profile is not None or len(catalog.schemas) > 1 else None
        response = to_response(_answer(document, wanted, told))
        if response.status_code == 304:
            response.headers.remove("Content-Length")  # it would be that of the document
        return response

    @property
    def _allow(self) -> str:
        described = ("GET", "HEAD") if self.parts.settings.openapi_mode != "disabled" else ()
        return ",".join(("OPTIONS", *described, *(("POST",) if self.parts.settings.max_batch else ())))


def _answer(document: Document, wanted: Wanted, profile: str | None) -> Answer:
    headers = {
        "ETag": document.tag,
        "Cache-Control": "no-cache",  # may be kept, and is asked about each time
        "Vary": "Accept, Accept-Encoding, Accept-Profile, Authorization, apikey",
        "Link": '</docs>; rel="service-doc"; type="text/html"',  # RFC 8631
    }
    if profile is not None:
        headers["Content-Profile"] = profile
    if request.if_none_match.contains_weak(document.tag.removeprefix("W/").strip('"')):
        return Answer(304, headers)
    headers["Content-Type"] = f"{wanted.content_type}; charset=utf-8"
    if request.accept_encodings.quality("gzip") <= 0:
        return Answer(200, headers, document.body)
    return Answer(200, {**headers, "Content-Encoding": "gzip"}, document.packed)
