"""Which groups of operators a database has for a relation's columns."""

from __future__ import annotations

from service.catalog.model import Relation, RelationKind
from service.rest.terms import Group

_EVERY = frozenset(Group)
_SQLITE = _EVERY - {Group.CONTAINMENT, Group.RANGE, Group.FULL_TEXT}


def offered_groups(database: str, relation: Relation) -> frozenset[Group]:
    """What is not here is refused as not implemented on this database.

    Args:
        database: the database's name in SQLAlchemy.
    """
    if database != "sqlite":
        return _EVERY
    searched = relation.kind is RelationKind.FULL_TEXT_TABLE
    return _SQLITE | {Group.FULL_TEXT} if searched else _SQLITE
