"""What a document is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from service.catalog.model import EVERY_RIGHT, Catalog, Relation, Right
from service.rest.plan.allowed import allowed_methods

Json = dict[str, Any]
WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))


@dataclass(frozen=True, slots=True)
class PythonParameter:
    """An argument of a function in Python, its type as a JSON Schema."""

    name: str
    schema: Json
    required: bool


@dataclass(frozen=True, slots=True)
class PythonFunction:
    """A function in Python.

    Args:
        readonly: it may be called with GET.
        role: who alone may call it; None for everybody.
        result: the schema of what it returns; None where that is nothing.
    """

    name: str
    parameters: tuple[PythonParameter, ...] = ()
    readonly: bool = False
    role: str | None = None
    result: Json | None = None
    comment: str | None = None


@dataclass(frozen=True)
class Offer:
    """What is served, to whom, where.

    Args:
        catalog: what there is.
        schema: the one that is described.
        database: the database's name in SQLAlchemy.
        version: of the service.
        rights: what the caller may do with relations, by their names; None: everything.
        most: what the caller may do at most, whatever the relation.
        prefix: the setting REST_PREFIX.
        proxy: the setting OPENAPI_SERVER_PROXY_URI.
        max_rows: the setting DB_MAX_ROWS.
        aggregates: the setting DB_AGGREGATES_ENABLED.
        rollbacks: whether the caller chooses how a transaction ends, by the setting DB_TX_END.
        python: the functions in Python.
        batch: how many operations a batch may have; 0 for none, the setting MAX_BATCH.
        writers: whether the caller may call functions that write.
        credentials: what is checked of what callers send: "token", "key".
        open_to: what callers may do at most who send none, as far as the service itself decides it.
        minimal_errors: whether errors have code and message alone, the setting CLIENT_ERROR_VERBOSITY.
    """

    catalog: Catalog
    schema: str
    database: str
    version: str
    rights: Mapping[str, Right] | None = None
    most: Right = EVERY_RIGHT
    prefix: str = "/rest/v1"
    proxy: str | None = None
    max_rows: int | None = None
    aggregates: bool = False
    rollbacks: bool = False
    python: tuple[PythonFunction, ...] = ()
    writers: bool = True
    batch: int = 0
    credentials: tuple[str, ...] = ()
    open_to: Right = EVERY_RIGHT
    minimal_errors: bool = False

    @cached_property
    def relations(self) -> Mapping[str, Relation]:
        """What is described, by name, in the order of names."""
        known = self.catalog.by_schema.get(self.schema, ())
        return {each.name: each for each in known if len(self.methods(each)) > 1}

    @cached_property
    def writes(self) -> bool:
        """Whether there is anything that the caller may change."""
        return any(not WRITES.isdisjoint(self.methods(each)) for each in self.relations.values())

    def methods(self, relation: Relation) -> tuple[str, ...]:
        """What the caller may ask of the relation."""
        rights = EVERY_RIGHT if self.rights is None else self.rights.get(relation.name, Right(0))
        return allowed_methods(relation, rights & self.most)

    @property
    def is_default(self) -> bool:
        """Whether the schema is the one that a request gets without asking."""
        return self.schema == self.catalog.schemas[0]

    @property
    def base(self) -> str:
        """The path below which the relations are, without a slash at its end; empty for the root."""
        return (urlsplit(self.proxy).path if self.proxy else self.prefix).rstrip("/")

    @property
    def server(self) -> str:
        """Where requests go: without a proxy's address it names no host, and so is right under each."""
        return self.proxy.rstrip("/") if self.proxy else self.base or "/"


def split_comment(comment: str | None) -> tuple[str | None, str | None]:
    """A comment's first line and the rest of it, as summary and description."""
    first, _, rest = (comment or "").strip().partition("\n")
    return first.strip() or None, rest.strip() or None
