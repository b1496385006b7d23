"""Whether a read runs code of the schema's author, and so needs a READ ONLY transaction to be harmless."""

from __future__ import annotations

from collections.abc import Iterator

from service.catalog.relationships import Relationship
from service.rest.plan.terms import Aggregate, Combination, Condition, Embed, Exists, Node, Output, Spread, Target


def is_plain(node: Node) -> bool:
    """Whether reading the node and all below it runs no view, row security or function."""
    return (
        node.relation.plain
        and all(_is_plain_way(joined.relationship) for joined in node.joined)
        and all(target.computed_in is None for target in _targets(node))
        and all(_is_plain_way(relationship) for relationship in _asked_about(_conditions(node)))
        and all(
            _is_plain_way(output.relationship) and is_plain(output.node)
            for output in node.outputs
            if isinstance(output, Embed | Spread)
        )
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


def _tested(conditions: Iterator[Condition] | tuple[Condition, ...]) -> Iterator[Target]:
    for condition in conditions:
        if isinstance(condition, Exists):
            yield from _tested(condition.where)
        elif isinstance(condition, Combination):
            yield from _tested(condition.conditions)
        else:
            yield condition.target


def _asked_about(conditions: Iterator[Condition] | tuple[Condition, ...]) -> Iterator[Relationship]:
    for condition in conditions:
        if isinstance(condition, Exists):
            yield condition.relationship
            yield from _asked_about(condition.where)
        elif isinstance(condition, Combination):
            yield from _asked_about(condition.conditions)
