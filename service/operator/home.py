"""The page at /: what this is, and of what it holds as much as the one who asks may know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from flask import Response, render_template, request

from service import __version__
from service.auth import Access
from service.catalog.model import Catalog, Relation, Right, Rights
from service.errors import PoolgateError
from service.operator.access import is_admitted
from service.operator.answers import in_json, on_page, wants_page
from service.operator.state import PoolState
from service.rest.parts import Parts


class Home:
    """The view.

    Args:
        parts: of the table API, for who is a caller without credentials and what there is for such.
        state: of the pool.
        root: what programs get at /, where the tables are mounted there.
    """

    def __init__(self, parts: Parts, state: PoolState, root: Callable[[], Awaitable[Response]] | None = None) -> None:
        self._parts = parts
        self._settings = parts.settings
        self._state = state
        self._root = root
        self._known: tuple[int, Rights | None] = (-1, None)  # a catalog's version, and what it lets nobody do

    async def home(self) -> Response:
        """What this is: a page for people, JSON for programs."""
        page = wants_page()
        if self._root is not None and not page:
            return await self._root()
        relations = await self._relations()
        facts = {
            "name": "Poolgate",
            "database": self._parts.database.name,
            "tables": [self._shown(each) for each in relations or ()],
            "links": {"live": "/-/live", "ready": "/-/ready", "pool": "/-/pool", "metrics": "/-/metrics",
                      **self._described()},
            **self._inside(),
        }  # fmt: skip
        if not page:
            return in_json(facts, headers={"Vary": "Accept"})
        return on_page(render_template("home.html", **facts, **self._example(relations)))

    def _inside(self) -> dict[str, Any]:
        """For operators."""
        if not is_admitted(self._settings.admin_token):
            return {}
        pool = self._state.crew.together().pool
        shown = ("size", "idle", "in_use", "waiting", "max_size")
        return {"version": __version__, "pool": {name: getattr(pool, name) for name in shown}}

    async def _relations(self) -> list[Relation] | None:
        """What a caller without credentials may read of the default schema; None before it is known."""
        nobody = self._parts.authenticator.nobody
        if nobody.access < Access.READ:
            return []
        if not self._parts.catalog.is_loaded:
            return None
        catalog = self._parts.catalog_of(nobody)
        schema = catalog.schemas[0]
        try:
            rights = await self._rights(catalog, nobody.role)
        except PoolgateError:  # the database is away, say; who asks is not told
            return None
        return [
            each
            for each in catalog.by_schema[schema]
            if rights is None or Right.READ in rights.get((schema, each.name), Right(0))
        ]

    async def _rights(self, catalog: Catalog, role: str | None) -> Rights | None:
        if role is None:
            return catalog.rights
        version, rights = self._known
        if version != catalog.version:
            rights = await self._parts.database.rights(catalog.schemas, role)
            self._known = catalog.version, rights
        return rights

    def _shown(self, relation: Relation) -> dict[str, Any]:
        return {
            "name": relation.name,
            "kind": relation.kind.value,
            "url": self._url(relation),
            "comment": relation.comment,
        }

    def _example(self, relations: list[Relation] | None) -> dict[str, Any]:
        """What the page shows to be tried."""
        first = next((each for each in relations or () if each.primary_key), None)
        return {
            "ready": relations is not None,
            "open": self._parts.authenticator.nobody.access >= Access.READ,
            "root": request.host_url.rstrip("/"),
            "example": first and self._url(first),
            "column": first and first.primary_key[0],
        }

    def _url(self, relation: Relation) -> str:
        return f"{self._settings.rest_prefix.rstrip('/')}/{quote(relation.name, safe='')}"

    def _described(self) -> dict[str, str]:
        if self._settings.openapi_mode == "disabled":
            return {}
        return {"openapi": f"{self._settings.rest_prefix.rstrip('/')}/", "docs": "/docs"}
