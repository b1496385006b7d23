"""A relation as a path with its operations, and as a schema."""

from __future__ import annotations

from typing import Any

from service.catalog.model import Column, Relation, RelationKind
from service.catalog.relationships import Relationships
from service.rest.openapi import answers, notes
from service.rest.openapi.names import key, refer
from service.rest.openapi.offer import WRITES, Json, Offer, split_comment
from service.rest.openapi.parameters import filters, profile, shared
from service.rest.openapi.types import column_schema
from service.rest.openapi.writes import write_operations


def path_item(offer: Offer, relationships: Relationships, relation: Relation) -> Json:
    """What can be done with a relation."""
    summary, description = split_comment(relation.comment)
    told = "\n\n".join(part for part in (description, notes.related(offer, relationships, relation)) if part)
    methods = offer.methods(relation)
    columns = [*filters(relation)]
    read = [*columns, *shared(offer)]
    found = refer("responses", f"{key(relation.name)}.rows")

    def operation(verb: str, title: str, **rest: Any) -> Json:
        about = {"tags": [relation.name], "operationId": f"{verb}.{key(relation.name)}", "summary": title}
        return {**about, **({"description": told} if told and verb == "read" else {}), **rest}

    reads = {
        "get": operation(
            "read", summary or f"Rows of {relation.name}",
            parameters=read, responses=answers.read_responses(found),
        ),
        "head": operation(
            "count", f"What a GET of {relation.name} would answer, without rows",
            parameters=read, responses=answers.read_responses(refer("responses", "counted")),
        ),
    } if "GET" in methods else {}  # fmt: skip
    options = operation(
        "options",
        f"What can be done with {relation.name}",
        parameters=[*profile(offer)],
        responses=answers.allow_responses(),
    )
    return {**reads, **write_operations(offer, relation, columns), "options": options}


def row_answers(offer: Offer, relation: Relation) -> Json:
    """The answers with rows, by their keys in `components`."""
    row = refer("schemas", key(relation.name))
    methods = offer.methods(relation)
    found = {"rows": False} if "GET" in methods else {}
    if not WRITES.isdisjoint(methods):
        found["written"] = True
    return {
        f"{key(relation.name)}.{part}": answers.rows_response(row, offer.catalog, written=written)
        for part, written in found.items()
    }


def tag(relation: Relation) -> Json:
    """The heading that a relation's operations stand under."""
    comment = (relation.comment or "").strip()
    return {"name": relation.name, "description": comment or f"A {relation.kind.value}."}


_COMPUTED = "Computed from the row; it comes where `select` names it."


def row_schema(offer: Offer, relation: Relation) -> Json:
    """A row's schema. No column is required: which there are is for `select` to say."""
    schema: Json = {"type": "object", "title": relation.name, "properties": {}}
    if relation.comment:
        schema["description"] = relation.comment.strip()
    properties = schema["properties"]
    for column in relation.columns.values():
        properties[column.name] = _property(offer, relation, column, nullable=column.nullable)
    for computed in relation.computed.values():
        found = _property(offer, relation, computed.column, nullable=True)
        about = [_COMPUTED, found.get("description")]
        properties[computed.column.name] = {**found, "description": "\n\n".join(filter(None, about))}
    return schema


def _property(offer: Offer, relation: Relation, column: Column, *, nullable: bool) -> Json:
    schema = column_schema(column, notes.column_description(offer, relation, column), nullable=nullable)
    if relation.kind is RelationKind.FULL_TEXT_TABLE:
        schema["type"] = ["string", "number", "null"]  # it keeps what it is given
    return schema
