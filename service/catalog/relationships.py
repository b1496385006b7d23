"""How relations hang together: found from foreign keys, for tables and the views over them. Pure.

A foreign key gives a many-to-one relationship to the table that it refers to (one-to-one where its columns are a key
of their own table) and the reverse one. Two foreign keys in one table whose primary key holds the columns of both make
that table a junction, and so a many-to-many relationship of the two others. A view has the relationships of the tables
whose columns it shows. A table that is not exposed has none, and is no junction either: what relates rows by it is not
for callers to see, unless a view shows it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from service.catalog.model import Catalog, ForeignKey, Relation, RelationKind

Pairs = tuple[tuple[str, str], ...]
"""Columns that are equal, this side's and the other's."""
_Place = tuple[str, str]


class Cardinality(enum.Enum):
    MANY_TO_ONE = "many-to-one"
    ONE_TO_ONE = "one-to-one"
    ONE_TO_MANY = "one-to-many"
    MANY_TO_MANY = "many-to-many"
    COMPUTED_ONE = "computed to-one"
    COMPUTED_MANY = "computed to-many"


_TO_ONE = (Cardinality.MANY_TO_ONE, Cardinality.ONE_TO_ONE, Cardinality.COMPUTED_ONE)


@dataclass(frozen=True, slots=True)
class Junction:
    """The table between two relations.

    Args:
        constraint: the foreign key to the target.
        pairs: the junction's columns and the target's.
    """

    relation: Relation
    constraint: str
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class Relationship:
    """A way from the rows of one relation to those of another.

    Args:
        constraint: the foreign key; of a many-to-many relationship the junction's to the source; of a computed one
            the function.
        pairs: the source's columns and the target's; with a junction, the source's and the junction's; none if
            computed.
        function: the schema of the function that gives the target's rows, of a computed relationship.
    """

    source: Relation
    target: Relation
    cardinality: Cardinality
    constraint: str
    pairs: Pairs = ()
    junction: Junction | None = None
    function: str | None = None

    @property
    def to_one(self) -> bool:
        """Whether a row has one related row at most."""
        return self.cardinality in _TO_ONE

    @property
    def is_self(self) -> bool:
        """Whether both ends are the same relation."""
        return self.source is self.target

    @property
    def through_plain(self) -> bool:
        """Whether no view is between the two."""
        return self.junction is None or self.junction.relation.plain

    @property
    def goes_to_view(self) -> bool:
        return self.target.kind in (RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW)


@dataclass(frozen=True, slots=True)
class _Face:
    """A relation as far as it shows one table: that table's columns, and what they are called here."""

    relation: Relation
    names: Mapping[str, str]

    def shown(self, columns: tuple[str, ...]) -> tuple[str, ...] | None:
        """The names of a table's columns here, or None if one of them is not shown."""
        if not all(column in self.names for column in columns):
            return None
        return tuple(self.names[column] for column in columns)


