"""API keys as the commands make, list and revoke them: on a connection of their own, without the service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, MetaData, Row, Table, Text, func, inspect, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from service.auth.api_key import digest_of, new_key, prefix_of
from service.database.api_keys import TABLE
from service.database.postgresql.api_keys import LOCATE
from service.database.single import single_connection
from service.database.sqlite.files import path_of
from service.errors import PoolgateError
from service.forms import safe_url

_Time = DateTime(timezone=True).with_variant(
    sqlite.DATETIME(truncate_microseconds=True),  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    "sqlite",
)
_keys = Table(
    TABLE, MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("name", Text),
    Column("prefix", Text),
    Column("hash", LargeBinary),
    Column("role", Text),
    Column("created_at", _Time),
    Column("expires_at", _Time),
    Column("revoked_at", _Time),
    Column("last_used_at", _Time),
)  # fmt: skip
_SHOWN = [column for column in _keys.columns if column.name != "hash"]


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key as it may be shown. Times are UTC."""

    number: int
    name: str
    prefix: str
    role: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def state(self, now: datetime) -> str:
        """Whether it is good: active, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"


class KeyStore:
    """The table, in one transaction.

    Args:
        has_roles: the database has roles of its own.
    """

    def __init__(self, connection: AsyncConnection, *, has_roles: bool) -> None:
        self._connection = connection
        self._has_roles = has_roles

    async def check_role(self, role: str, roles: Collection[str]) -> None:
        """Whether a key may bear this role.

        Args:
            roles: those that are none of the database's.

        Raises:
            PoolgateError: there is none of that name, or it is not for the connection's own to take on.
        """
        if role in roles:
            return
        expected = f"Expected {', '.join(roles)}" + (", or a role of the database's." if self._has_roles else ".")
        may, own = await self._may_take(role) if self._has_roles else (None, None)
        if may is None:
            raise PoolgateError(f"there is no role {role!r}", hint=expected)
        if not may:
            raise PoolgateError(
                f"{own} may not take on the role {role!r}, so requests could not either",
                hint="Grant it to the role that the service connects as: GRANT role TO service",
            )

    async def _may_take(self, role: str) -> tuple[bool | None, str]:
        may, own = (await self._connection.execute(_MAY_TAKE, {"role": role})).one()
        return may, own

    async def create(self, name: str, role: str | None, expires_at: datetime | None) -> str:
        """Makes a key and puts down what is kept of it; the key itself is known to the caller alone."""
        key = new_key()
        row = {"name": name, "prefix": prefix_of(key), "hash": digest_of(key), "role": role, "expires_at": expires_at}
        await self._connection.execute(_keys.insert().inline().values(row))
        return key

    async def all(self) -> list[ListedKey]:
        """All keys, the oldest first."""
        rows = await self._connection.execute(_keys.select().with_only_columns(*_SHOWN).order_by(_keys.c.id))
        return [_listed(row) for row in rows]

    async def revoke(self, key: ListedKey) -> None:
        """It is good no longer; the row stays, so that it is known what there was."""
        one = (_keys.c.id == key.number) & _keys.c.revoked_at.is_(None)
        await self._connection.execute(_keys.update().where(one).values(revoked_at=func.current_timestamp()))


_MAY_TAKE = text(
    "select (select pg_catalog.pg_has_role(current_user, oid, 'MEMBER') from pg_catalog.pg_roles"
    " where rolname = :role), current_user"
)


@asynccontextmanager
async def key_store(url: str) -> AsyncIterator[KeyStore]:
    """The table of a database, in a transaction that is committed at the end.

    Raises:
        PoolgateError: it has no such table.
        DatabaseAwayError: the database cannot be reached or refused.
    """
    make = "Make it with the command: poolgate migrate"
    if url.startswith("sqlite:") and not path_of(url).exists():  # which opening it would make
        raise PoolgateError(f"{safe_url(url)}: there is no such file", hint=make)
    async with single_connection(url) as connection:
        has_roles = connection.dialect.name == "postgresql"
        schema = await _schema_of(connection) if has_roles else None
        if schema is None and (has_roles or not await connection.run_sync(lambda sync: inspect(sync).has_table(TABLE))):
            raise PoolgateError(f"{safe_url(url)} has no table for API keys", hint=make)
        await connection.execution_options(schema_translate_map={None: schema})
        yield KeyStore(connection, has_roles=has_roles)


async def _schema_of(connection: AsyncConnection) -> str | None:
    found = (await connection.execute(text(LOCATE))).first()
    return None if found is None else str(found[0])


def _listed(row: Row[Any]) -> ListedKey:
    number, name, prefix, role, created_at, *others = tuple(row)
    expires_at, revoked_at, last_used_at = (None if at is None else _aware(at) for at in others)
    return ListedKey(number, name, prefix, role, _aware(created_at), expires_at, revoked_at, last_used_at)


def _aware(time: datetime) -> datetime:
    """SQLite's times bear no zone; they are UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time
