"""Which keys and relationships there are, in descriptions: PostgREST's clients look for `<pk/>` and `<fk …/>` there."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from service.catalog.model import Column, Relation
from service.catalog.relationships import Relationships
from service.rest.openapi.offer import Offer
from service.rest.openapi.types import literal


def column_description(offer: Offer, relation: Relation, column: Column) -> str | None:
    """A column's comment, its default where that is an expression, and its keys."""
    parts = [*_comment(column), *_default(column), *_keys(offer, relation, column)]
    return "\n\n".join(parts) or None


def _comment(column: Column) -> Iterator[str]:
    if column.comment and column.comment.strip():
        yield column.comment.strip()


def _default(column: Column) -> Iterator[str]:
    if column.default and column.default.partition("::")[0].upper() != "NULL" and literal(column) is None:
        yield f"{'Computed' if column.generated else 'Default'}: `{column.default}`"


def _keys(offer: Offer, relation: Relation, column: Column) -> Iterator[str]:
    if column.name in relation.primary_key:
        yield "Primary key.<pk/>"
    for foreign in relation.foreign_keys:
        target = foreign.to_relation
        if foreign.columns == (column.name,) and foreign.to_schema == offer.schema and target in offer.relations:
            there = foreign.to_columns[0]
            tag = f"<fk table='{escape(target)}' column='{escape(there)}'/>"
            yield f"Foreign key to `{target}.{there}`.{tag}"
            return


def related(offer: Offer, relationships: Relationships, relation: Relation) -> str | None:
    """Which rows of others can be had beside a row."""
    known = offer.relations
    found = dict.fromkeys(
        f"`{each.target.name}` ({'one' if each.to_one else 'many'})"
        for each in relationships.of(relation)
        if each.target.schema == offer.schema and each.target.name in known
    )
    return f"Related, for `select`: {', '.join(found)}." if found else None
