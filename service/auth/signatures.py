"""Whether a token was signed with one of our keys (RFC 7515).

The token's own header chooses among the keys, and the algorithms that the settings allow for each; never beyond them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jwt

from service.auth.authenticator import invalid
from service.auth.jwks import ALGORITHMS, CheckingKey

_JWS = jwt.PyJWS(algorithms=list(ALGORITHMS))
_BAD = (jwt.PyJWTError, ValueError, RecursionError)


class Signatures:
    """Checks signatures.

    Args:
        keys: one of which has to have signed.
    """

    def __init__(self, keys: Sequence[CheckingKey]) -> None:
        self._keys = keys

    def payload(self, token: str) -> bytes:
        """What the token says, if it is signed.

        Raises:
            AuthError: PGRST301.
        """
        header = _header(token)
        suitable = [key for key in self._named(header) if header.get("alg") in key.algorithms]
        if not suitable:
            raise invalid("The algorithm of the token is not allowed here")
        for key in suitable:
            try:
                payload: bytes = _JWS.decode_complete(token, key.material, algorithms=key.algorithms)["payload"]
            except _BAD:
                continue
            return payload
        raise invalid("The signature of the token is wrong")

    def _named(self, header: dict[str, Any]) -> list[CheckingKey]:
        """The keys that may have signed it. A key without a kid may have signed any token, if no other is named."""
        kid = header.get("kid")
        found = [key for key in self._keys if kid is not None and key.kid == kid]
        found = found or [key for key in self._keys if key.kid is None]
        if not found:
            raise invalid(
                "The token does not name its key by kid, as it has to here"
                if kid is None
                else "The token names a key that is not known"
            )
        return found


def _header(token: str) -> dict[str, Any]:
    dots = token.count(".")
    if dots == 4:
        raise invalid("The token is encrypted, which is not done here")
    if dots != 2:
        raise invalid("What was sent is no JSON Web Token, which has three parts with dots between them")
    try:
        header = _JWS.get_unverified_header(token)
    except _BAD:
        raise invalid("The token cannot be decoded") from None
    if "crit" in header or "b64" in header:
        raise invalid("The header of the token asks for what is not known here")
    return header
