"""What the database's own code may read of a request, and all else that is set for a transaction: in one statement.

It is a trip of its own. Only SQL without parameters can be sent together with BEGIN, and what stands here is the
caller's: headers, paths, claims. No text of theirs is written into a statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from service.auth import CHALLENGE, NO_ROLE, Identity
from service.database.base import Database
from service.database.hoisted import NOTHING_HOISTED, Hoisted
from service.errors import DatabaseError

TOLD = (
    "select pg_catalog.current_setting('response.status', true), pg_catalog.current_setting('response.headers', true)"
)
"""What the database's own code has said of the answer so far."""
KEPT = ("request.jwt.claims", "search_path", "timezone", "role")
"""What decides for whom the rest of a transaction is run; the role last, for it may not be let set the others."""
LEFT = "select " + ", ".join(f"pg_catalog.current_setting('{name}', true)" for name in KEPT)
"""Their values."""


_LONGEST_NAME = 63  # bytes


@dataclass(frozen=True, slots=True)
class Told:
    """What the database's own code says of the answer, as it wrote it; None or empty where it says nothing."""

    status: str | None = None
    headers: str | None = None


NOTHING_TOLD = Told()


class Caller(NamedTuple):
    """Who sends a request, and what of it the database's own code may read.

    Args:
        who: the pool's share is counted by it.
        method: empty where there is no request.
        path, headers: asked only where somebody may read them; headers' names in lower case.
    """

    who: Hashable = None
    method: str = ""
    path: Callable[[], str] = str
    headers: Callable[[], Mapping[str, str]] = dict


NOBODY = Caller()


def context(
    database: Database,
    identity: Identity,
    caller: Caller,
    *,
    zone: str | None = None,
    path: Sequence[str] = (),
    begins: Hoisted = NOTHING_HOISTED,
    lasts: bool = False,
) -> tuple[str, list[str]] | None:
    """What is set for a transaction before anything of the caller's is run; None where that is nothing.

    Args:
        zone: the time zone that times are written in.
        path: the schemas in which names without one are looked for; none: as it is.
        begins: what the role, and the function that is called, have set.
        lasts: the transaction may last longer than others already.

    Returns:
        The statement and its arguments.

    Raises:
        DatabaseError: 22023, the role has no name that a role can have.
    """
    pairs = [*begins.pairs, *(() if lasts else begins.longest)]
    if database.shows_requests:  # later than what the role has set, which is not to speak for the caller
        pairs += _of_request(database, identity, caller)
    if path:
        pairs.append(("search_path", quoted_path(path)))
    if zone is not None:
        pairs.append(("timezone", zone))
    if (role := role_of(database, identity)) is not None:
        if not can_be_role(role):
            raise no_such_role(role)
        pairs.append(("role", role))
    return setting(pairs) if pairs else None


def role_of(database: Database, identity: Identity) -> str | None:
    """The database's role that is taken on for `identity`."""
    return identity.role if database.has_roles else None


def setting(pairs: Sequence[tuple[str, str]]) -> tuple[str, list[str]]:
    """The statement that sets these for the transaction, and its arguments."""
    return _set(len(pairs)), [text for pair in pairs for text in pair]


def can_be_role(name: str) -> bool:
    """Whether it is a name that a role can have; PostgreSQL would cut a longer one, and take it for another."""
    return name != NO_ROLE and "\0" not in name and len(name.encode(errors="replace")) <= _LONGEST_NAME


def no_such_role(role: str) -> DatabaseError:
    """Credentials name a role that there is not."""
    return DatabaseError("22023", f'role "{role}" does not exist', status=401, headers=CHALLENGE)


def quoted(name: str) -> str:
    """A name as it stands in SQL."""
    return '"' + name.replace('"', '""') + '"'


def quoted_path(path: Sequence[str]) -> str:
    """Schemas as the setting `search_path` has them."""
    return ", ".join(map(quoted, path))


def _of_request(database: Database, identity: Identity, caller: Caller) -> list[tuple[str, str]]:
    headers = dict(caller.headers())
    claims = dict(identity.claims)
    if identity.role is not None:
        claims["role"] = identity.role
    return [
        ("request.method", caller.method),
        ("request.path", caller.path()),
        ("request.cookies", json.dumps(_cookies(headers.pop("cookie", "")))),
        ("request.headers", json.dumps(headers)),
        ("request.jwt.claims", json.dumps(claims, default=str)),
        *database.app_settings,
        # What somebody set for the session, and not for the transaction, is nobody else's answer.
        ("response.status", ""),
        ("response.headers", ""),
    ]


def _cookies(header: str) -> dict[str, str]:
    pairs = (each.partition("=") for each in header.split(";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


@lru_cache(maxsize=256)
def _set(count: int) -> str:
    calls = (f"pg_catalog.set_config(${2 * each + 1}, ${2 * each + 2}, true)" for each in range(count))
    return f"select {', '.join(calls)}"
