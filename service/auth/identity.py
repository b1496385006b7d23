"""Who is asking, and what may be done about that alone."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from service.errors import AuthError, DatabaseError, SettingsError

_RENEWED = frozenset(
    {"exp", "iat", "nbf", "jti", "auth_time", "sid", "session_id", "nonce", "at_hash", "c_hash", "acr", "amr"}
)
"""The claims that another token of the same person has otherwise (RFC 7519; OpenID Connect Core, 2)."""
_LONGEST_SCOPE = 500
"""Characters that are kept as they are: PostgreSQL's indexes take no longer texts than 2700 bytes."""


class Access(enum.IntEnum):
    """What an identity may do where the database has no roles of its own."""

    NONE = 0
    READ = 1
    WRITE = 2


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking.

    Args:
        access: the most that is allowed.
        role: of the database, or of the file of rules; None for the service's own.
        claims: of the token.
        key: the visible part of the API key that was sent.
        anonymous: it may do what callers without credentials may: none were sent, or such as name no role.
    """

    access: Access
    role: str | None = None
    claims: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    key: str | None = None
    anonymous: bool = False

    @property
    def scope(self) -> str:
        """What is remembered for one of two identities is shown to the other only if this is the same.

        A token's claims tell it, for any of them may decide what is shown; but for those that a renewed one has anew.
        """
        if self.key is not None:
            return json.dumps(["key", self.key])
        if not self.claims:
            return json.dumps(["anonymous" if self.anonymous else "token", self.role])
        who = {name: self.claims[name] for name in self.claims.keys() - _RENEWED}
        scope = json.dumps(["token", self.role, who], default=str, sort_keys=True)
        if len(scope) <= _LONGEST_SCOPE:
            return scope
        return json.dumps(["long", hashlib.sha256(scope.encode()).hexdigest()])

    def who(self, address: str | None) -> Hashable:
        """Whose share of the pool is counted, and whose requests are.

        Args:
            address: that the request came from; all there is to tell those apart who say nothing of themselves.
        """
        if self.key is not None:
            return ("key", self.key)
        if not self.claims:
            return address
        subject = self.claims.get("sub")
        return ("token", str(self.claims.get("iss")), subject) if isinstance(subject, str) else self.scope


def anonymous(access: str, role: str | None, roles: Mapping[str, Access] | None = None) -> Identity:
    """The identity of callers without credentials.

    Args:
        access: the setting ANONYMOUS: none, read or write.
        role: the setting DB_ANON_ROLE; where it is set, the role's own rights decide, as in PostgREST.
        roles: those that there are, with the most that each may do; None where the database has them, and decides.

    Raises:
        SettingsError: there is no such role.
    """
    if role is not None and roles is not None:
        if role not in roles:
            known = ", ".join(roles)
            raise SettingsError([f"POOLGATE_DB_ANON_ROLE: {role!r} is no role here; expected one of {known}"])
        return Identity(roles[role], role, anonymous=True)
    if role is not None:
        return Identity(Access.WRITE, role, anonymous=True)
    return Identity(Access[access.upper()], anonymous=True)


NO_ROLE = "none"
"""PostgreSQL's word for the role that the service connects as, and no role's name: nobody comes as that one."""

CHALLENGE = {"WWW-Authenticate": "Bearer"}
"""The header of an answer that credentials would have changed (RFC 6750)."""


def require(identity: Identity, access: Access) -> None:
    """Refuse what `identity` may not do.

    Raises:
        AuthError: PGRST302; 42501 with 403 for one who has shown credentials.
    """
    if identity.access >= access:
        return
    if not identity.anonymous:
        raise AuthError("This key or token may only read", code="42501", status=403)
    off = "Anonymous access is off" if identity.access is Access.NONE else "Anonymous callers may only read"
    raise AuthError(
        f"The token names no role. {off}" if identity.claims else off,
        hint="Send an API key or a token in the Authorization header, or let anonymous callers in with the setting "
        "POOLGATE_ANONYMOUS=read (or write).",
        headers=CHALLENGE,
    )


def require_role(identity: Identity, role: str | None) -> None:
    """Refuse who does not come as the one role that may.

    Raises:
        DatabaseError: 42501, the code of a right that is missing.
    """
    if role is None or identity.role == role:
        return
    raise DatabaseError(
        "42501",
        f"Only the role {role} may do this",
        status=401 if identity.anonymous else 403,
        headers=CHALLENGE if identity.anonymous else {},
    )
