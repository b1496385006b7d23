"""What a token says of itself: for when it is, and for whom (RFC 7519, 4.1)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from service.auth.authenticator import invalid
from service.errors import AuthError

SKEW = 30.0
"""Seconds that two clocks may be apart."""
_LAST = 253_402_300_799  # the end of the year 9999; what is beyond it was meant in milliseconds
_DEEPEST = 32
_NONE = object()


def read_claims(payload: bytes) -> dict[str, Any]:
    """The claims of a token whose signature is good.

    Raises:
        AuthError: PGRST303, they are no JSON object (in JSON there is no NaN and no infinity), or nested so deep that
            writing them again might fail.
    """
    try:
        claims = _DECODER.decode(payload.decode())
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise _wrong("The claims of the token are no JSON object")
    if payload.count(b"[") + payload.count(b"{") > _DEEPEST and _depth(claims) > _DEEPEST:
        raise _wrong("The claims of the token are nested too deep")
    return claims


def lifetime(claims: Mapping[str, Any]) -> tuple[float, float]:
    """From when, and until when it is valid: seconds since 1970.

    Raises:
        AuthError: PGRST303, a time is none.
    """
    begins = [time for name in ("nbf", "iat") if (time := _time(claims, name)) is not None]
    expires = _time(claims, "exp")
    return max(begins, default=-math.inf) - SKEW, math.inf if expires is None else expires + SKEW


def check_times(claims: Mapping[str, Any], now: float) -> None:
    """Refuse a token that is not for now.

    Args:
        now: seconds since 1970.

    Raises:
        AuthError: PGRST303.
    """
    if (expires := _time(claims, "exp")) is not None and expires + SKEW <= now:
        raise _wrong("The token has expired")
    if (begins := _time(claims, "nbf")) is not None and begins - SKEW > now:
        raise _wrong("The token is not yet valid")
    if (issued := _time(claims, "iat")) is not None and issued - SKEW > now:
        raise _wrong("The token was issued in the future")


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name, _NONE)
    if value is _NONE:
        return None
    if type(value) not in (int, float):  # a boolean is an int to Python
        raise _wrong(f"The claim {name} of the token is no number")
    if not 0 <= value <= _LAST:
        raise _wrong(f"The claim {name} of the token is no time in seconds since 1970")
    return float(value)


def check_audience(claims: Mapping[str, Any], audience: str | None) -> None:
    """Refuse a token that is not for here.

    Args:
        audience: that it must name; None: any, or none.

    Raises:
        AuthError: PGRST303.
    """
    named = claims.get("aud", _NONE)
    if named is _NONE:
        if audience is not None:
            raise _wrong("The token names no audience, and has to name the one of this service")
        return
    several = [named] if isinstance(named, str) else named
    if not isinstance(several, list) or not all(isinstance(each, str) for each in several):
        raise _wrong("The claim aud of the token is neither a string nor an array of strings")
    if audience is not None and audience not in several:
        raise _wrong("The token is for another audience")


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level := [each for each in level if isinstance(each, dict | list)]:
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
        depth += 1
    return depth


def _wrong(message: str) -> AuthError:
    return invalid(message, code="PGRST303")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _no_constant(text: str) -> Any:
    raise ValueError(text)


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)
