"""The pool's page: JSON for programs, and for a browser a page that moves; the metrics; the comparison."""

from __future__ import annotations

import datetime
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

from flask import Response, render_template, request

from service import __version__
from service.asgi.response import Response as StreamedResponse
from service.catalog.model import Catalog
from service.compare import Query, compare, query_of
from service.database import Database
from service.errors import AskedError, UnavailableError
from service.lifecycle import Lifecycle
from service.operator.access import admit
from service.operator.answers import in_json, on_page, wants_page
from service.operator.metrics import Metrics
from service.operator.state import PoolState
from service.settings import Settings

HEADER = "X-Poolgate"
"""The header that a request for a comparison must bear: other sites' pages cannot send it."""


class PoolPages:
    """The views.

    Args:
        database: the one that is served.
        lifecycle: a comparison ends when that drains.
        state: of its pool.
        catalog: the one in use, or None.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        lifecycle: Lifecycle,
        state: PoolState,
        metrics: Metrics,
        catalog: Callable[[], Catalog | None],
    ) -> None:
        self._settings = settings
        self._database = database
        self._lifecycle = lifecycle
        self._state = state
        self._metrics = metrics
        self._catalog = catalog
        self._comparing = False

    async def metrics(self) -> Response:
        """All numbers for Prometheus."""
        admit(self._settings.admin_token)
        body, media_type = self._metrics.page(request.headers.get("Accept", ""))
        return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})

    async def pool(self) -> Response:
        """The pool's numbers."""
        page = wants_page()
        admit(self._settings.admin_token, page=page)
        now = self._state.now()
        if not page:
            return in_json(now, headers={"Vary": "Accept"})
        facts = {"version": __version__, "database": self._database.name, "mode": self._settings.pool_mode}
        return on_page(render_template("pool.html", pool=now, moment=_moment, query=self._query().title, **facts))

    async def events(self) -> Response:
        """The same again each second, as server-sent events."""
        admit(self._settings.admin_token)
        self._state.history.check_room()
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamedResponse(self._stream(), headers=headers)

    async def compare(self) -> Response:
        """Runs the comparison and shows it.

        Raises:
            AskedError: without the header that says a page of ours asks.
            UnavailableError: another one runs, or the service is about to stop.
        """
        admit(self._settings.admin_token)
        if request.headers.get(HEADER) != "compare":
            raise AskedError(
                "This asks for work to be done", code="PGATE400", hint=f"Send the header {HEADER}: compare."
            )
        if self._comparing:
            raise UnavailableError("A comparison runs already", code="PGATE503")
        self._comparing = True
        try:
            comparing = compare(self._settings, self._database, self._query())
            outcome = await self._lifecycle.unless_draining(comparing)
        finally:
            self._comparing = False
        return in_json(outcome.as_dict())

    def _query(self) -> Query:
        return query_of(self._catalog(), self._database.name)

    async def _stream(self) -> AsyncIterator[str]:
        async with aclosing(self._state.history.watch()) as seconds:
            async for samples in seconds:
                told = json.dumps({"samples": samples, **self._state.now()}, separators=(",", ":"))
                yield f"data: {told}\n\n"


def _moment(at: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(at, datetime.UTC)
