"""PostgreSQL's schemas as a catalog: a handful of queries in one read-only transaction, however many tables."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from service.catalog.model import EVENTS, Catalog, Column, ForeignKey, Origin, Relation, RelationKind
from service.database.own import is_own
from service.database.postgresql import queries, routines
from service.database.postgresql.computed import Computed
from service.database.postgresql.types import TYPES, Types
from service.database.postgresql.views import Origins, Place, shown_columns
from service.errors import SettingsError
from service.pool import Lease, Pool

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
_VIEWS = frozenset("vm")
_INSERT, _UPDATE, _DELETE = 1 << 3, 1 << 2, 1 << 4  # pg_relation_is_updatable's bits
_MOST_TREES = 200  # views whose trees, of some ten kilobytes each, are in memory at once


@dataclass(frozen=True, slots=True)
class _Read:
    """The answers of one snapshot.

    Args:
        behind: what the exposed views show, and themselves.
        names: of the columns of hidden relations.
        shown: by view, the columns that it shows.
        geojson: the schema of PostGIS's function for it.
        attributes: of the row types that functions give and that are no exposed relation's.
    """

    version: str
    stamp: str
    geojson: str | None
    relations: Rows
    columns: Rows
    functions: Rows
    types: Rows
    behind: Rows
    code: Rows
    names: Rows
    shown: Mapping[int, Mapping[int, Place]]
    uniques: Rows
    foreign_keys: Rows
    routines: Rows
    attributes: Rows


async def read_catalog(pool: Pool, schemas: tuple[str, ...], version: int, extra: Sequence[str] = ()) -> Catalog:
    """Everything in the exposed schemas but the service's own tables.

    Args:
        schemas: by name, the default first.
        version: the catalog's number.
        extra: schemas beside these whose functions of a row are taken too; they need not exist.

    Raises:
        SettingsError: one of them does not exist.
        asyncpg.PostgresError: as the server answers.
    """
    read = await _read(pool, schemas, extra)
    # In a thread: 20,000 columns take a tenth of a second, and the loop has requests to serve meanwhile.
    return await asyncio.to_thread(_build, read, schemas, version)


async def _read(pool: Pool, schemas: tuple[str, ...], extra: Sequence[str]) -> _Read:
    wanted = list(schemas)
    async with pool.lease(readonly=True, trusted=True) as lease, lease.transaction(readonly=True):
        await lease.script(queries.PREPARE)
        existing = await lease.fetch(queries.SCHEMAS, wanted)
        names = [row["name"] for row in existing]
        if missing := [name for name in schemas if name not in names]:
            raise SettingsError([f"DB_SCHEMAS: no schema {name!r}; there are {', '.join(names)}" for name in missing])
        behind = await lease.fetch(queries.BEHIND, wanted)
        hidden = [row["oid"] for row in behind if row["schema"] not in schemas]
        functions = await lease.fetch(queries.FUNCTIONS, wanted, list(extra))
        called = await lease.fetch(routines.ROUTINES, wanted)
        given = {row["relation"] for row in called if row["to_schema"] is not None}
        attributes = await lease.fetch(routines.ATTRIBUTES, sorted(given)) if given else []
        others = {row["type"] for rows in (functions, attributes) for row in rows} | set(routines.types_of(called))
        return _Read(
            version=existing[0]["version"],
            stamp=existing[0]["stamp"],
            geojson=await lease.fetchval(queries.GEOJSON),
            relations=await lease.fetch(queries.RELATIONS, wanted),
            columns=await lease.fetch(queries.COLUMNS, wanted),
            functions=functions,
            types=await lease.fetch(TYPES, wanted, sorted(others)),
            behind=behind,
            code=await lease.fetch(queries.CODE, wanted),
            names=await lease.fetch(queries.NAMES, hidden) if hidden else [],
            shown=await _shown(lease, [row["oid"] for row in behind if row["kind"] in _VIEWS]),
            uniques=await lease.fetch(queries.UNIQUES, wanted, hidden),
            foreign_keys=await lease.fetch(queries.FOREIGN_KEYS, wanted, hidden),
            routines=called,
            attributes=attributes,
        )


async def _shown(lease: Lease, views: list[int]) -> dict[int, dict[int, Place]]:
    shown: dict[int, dict[int, Place]] = {}
    for start in range(0, len(views), _MOST_TREES):
        rows = await lease.fetch(queries.TREES, views[start : start + _MOST_TREES])
        shown |= await asyncio.to_thread(_read_trees, rows)
    return shown


def _read_trees(rows: Rows) -> dict[int, dict[int, Place]]:
    return {row["view"]: shown_columns(row["tree"]) for row in rows}


def _build(read: _Read, schemas: tuple[str, ...], version: int) -> Catalog:
    return _Build(read).catalog(schemas, version)


class _Build:
    """A catalog in the making."""

    def __init__(self, read: _Read) -> None:
        types = Types(read.types)
        self._read = read
        self._types = types
        self._columns = _columns(read.columns, types)
        self._computed = Computed(read.functions, types)
        self._keys = _Keys(read.uniques, read.foreign_keys)
        self._triggered, self._coded = _events(read.code, "triggered"), _events(read.code, "coded")
        self._behind = {(row["schema"], row["name"]): row["oid"] for row in read.behind}
        self._origins = Origins(
            read.shown,
            {oid: place for place, oid in self._behind.items()},
            {
                Place(row["relation"], row["number"]): row["name"]
                for rows in ((read.columns, read.names) if read.shown else ())
                for row in rows
            },
        )

    def catalog(self, schemas: tuple[str, ...], version: int) -> Catalog:
        relations = _by_name([self._relation(row) for row in self._read.relations if not is_own(row["name"])])
        attributes = _columns(self._read.attributes, self._types)
        hidden = [
            self._hidden(row) for row in self._read.behind if row["schema"] not in schemas and row["kind"] not in _VIEWS
        ]
        return Catalog(
            schemas=schemas,
            relations=relations,
            version=version,
            server_version=self._read.version,
            stamp=self._read.stamp,
            hidden=_by_name(hidden),
            geojson=self._read.geojson,
            routines=routines.Callables(self._types, relations, attributes).all(self._read.routines),
        )

    def _relation(self, row: Any) -> Relation:
        oid = row["oid"]
        columns, origins = self._columns.get(oid, {}), self._origins.of(oid)
        keys = self._keys.of(oid)
        if row["simple"]:
            keys["primary_key"] = self._key_shown(origins)
        return Relation(
            schema=row["schema"],
            name=row["name"],
            kind=_KINDS[row["kind"]],
            columns=MappingProxyType(columns),
            comment=row["comment"],
            insertable=bool(row["events"] & _INSERT),
            updatable=bool(row["events"] & _UPDATE),
            deletable=bool(row["events"] & _DELETE),
            plain=row["kind"] in _PLAIN and not row["row_security"],
            triggered=self._triggered.get(oid, EVENTS),
            coded=self._coded.get(oid, EVENTS),
            partition=row["partition"],
            origins=MappingProxyType(origins),
            computed=MappingProxyType(self._computed.columns(oid, columns)),
            related=self._computed.relationships(oid),
            **keys,
        )

    def _key_shown(self, origins: Mapping[str, Origin]) -> tuple[str, ...]:
        """The columns by which a view shows all of its one table's primary key."""
        tables = {(origin.schema, origin.relation) for origin in origins.values()}
        key = self._keys.of(self._behind.get(tables.pop(), 0))["primary_key"] if len(tables) == 1 else ()
        names = {origin.column: name for name, origin in reversed(list(origins.items()))}
        return tuple(names[column] for column in key) if names.keys() >= set(key) else ()

    def _hidden(self, row: Any) -> Relation:
        return Relation(
            schema=row["schema"],
            name=row["name"],
            kind=_KINDS[row["kind"]],
            columns=MappingProxyType({}),
            plain=row["kind"] in _PLAIN and not row["row_security"],
            partition=row["partition"],
            **self._keys.of(row["oid"]),
        )


