"""The page at /, the probes, and where everything else for operators is to be found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from service import __version__
from service.catalog.holder import CatalogHolder
from service.catalog.model import Catalog, Relation
from service.database import Database
from service.lifecycle import Lifecycle
from service.operator.answers import in_json, on_page, wants_page
from service.operator.metrics import Metrics
from service.operator.pool_page import PoolPages
from service.operator.state import PoolState
from service.settings import Settings


@dataclass(frozen=True)
class OperatorPages:
    """What the views need."""

    settings: Settings
    database: Database
    catalog: CatalogHolder
    lifecycle: Lifecycle
    state: PoolState
    root: Callable[[], Awaitable[Response]] | None = None
    """What programs get at /, where the tables are mounted there."""

    def blueprint(self) -> Blueprint:
        """The URL map."""
        pages = Blueprint(
            "operator", __name__, template_folder="templates", static_folder="static", static_url_path="/-/static"
        )
        pages.add_url_rule("/", "home", self.home)
        pages.add_url_rule("/-/live", "live", live)
        pages.add_url_rule("/-/ready", "ready", self.ready)
        pool = self._pool_pages()
        pages.add_url_rule("/-/metrics", "metrics", pool.metrics)
        pages.add_url_rule("/-/pool", "pool", pool.pool)
        pages.add_url_rule("/-/pool/events", "events", pool.events)
        pages.add_url_rule("/-/pool/compare", "compare", pool.compare, methods=["POST"])
        return pages

    def _pool_pages(self) -> PoolPages:
        about = {"version": __version__, "database": self.database.name, "pool_mode": self.settings.pool_mode}
        metrics = Metrics(self.state.crew.together, about)
        return PoolPages(self.settings, self.database, self.lifecycle, self.state, metrics, self._known)

    async def ready(self) -> Response:
        """200 while requests can be served."""
        reason = await self.lifecycle.why_not_ready()
        if reason is None:
            return in_json({"ready": True})
        return in_json({"ready": False, "reason": reason}, 503, {"Retry-After": "1"})

    async def home(self) -> Response:
        """What this is: a page for people, JSON for programs."""
        facts = self._facts()
        if wants_page():
            return on_page(render_template("home.html", **facts, **self._example()))
        if self.root is not None:
            return await self.root()
        return in_json(facts, headers={"Vary": "Accept"})

    def _known(self) -> Catalog | None:
        return self.catalog.current if self.catalog.is_loaded else None

    def _relations(self) -> tuple[Relation, ...] | None:
        """The relations of the default schema, or None before they are known."""
        catalog = self._known()
        return None if catalog is None else catalog.by_schema[catalog.schemas[0]]

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
        stats = self.state.crew.together().pool
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
            "links": {"live": "/-/live", "ready": "/-/ready", "pool": "/-/pool", "metrics": "/-/metrics",
                      **self._described()},
        }  # fmt: skip

    def _described(self) -> dict[str, str]:
        if self.settings.openapi_mode == "disabled":
            return {}
        return {"openapi": f"{self.settings.rest_prefix.rstrip('/')}/", "docs": "/docs"}


async def live() -> Response:
    """200 as long as the process answers; never touches the database."""
    return in_json({"live": True})
