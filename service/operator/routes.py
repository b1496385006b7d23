"""The probes, and where everything else for operators is to be found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from flask import Blueprint, Response

from service import __version__
from service.catalog.model import Catalog
from service.lifecycle import Lifecycle
from service.operator.access import is_admitted
from service.operator.answers import in_json
from service.operator.home import Home
from service.operator.metrics import Metrics
from service.operator.pool_page import PoolPages
from service.operator.state import PoolState
from service.rest.parts import Parts


@dataclass(frozen=True)
class OperatorPages:
    """What the views need."""

    parts: Parts
    lifecycle: Lifecycle
    state: PoolState
    root: Callable[[], Awaitable[Response]] | None = None
    """What programs get at /, where the tables are mounted there."""

    def blueprint(self) -> Blueprint:
        """The URL map."""
        pages = Blueprint(
            "operator", __name__, template_folder="templates", static_folder="static", static_url_path="/-/static"
        )
        pages.add_url_rule("/", "home", Home(self.parts, self.state, self.root).home)
        pages.add_url_rule("/-/live", "live", live)
        pages.add_url_rule("/-/ready", "ready", self.ready)
        pool = self._pool_pages()
        pages.add_url_rule("/-/metrics", "metrics", pool.metrics)
        pages.add_url_rule("/-/pool", "pool", pool.pool)
        pages.add_url_rule("/-/pool/events", "events", pool.events)
        pages.add_url_rule("/-/pool/compare", "compare", pool.compare, methods=["POST"])
        return pages

    def _pool_pages(self) -> PoolPages:
        settings, database = self.parts.settings, self.parts.database
        about = {"version": __version__, "database": database.name, "pool_mode": settings.pool_mode}
        metrics = Metrics(self.state.crew.together, about)
        return PoolPages(settings, database, self.lifecycle, self.state, metrics, self._known)

    async def ready(self) -> Response:
        """200 while requests can be served; what stands in the way is for operators."""
        reason = await self.lifecycle.why_not_ready()
        if reason is None:
            return in_json({"ready": True})
        told = {"reason": reason} if is_admitted(self.parts.settings.admin_token) else {}
        return in_json({"ready": False, **told}, 503, {"Retry-After": "1"})

    def _known(self) -> Catalog | None:
        return self.parts.catalog.current if self.parts.catalog.is_loaded else None


async def live() -> Response:
    """200 as long as the process answers; never touches the database."""
    return in_json({"live": True})
