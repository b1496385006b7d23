"""What a database has for a relation: groups of operators for its columns, and a way back to rows just written."""

from __future__ import annotations

from service.catalog.model import Relation, RelationKind
from service.rest.sql.sqlite_write import key_of
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


def can_find_written(relation: Relation, database: str) -> bool:
    """Whether rows that were just written can be found again, so that they can be checked.

    Args:
        database: as above.
    """
    # A virtual table may have a column that is its rows' number, which a write then changes.
    return database != "sqlite" or (
        relation.kind is not RelationKind.VIRTUAL_TABLE and (relation.row_id is not None or bool(key_of(relation)))
    )
