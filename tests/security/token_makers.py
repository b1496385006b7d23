"""Keys and tokens for the tests: real keys, made here."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from service.auth.claim_path import read_path
from service.auth.secret import Secret
from service.auth.tokens import JsonWebTokens
from service.errors import AuthError

SECRET = "a-secret-of-the-tests-and-of-nobody-else"
NOW = 1_800_000_000.0


@cache
def private(kind: str) -> Any:
    """A private key: RSA, RSA-1024, P-256, P-384, P-521, secp256k1 or Ed25519."""
    if kind.startswith("RSA"):
        return rsa.generate_private_key(65537, int(kind[4:] or 2048))
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    curves = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1, "secp256k1": ec.SECP256K1}
    return ec.generate_private_key(curves[kind]())


ALGORITHM = {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}


def jwk(kind: str, *, whole: bool = False, **more: Any) -> dict[str, Any]:
    """The JWK of such a key: the public part, or the whole."""
    key = private(kind)
    algorithm = jwt.get_algorithm_by_name(ALGORITHM.get(kind, "RS256" if kind.startswith("RSA") else "ES256K"))
    found: dict[str, Any] = algorithm.to_jwk(key if whole else key.public_key(), as_dict=True)
    return {name: value for name, value in found.items() if name != "key_ops"} | more


def octets(size: int = 32, **more: Any) -> dict[str, Any]:
    """A symmetric JWK."""
    return {"kty": "oct", "k": coded(b"k" * size), **more}


def coded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def token(claims: Any = None, key: Any = SECRET, algorithm: str = "HS256", **headers: Any) -> str:
    """A token; `claims` are an object, or the payload's text."""
    text = claims if isinstance(claims, str) else json.dumps({} if claims is None else claims)
    signed: str = jwt.PyJWS().encode(text.encode("utf-8", "surrogatepass"), key, algorithm, headers)
    return signed


def signed_by(kind: str, claims: Any = None, *, algorithm: str | None = None, **headers: Any) -> str:
    """A token signed with such a private key."""
    return token(claims, private(kind), algorithm or ALGORITHM[kind], **headers)


def unsigned(header: Any, claims: Any, signature: bytes = b"") -> str:
    """A token of these three parts, whatever they are."""
    parts = (part if isinstance(part, str) else json.dumps(part) for part in (header, claims))
    return ".".join([*(coded(part.encode()) for part in parts), coded(signature)])


def checking(*keys: Any, algorithms: tuple[str, ...] = (), role: str = "$.role", **options: Any) -> JsonWebTokens:
    """What checks tokens with the secret, or with these JWKs, at the time `NOW`."""
    value = json.dumps({"keys": keys}) if keys else SECRET
    options.setdefault("clock", lambda: NOW)
    return JsonWebTokens(Secret(value, algorithms=algorithms), role=read_path(role), **options)


def refusal(tokens: JsonWebTokens, sent: str) -> AuthError:
    """The error that a token is refused with. It never repeats the token."""
    with pytest.raises(AuthError) as caught:
        tokens.role(tokens.claims(sent))
    error = caught.value
    assert error.status == 401
    assert error.headers["WWW-Authenticate"] == f'Bearer error="invalid_token", error_description="{error.message}"'
    assert len(sent) < 20 or sent not in str(error.body())
    return error
