"""A read as asked, held against the catalog: what comes out has nothing unresolved in it."""

from __future__ import annotations

from collections.abc import Iterable

from service.catalog.model import Relation
from service.catalog.relationships import Relationships
from service.rest.plan.cursor import with_keyset
from service.rest.plan.nodes import NodePlanner
from service.rest.plan.terms import FILLED_IN, Count, Form, Paged, ReadPlan
from service.rest.plan.wanted import sort_by_embed
from service.rest.terms import STAR, Cursor, EmbedPath, Read


def plan_read(
    asked: Read,
    relation: Relation,
    relationships: Relationships,
    *,
    pages: Iterable[EmbedPath] = (),
    count: Count = Count.NONE,
    count_limit: int | None = None,
    rows: bool = True,
    most: int | None = None,
    form: Form = Form.ARRAY,
    aggregates: bool = False,
    cursor: Cursor | None = None,
    values: int = 0,
    geojson: str | None = None,
    paged: Paged = FILLED_IN,
) -> ReadPlan:
    """The plan of a read.

    Args:
        asked: the request's shape.
        relation: what is read.
        relationships: what can be embedded.
        pages: the embeds that have a page of their own, in the order of the request's pages.
        count: how the total is to be found.
        count_limit: how far an estimated count counts.
        rows: False where only their number is wanted.
        most: rows that each embed has at most.
        form: what is made of the rows.
        aggregates: whether aggregate functions are allowed.
        cursor: where the page begins, if its pages are told by keys; its values follow the request's own.
        values: how many of its own the request has.
        geojson: the schema of the function that makes a feature of a row.
        paged: how the page of the relation's own rows stands in the text.

    Raises:
        PlanError: a name that does not exist, or something that cannot be done.
    """
    planner = NodePlanner(relationships, aggregates=aggregates)
    node = planner.node(relation, asked.select or (STAR,), sort_by_embed(asked, pages))
    if cursor is not None:
        node = with_keyset(node, cursor, values, form)
    return ReadPlan(
        node=node,
        count=count,
        count_limit=count_limit,
        rows=rows,
        most=most,
        form=form,
        warnings=tuple(dict.fromkeys(planner.warnings)),
        geojson=geojson,
        paged=paged,
    )
