"""From the text of a setting or a file to the keys in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm

from service.auth.jwks.key import ALGORITHMS, READERS, SHORTEST, CheckingKey, ClauseError, key_of_octets, octets_of

_EXPECTED = "expected at least 32 bytes, a JWK, a JWK set, or @file with one"
_UNUSABLE = (jwt.PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, KeyError)


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
    octets = octets_of(text) if base64 else text.encode(errors="surrogateescape")  # as the environment has it
    if len(octets) < SHORTEST:
        raise ValueError(f"is too short to be safe; {_EXPECTED}")
    try:
        return key_of_octets(octets)
    except _UNUSABLE:
        raise ValueError(f"is a public key or certificate, not a secret; {_EXPECTED}") from None


def _of_json(text: str) -> Iterator[CheckingKey]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("starts like a JSON web key but is not JSON; expected a JWK or a JWK set") from None
    keys = found.get("keys", [found]) if isinstance(found, dict) else None
    if not isinstance(keys, list):
        raise ClauseError('is no JSON web key; expected a JWK or a JWK set: {"keys": [...]}')
    for place, key in enumerate(keys, start=1):
        if not isinstance(key, dict):
            raise ClauseError(f"has no JWK as key {place}; expected JSON objects")
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
    read = READERS.get(kty) if isinstance(kty, str) else None
    if read is None:
        raise ValueError(f"has a kty that is not known here ({place}); expected one of {', '.join(READERS)}")
    try:
        found = read(key)
    except _UNUSABLE as error:
        clause = str(error) if isinstance(error, ClauseError) else "has a key that cannot be read"
        raise ValueError(f"{clause} ({place}); expected a whole JWK of at least 256 bits, for RSA 2048") from None
    found = replace(found, kid=kid)
    if alg is None:
        return found
    if alg not in found.able:
        raise ValueError(f"has an alg that does not fit its key ({place}); expected one of {', '.join(found.able)}")
    return replace(found, able=(alg,), algorithms=(alg,))
