"""What the views of the table API are made of, and who asks them for what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from service.auth import Authenticator, Identity
from service.catalog.holder import CatalogHolder
from service.catalog.model import Catalog
from service.database import Database
from service.errors import AuthError, DatabaseError
from service.rest.asked import Limits
from service.rest.common import limits_of
from service.rest.once import Repeats
from service.rest.prepare import Statements
from service.rest.sent import RequestHeaders, address_of
from service.rules import Rules
from service.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from service.rate import Rate


@dataclass(frozen=True)
class Parts:
    """What every view needs."""

    settings: Settings
    database: Database
    catalog: CatalogHolder
    statements: Statements
    repeats: Repeats
    authenticator: Authenticator
    rules: Rules | None = None
    rate: Rate | None = None

    def identify(self, environ: WSGIEnvironment) -> Identity:
        """Who is asking. The first thing that a view does; it takes no connection.

        Raises:
            AuthError, DatabaseError: the credentials are not good.
            RateError: PGATE430, who asks has asked too often.
        """
        if self.rate is None:
            return self.authenticator.identify(RequestHeaders(environ))
        return self._counted(environ, self.rate)

    def _counted(self, environ: WSGIEnvironment, rate: Rate) -> Identity:
        address = address_of(environ)
        try:
            identity = self.authenticator.identify(RequestHeaders(environ))
        except (AuthError, DatabaseError):
            rate.count(address)  # who tries credentials out is known by nothing else
            raise
        rate.count(identity.who(address))
        return identity

    def catalog_of(self, identity: Identity) -> Catalog:
        """What there is, as far as it is there for who asks.

        Raises:
            CatalogPendingError: it has not been read yet.
        """
        catalog = self.catalog.current
        if self.rules is None or identity.role is None:
            return catalog
        return self.rules.narrowed(catalog, identity.role)

    def may_call(self, identity: Identity, name: str) -> bool:
        """Whether a function in Python is there for who asks."""
        return self.rules is None or identity.role is None or self.catalog_of(identity).may_call(name)

    @cached_property
    def limits(self) -> Limits:
        """Of one request."""
        return limits_of(self.settings)
