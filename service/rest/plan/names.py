"""Names held against the catalog; an unknown one is told what comes nearest."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from service.catalog.model import Catalog, Column, Relation
from service.errors import ProfileError, UnknownColumnError, UnknownRelationError

_NEAR = (
    0.75  # PostgREST's threshold for tables; a lower one suggests names that have little to do with the one asked for
)
_MOST_CANDIDATES = (
    2000  # the comparison is quadratic in the names' lengths: a catalog of many thousands is not searched
)


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, or None if none is near."""
    pool = list(candidates)
    if len(pool) > _MOST_CANDIDATES or len(name) > 100:
        return None
    folded = {candidate.casefold(): candidate for candidate in reversed(pool)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=_NEAR)
    return folded[near[0]] if near else None


def resolve_schema(catalog: Catalog, profile: str | None) -> str:
    """The schema to look in: the profile asked for, else the first exposed one.

    Raises:
        ProfileError: PGRST106, the profile is not exposed.
    """
    if profile is None:
        return catalog.schemas[0]
    schema = catalog.aliases.get(profile, profile)
    if schema not in catalog.schemas:
        raise ProfileError(
            f"The schema {profile!r} is not exposed",
            hint=f"The exposed schemas are: {', '.join(catalog.schemas)}",
        )
    return schema


def resolve_relation(catalog: Catalog, schema: str, name: str) -> Relation:
    """The relation of that name.

    Raises:
        UnknownRelationError: PGRST205, with the nearest name as a hint.
    """
    relation = catalog.find(schema, name)
    if relation is None:
        near = nearest(name, (other.name for other in catalog.by_schema.get(schema, ())))
        raise UnknownRelationError(
            f"There is no table or view {name!r} in the schema {schema!r}",
            hint=f"Did you mean {near!r}?" if near else None,
        )
    return relation


def resolve_column(relation: Relation, name: str) -> Column:
    """The column of that name.

    Raises:
        UnknownColumnError: 42703, with the nearest name as a hint.
    """
    columns: Mapping[str, Column] = relation.columns
    column = columns.get(name)
    if column is None:
        near = nearest(name, columns)
        raise UnknownColumnError(
            f"column {relation.name}.{name} does not exist",
            hint=f"Did you mean {near!r}?" if near else None,
        )
    return column
