"""What is known of a schema: relations, keys, functions. Frozen and pure; a reload makes a new one to swap it for."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any


def _none() -> Mapping[Any, Any]:
    return MappingProxyType({})


class Kind(enum.Enum):
    """What a column's values are, as far as reading, binding and writing them as JSON cares."""

    INTEGER = "integer"
    REAL = "real"
    NUMERIC = "numeric"
    BOOLEAN = "boolean"
    TEXT = "text"
    JSON = "json"
    BLOB = "blob"
    UUID = "uuid"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    TIMESTAMP_TZ = "timestamp with time zone"
    ARRAY = "array"
    RANGE = "range"
    TSVECTOR = "tsvector"
    COMPOSITE = "composite"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation.

    Args:
        type: the type's name for people and OpenAPI, with its length or precision: `character varying(10)`, `int4`.
        cast: the type's name that a value is cast to, without length or precision (a cast to `varchar(10)` would
            cut the value, one to `numeric(8,2)` would round it) and with a domain resolved to its base type.
        kind: what its values are.
        element: the kind of an array's elements.
        nullable: whether it may hold NULL.
        default: the default's expression as the database prints it, or None; an identity column has one too.
        generated: computed by the database; never written.
        enum: the labels of an enumerated type, in order.
        max_length: of character types, in characters.
    """

    name: str
    type: str
    cast: str
    kind: Kind
    element: Kind | None = None
    nullable: bool = True
    default: str | None = None
    generated: bool = False
    enum: tuple[str, ...] = ()
    max_length: int | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ComputedColumn:
    """A function of a relation's row that is read like one of its columns.

    Args:
        column: its name and its values' type.
        schema: where the function is.
    """

    column: Column
    schema: str


@dataclass(frozen=True, slots=True)
class ComputedRelationship:
    """A function of a relation's row that gives rows of another (or the same) relation.

    Args:
        name: the function's, by which it is embedded.
        schema: where the function is.
        to_one: it is declared to give one row at most (`rows 1`).
    """

    name: str
    schema: str
    to_schema: str
    to_relation: str
    to_one: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """The column of a table that a view's column shows unchanged."""

    schema: str
    relation: str
    column: str


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key, named even where the database leaves it nameless (SQLite): `<table>_<columns>_fkey`."""

    name: str
    columns: tuple[str, ...]
    to_schema: str
    to_relation: str
    to_columns: tuple[str, ...]


class RelationKind(enum.Enum):
    TABLE = "table"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    FOREIGN_TABLE = "foreign table"
    PARTITIONED_TABLE = "partitioned table"
    FULL_TEXT_TABLE = "full-text table"  # SQLite's FTS5
    VIRTUAL_TABLE = "virtual table"  # SQLite's others, such as rtree
    RESULT = "result"  # rows that a function gives, which are no table's


EVENTS = frozenset(("insert", "update", "delete"))
"""What is done to rows by writing."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view.

    Args:
        columns: by name, in the database's order.
        uniques: the column sets of UNIQUE constraints and unique indexes (not partial, not on expressions).
        unique_indexes: those of them that are no constraint's.
        plain: reading it runs no code of the schema's author (an ordinary table without row security), so that a
            read needs no READ ONLY transaction to be harmless.
        triggered: what of `EVENTS` may run triggers or rules of the schema's author.
        coded: what of them may run other code of theirs: row security, a default or a check that calls it.
        origins: of a view's columns, by their names, as far as they are a table's; chains of views are followed to
            the table.
        computed: functions that are read like columns, by name.
        related: functions that are embedded like relations.
        partition: it is a part of a partitioned table, which has the relationships in its stead.
        row_id: the name by which a row's number is had, which tells it from all others; None where rows have none.
        replaces: a new row may take the place of others that it is in conflict with, which are then gone.
    """

    schema: str
    name: str
    kind: RelationKind
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    unique_indexes: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str | None = None
    insertable: bool = True
    updatable: bool = True
    deletable: bool = True
    plain: bool = True
    triggered: frozenset[str] = frozenset()
    coded: frozenset[str] = frozenset()
    origins: Mapping[str, Origin] = field(default_factory=_none)
    computed: Mapping[str, ComputedColumn] = field(default_factory=_none)
    related: tuple[ComputedRelationship, ...] = ()
    partition: bool = False
    row_id: str | None = None
    replaces: bool = False


class Volatility(enum.Enum):
    """What a function may do, as PostgreSQL has it: only a volatile one may change anything."""

    IMMUTABLE = "immutable"
    STABLE = "stable"
    VOLATILE = "volatile"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a function takes.

    Args:
        column: its name (empty for one that has none) and its values' type. Here `type` is one that a value can be cast
            to, and names a domain itself; `default` is the expression that stands in where no argument is given.
        required: there is nothing that would stand in for it.
        variadic: takes any number of values of its array's element type, or the array.
    """

    column: Column
    required: bool = True
    variadic: bool = False

    @property
    def name(self) -> str:
        return self.column.name


