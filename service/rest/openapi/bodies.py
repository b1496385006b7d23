"""What is sent to be written."""

from __future__ import annotations

from service.catalog.model import Relation
from service.rest.openapi import notes
from service.rest.openapi.names import key, refer
from service.rest.openapi.offer import Json, Offer
from service.rest.openapi.types import column_schema
from service.rest.plan.narrowed import writable

BODIES = ("application/json", "text/csv", "application/x-www-form-urlencoded")
_ROWS = "A line of the columns' names, and a line for each row; `NULL` is NULL."


def required(relation: Relation) -> list[str]:
    """The columns without which there is no new row."""
    return [each.name for each in writable(relation) if not each.nullable and each.default is None]


def body_schemas(offer: Offer, relation: Relation) -> Json:
    """A row's new values, and a new row's, by their keys in `components`: as far as they are not just a row's."""
    methods = offer.methods(relation)
    schemas = {}
    if not {"POST", "PATCH"}.isdisjoint(methods) and not _is_a_row(relation):
        schemas[_key(relation, "values")] = _values(offer, relation)
    if "POST" in methods and required(relation):
        schemas[_key(relation, "new")] = {
            "title": f"New row of {relation.name}",
            "allOf": [_values_of(relation)],
            "required": required(relation),
        }
    return schemas


def request_body(method: str, relation: Relation) -> Json:
    """The body of a write."""
    needed = [] if method == "PATCH" else required(relation)
    row = refer("schemas", _key(relation, "new")) if needed else _values_of(relation)
    if method == "PUT" and (keyed := [name for name in relation.primary_key if name not in needed]):
        row = {"allOf": [row], "required": keyed}
    several = {"oneOf": [row, {"type": "array", "items": row}]}
    schemas = (several if method == "POST" else row, {"type": "string", "description": _ROWS}, row)
    return {
        "required": True,
        "content": {media: {"schema": schema} for media, schema in zip(BODIES, schemas, strict=True)},
    }


def _values_of(relation: Relation) -> Json:
    return refer("schemas", key(relation.name) if _is_a_row(relation) else _key(relation, "values"))


def _is_a_row(relation: Relation) -> bool:
    """Whether all of a row can be written; then its schema is that of its new values too."""
    return not relation.computed and [each.name for each in writable(relation)] == list(relation.columns)


def _key(relation: Relation, part: str) -> str:
    return f"{key(relation.name)}.{part}"


def _values(offer: Offer, relation: Relation) -> Json:
    properties = {
        column.name: column_schema(column, notes.column_description(offer, relation, column), nullable=column.nullable)
        for column in writable(relation)
    }
    return {"type": "object", "title": f"Values of {relation.name}", "properties": properties}
