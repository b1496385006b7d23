"""The description of the tables, built once for each catalog, schema and role, and kept as bytes."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from service import __version__
from service.auth import Access, Authenticator, Identity, anonymous
from service.catalog.model import EVERY_RIGHT, Catalog, Right
from service.database import Database
from service.errors import MediaTypeError, PathError
from service.rest.answer.answer import json_bytes
from service.rest.openapi import Offer, describe, describe_swagger
from service.rest.openapi.offer import PythonFunction, PythonParameter
from service.rest.registered import Registered, Registry, result_schema
from service.rest.terms import MediaRange
from service.settings import Settings

_OPENAPI = ("application/openapi+json", "application/vnd.oai.openapi+json")
_ANY = ("*/*", "application/*")
_BUILDERS: dict[str, Callable[[Offer], dict[str, Any]]] = {"3.1": describe, "2.0": describe_swagger}
_OPEN_TO = {Access.NONE: Right(0), Access.READ: Right.READ, Access.WRITE: EVERY_RIGHT}
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


class _Key(NamedTuple):
    """What makes one description differ from another of the same catalog."""

    schema: str
    role: str | None
    writes: bool
    version: str
    credentials: tuple[str, ...]


class Documents:
    """The descriptions of the catalog in use.

    Args:
        settings: what is shown, and where it is.
        database: is asked what a role may do.
        registry: the functions in Python.
        authenticator: knows what is checked of what callers send.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        registry: Registry | None = None,
        authenticator: Authenticator | None = None,
    ) -> None:
        self._authenticator = authenticator or Authenticator(anonymous("none", None))
        self._settings = settings
        self._registry = Registry() if registry is None else registry
        self._database = database
        self._catalog_version = -1
        self._kept: OrderedDict[_Key, Document] = OrderedDict()
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

    async def get(self, catalog: Catalog, schema: str, identity: Identity, version: str) -> Document:
        """The description, from memory if it has been asked for before.

        Args:
            identity: who asks.
            version: "3.1" or "2.0".

        Raises:
            DatabaseError, UnavailableError: what the role may do could not be found out.
        """
        key = _Key(schema, identity.role, identity.access >= Access.WRITE, version, self._credentials())
        found = self._known(catalog, key)
        if found is not None:
            return found
        async with self._one_at_a_time:
            found = self._known(catalog, key)
            if found is None:
                found = await self._build(catalog, key)
                self._keep(catalog, key, found)
            return found

    def _known(self, catalog: Catalog, key: _Key) -> Document | None:
        return self._kept.get(key) if catalog.version == self._catalog_version else None

    def _keep(self, catalog: Catalog, key: _Key, document: Document) -> None:
        if catalog.version > self._catalog_version:
            self._kept.clear()
            self._catalog_version = catalog.version
        if catalog.version == self._catalog_version:
            self._kept[key] = document
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)

    async def _build(self, catalog: Catalog, key: _Key) -> Document:
        settings = self._settings
        heeded = settings.openapi_mode != "ignore-privileges"
        offer = Offer(
            catalog=catalog,
            schema=key.schema,
            database=self._database.name,
            version=__version__,
            rights=await self._rights(catalog, key) if heeded else None,
            most=EVERY_RIGHT if key.writes or not heeded else Right.READ,
            prefix=settings.rest_prefix,
            proxy=settings.openapi_server_proxy_uri,
            max_rows=settings.db_max_rows,
            aggregates=settings.db_aggregates_enabled,
            rollbacks=settings.db_tx_end.endswith("-allow-override"),
            python=tuple(described(each) for each in self._registry if catalog.may_call(each.name)),
            writers=key.writes,
            batch=settings.max_batch,
            credentials=key.credentials,
            open_to=_OPEN_TO[self._authenticator.nobody.access],
            minimal_errors=settings.client_error_verbosity == "minimal",
        )
        # In a thread: a thousand tables take half a second, and the loop has requests to serve meanwhile.
        return await asyncio.to_thread(_written, offer, key.version)

    def _credentials(self) -> tuple[str, ...]:
        keys = self._authenticator.keys
        found = {"token": self._authenticator.tokens is not None, "key": keys is not None and keys.exist}
        return tuple(name for name, is_checked in found.items() if is_checked)

    async def _rights(self, catalog: Catalog, key: _Key) -> Mapping[str, Right] | None:
        if key.role is None:
            known = catalog.rights
        else:
            known = await self._database.rights(catalog.schemas, key.role)
        return None if known is None else {name: right for (its, name), right in known.items() if its == key.schema}


def _written(offer: Offer, version: str) -> Document:
    body = json_bytes(_BUILDERS[version](offer))
    return Document(body, gzip.compress(body, 6), f'W/"{hashlib.sha256(body).hexdigest()[:32]}"')


def described(function: Registered) -> PythonFunction:
    """A function in Python as it is shown."""
    arguments = function.signature.arguments.values()
    return PythonFunction(
        name=function.name,
        parameters=tuple(PythonParameter(each.name, each.schema, not each.optional) for each in arguments),
        readonly=function.readonly,
        role=function.role,
        result=result_schema(function.signature),
        comment=function.description,
    )
