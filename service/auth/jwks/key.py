"""One key, by its kind: what it can be used for, and what it must be to be safe."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from jwt.algorithms import Algorithm

_HMAC = {"HS256": 32, "HS384": 48, "HS512": 64}
"""The bytes that a key must have at least: as many as the hash (RFC 7518, 3.2)."""
SHORTEST = min(_HMAC.values())
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
ALGORITHMS = (*_HMAC, *_RSA, *_CURVES.values(), "EdDSA")
"""All that there are here."""
_SMALLEST_RSA = 2048  # bits: RFC 7518, 3.3
_PUBLIC = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y"), "OKP": ("kty", "crv", "x")}


class ClauseError(ValueError):
    """It says what is wrong with a key, and nothing of what stands in it."""


@dataclass(frozen=True, slots=True)
class CheckingKey:
    """A key that signatures are checked with.

    Args:
        kid: its name; None if it has none.
        able: the algorithms that it can be used for.
        algorithms: those that it is used for.
        material: a secret's bytes, or a public key.
    """

    kid: str | None
    able: tuple[str, ...]
    algorithms: tuple[str, ...]
    material: Any = field(repr=False)


def _octets(key: Mapping[str, Any]) -> CheckingKey:
    if not re.fullmatch(r"[A-Za-z0-9_-]+={0,2}", key["k"]):
        raise ClauseError("has a symmetric key that is not base64url")
    octets = octets_of(key["k"])
    if len(octets) < SHORTEST:
        raise ClauseError("has a symmetric key under 32 bytes")
    return key_of_octets(octets)


def key_of_octets(octets: bytes) -> CheckingKey:
    """A symmetric key.

    Raises:
        jwt.InvalidKeyError: it is the text of a public key or certificate.
    """
    able = tuple(name for name, least in _HMAC.items() if len(octets) >= least)
    return _key(octets, able, able[:1])


def octets_of(text: str) -> bytes:
    """What is written in base64, of either alphabet, padded or not.

    Raises:
        ValueError: it is none.
    """
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        raise ValueError("is not base64, though it is said to be; expected the secret's bytes in base64") from None


def _rsa(key: Mapping[str, Any]) -> CheckingKey:
    public = _public(key, "RS256")
    if public.key_size < _SMALLEST_RSA:
        raise ClauseError("has an RSA key under 2048 bits")
    return _key(public, _RSA, ("RS256", "PS256"))


def _elliptic(key: Mapping[str, Any]) -> CheckingKey:
    alg = _CURVES.get(key["crv"])
    if alg is None:
        raise ClauseError(f"has a curve other than {', '.join(_CURVES)}")
    return _key(_public(key, alg), (alg,), (alg,))


def _edwards(key: Mapping[str, Any]) -> CheckingKey:
    if key["crv"] != "Ed25519":
        raise ClauseError("has a curve other than Ed25519")
    return _key(_public(key, "EdDSA"), ("EdDSA",), ("EdDSA",))


READERS: Mapping[str, Callable[[Mapping[str, Any]], CheckingKey]] = {
    "oct": _octets,
    "RSA": _rsa,
    "EC": _elliptic,
    "OKP": _edwards,
}


def _public(key: Mapping[str, Any], alg: str) -> Any:
    return _algorithm(alg).from_jwk({name: key[name] for name in _PUBLIC[key["kty"]]})


def _key(material: Any, able: tuple[str, ...], algorithms: tuple[str, ...]) -> CheckingKey:
    """A key that the library would take."""
    return CheckingKey(None, able, algorithms, _algorithm(able[0]).prepare_key(material))


def _algorithm(name: str) -> Algorithm:
    return jwt.get_algorithm_by_name(name)
