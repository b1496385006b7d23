"""What can be named in one relation of a read: its columns, and the relations that are embedded in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from service.catalog.model import Relation
from service.catalog.relationships import Relationship, Relationships
from service.errors import DatabaseError, EmbeddingError
from service.rest.plan.names import nearest, resolve_column
from service.rest.plan.related import resolve_relationship
from service.rest.plan.terms import Target
from service.rest.plan.wanted import Wanted
from service.rest.terms import Field, SelectEmbed, SelectItem


@dataclass
class Found:
    """An embed as asked for, its relationship, and what is asked of its rows.

    Args:
        source: the source that was joined for it, if one was.
    """

    item: SelectEmbed
    relationship: Relationship
    wanted: Wanted = field(default_factory=Wanted)
    source: int | None = None

    @property
    def key(self) -> str:
        return self.item.alias or self.item.relation


@dataclass
class Scope:
    """One source of a node: its relation, and what is embedded in that.

    Args:
        number: the source's.
        legacy: the names of parameters' embeds that have an alias and were called by their relation instead.
    """

    relation: Relation
    number: int = 0
    embeds: list[Found] = field(default_factory=list)
    legacy: list[str] = field(default_factory=list)

    def embedded(self, name: str) -> Found | None:
        """The embed that parameters mean by `name`: by its alias or, without one, by what it was asked for as.

        Raises:
            DatabaseError: 42712, there are several.
        """
        named = [found for found in self.embeds if found.key == name]
        if len(named) > 1:  # all but one of them are spreads, whose keys are their columns'
            raise _named_twice(name)
        return named[0] if named else None

    def target(self, field: Field) -> Target:
        """A column of the relation, stored or computed.

        Raises:
            UnknownColumnError: 42703.
        """
        computed = self.relation.computed.get(field.name)
        if computed is not None and field.name not in self.relation.columns:
            return Target(computed.column, field.path, self.number, computed.schema)
        return Target(resolve_column(self.relation, field.name), field.path, self.number)


def open_scope(
    relationships: Relationships, relation: Relation, items: Sequence[SelectItem], wanted: Wanted, number: int = 0
) -> Scope:
    """The scope of `relation` with the embeds that `items` ask for, each told what is wanted of it.

    Raises:
        EmbeddingError: PGRST200, PGRST201, an embed cannot be resolved; PGRST108, a parameter is about something that
            is not embedded.
        DatabaseError: 42712, two embeds have one key.
    """
    scope = Scope(relation, number)
    keys = set()
    for item in items:
        if isinstance(item, SelectEmbed):
            found = Found(item, resolve_relationship(relationships, relation, item))
            if not item.spread:
                if found.key in keys:
                    raise _named_twice(found.key)
                keys.add(found.key)
            scope.embeds.append(found)
    for name, below in wanted.below.items():
        _meant(scope, name).wanted.merge(below)
    return scope


def _meant(scope: Scope, name: str) -> Found:
    found = scope.embedded(name)
    if found is None:
        found = next(_by_relation(scope, name), None)
        if found is None:
            raise not_embedded(name, scope)
        scope.legacy.append(name)
    return found


def _by_relation(scope: Scope, name: str) -> Iterator[Found]:
    return (found for found in scope.embeds if name in (found.item.relation, found.relationship.target.name))


def not_embedded(name: str, scope: Scope) -> EmbeddingError:
    """PGRST108."""
    near = nearest(name, (found.key for found in scope.embeds))
    return EmbeddingError(
        f"{name!r} is not embedded in this request",
        code="PGRST108",
        hint=f"Did you mean {near!r}?"
        if near
        else f"Embed it in the select parameter to filter, order or page it: select=*,{name}(*)",
    )


def _named_twice(name: str) -> DatabaseError:
    return DatabaseError(
        "42712",
        f"table name {name!r} specified more than once",
        details="Two embeds have one key.",
        hint=f"Give one an alias: select=other:{name}(*)",
    )
