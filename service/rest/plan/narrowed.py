"""A relation as far as it is there for a role, and which of its rows are.

What may not be read is not among its columns, so that whatever looks there finds nothing, as if it were not there.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from service.catalog.model import EVERY_RIGHT, NO_RIGHT, Column, Relation, Right
from service.errors import DatabaseError, PoolgateError
from service.rest.plan.terms import Condition

_NO_RIGHT = "42501"


Conditions = tuple[Condition, ...]
"""What a rule says of rows: all must be true. They are on the relation's own columns, as of source 0; where a claim in
them is not told, nothing is true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed(Relation):
    """What a role sees of a relation.

    Args:
        whole: all of it.
        rights: what may be done with it.
        inserts: the columns that a new row may be given.
        updates: those that may be changed.
        rows: what a row fulfils that is there; none: every row is.
        check: what a row must fulfil once it is written.
    """

    whole: Relation
    rights: Right = NO_RIGHT
    inserts: frozenset[str] = frozenset()
    updates: frozenset[str] = frozenset()
    rows: Conditions = ()
    check: Conditions = ()


def whole(relation: Relation) -> Relation:
    """All of the relation, whoever asks: for what is not shown to them."""
    return relation.whole if isinstance(relation, Narrowed) else relation


def rights_on(relation: Relation) -> Right:
    """What may be done with the relation."""
    return relation.rights if isinstance(relation, Narrowed) else EVERY_RIGHT


def rows_of(relation: Relation) -> Conditions:
    """What a row fulfils that is there."""
    return relation.rows if isinstance(relation, Narrowed) else ()


def check_of(relation: Relation) -> Conditions:
    """What a row must fulfil once it is written."""
    return relation.check if isinstance(relation, Narrowed) else ()


def writable(relation: Relation) -> list[Column]:
    """The columns that can be given values."""
    columns = (column for column in whole(relation).columns.values() if not column.generated)
    if not isinstance(relation, Narrowed):
        return list(columns)
    return [column for column in columns if column.name in relation.inserts or column.name in relation.updates]


def named(relation: Relation, name: str) -> Column | None:
    """The column of that name, if it is there for reading or for writing."""
    column = relation.columns.get(name)
    if column is None and isinstance(relation, Narrowed) and name in relation.inserts | relation.updates:
        return relation.whole.columns.get(name)
    return column


def may_change(relation: Relation, name: str) -> bool:
    """Whether the column may be given another value."""
    return not isinstance(relation, Narrowed) or name in relation.updates


def require_right(relation: Relation, right: Right) -> None:
    """Refuse what may not be done with the relation.

    Raises:
        DatabaseError: 42501.
    """
    if right not in rights_on(relation):
        raise DatabaseError(_NO_RIGHT, f"permission denied for {relation.kind.value} {relation.name}")


def require_columns(relation: Relation, names: Iterable[str], right: Right, but: Container[str] = ()) -> None:
    """Refuse to write columns that may not be written.

    Args:
        right: to insert or to update.
        but: those that keep their values.

    Raises:
        DatabaseError: 42501.
    """
    if not isinstance(relation, Narrowed):
        return
    allowed = relation.inserts if right is Right.INSERT else relation.updates
    for name in names:
        if name not in allowed and name not in but:
            raise DatabaseError(_NO_RIGHT, f'permission denied for column "{name}" of {relation.name}')


def discreet(relation: Relation, error: PoolgateError) -> PoolgateError:
    """An error of a write as it is told to who may not know all names in it."""
    if not isinstance(relation, Narrowed) or not isinstance(error, DatabaseError):
        return error
    if error.code == _NO_RIGHT:
        return violated(relation)
    if all(name == relation.name or named(relation, name) is not None for name in error.names):
        return error
    return DatabaseError(
        error.code, f'the database refused what was to be written to "{relation.name}"', status=error.status
    )


def violated(relation: Relation) -> DatabaseError:
    """42501: a row was written that may not be so."""
    return DatabaseError(_NO_RIGHT, f'a row violates the rules of "{relation.name}"', details="Nothing was changed.")
