"""The forms of an operator's answers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Response, request

from service.rest.answer.answer import JSON, Answer, json_bytes
from service.rest.respond import to_response

_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Vary": "Accept",
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def wants_page() -> bool:
    """Whether a browser asks, which likes HTML better than JSON."""
    return request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"


def on_page(html: str, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """A page that loads nothing from elsewhere.

    Args:
        headers: that it has instead of, or beside, those of every page.
    """
    return Response(html, headers={"Content-Type": "text/html; charset=utf-8", **_PAGE_HEADERS, **headers})


def in_json(value: Any, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """A value for programs."""
    return to_response(
        Answer(status, {"Content-Type": JSON, "Cache-Control": "no-store", **headers}, json_bytes(value))
    )
