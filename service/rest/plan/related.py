"""Which relationship an embed means, by the name and the hint that it was asked for with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.catalog.model import Relation
from service.catalog.relationships import Cardinality, Relationship, Relationships
from service.errors import EmbeddingError
from service.rest.plan.names import nearest
from service.rest.terms import SelectEmbed


def resolve_relationship(relationships: Relationships, source: Relation, embed: SelectEmbed) -> Relationship:
    """The one relationship from `source` that fits.

    It is named by the target's name, the foreign key's, its column's or the function's; a hint narrows that down to a
    foreign key, a column of either end or a junction.

    Raises:
        EmbeddingError: PGRST200, there is none; PGRST201 (300), there are several.
    """
    every = relationships.of(source)
    if computed := [each for each in every if each.function is not None and each.constraint == embed.relation]:
        return computed[0]
    direct = [each for each in every if each.function is None]
    found = [each for each in direct if _fits(each, embed.relation, embed.hint)]
    if len(found) > 1 and embed.hint is None and all(each.is_self for each in found):
        # PostgREST knows no junction between a relation and itself: the foreign key to the own table has the name.
        found = [each for each in found if each.junction is None] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(source, embed, found)
    raise _unknown(source, embed, every)


def _fits(relationship: Relationship, name: str, hint: str | None) -> bool:
    if relationship.is_self and relationship.junction is None:
        return _fits_self(relationship, name, hint)
    to_target = name == relationship.target.name
    if hint is not None:
        return to_target and hint in _hints(relationship)
    if to_target:
        return True
    # By its foreign key or column a relationship leads to the table that these are of, not to each view over it.
    return (
        not relationship.goes_to_view
        and relationship.junction is None
        and (name == relationship.constraint or name == _single(relationship, 0))
    )


def _fits_self(relationship: Relationship, name: str, hint: str | None) -> bool:
    """One foreign key to the own table gives two: its column's name stands for the row that is referred to, the table's
    for those that refer."""
    if not _owns_key(relationship):
        return name == relationship.target.name and hint in (None, _single(relationship, 1), relationship.constraint)
    return hint is None and name == _single(relationship, 0)


def _owns_key(relationship: Relationship) -> bool:
    """Whether the foreign key is at the source's end; between a relation and itself it is at either."""
    if relationship.cardinality is not Cardinality.ONE_TO_ONE:
        return relationship.cardinality is Cardinality.MANY_TO_ONE
    columns = tuple(column for column, _ in relationship.pairs)
    return any(
        key.name == relationship.constraint and key.columns == columns for key in relationship.source.foreign_keys
    )


def _hints(relationship: Relationship) -> tuple[str | None, ...]:
    if relationship.junction is not None:
        # Between a relation and itself one junction leads two ways: the foreign key to the source says which.
        return relationship.junction.relation.name, relationship.constraint if relationship.is_self else None
    return (relationship.constraint, _single(relationship, 0), _single(relationship, 1))


def _single(relationship: Relationship, side: int) -> str | None:
    """The column at one end, where it is just one."""
    return relationship.pairs[0][side] if len(relationship.pairs) == 1 else None


def _ambiguous(source: Relation, embed: SelectEmbed, found: Sequence[Relationship]) -> EmbeddingError:
    found = sorted(found, key=_in_order)
    hints = ", ".join(f"'{embed.relation}!{hint}'" for hint in dict.fromkeys(_best_hint(each) for each in found))
    return EmbeddingError(
        f"{source.name!r} and {embed.relation!r} are related in more than one way",
        code="PGRST201",
        status=300,
        details=[_described(each) for each in found],
        hint=f"Say which one is meant by writing one of these for {embed.relation!r}: {hints}",
    )


def _in_order(relationship: Relationship) -> tuple[str, ...]:
    """Databases list their foreign keys in orders of their own."""
    junction = relationship.junction
    table, far = ("", "") if junction is None else (junction.relation.name, junction.constraint)
    return table, relationship.constraint, far, relationship.cardinality.value


def _best_hint(relationship: Relationship) -> str:
    by_key = relationship.junction is None or relationship.is_self
    return relationship.constraint if by_key or relationship.junction is None else relationship.junction.relation.name


def _described(relationship: Relationship) -> dict[str, Any]:
    source, target, junction = relationship.source, relationship.target, relationship.junction
    left, right = ([pair[side] for pair in relationship.pairs] for side in (0, 1))
    if junction is None:
        by = f"{relationship.constraint} using {source.name}({', '.join(left)}) and {target.name}({', '.join(right)})"
    else:
        far = [column for column, _ in junction.pairs]
        by = (
            f"{junction.relation.name} using {relationship.constraint}({', '.join(right)}) and {junction.constraint}"
            f"({', '.join(far)})"
        )
    return {
        "cardinality": relationship.cardinality.value,
        "relationship": by,
        "embedding": f"{source.name} with {target.name}",
    }


def _unknown(source: Relation, embed: SelectEmbed, every: Sequence[Relationship]) -> EmbeddingError:
    names = dict.fromkeys(each.constraint if each.function is not None else each.target.name for each in every)
    near = nearest(embed.relation, names)
    by_hint = f" by {embed.hint!r}" if embed.hint is not None else ""
    looked = f"Searched for a foreign key or a function that relates {source.name!r} to {embed.relation!r}{by_hint}"
    return EmbeddingError(
        f"There is no relationship between {source.name!r} and {embed.relation!r}{by_hint}",
        code="PGRST200",
        details=f"{looked} in the schema {source.schema!r}, and found none.",
        hint=f"Did you mean {near!r}?" if near and near != embed.relation else None,
    )
