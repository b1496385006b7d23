"""Keyset pagination: the rows after a row, found by what they are ordered by instead of by counting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b

from service.catalog.model import Relation
from service.errors import CursorError
from service.rest.plan.terms import Form, Keyset, Node, Ordering, Target
from service.rest.terms import Cursor

_MOST_TERMS = 8


def with_keyset(node: Node, cursor: Cursor, first_value: int, form: Form) -> Node:
    """The node, its page beginning after the cursor's row, and ordered so that a key has no two rows alike.

    A relation without a key is taken in the order that was asked for: whether that tells rows apart where a page ends
    is seen when it is read.

    Args:
        first_value: the index that the cursor's first value has among the request's.
        form: what is made of the rows.

    Raises:
        CursorError: there is no order, the rows cannot have a cursor, or this one is of another order.
    """
    if node.grouped:
        raise CursorError("Groups have no cursor", hint="Page through them with limit and offset.")
    if form in (Form.LINES, Form.CSV):
        raise CursorError(
            "Rows that are sent as lines come without a cursor",
            hint="Ask for application/json, or for all rows at once: they are streamed.",
        )
    order = _order(node)
    if len(order) > _MOST_TERMS:
        raise CursorError(f"Rows are ordered by {len(order)} terms, and a cursor has {_MOST_TERMS} at most")
    mark = mark_of(node.relation.schema, node.relation.name, order)
    if cursor.values is None:
        return replace(node, order=order, keyset=Keyset(mark))
    if cursor.mark != mark:
        raise CursorError(
            "The cursor is of another order or another table",
            hint="Keep all parameters but the cursor as they were, or begin anew with an empty one: cursor=",
        )
    nulls = tuple(value is None for value in cursor.values)
    return replace(node, order=order, keyset=Keyset(mark, nulls, first_value))


def _order(node: Node) -> tuple[Ordering, ...]:
    """The order that pages are told apart by, with a whole key in it if there is one, and as short as it can be."""
    keys = list(_keys(node.relation))
    asked = tuple(dict.fromkeys(map(_plain, node.order)))
    for length in range(1, len(asked) + 1):
        held = [ordering.target for ordering in asked[:length]]
        if any(all(target in held for target in key) for key in keys):
            return asked[:length]  # what comes after a whole key decides nothing
    if not keys and not asked:
        raise CursorError(
            f"{node.relation.name!r} has no key, and so no cursor without an order",
            hint="Order it by columns that tell its rows apart, or page through it with limit and offset.",
        )
    if not keys:
        return asked
    # In the last term's direction, so that one index serves both.
    descending = asked[-1].descending if asked else False
    held = [ordering.target for ordering in asked]
    return (*asked, *(Ordering(target, descending) for target in keys[0] if target not in held))


def _keys(relation: Relation) -> Iterator[list[Target]]:
    """The sets of columns that are in no two rows alike; a key with nulls is none."""
    for key in (relation.primary_key, *relation.uniques):
        columns = [relation.columns[name] for name in key if name in relation.columns]
        if key and len(columns) == len(key) and not any(column.nullable for column in columns):
            yield [Target(column) for column in columns]


def _plain(ordering: Ordering) -> Ordering:
    """The term without a place for nulls that there are none of, for which no index would be found."""
    return ordering if ordering.target.may_be_null else replace(ordering, nulls_first=None)


def mark_of(schema: str, relation: str, order: Sequence[Ordering]) -> str:
    """What a cursor for rows in this order bears."""
    terms = [
        (each.target.column.name, each.target.path, each.target.source, each.descending, each.has_nulls_first)
        for each in order
    ]
    return blake2b(repr((schema, relation, terms)).encode(), digest_size=6).hexdigest()
