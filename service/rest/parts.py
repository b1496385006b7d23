"""What the views of the table API are made of, and who asks them for what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from service.auth import Authenticator, Identity
from service.catalog.holder import CatalogHolder
from service.catalog.model import Catalog
from service.database import Database
from service.rest.asked import Limits
from service.rest.common import limits_of
from service.rest.once import Repeats
from service.rest.prepare import Statements
from service.rest.respond import RequestHeaders
from service.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@dataclass(frozen=True)
class Parts:
    """What every view needs."""

    settings: Settings
    database: Database
    catalog: CatalogHolder
    statements: Statements
    repeats: Repeats
    authenticator: Authenticator

    def identify(self, environ: WSGIEnvironment) -> Identity:
        """Who is asking. The first thing that a view does; it takes no connection.

        Raises:
            AuthError, DatabaseError: the credentials are not good.
        """
        return self.authenticator.identify(RequestHeaders(environ))

    def catalog_of(self, identity: Identity) -> Catalog:
        """What there is, as far as it is there for who asks.

        Raises:
            CatalogPendingError: it has not been read yet.
        """
        return self.catalog.current

    @cached_property
    def limits(self) -> Limits:
        """Of one request."""
        return limits_of(self.settings)
