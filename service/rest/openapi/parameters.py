"""The parameters of a read: those of every relation, and one for each column."""

from __future__ import annotations

from collections.abc import Iterator

from service.catalog.model import Column, Relation
from service.rest.asked.print import write_name
from service.rest.openapi.names import FILTER, key, refer
from service.rest.openapi.offer import Json, Offer
from service.rest.openapi.words import suiting
from service.rest.terms import Group

_TREE = {"type": "string", "pattern": r"^\(.*\)$"}
_COUNT = {"type": "integer", "minimum": 0}


def _query(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _header(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "header", "description": description, "schema": schema}


SHARED = {
    "select": _query(
        "select",
        {"type": "string"},
        "The columns of the answer and related rows: `id,name`, `title:name`, `price::text`, "
        "`document->>key`, `parent(name)`. Without it: every column.",
    ),
    "order": _query("order", {"type": "string"}, "The order of the rows: `price.desc,name.asc.nullslast`."),
    "limit": _query("limit", _COUNT, "The most rows of the answer."),
    "offset": _query("offset", _COUNT, "How many rows are passed over first."),
    "cursor": _query(
        "cursor",
        {"type": "string"},
        "Begins a walk by pages (left empty), or goes on with it: as the `Link` of the page before has it.",
    ),
    "and": _query("and", _TREE, "Conditions all of which must hold: `(price.gt.5,or(name.eq.nut,name.is.null))`."),
    "or": _query("or", _TREE, "Conditions one of which must hold: `(price.lt.5,stock.is.null)`."),
    "not.and": _query("not.and", _TREE, "Conditions not all of which may hold."),
    "not.or": _query("not.or", _TREE, "Conditions none of which may hold."),
    "range": _header(
        "Range",
        {"type": "string", "pattern": "^[0-9]+-[0-9]*$"},
        "The rows of the page by their places, from 0: `0-24`; within `limit` and `offset`, if they are given.",
    ),
    "range-unit": _header("Range-Unit", {"type": "string", "enum": ["items"]}, "What `Range` counts."),
    "prefer": _header(
        "Prefer",
        {"type": "string"},
        "`count=exact`, `count=planned` or `count=estimated` has `Content-Range` tell how many rows there are in all. "
        "`handling=strict` refuses preferences that are not known.",
    ),
}
"""What reads take whatever is read, by their keys in `components`."""


def column_parameter(column: Column, offered: frozenset[Group]) -> Json:
    """The filter by a column."""
    about = f"`{column.type}`: {suiting(column.kind, offered)}"
    return _query(
        write_name(column.name),
        refer("schemas", FILTER),
        f"{column.comment.strip()}\n\n{about}" if column.comment else about,
    )


def column_key(relation: Relation, name: str) -> str:
    """Where a column's filter stands in `components`."""
    return f"filter.{key(relation.name)}.{key(name)}"


def references(offer: Offer, relation: Relation) -> Iterator[Json]:
    """All the parameters of a read."""
    for name in (*relation.columns, *relation.computed):
        yield refer("parameters", column_key(relation, name))
    for name in SHARED:
        yield refer("parameters", name)
    yield from profile(offer)


def profile(offer: Offer) -> Iterator[Json]:
    """The header that names the schema, where there are several."""
    if len(offer.catalog.schemas) > 1:
        yield refer("parameters", "profile")


def profile_parameter(offer: Offer) -> Json:
    """Without it requests go to the default schema."""
    schema = {"type": "string", "enum": [offer.schema]}
    asked = _header("Accept-Profile", schema, "The schema.")
    return asked if offer.is_default else {**asked, "required": True}
