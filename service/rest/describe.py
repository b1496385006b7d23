"""The description of the tables, built once for each catalog, schema and role, and kept as bytes."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from service import __version__
from service.catalog.model import Catalog
from service.database import Database
from service.errors import MediaTypeError, PathError
from service.rest.answer.answer import json_bytes
from service.rest.openapi import Offer, describe, describe_swagger
from service.rest.terms import MediaRange
from service.settings import Settings

_OPENAPI = ("application/openapi+json", "application/vnd.oai.openapi+json")
_ANY = ("*/*", "application/*")
_BUILDERS: dict[str, Callable[[Offer], dict[str, Any]]] = {"3.1": describe, "2.0": describe_swagger}
_MOST_KEPT = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which description is asked for, and what it is to be called."""

    version: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Document:
    """A description as it is sent.

    Args:
        packed: the same, packed with gzip.
        tag: made of the content, and so the same in every worker; weak, for it names both.
    """

    body: bytes
    packed: bytes
    tag: str


def choose_document(accept: tuple[MediaRange, ...], version: str) -> Wanted:
    """The first of the types asked for, best first, that there is.

    Args:
        accept: as the request has them; none is any.
        version: the setting OPENAPI_VERSION.

    Raises:
        MediaTypeError: PGRST107, there is none of them.
    """
    for media in accept or (MediaRange("*/*"),):
        found = _wanted(media, version) if media.quality > 0 else None
        if found is not None:
            return found
    raise MediaTypeError(
        f"The description cannot be had as: {', '.join(media.type for media in accept)}",
        hint="Ask for application/json, or for application/openapi+json; version=3.1 (or version=2.0).",
    )


def _wanted(media: MediaRange, version: str) -> Wanted | None:
    if media.type == "application/json":
        return Wanted(version, media.type)
    if media.type in _ANY:
        return Wanted(version, _OPENAPI[0])
    if media.type not in _OPENAPI:
        return None
    # By the type without a version, PostgREST's name for its document, its clients ask for Swagger 2.0.
    asked = dict(media.parameters).get("version", "2.0" if media.type == _OPENAPI[0] else "3.1")
    found = next((known for known in _BUILDERS if asked in (known, known[0]) or asked.startswith(f"{known}.")), None)
    return None if found is None else Wanted(found, media.type)


class Documents:
    """The descriptions of the catalog in use.

    Args:
        settings: what is shown, and where it is.
        database: is asked what a role may read.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._catalog_version = -1
        self._kept: OrderedDict[tuple[str, str | None, str], Document] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    def check_enabled(self) -> None:
        """
        Raises:
            PathError: PGRST126, the setting OPENAPI_MODE hides it.
        """
        if self._settings.openapi_mode == "disabled":
            raise PathError(
                "The description of the tables is switched off", code="PGRST126", hint="The setting is OPENAPI_MODE."
            )

    async def get(self, catalog: Catalog, schema: str, role: str | None, version: str) -> Document:
        """The description, from memory if it has been asked for before.

        Args:
            role: who asks; None for the service's own role.
            version: "3.1" or "2.0".

        Raises:
            DatabaseError, UnavailableError: what the role may read could not be found out.
        """
        found = self._known(catalog, (schema, role, version))
        if found is not None:
            return found
        async with self._one_at_a_time:
            found = self._known(catalog, (schema, role, version))
            if found is None:
                found = await self._build(catalog, schema, role, version)
                self._keep(catalog, (schema, role, version), found)
            return found

    def _known(self, catalog: Catalog, key: tuple[str, str | None, str]) -> Document | None:
        return self._kept.get(key) if catalog.version == self._catalog_version else None

    def _keep(self, catalog: Catalog, key: tuple[str, str | None, str], document: Document) -> None:
        if catalog.version > self._catalog_version:
            self._kept.clear()
            self._catalog_version = catalog.version
        if catalog.version == self._catalog_version:
            self._kept[key] = document
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)

    async def _build(self, catalog: Catalog, schema: str, role: str | None, version: str) -> Document:
        settings = self._settings
        offer = Offer(
            catalog=catalog,
            schema=schema,
            database=self._database.name,
            version=__version__,
            readable=await self._readable(catalog, schema, role),
            prefix=settings.rest_prefix,
            proxy=settings.openapi_server_proxy_uri,
            max_rows=settings.db_max_rows,
            aggregates=settings.db_aggregates_enabled,
        )
        # In a thread: a thousand tables take half a second, and the loop has requests to serve meanwhile.
        return await asyncio.to_thread(_written, offer, version)

    async def _readable(self, catalog: Catalog, schema: str, role: str | None) -> frozenset[str] | None:
        if self._settings.openapi_mode == "ignore-privileges":
            return None
        if role is None:
            known = catalog.readable
        else:
            known = await self._database.readable(catalog.schemas, role)
        return None if known is None else frozenset(name for its, name in known if its == schema)


def _written(offer: Offer, version: str) -> Document:
    body = json_bytes(_BUILDERS[version](offer))
    return Document(body, gzip.compress(body, 6), f'W/"{hashlib.sha256(body).hexdigest()[:32]}"')
