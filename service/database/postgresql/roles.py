"""The roles that callers come as: what is set for them, and whether they can be taken on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import asyncpg

from service.database.context import can_be_role, quoted
from service.errors import SettingsError
from service.pool import Lease

# What is set for one database comes after what is set for all, and counts. A name with a dot that PostgreSQL does not
# know is anybody's to set. `role` and `session_authorization` are not among pg_settings, and so never taken from here.
_SETTINGS = """
    select r.rolname::text as role, lower(split_part(c.setting, '=', 1)) as name,
        substr(c.setting, strpos(c.setting, '=') + 1) as value
    from pg_catalog.pg_db_role_setting s
    join pg_catalog.pg_roles r on r.oid = s.setrole
    cross join lateral unnest(s.setconfig) with ordinality c(setting, place)
    left join pg_catalog.pg_settings p on lower(p.name) = lower(split_part(c.setting, '=', 1))
    where s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
        and pg_catalog.pg_has_role(session_user, r.oid, 'member')
        and case when p.name is null then strpos(split_part(c.setting, '=', 1), '.') > 0
            else p.context = 'user' {or_granted} end
        and lower(split_part(c.setting, '=', 1)) <> all ('{{client_encoding,default_transaction_read_only}}')
    order by s.setdatabase, c.place
"""
_GRANTED = "or pg_catalog.has_parameter_privilege(session_user, p.name, 'set')"
_WITH_GRANTS = 15  # the version from which settings can be granted
_OWN = """
    select session_user::text as own, pg_catalog.current_setting('transaction_timeout', true) is not null as timed
"""
_TAKE_ON = "select pg_catalog.set_config('role', $1, true)"


@dataclass(frozen=True, slots=True)
class Roles:
    """What is known of them.

    Args:
        own: the role that the service connects as.
        timed: the server limits transactions in time.
        settings: by role, what a transaction under it begins with.
    """

    own: str = ""
    timed: bool = False
    settings: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=lambda: MappingProxyType({}))


async def read_roles(lease: Lease) -> Roles:
    """What is set for the roles that the service may take on, as far as it may set that itself.

    Raises:
        asyncpg.PostgresError: as the server answers.
    """
    version = lease.connection.get_server_version().major
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in await lease.fetch(_SETTINGS.format(or_granted=_GRANTED if version >= _WITH_GRANTS else "")):
        found[row["role"]].append((row["name"], row["value"]))
    own: Any = await lease.fetchrow(_OWN)
    settings = {role: tuple(pairs) for role, pairs in found.items()}
    return Roles(own["own"], own["timed"], MappingProxyType(settings))


def granting(role: str, own: str) -> str:
    """The SQL that lets the service take a role on."""
    return f"grant {quoted(role)} to {quoted(own)}"


async def check_anonymous(connection: Any, role: str) -> None:
    """Whether the role of callers without credentials can be taken on.

    Args:
        connection: asyncpg's, with no transaction open.

    Raises:
        SettingsError: it cannot; says what lets it be.
    """
    own = await connection.fetchval("select session_user::text")
    grant = granting(role, own)
    making = f"create role {quoted(role)} nologin; {grant}"
    if not can_be_role(role):
        raise SettingsError([f"DB_ANON_ROLE: {role!r} cannot be a role's name"])
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.fetchrow(_TAKE_ON, role)
    except asyncpg.InvalidParameterValueError as error:
        fault = f"there is no role {role!r}; make it, and let the service take it on: {making}"
        raise SettingsError([f"DB_ANON_ROLE: {fault}"]) from error
    except asyncpg.InsufficientPrivilegeError as error:
        fault = f"the service's role {own!r} may not take on {role!r}; let it: {grant}"
        raise SettingsError([f"DB_ANON_ROLE: {fault}"]) from error
    finally:
        await transaction.rollback()
