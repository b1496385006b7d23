"""The table API's URLs."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, g, request

from service.asgi import Response
from service.auth import Access, require
from service.catalog.model import Catalog
from service.errors import PathError
from service.rest.answer.answer import Answer
from service.rest.parts import Parts
from service.rest.plan.allowed import allowed_methods
from service.rest.plan.names import resolve_relation, resolve_schema
from service.rest.plan.write import ACTIONS
from service.rest.reads import READY, Reads, ReadyRead
from service.rest.respond import to_response
from service.rest.writes import Writes
from service.timing import Timings

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ENDPOINT = "tables.relation"
"""Flask's name for the view of a table."""


@dataclass(frozen=True)
class TableApi:
    """What the views need."""

    parts: Parts
    reads: Reads
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
        ready: ReadyRead | None = environ.pop(READY, None)  # it knows the environ: together they would be a cycle
        if ready is not None:
            return to_response(await self.reads.answer(ready, environ, timings))
        method: str = environ["REQUEST_METHOD"]
        identity = self.parts.identify(environ)
        require(identity, Access.WRITE if method in ACTIONS else Access.READ)
        timings.mark("jwt")
        if method == "OPTIONS":
            return to_response(_options(name, self.parts.catalog_of(identity)))
        if method in ACTIONS:
            return to_response(await self.writes.answer(name, environ, identity, timings))
        ready = self.reads.ready(name, environ, identity, timings)
        return to_response(await self.reads.answer(ready, environ, timings))


def _options(name: str, catalog: Catalog) -> Answer:
    schema = resolve_schema(catalog, request.headers.get("Accept-Profile"))
    return Answer(200, {"Allow": ",".join(allowed_methods(resolve_relation(catalog, schema, name)))})


async def too_deep(name: str, deeper: str) -> Response:
    """Tables have no resources below them.

    Raises:
        PathError: always; PGRST125.
    """
    raise PathError(
        f"There is nothing at {request.path!r}",
        hint=f"Rows of a table are chosen in the query string: {quote(name)}?id=eq.{quote(deeper.split('/')[0])}",
    )
