"""From a request's headers to who is asking. No connection is needed for it, whatever is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from service.auth.identity import CHALLENGE, NO_ROLE, Access, Identity
from service.errors import AuthError, DatabaseError

LEVELS: Mapping[str, Access] = {"read": Access.READ, "write": Access.WRITE}
"""Roles that need none of the database's: what the service's own may do, or only reading."""


class Headers(Protocol):
    """A request's headers; names in any letter case."""

    def get(self, key: str, /) -> str | None: ...


class Tokens(Protocol):
    """What checks JSON Web Tokens."""

    def claims(self, token: str, /) -> Mapping[str, Any]:
        """What a token says; the caller's own, to keep or to change.

        Raises:
            AuthError: PGRST301, it is none, or not signed by who should have; PGRST303, not for now, or not for here.
        """

    def role(self, claims: Mapping[str, Any], /) -> str | None:
        """The role that it names.

        Raises:
            AuthError: PGRST303, what it names is no role.
        """


class Key(Protocol):
    """An API key as it is known here."""

    @property
    def prefix(self) -> str: ...

    @property
    def role(self) -> str | None: ...


class Keys(Protocol):
    """The API keys that are known."""

    @property
    def exist(self) -> bool:
        """Whether any were ever made: then what is neither key nor token is a key that is not known."""

    def is_key(self, text: str, /) -> bool:
        """Whether it is to be looked for among them, and nowhere else."""

    def find(self, text: str, /) -> Key:
        """The key.

        Raises:
            AuthError: PGATE401, it is unknown, revoked or expired.
            UnavailableError: the keys have not been confirmed for too long.
        """


@dataclass(frozen=True)
class Authenticator:
    """Tells who is asking.

    Args:
        nobody: who sends no credentials.
        tokens: None where no secret is set that they could be checked with.
        keys: None where there are none.
        roles: those that there are, with the most that each may do; None where the database has them, and decides.
        allowed: the only roles that a token may name; none: any.
    """

    nobody: Identity
    tokens: Tokens | None = None
    keys: Keys | None = None
    roles: Mapping[str, Access] | None = None
    allowed: Sequence[str] = ()

    def identify(self, headers: Headers) -> Identity:
        """Who is asking, by `Authorization: Bearer` or else by `apikey`, as supabase's clients have it.

        Raises:
            AuthError: PGRST300 to PGRST303, PGATE401.
            DatabaseError: 22023, there is no such role.
            UnavailableError: the keys cannot be checked at the moment.
        """
        authorization = headers.get("Authorization")
        if authorization is None:
            sent = headers.get("apikey")
            return self.nobody if sent is None else self._known(sent.strip())
        scheme, _, sent = authorization.strip().partition(" ")
        if scheme.lower() != "bearer":  # a proxy's, perhaps; PostgREST does not look at it either
            return self.nobody
        return self._known(sent.strip())

    def _known(self, sent: str) -> Identity:
        if self.keys is not None and self.keys.is_key(sent):
            key = self.keys.find(sent)
            return replace(self._with_role(key.role, of_key=True), key=key.prefix)
        if self.tokens is None:
            return self._unchecked(sent)
        if not sent:
            raise invalid("An empty token was sent")
        claims = self.tokens.claims(sent)
        role = self.tokens.role(claims)
        if role is not None and self.allowed and role not in self.allowed:
            raise invalid("The token names a role that tokens may not name here", code="PGRST303")
        found = self._with_role(role)
        return Identity(found.access, found.role, claims, anonymous=found.anonymous)

    def _unchecked(self, sent: str) -> Identity:
        """Of what there is nothing to hold against."""
        if sent.count(".") == 2:
            raise AuthError(
                "A token was sent, and no secret is set to check it with",
                code="PGRST300",
                status=500,
                hint="Set POOLGATE_JWT_SECRET.",
            )
        if self.keys is not None and self.keys.exist:
            raise unknown_key()
        return self.nobody  # clients that must send something send anything; it gives no right

    def _with_role(self, role: str | None, *, of_key: bool = False) -> Identity:
        if role is None:
            return self.nobody
        if role == NO_ROLE or (self.roles is not None and role not in self.roles):
            raise DatabaseError("22023", f'role "{role}" does not exist', status=401, headers=CHALLENGE)
        if self.roles is not None:
            return Identity(self.roles[role], role)
        if of_key and role in LEVELS:
            return Identity(LEVELS[role])
        return Identity(Access.WRITE, role)


def invalid(message: str, *, code: str = "PGRST301", details: str | None = None) -> AuthError:
    """Credentials that are not good (RFC 6750, 3.1)."""
    challenge = f'Bearer error="invalid_token", error_description="{message}"'
    return AuthError(message, code=code, details=details, headers={"WWW-Authenticate": challenge})


def unknown_key() -> AuthError:
    """One text for all keys that are not good: it is nobody's business which were once."""
    return invalid("The API key is unknown, revoked or expired", code="PGATE401")
