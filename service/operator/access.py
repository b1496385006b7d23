"""Who may see what is for operators alone."""

from __future__ import annotations

import hmac
import ipaddress
import logging

from flask import request

from service.errors import AuthError

SHORTEST = 16
"""Characters of a token that nobody guesses, if they are random."""
logger = logging.getLogger("poolgate")
_HINT = "Set POOLGATE_ADMIN_TOKEN and send it as a bearer token to ask from elsewhere."
_PROXIED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


def admit(token: str | None, *, page: bool = False) -> None:
    """Lets the token's bearers in or, with none set, callers from this machine.

    Args:
        token: the setting ADMIN_TOKEN. A browser may send it as the password of HTTP Basic, with any name.
        page: whether a browser asks, which can be made to ask its user.

    Raises:
        AuthError: 401 without the token; 403 from elsewhere.
    """
    if token is None:
        _admit_neighbours()
    elif not hmac.compare_digest(_given(), token.encode()):
        raise AuthError(
            "This page needs the admin token",
            hint="Send the header 'Authorization: Bearer <POOLGATE_ADMIN_TOKEN>'.",
            headers={"WWW-Authenticate": 'Basic realm="Poolgate", charset="UTF-8"' if page else "Bearer"},
        )


def is_admitted(token: str | None) -> bool:
    """Whether the one who asks would be let in."""
    try:
        admit(token)
    except AuthError:
        return False
    return True


def warn_of(token: str | None) -> None:
    """Say in the log of a token that can be guessed."""
    if token is not None and len(token) < SHORTEST:
        logger.warning("POOLGATE_ADMIN_TOKEN has fewer than %d characters: it may be guessed", SHORTEST)


def _given() -> bytes:
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        return (basic.password or "").encode()
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip().encode()


def _admit_neighbours() -> None:
    if not is_loopback(request.remote_addr) or _is_proxied():
        raise AuthError("This page answers callers from its own machine alone", status=403, code="PGATE403", hint=_HINT)
    # A foreign page whose name was made to point at this machine would be let in otherwise.
    if not _is_own_name(request.headers.get("Host", "")):
        raise AuthError(
            "This page answers under the names of its own machine alone, such as localhost",
            status=403,
            code="PGATE403",
            hint=_HINT,
        )


def _is_proxied() -> bool:
    """Whether a proxy shows. Nginx, as it comes, adds no header and names our own address, but in HTTP/1.0."""
    return request.environ["SERVER_PROTOCOL"] == "HTTP/1.0" or any(name in request.headers for name in _PROXIED)


def is_loopback(address: str | None) -> bool:
    """Whether it is this machine's address for itself."""
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_own_name(host: str) -> bool:
    """A name without a dot cannot be had from outside."""
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return is_loopback(name) or ("." not in name.rstrip(".") and ":" not in name) or name.endswith(".localhost")