class Relationships:
    """Of one catalog; each relation's are found when they are first asked for."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._found: dict[_Place, tuple[Relationship, ...]] = {}

    def of(self, relation: Relation) -> tuple[Relationship, ...]:
        """All that start at `relation`; those by a function first. What only a function gives has none."""
        if relation.kind is RelationKind.RESULT:
            return ()
        place = relation.schema, relation.name
        if place not in self._found:
            direct = tuple(self._direct(relation))
            self._found[place] = (*self._computed(relation), *direct, *self._through_junctions(direct))
        return self._found[place]

    def _computed(self, relation: Relation) -> Iterator[Relationship]:
        for function in relation.related:
            target = self._catalog.find(function.to_schema, function.to_relation)
            if target is not None:
                cardinality = Cardinality.COMPUTED_ONE if function.to_one else Cardinality.COMPUTED_MANY
                yield Relationship(relation, target, cardinality, function.name, function=function.schema)

    def _direct(self, relation: Relation) -> Iterator[Relationship]:
        """By one foreign key, from either of its ends."""
        for table, face in self._faces_of(relation):
            for key in table.foreign_keys:
                yield from self._forward(face, table, key)
            for other, key in self._keys_to.get((table.schema, table.name), ()):
                yield from self._backward(face, other, key)

    def _forward(self, face: _Face, table: Relation, key: ForeignKey) -> Iterator[Relationship]:
        """From the table that has the key."""
        cardinality = Cardinality.ONE_TO_ONE if _is_key(table, key.columns) else Cardinality.MANY_TO_ONE
        yield from self._between(face, key.columns, (key.to_schema, key.to_relation), key.to_columns, cardinality, key)

    def _backward(self, face: _Face, table: Relation, key: ForeignKey) -> Iterator[Relationship]:
        """From the table that the key refers to."""
        cardinality = Cardinality.ONE_TO_ONE if _is_key(table, key.columns) else Cardinality.ONE_TO_MANY
        yield from self._between(face, key.to_columns, (table.schema, table.name), key.columns, cardinality, key)

    def _between(
        self,
        face: _Face,
        columns: tuple[str, ...],
        other: _Place,
        other_columns: tuple[str, ...],
        cardinality: Cardinality,
        key: ForeignKey,
    ) -> Iterator[Relationship]:
        """To everything exposed that shows the other table's columns, if `face` shows its own."""
        own = face.shown(columns)
        if own is None:
            return
        for there in self._faces.get(other, ()):
            shown = there.shown(other_columns)
            if shown is not None:
                pairs = tuple(zip(own, shown, strict=True))
                yield Relationship(face.relation, there.relation, cardinality, key.name, pairs)

    def _through_junctions(self, direct: tuple[Relationship, ...]) -> Iterator[Relationship]:
        for near in direct:
            if near.cardinality is not Cardinality.ONE_TO_MANY:
                continue
            junction = near.target
            held = {column for _, column in near.pairs}
            for far in self._direct(junction):
                columns = {column for column, _ in far.pairs}
                is_other = far.constraint != near.constraint and far.cardinality is Cardinality.MANY_TO_ONE
                if is_other and held | columns <= self._key_of(junction):
                    passage = Junction(junction, far.constraint, far.pairs)
                    yield Relationship(
                        near.source, far.target, Cardinality.MANY_TO_MANY, near.constraint, near.pairs, passage
                    )

    def _key_of(self, relation: Relation) -> set[str]:
        """The primary key's columns; a view's are those of a table whose whole key it shows."""
        if relation.primary_key:
            return set(relation.primary_key)
        keys = (face.shown(table.primary_key) for table, face in self._faces_of(relation) if table.primary_key)
        return set().union(*(key for key in keys if key is not None))

    def _faces_of(self, relation: Relation) -> Iterator[tuple[Relation, _Face]]:
        for place in self._tables_behind(relation):
            table = self._table(place)
            for face in self._faces.get(place, ()):
                if table is not None and not table.partition and face.relation is relation:
                    yield table, face

    @staticmethod
    def _tables_behind(relation: Relation) -> tuple[_Place, ...]:
        if not relation.origins:
            return ((relation.schema, relation.name),)
        return tuple(dict.fromkeys((origin.schema, origin.relation) for origin in relation.origins.values()))

    def _table(self, place: _Place) -> Relation | None:
        return self._catalog.relations.get(place) or self._catalog.hidden.get(place)

    @cached_property
    def _faces(self) -> Mapping[_Place, list[_Face]]:
        """By table, the exposed relations that show it: itself, and views."""
        faces: dict[_Place, list[_Face]] = {}
        for relation in self._catalog.relations.values():
            if relation.partition:
                continue
            if not relation.origins:
                place = relation.schema, relation.name
                faces.setdefault(place, []).append(_Face(relation, _Itself()))
            names: dict[_Place, dict[str, str]] = {}
            for name, origin in relation.origins.items():
                # A column that is shown twice is known by its first name.
                names.setdefault((origin.schema, origin.relation), {}).setdefault(origin.column, name)
            for place, shown in names.items():
                faces.setdefault(place, []).append(_Face(relation, shown))
        return faces

    @cached_property
    def _keys_to(self) -> Mapping[_Place, list[tuple[Relation, ForeignKey]]]:
        """By table, the foreign keys that refer to it and the tables they are in."""
        keys: dict[_Place, list[tuple[Relation, ForeignKey]]] = {}
        for relation in (*self._catalog.relations.values(), *self._catalog.hidden.values()):
            if not relation.partition:
                for key in relation.foreign_keys:
                    keys.setdefault((key.to_schema, key.to_relation), []).append((relation, key))
        return keys


class _Itself(dict[str, str]):
    """Every column under its own name."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return key


def _is_key(table: Relation, columns: tuple[str, ...]) -> bool:
    """Whether a constraint says that no two rows have the same values in `columns`.

    A unique index that is no constraint's says it too, but as PostgREST has it, only a constraint makes one-to-one.
    """
    constraints = (key for key in table.uniques if key not in table.unique_indexes)
    return any(set(key) == set(columns) for key in (table.primary_key, *constraints) if key)
