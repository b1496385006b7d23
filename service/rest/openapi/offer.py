"""What a document is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from service.catalog.model import Catalog, Relation

Json = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """What is served, to whom, where.

    Args:
        catalog: what there is.
        schema: the one that is described.
        database: the database's name in SQLAlchemy.
        version: of the service.
        readable: the names of the relations that the caller may read; None: all of them.
        prefix: the setting REST_PREFIX.
        proxy: the setting OPENAPI_SERVER_PROXY_URI.
        max_rows: the setting DB_MAX_ROWS.
        aggregates: the setting DB_AGGREGATES_ENABLED.
    """

    catalog: Catalog
    schema: str
    database: str
    version: str
    readable: frozenset[str] | None = None
    prefix: str = "/rest/v1"
    proxy: str | None = None
    max_rows: int | None = None
    aggregates: bool = False

    @cached_property
    def relations(self) -> Mapping[str, Relation]:
        """What is described, by name, in the order of names."""
        known = self.catalog.by_schema.get(self.schema, ())
        return {each.name: each for each in known if self.readable is None or each.name in self.readable}

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