Result = Relation | Column | None
"""What a function gives: rows, values, or nothing. Rows of a table are that very `Relation` of the catalog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """A function that can be called by its name: as such one of the database's own.

    What is run in another way (a statement kept in a file, a function in Python) is a subclass, which holds what it
    takes to run it.

    Args:
        parameters: those that arguments are for, in their order.
        result: a `Column` is called like the function.
        returns_set: it gives any number of rows or values, not just one.
        settings: what is to be set for a transaction that it is called in, before it begins.
    """

    schema: str
    name: str
    parameters: tuple[Parameter, ...] = ()
    result: Result = None
    returns_set: bool = False
    volatility: Volatility = Volatility.VOLATILE
    comment: str | None = None
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def reads_only(self) -> bool:
        """Whether it says itself that it changes nothing."""
        return self.volatility is not Volatility.VOLATILE

    @property
    def unnamed(self) -> Parameter | None:
        """The only parameter, if it has no name: it takes the whole body of a request."""
        only = self.parameters[0] if len(self.parameters) == 1 else None
        return only if only is not None and not only.name else None

    @property
    def signature(self) -> str:
        """It with its parameters, for people."""
        taken = ", ".join(f"{each.name} => {each.column.type}".removeprefix(" => ") for each in self.parameters)
        return f"{self.schema}.{self.name}({taken})"


Routines = Mapping[tuple[str, str], tuple[Routine, ...]]
"""Functions by schema and name; several of one name take other arguments."""


class Right(enum.Flag):
    """What may be done with a relation."""

    READ = enum.auto()
    INSERT = enum.auto()
    UPDATE = enum.auto()
    DELETE = enum.auto()


NO_RIGHT = Right(0)
EVERY_RIGHT = Right.READ | Right.INSERT | Right.UPDATE | Right.DELETE
Rights = Mapping[tuple[str, str], Right]
"""What may be done with relations, by schema and name; what is not among them has no right."""


@dataclass(frozen=True)
class Catalog:
    """Everything known of the exposed schemas at one moment.

    Args:
        schemas: the exposed ones, the default first.
        relations: by schema and name.
        version: counts reloads; caches of plans are keyed by it.
        hidden: tables outside the exposed schemas that exposed views show columns of. Their keys alone are known, no
            columns.
        comments: of schemas.
        rights: what the service's own role may do; None where that is everything.
        aliases: other names under which exposed schemas may be asked for.
        geojson: the schema of PostGIS's function that makes a GeoJSON feature of a row; None where there is none.
        routines: what can be called.
        callable: what the service's own role may call, by schema and name; None where that is everything.
        stamp: what the database said of the state that was read; while it says the same, nothing has changed.
        role: for whom it is narrowed to what a file of rules lets them see; None: it is all there is.
    """

    schemas: tuple[str, ...]
    relations: Mapping[tuple[str, str], Relation]
    version: int = 0
    server_version: str = ""
    hidden: Mapping[tuple[str, str], Relation] = field(default_factory=_none)
    comments: Mapping[str, str] = field(default_factory=_none)
    rights: Rights | None = None
    aliases: Mapping[str, str] = field(default_factory=_none)
    geojson: str | None = None
    routines: Routines = field(default_factory=_none)
    callable: frozenset[tuple[str, str]] | None = None
    stamp: str | None = None
    role: str | None = None

    def find(self, schema: str, name: str) -> Relation | None:
        """The relation of that name, or None."""
        return self.relations.get((schema, name))

    def may_call(self, name: str) -> bool:
        """Whether a function that is none of the database's may be called by who sees this catalog."""
        return self.role is None or (self.schemas[0], name) in (self.callable or ())

    @cached_property
    def by_schema(self) -> Mapping[str, tuple[Relation, ...]]:
        """The relations of each exposed schema, ordered by name."""
        return {
            schema: tuple(sorted((r for r in self.relations.values() if r.schema == schema), key=lambda r: r.name))
            for schema in self.schemas
        }
