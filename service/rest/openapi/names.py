"""The names in a document, which takes fewer characters than a database, and the ways to point at them."""

from __future__ import annotations

import re
from urllib.parse import quote

from service.rest.openapi.offer import Json

_ODD = re.compile(r"[^A-Za-z0-9_-]")
ERROR, FILTER = "poolgate.error", "poolgate.filter"


def key(name: str) -> str:
    """A name for a key of `components`, which may have but letters, digits, `.`, `-` and `_`; no two become one."""
    return _ODD.sub(lambda odd: f".{ord(odd[0]):x}.", name)


def path(name: str) -> str:
    """A relation's path below the prefix."""
    return "/" + quote(name, safe="")


def refer(section: str, name: str) -> Json:
    """A reference into `components`; the name is a key."""
    return {"$ref": f"#/components/{section}/{name}"}
