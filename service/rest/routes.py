"""The table API's URLs. A view is the stages of a request called in turn, each timed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, g, request
from werkzeug.datastructures import Headers

from service.asgi import Response
from service.auth import Access, Identity, anonymous, require
from service.catalog.holder import CatalogHolder
from service.catalog.model import Catalog, Relation
from service.database import Database
from service.errors import BodyError, MediaTypeError, MethodError, PathError
from service.rest.answer.answer import Answer
from service.rest.answer.rows import answer_rows
from service.rest.asked import read_request
from service.rest.execute import run_read
from service.rest.plan.names import resolve_relation, resolve_schema
from service.rest.prepare import Statements
from service.rest.terms import Asked
from service.settings import Settings
from service.timing import Timings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SERVED = ("OPTIONS", "GET", "HEAD")
"""What tables answer to."""
_ALLOW = ",".join(_SERVED)


@dataclass(frozen=True)
class TableApi:
    """What the views need."""

    settings: Settings
    database: Database
    catalog: CatalogHolder
    statements: Statements

    def blueprint(self) -> Blueprint:
        """The URL map; to be registered under the prefix that the settings name."""
        tables = Blueprint("tables", __name__)
        for rule, view in (("/<name>", self.relation), ("/<name>/<path:deeper>", too_deep)):
            tables.add_url_rule(rule, view_func=view, methods=_METHODS, provide_automatic_options=False)
        return tables

    async def relation(self, name: str) -> Response:
        """`/<table>`."""
        timings: Timings = g.timings
        identity = self._identify()
        timings.mark("jwt")
        environ = request.environ
        method: str = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            return to_response(self._options(name))
        if method not in _SERVED:
            raise MethodError(f"{method} is not available on tables", headers={"Allow": _ALLOW})
        asked = _parse(method, name, environ)
        timings.mark("parse")
        catalog = self.catalog.current
        prepared = self.statements.read(asked, catalog)
        timings.mark("plan")
        max_rows, caller = self.settings.db_max_rows, environ.get("REMOTE_ADDR")
        result = await run_read(self.database, prepared, asked, identity, max_rows=max_rows, caller=caller)
        timings.add("wait", result.waited)
        timings.add("transaction", result.ran)
        profile = self._profile(asked, catalog, prepared.relation)
        return to_response(answer_rows(result, asked, profile=profile, warnings=prepared.warnings))

    @cached_property
    def _anonymous(self) -> Identity:
        return anonymous(self.settings.anonymous, self.settings.db_anon_role)

    def _identify(self) -> Identity:
        require(self._anonymous, Access.READ)
        return self._anonymous

    def _options(self, name: str) -> Answer:
        catalog = self.catalog.current
        schema = resolve_schema(catalog, request.headers.get("Accept-Profile"))
        resolve_relation(catalog, schema, name)
        return Answer(200, {"Allow": _ALLOW})

    def _profile(self, asked: Asked, catalog: Catalog, relation: Relation) -> str | None:
        """The schema that was read, told where it was asked for or where there are several."""
        return relation.schema if asked.profile is not None or len(catalog.schemas) > 1 else None


class _Headers:
    """A request's headers, by way of its environ: Werkzeug's own raise and catch an error for each that is missing."""

    __slots__ = ("_environ",)

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ

    def get(self, key: str, /) -> str | None:
        return self._environ.get(f"HTTP_{key.upper().replace('-', '_')}")


def _parse(method: str, name: str, environ: WSGIEnvironment) -> Asked:
    if environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ:
        raise BodyError(f"A {method} request takes no body", hint="Put filters into the query string: ?column=eq.value")
    asked = read_request(method, name, environ["QUERY_STRING"], _Headers(environ))
    if asked.accept and not any(_is_json(media.type) and media.quality > 0 for media in asked.accept):
        raise MediaTypeError(
            f"None of these media types can be produced: {', '.join(media.type for media in asked.accept)}",
            hint="Ask for application/json.",
        )
    return asked


async def too_deep(name: str, deeper: str) -> Response:
    """Tables have no resources below them.

    Raises:
        PathError: always; PGRST125.
    """
    raise PathError(
        f"There is nothing at {request.path!r}",
        hint=f"Rows of a table are chosen in the query string: {quote(name)}?id=eq.{quote(deeper.split('/')[0])}",
    )


def _is_json(media_type: str) -> bool:
    return media_type in ("*/*", "application/*", "application/json", "application/vnd.pgrst.array+json")


class _Complete(Response):
    """A response whose headers need no mending before they are sent."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        return self.headers


def to_response(answer: Answer) -> Response:
    """The web framework's form of an answer."""
    headers = Headers(list(answer.headers.items()))
    if request.method != "HEAD":
        # What a GET would have answered has a length that is not known to a HEAD, for which no rows are written.
        headers.add("Content-Length", str(len(answer.body)))
    response = _Complete([answer.body], answer.status, headers)
    if "Content-Type" not in answer.headers:
        response.headers.remove("Content-Type")  # an empty body has no type
    return response
