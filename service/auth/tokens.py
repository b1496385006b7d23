"""JSON Web Tokens (RFC 7519): signed by whom we know, for now and for here, and the role that they name."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from service.auth.authenticator import invalid
from service.auth.claim_path import ABSENT, ClaimPath, read_path
from service.auth.claims import check_audience, check_times, lifetime, read_claims
from service.auth.jwks import CheckingKey
from service.auth.recent import Recent
from service.auth.secret import Secret
from service.auth.signatures import Signatures

LONGEST = 8192
"""Characters of a token; a longer one is not looked at."""


class JsonWebTokens:
    """Checks tokens. No connection, no network: what is needed is in memory.

    Args:
        secret: the keys.
        audience: that a token must name; None: any, or none.
        role: where a token has its role.
        remembered: of how many tokens the signature is not checked again; 0 for none.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        secret: Secret,
        *,
        audience: str | None = None,
        role: ClaimPath | None = None,
        remembered: int = 1000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._secret = secret
        self._audience = audience
        self._role = role or read_path("$.role")
        self._remembered = remembered
        self._clock = clock
        self._checked = _Checked(secret.keys(), remembered)

    def claims(self, token: str, /) -> dict[str, Any]:
        """What a token says, read anew each time: what a view does to it is not done to the next request's.

        Raises:
            AuthError: PGRST301, it is none, or not signed with one of the keys; PGRST303, it is not for now or here.
        """
        signed = self._signed(token)
        claims = signed.claims()
        now = self._clock()
        if not signed.begins <= now < signed.ends:
            check_times(claims, now)
        return claims

    def role(self, claims: Any, /) -> str | None:
        """The role that it names; None if it names none.

        Raises:
            AuthError: PGRST303, what stands there is no role.
        """
        role = self._role.select(claims)
        if role is ABSENT:
            return None
        if not isinstance(role, str) or not role or not role.isprintable():  # no NUL, and no half of a character
            raise invalid("The role that the token names is no text, or not one that can be a name", code="PGRST303")
        return role

    def _signed(self, token: str) -> _Signed:
        if len(token) > LONGEST:
            raise invalid("The token is longer than 8 KiB")
        if not token.isascii():
            raise invalid("The token cannot be decoded")
        checked = self._current()
        digest = hashlib.sha256(token.encode()).digest()
        found = checked.good.get(digest)
        if found is None:
            found = self._read(checked.signatures.payload(token))
            checked.good.put(digest, found)
        return found

    def _read(self, payload: bytes) -> _Signed:
        claims = read_claims(payload)
        check_audience(claims, self._audience)
        return _Signed(json.dumps(claims), *lifetime(claims))

    def _current(self) -> _Checked:
        """With the keys as they are now. What was found good with others is forgotten with them, all at once."""
        keys = self._secret.keys()
        if keys is not self._checked.keys:
            self._checked = _Checked(keys, self._remembered)
        return self._checked


class _Checked:
    """What some keys have signed."""

    def __init__(self, keys: tuple[CheckingKey, ...], remembered: int) -> None:
        self.keys = keys
        self.signatures = Signatures(keys)
        self.good: Recent[_Signed] = Recent(remembered)


class _Signed(NamedTuple):
    """What a token says whose signature is good.

    Args:
        text: the claims in JSON.
        begins, ends: when it is valid, in seconds since 1970; the end is no part of it.
    """

    text: str
    begins: float
    ends: float

    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = _DECODER.raw_decode(self.text)[0]
        return claims


_DECODER = json.JSONDecoder()
