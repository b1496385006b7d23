"""The page at /, the probes and the pool's numbers."""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from service import __version__
from service.catalog.holder import CatalogHolder
from service.catalog.model import Relation
from service.database import Database
from service.errors import AuthError, CatalogPendingError
from service.lifecycle import Lifecycle
from service.rest.answer.answer import JSON, Answer, json_bytes
from service.rest.routes import to_response
from service.settings import Settings


@dataclass(frozen=True)
class OperatorPages:
    """What the views need."""

    settings: Settings
    database: Database
    catalog: CatalogHolder
    lifecycle: Lifecycle

    def blueprint(self) -> Blueprint:
        """The URL map."""
        pages = Blueprint("operator", __name__, template_folder="templates")
        pages.add_url_rule("/", "home", self.home)
        pages.add_url_rule("/-/live", "live", live)
        pages.add_url_rule("/-/ready", "ready", self.ready)
        pages.add_url_rule("/-/pool", "pool", self.pool)
        return pages

    async def ready(self) -> Response:
        """200 while requests can be served."""
        reason = await self.lifecycle.why_not_ready()
        if reason is None:
            return _json({"ready": True})
        return _json({"ready": False, "reason": reason}, 503, {"Retry-After": "1"})

    async def pool(self) -> Response:
        """The pool's numbers."""
        self._admit()
        return _json(self.database.pool.stats().as_dict())

    async def home(self) -> Response:
        """What this is: a page for people, JSON for programs."""
        wants_page = request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"
        facts = self._facts()
        response = Response(render_template("home.html", **facts, **self._example())) if wants_page else _json(facts)
        response.headers["Vary"] = "Accept"
        return response

    def _relations(self) -> tuple[Relation, ...] | None:
        """The relations of the default schema, or None before they are known."""
        try:
            catalog = self.catalog.current
        except CatalogPendingError:
            return None
        return catalog.by_schema[catalog.schemas[0]]

    def _example(self) -> dict[str, Any]:
        """What the page shows to be tried."""
        relations = self._relations()
        first = next((each for each in relations or () if each.primary_key), None)
        return {
            "ready": relations is not None,
            "root": request.host_url.rstrip("/"),
            "example": first and self._url(first),
            "column": first and first.primary_key[0],
        }

    def _url(self, relation: Relation) -> str:
        return f"{self.settings.rest_prefix.rstrip('/')}/{quote(relation.name, safe='')}"

    def _facts(self) -> dict[str, Any]:
        stats = self.database.pool.stats()
        return {
            "name": "Poolgate",
            "version": __version__,
            "database": self.database.name,
            "tables": [
                {"name": each.name, "kind": each.kind.value, "url": self._url(each), "comment": each.comment}
                for each in self._relations() or ()
            ],
            "pool": {"size": stats.size, "idle": stats.idle, "in_use": stats.in_use, "waiting": stats.waiting,
                     "max_size": stats.max_size},
            "links": {"live": "/-/live", "ready": "/-/ready", "pool": "/-/pool"},
        }  # fmt: skip

    def _admit(self) -> None:
        """With an ADMIN_TOKEN set its bearers are admitted, else callers from this machine."""
        token = self.settings.admin_token
        if token is None:
            if not _is_loopback(request.remote_addr):
                raise AuthError(
                    "This page answers callers from its own machine alone",
                    status=403,
                    code="PGATE403",
                    hint="Set POOLGATE_ADMIN_TOKEN and send it as a bearer token to ask from elsewhere.",
                )
            return
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise AuthError(
                "This page needs the admin token",
                hint="Send the header 'Authorization: Bearer <POOLGATE_ADMIN_TOKEN>'.",
                headers={"WWW-Authenticate": "Bearer"},
            )


async def live() -> Response:
    """200 as long as the process answers; never touches the database."""
    return _json({"live": True})


def _is_loopback(address: str | None) -> bool:
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return to_response(
        Answer(status, {"Content-Type": JSON, "Cache-Control": "no-store", **(headers or {})}, json_bytes(value))
    )
