"""Which methods a relation answers to."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from service.catalog.model import Relation, RelationKind, Right
from service.rest.plan.allowed import allowed_methods

ALL = "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"


def made(can: str, key: tuple[str, ...] = ("id",)) -> Relation:
    """A relation that takes inserts (i), updates (u), deletes (d)."""
    able = {name: name[0] in can for name in ("insertable", "updatable", "deletable")}
    return Relation("public", "t", RelationKind.VIEW, MappingProxyType({}), primary_key=key, **able)


@pytest.mark.parametrize(
    "relation, expected",
    [
        (made("iud"), ALL),
        (made("iud", ()), "OPTIONS,GET,HEAD,POST,PATCH,DELETE"),
        (made(""), "OPTIONS,GET,HEAD"),
        (made("i"), "OPTIONS,GET,HEAD,POST"),
        (made("u"), "OPTIONS,GET,HEAD,PATCH"),
        (made("d"), "OPTIONS,GET,HEAD,DELETE"),
        (made("iu"), "OPTIONS,GET,HEAD,POST,PUT,PATCH"),
        (made("iu", ()), "OPTIONS,GET,HEAD,POST,PATCH"),
    ],
)
def test_by_what_it_takes(relation: Relation, expected: str) -> None:
    """A method is there if the relation takes what it does, PUT if it has a key besides; in the order of `Allow`."""
    assert ",".join(allowed_methods(relation)) == expected


@pytest.mark.parametrize(
    "rights, expected",
    [
        (Right(0), "OPTIONS"),
        (Right.READ, "OPTIONS,GET,HEAD"),
        (Right.INSERT | Right.UPDATE, "OPTIONS,POST,PATCH"),
        (Right.READ | Right.INSERT | Right.UPDATE, "OPTIONS,GET,HEAD,POST,PUT,PATCH"),
        (Right.DELETE, "OPTIONS,DELETE"),
    ],
)
def test_by_rights(rights: Right, expected: str) -> None:
    """A caller's rights take away what the relation would allow, and add nothing."""
    assert ",".join(allowed_methods(made("iud"), rights)) == expected
    assert set(allowed_methods(made("", ()), rights)) <= {"OPTIONS", "GET", "HEAD"}