def _by_name(relations: list[Relation]) -> Mapping[tuple[str, str], Relation]:
    return MappingProxyType({(relation.schema, relation.name): relation for relation in relations})


def _events(rows: Rows, name: str) -> Mapping[int, frozenset[str]]:
    """By relation, the events of which that is true."""
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    for row in rows:
        found[row["relation"]] |= {row["event"]} if row[name] else set()
    return found


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


class _Keys:
    """The keys of relations, by the relations' numbers."""

    def __init__(self, uniques: Rows, foreign_keys: Rows) -> None:
        self._primary: dict[int, tuple[str, ...]] = {}
        self._uniques: dict[int, list[tuple[str, ...]]] = defaultdict(list)
        self._constraints: dict[int, set[tuple[str, ...]]] = defaultdict(set)
        self._foreign: dict[int, list[ForeignKey]] = defaultdict(list)
        for row in uniques:
            relation, columns = row["relation"], tuple(row["columns"])
            if row["is_primary"]:
                self._primary[relation] = columns
            else:
                self._uniques[relation].append(columns)
                if not row["is_index"]:
                    self._constraints[relation].add(columns)
        for row in foreign_keys:
            self._foreign[row["relation"]].append(
                ForeignKey(
                    row["name"], tuple(row["columns"]), row["to_schema"], row["to_relation"], tuple(row["to_columns"])
                )
            )

    def of(self, relation: int) -> dict[str, Any]:
        """What a `Relation` takes of them."""
        uniques = self._uniques.get(relation, [])
        constraints = self._constraints.get(relation, set())
        return {
            "primary_key": self._primary.get(relation, ()),
            "uniques": tuple(uniques),
            "unique_indexes": tuple(columns for columns in uniques if columns not in constraints),
            "foreign_keys": tuple(self._foreign.get(relation, ())),
        }
