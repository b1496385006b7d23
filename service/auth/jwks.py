"""What tokens are checked with: a secret, or JSON Web Keys (RFC 7517), and the algorithms that each may be used for.

What cannot be used raises `ValueError` with the clause that completes "<setting>: <text> …", as in `service.forms`. It
tells a key by its place among the keys, never by anything that stands in it.
"""

from __future__ import annotations

import base64 as encoding
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from jwt.algorithms import Algorithm

_HMAC = {"HS256": 32, "HS384": 48, "HS512": 64}
"""The bytes that a key must have at least: as many as the hash (RFC 7518, 3.2)."""
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
ALGORITHMS = (*_HMAC, *_RSA, *_CURVES.values(), "EdDSA")
"""All that there are here."""
_SMALLEST_RSA = 2048  # bits: RFC 7518, 3.3
_PUBLIC = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y"), "OKP": ("kty", "crv", "x")}
_EXPECTED = "expected at least 32 bytes, a JWK, a JWK set, or @file with one"
_UNUSABLE = (jwt.PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, KeyError)


class _ClauseError(ValueError):
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


def read_keys(text: str, *, base64: bool = False) -> tuple[CheckingKey, ...]:
    """The keys in the text of a secret, a JWK or a JWK set. Of private keys only the public part is looked at.

    Args:
        base64: the text is a secret's bytes in base64.

    Raises:
        ValueError: one of them cannot be used.
    """
    text = text.strip()
    if not text.startswith(("{", "[")):
        return (_of_secret(text, base64=base64),)
    if base64:
        raise ValueError("is JSON, though it is said to be base64; expected one of the two")
    found = tuple(_of_json(text))
    if not found:
        raise ValueError("has no key that signatures are checked with; expected a JWK or a JWK set with one")
    named = [key.kid for key in found if key.kid is not None]
    if len(named) > len(set(named)):
        raise ValueError("has two keys of one kid; expected another kid for each")
    return found


def restricted(keys: Sequence[CheckingKey], algorithms: Sequence[str]) -> tuple[CheckingKey, ...]:
    """The keys, to be used for these algorithms alone.

    Args:
        algorithms: none: as the keys say.

    Raises:
        ValueError: there is one among them that no key can be used for.
    """
    if not algorithms:
        return tuple(keys)
    able = [name for name in ALGORITHMS if any(name in key.able for key in keys)]
    for name in algorithms:
        if name not in able:
            raise ValueError(f"has an algorithm that no key can be used for; expected some of {', '.join(able)}")
    return tuple(replace(key, algorithms=tuple(name for name in key.able if name in algorithms)) for key in keys)


def _of_secret(text: str, *, base64: bool) -> CheckingKey:
    if text.startswith("-----BEGIN"):
        raise ValueError("is a key in PEM form; expected the public key as a JWK")
    octets = _decoded(text) if base64 else text.encode()
    if len(octets) < min(_HMAC.values()):
        raise ValueError(f"is too short to be safe; {_EXPECTED}")
    try:
        return _with_octets(octets)
    except _UNUSABLE:
        raise ValueError(f"is a public key or certificate, not a secret; {_EXPECTED}") from None


def _decoded(text: str) -> bytes:
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return encoding.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        raise ValueError("is not base64, though it is said to be; expected the secret's bytes in base64") from None


def _of_json(text: str) -> Iterator[CheckingKey]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("starts like a JSON web key but is not JSON; expected a JWK or a JWK set") from None
    keys = found.get("keys", [found]) if isinstance(found, dict) else None
    if not isinstance(keys, list):
        raise _ClauseError('is no JSON web key; expected a JWK or a JWK set: {"keys": [...]}')
    for place, key in enumerate(keys, start=1):
        if not isinstance(key, dict):
            raise _ClauseError(f"has no JWK as key {place}; expected JSON objects")
        if _checks_signatures(key):
            yield _of_jwk(key, f"key {place} of {len(keys)}")


def _checks_signatures(key: Mapping[str, Any]) -> bool:
    """Whether it is meant for that: a provider's set has keys for encryption too (RFC 7517, 4.2 and 4.3)."""
    operations = key.get("key_ops", ["verify"])
    meant = isinstance(operations, list) and ("verify" in operations or "sign" in operations)
    return key.get("use", "sig") == "sig" and meant


def _of_jwk(key: Mapping[str, Any], place: str) -> CheckingKey:
    kid, kty, alg = key.get("kid"), key.get("kty"), key.get("alg")
    if kid is not None and not isinstance(kid, str):
        raise ValueError(f"has a kid that is no text ({place}); expected a string")
    read = _READERS.get(kty) if isinstance(kty, str) else None
    if read is None:
        raise ValueError(f"has a kty that is not known here ({place}); expected one of {', '.join(_READERS)}")
    try:
        found = read(key)
    except _UNUSABLE as error:
        clause = str(error) if isinstance(error, _ClauseError) else "has a key that cannot be read"
        raise ValueError(f"{clause} ({place}); expected a whole JWK of at least 256 bits, for RSA 2048") from None
    found = replace(found, kid=kid)
    if alg is None:
        return found
    if alg not in found.able:
        raise ValueError(f"has an alg that does not fit its key ({place}); expected one of {', '.join(found.able)}")
    return replace(found, able=(alg,), algorithms=(alg,))


def _octets(key: Mapping[str, Any]) -> CheckingKey:
    if not re.fullmatch(r"[A-Za-z0-9_-]+={0,2}", key["k"]):
        raise _ClauseError("has a symmetric key that is not base64url")
    octets = _decoded(key["k"])
    if len(octets) < min(_HMAC.values()):
        raise _ClauseError("has a symmetric key under 32 bytes")
    return _with_octets(octets)


def _with_octets(octets: bytes) -> CheckingKey:
    able = tuple(name for name, least in _HMAC.items() if len(octets) >= least)
    return _key(octets, able, able[:1])


def _rsa(key: Mapping[str, Any]) -> CheckingKey:
    public = _public(key, "RS256")
    if public.key_size < _SMALLEST_RSA:
        raise _ClauseError("has an RSA key under 2048 bits")
    return _key(public, _RSA, ("RS256", "PS256"))


def _elliptic(key: Mapping[str, Any]) -> CheckingKey:
    alg = _CURVES.get(key["crv"])
    if alg is None:
        raise _ClauseError(f"has a curve other than {', '.join(_CURVES)}")
    return _key(_public(key, alg), (alg,), (alg,))


def _edwards(key: Mapping[str, Any]) -> CheckingKey:
    if key["crv"] != "Ed25519":
        raise _ClauseError("has a curve other than Ed25519")
    return _key(_public(key, "EdDSA"), ("EdDSA",), ("EdDSA",))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], CheckingKey]] = {
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
