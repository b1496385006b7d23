"""Where a request came from, as far as it tells callers apart. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address

_WITH_PORT = re.compile(r"(\d+\.\d+\.\d+\.\d+):\d+|\[([^]]+)\](?::\d+)?", re.ASCII)  # as some proxies write it
_LONGEST = 64  # characters; an address has at most 45, and a zone
_PREFIX = 64  # bits that an IPv6 network's owner does not choose himself


def network_of(address: str | None) -> str | None:
    """Whose address it is: itself, or of IPv6 its /64, of which one caller has all addresses to choose from.

    Args:
        address: as the socket or a trusted proxy has it; what is none stays as it is, cut off where it is too long.
    """
    if address is None or ":" not in address:
        return address and address[:_LONGEST]
    return _network(address[:_LONGEST])


@lru_cache(maxsize=1024)
def _network(address: str) -> str:
    ported = _WITH_PORT.fullmatch(address)
    bare = (ported[1] or ported[2]) if ported is not None else address
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((found, _PREFIX), strict=False))
