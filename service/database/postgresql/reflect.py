"""PostgreSQL's schemas as a catalog: a handful of queries in one read-only transaction, however many tables."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from service.catalog.model import Catalog, Column, ForeignKey, Relation, RelationKind
from service.database.own import is_own
from service.database.postgresql import queries
from service.database.postgresql.types import TYPES, Types
from service.errors import SettingsError
from service.pool import Pool

Rows = list[Any]  # asyncpg's records, read by column name

_KINDS: Mapping[str, RelationKind] = MappingProxyType(
    {
        "r": RelationKind.TABLE,
        "p": RelationKind.PARTITIONED_TABLE,
        "v": RelationKind.VIEW,
        "m": RelationKind.MATERIALIZED_VIEW,
        "f": RelationKind.FOREIGN_TABLE,
    }
)
_PLAIN = frozenset("rpm")
_INSERT, _UPDATE, _DELETE = 1 << 3, 1 << 2, 1 << 4  # pg_relation_is_updatable's bits


@dataclass(frozen=True, slots=True)
class _Read:
    """The answers of one snapshot."""

    version: str
    relations: Rows
    columns: Rows
    types: Rows
    uniques: Rows
    foreign_keys: Rows


async def read_catalog(pool: Pool, schemas: tuple[str, ...], version: int) -> Catalog:
    """Everything in the exposed schemas but the service's own tables.

    Args:
        schemas: by name, the default first.
        version: the catalog's number.

    Raises:
        SettingsError: one of them does not exist.
        asyncpg.PostgresError: as the server answers.
    """
    read = await _read(pool, schemas)
    # In a thread: 20,000 columns take a tenth of a second, and the loop has requests to serve meanwhile.
    return await asyncio.to_thread(_build, read, schemas, version)


async def _read(pool: Pool, schemas: tuple[str, ...]) -> _Read:
    wanted = list(schemas)
    async with pool.lease(readonly=True, trusted=True) as lease, lease.transaction(readonly=True):
        await lease.script(queries.PREPARE)
        existing = await lease.fetch(queries.SCHEMAS, wanted)
        names = [row["name"] for row in existing]
        if missing := [name for name in schemas if name not in names]:
            raise SettingsError([f"DB_SCHEMAS: no schema {name!r}; there are {', '.join(names)}" for name in missing])
        return _Read(
            existing[0]["version"],
            await lease.fetch(queries.RELATIONS, wanted),
            await lease.fetch(queries.COLUMNS, wanted),
            await lease.fetch(TYPES, wanted),
            await lease.fetch(queries.UNIQUES, wanted),
            await lease.fetch(queries.FOREIGN_KEYS, wanted),
        )


def _build(read: _Read, schemas: tuple[str, ...], version: int) -> Catalog:
    columns = _columns(read.columns, Types(read.types))
    primary_keys, uniques = _uniques(read.uniques)
    foreign_keys: dict[int, list[ForeignKey]] = defaultdict(list)
    for row in read.foreign_keys:
        key = ForeignKey(
            row["name"], tuple(row["columns"]), row["to_schema"], row["to_relation"], tuple(row["to_columns"])
        )
        foreign_keys[row["relation"]].append(key)
    relations = (
        Relation(
            schema=row["schema"],
            name=row["name"],
            kind=_KINDS[row["kind"]],
            columns=MappingProxyType(columns.get(row["oid"], {})),
            primary_key=primary_keys.get(row["oid"], ()),
            uniques=tuple(uniques.get(row["oid"], ())),
            foreign_keys=tuple(foreign_keys.get(row["oid"], ())),
            comment=row["comment"],
            insertable=bool(row["events"] & _INSERT),
            updatable=bool(row["events"] & _UPDATE),
            deletable=bool(row["events"] & _DELETE),
            plain=row["kind"] in _PLAIN and not row["row_security"],
        )
        for row in read.relations
        if not is_own(row["name"])
    )
    return Catalog(
        schemas=schemas,
        relations=MappingProxyType({(relation.schema, relation.name): relation for relation in relations}),
        version=version,
        server_version=read.version,
    )


def _columns(rows: Rows, types: Types) -> dict[int, dict[str, Column]]:
    columns: dict[int, dict[str, Column]] = defaultdict(dict)
    for row in rows:
        known = types[row["type"]]
        initial = row["initial"]
        columns[row["relation"]][row["name"]] = Column(
            name=row["name"],
            type=row["printed"],
            cast=known.cast,
            kind=known.kind,
            element=known.element,
            nullable=not (row["not_null"] or known.not_null),
            default=known.default if initial is None else initial,
            generated=row["generated"],
            enum=known.labels,
            max_length=known.max_length(row["modifier"]),
            comment=row["comment"],
        )
    return columns


def _uniques(rows: Rows) -> tuple[dict[int, tuple[str, ...]], dict[int, list[tuple[str, ...]]]]:
    primary_keys: dict[int, tuple[str, ...]] = {}
    uniques: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    for row in rows:
        if row["is_primary"]:
            primary_keys[row["relation"]] = tuple(row["columns"])
        else:
            uniques[row["relation"]].append(tuple(row["columns"]))
    return primary_keys, uniques
