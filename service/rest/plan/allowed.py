"""What can be done with a relation's rows."""

from __future__ import annotations

from service.catalog.model import EVERY_RIGHT, Relation, Right
from service.rest.plan.narrowed import rights_on


def allowed_methods(relation: Relation, rights: Right = EVERY_RIGHT) -> tuple[str, ...]:
    """The methods that the relation answers to, as `Allow` lists them.

    Args:
        rights: the caller's.
    """
    can = rights & rights_on(relation) & capabilities(relation)
    put = Right.READ | Right.INSERT | Right.UPDATE
    methods = (
        ("OPTIONS", True),
        ("GET", Right.READ in can),
        ("HEAD", Right.READ in can),
        ("POST", Right.INSERT in can),
        ("PUT", put in can and bool(relation.primary_key)),
        ("PATCH", Right.UPDATE in can),
        ("DELETE", Right.DELETE in can),
    )
    return tuple(method for method, does in methods if does)


def capabilities(relation: Relation) -> Right:
    """What can be done with it, whoever asks."""
    found = Right.READ
    if relation.insertable:
        found |= Right.INSERT
    if relation.updatable:
        found |= Right.UPDATE
    if relation.deletable:
        found |= Right.DELETE
    return found
