"""Whether a read runs code of the schema's author, and so needs a READ ONLY transaction to be harmless."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.catalog.relationships import Relationship
from service.rest.plan.terms import Aggregate, Combination, Condition, Embed, Exists, Node, Output, Spread, Target


def is_plain(node: Node) -> bool:
    """Whether reading the node and all below it runs no view, row security or function."""
    below = [*_asked_about(_conditions(node)), *(each for each in node.outputs if isinstance(each, Embed | Spread))]
    return (
        node.relation.plain
        and all(_is_plain_way(joined.relationship) for joined in node.joined)
        and all(target.computed_in is None for target in _targets(node))
        and all(_is_plain_way(each.relationship) and is_plain(each.node) for each in below)
    )


def _is_plain_way(relationship: Relationship) -> bool:
    return relationship.function is None and relationship.target.plain and relationship.through_plain


def _conditions(node: Node) -> Iterator[Condition]:
    yield from node.where
    for joined in node.joined:
        yield from joined.where


def _targets(node: Node) -> Iterator[Target]:
    for output in node.outputs:
        if isinstance(output, Output | Aggregate) and output.target is not None:
            yield output.target
    for ordering in node.order:
        yield ordering.target
    yield from _tested(_conditions(node))


def _tested(conditions: Iterable[Condition]) -> Iterator[Target]:
    for condition in conditions:
        if isinstance(condition, Combination):
            yield from _tested(condition.conditions)
        elif not isinstance(condition, Exists):
            yield condition.target


def _asked_about(conditions: Iterable[Condition]) -> Iterator[Exists]:
    for condition in conditions:
        if isinstance(condition, Exists):
            yield condition
        elif isinstance(condition, Combination):
            yield from _asked_about(condition.conditions)
