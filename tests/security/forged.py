"""Credentials, good and bad, made by hand: what is tested must not be what makes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from random import Random
from typing import Any

SECRET = "a secret of more than thirty-two bytes, for these tests"  # a sample
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_HEADERS: tuple[Mapping[str, Any], ...] = (
    {"alg": "none"}, {"alg": "None", "typ": "JWT"}, {"alg": "HS512"}, {"alg": "RS256"}, {"alg": "ES256"}, {"alg": 1},
    {"alg": None}, {"alg": ["HS256"]}, {}, {"alg": "HS256", "kid": "../../etc/passwd"}, {"alg": "HS256", "kid": 5},
    {"alg": "HS256", "jku": "http://127.0.0.1:9/keys"}, {"alg": "HS256", "crit": ["exp"]}, {"alg": "HS256",
    "b64": False},
    {"alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}}, {"alg": "HS256", "zip": "DEF"}, {"alg": "dir",
    "enc": "A256GCM"},
)  # fmt: skip
_CLAIMS: tuple[Mapping[str, Any], ...] = (
    {"exp": 0}, {"exp": "soon"}, {"exp": 1e400}, {"exp": -(10**400)}, {"exp": None}, {"exp": []}, {"exp": True},
    {"nbf": 10**12}, {"nbf": "x"}, {"iat": 10**12}, {"iat": {}}, {"aud": "others"}, {"aud": 5}, {"aud": [None]},
    {"role": 5}, {"role": ["write"]}, {"role": {}}, {"role": ""}, {"role": "nobody\0"}, {"role": "'; drop table node"},
    {"role": "x" * 10_000}, {"role": "none"}, {"role": None}, {"role": "postgres"}, {"role": "😀"}, {"sub": "\ud800"},
    {"sub": ["a"] * 1000}, {"sub": {"a": {"b": {}}}}, {"iss": 5}, {"jti": 10**300},
)  # fmt: skip


def encoded(data: bytes) -> str:
    """Base64 for URLs without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims: Any, *, secret: str = SECRET, header: Any = None) -> str:
    """A JSON Web Token, signed with HMAC-SHA256 whatever its header says.

    Args:
        claims, header: to be written as JSON; bytes as they are.
    """
    parts = [
        encoded(part if isinstance(part, bytes) else json.dumps(part).encode())
        for part in (header or {"alg": "HS256", "typ": "JWT"}, claims)
    ]
    signature = hmac.digest(secret.encode(), ".".join(parts).encode(), hashlib.sha256)
    return ".".join((*parts, encoded(signature)))


def valid(role: str | None, **more: Any) -> str:
    """A token for the next hour."""
    return token({**({} if role is None else {"role": role}), "exp": int(time.time()) + 3600, **more})


def bad(of: Random, good: tuple[str, ...]) -> str:
    """Credentials that most likely give no right; now and then one of the good ones.

    Args:
        good: tokens and API keys that are known.
    """
    start = of.choice(good)
    match of.randrange(12):
        case 0:
            return start
        case 1:  # a letter is another
            at = of.randrange(len(start))
            return start[:at] + of.choice(_ALPHABET + " .=\x00é") + start[at + 1 :]
        case 2:
            return start[: of.randrange(len(start))]
        case 3:
            return start + of.choice((".", "=", "==", start, " x", "\0", "😀"))
        case 4:  # an empty or foreign signature
            return start.rpartition(".")[0] + of.choice((".", "", ".AAAA", "." + encoded(of.randbytes(32))))
        case 5:
            return token({"role": "write"}, header=of.choice(_HEADERS))
        case 6:
            return token({"role": "write", **of.choice(_CLAIMS)})
        case 7:
            return token(of.choice((b"", b"{", b"[]", b"5", b"null", b'"a"', b"\xff", b"[" * 5000, of.randbytes(40))))
        case 8:
            return token({"role": "write"}, secret=of.choice(("", " ", "another secret of more than 32 bytes, surely")))
        case 9:
            return "".join(of.choice(_ALPHABET) for _ in range(of.choice((1, 10, 43, 44, 64, 5000))))
        case 10:
            return of.choice(
                ("", " ", ".", "..", "...", "a.b.c", "a.b.c.d.e", "null", "undefined", "é", "\x7f", "pgk_")
            )
        case _:
            return of.choice(("A.", "A" * 3000 + ".", "....")) * of.choice((1, 3))
