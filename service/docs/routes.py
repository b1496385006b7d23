"""`/docs`: the page, and the files of Swagger UI that it is made with, as its package ships them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request

from service.auth import Access
from service.errors import PathError
from service.operator.answers import on_page
from service.rest.parts import Parts

_PACKAGE = "flask_swagger_ui"
_TYPES = {"swagger-ui-bundle.js": "text/javascript; charset=utf-8", "swagger-ui.css": "text/css; charset=utf-8"}
# Swagger UI's style sheet has its pictures in itself, as data.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src {}; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class DocsPages:
    """What the views need."""

    parts: Parts

    def blueprint(self) -> Blueprint:
        """The URL map."""
        pages = Blueprint(
            "docs", __name__, template_folder="templates", static_folder="static", static_url_path="/docs/static"
        )
        pages.add_url_rule("/docs", "docs", self.page)
        pages.add_url_rule("/docs/ui/<name>", "ui", asset)
        return pages

    async def page(self) -> Response:
        """The tables described, to be tried; the description is loaded by the page."""
        nobody = self.parts.authenticator.nobody  # the page itself asks without credentials
        schemas = self.parts.catalog_of(nobody).schemas if nobody.access >= Access.READ else ()
        html = render_template(
            "docs.html",
            root=f"{self.parts.settings.rest_prefix.rstrip('/')}/",
            schemas=schemas,
            chosen=request.args.get("schema", next(iter(schemas), "")),
            ui=version(_PACKAGE.replace("_", "-")),
        )
        return on_page(html, {"Content-Security-Policy": _POLICY.format(self._origins())})

    def _origins(self) -> str:
        """Where requests may go."""
        parts = urlsplit(self.parts.settings.openapi_server_proxy_uri or "")
        return f"'self' {parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"


def asset(name: str) -> Response:
    """One of Swagger UI's files. Not async: it is read from disk, in a thread.

    Raises:
        PathError: it is none of those that the page needs.
    """
    if name not in _TYPES:
        raise PathError(f"There is nothing at {request.path!r}")
    # The page names the version in the URL: under it the file never changes.
    headers = {"Content-Type": _TYPES[name], "Cache-Control": "public, max-age=31536000, immutable"}
    headers |= {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if request.accept_encodings.quality("gzip") > 0:
        return Response(_packed(name), headers={**headers, "Content-Encoding": "gzip"})
    return Response(_plain(name), headers=headers)


def _plain(name: str) -> bytes:
    return (files(_PACKAGE) / "dist" / name).read_bytes()


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_plain(name))
