"""What a Swagger 2.0 document is put together of."""

from __future__ import annotations

from urllib.parse import quote

from service.catalog.model import Column, Kind, Relation
from service.rest.openapi.answers import failures
from service.rest.openapi.notes import column_description
from service.rest.openapi.offer import Json, Offer
from service.rest.openapi.types import literal

_CALLED = {
    "range-unit": "rangeUnit",
    "prefer": "preferCount",
    "prefer-post": "preferPost",
    "prefer-put": "preferPut",
    "prefer-patch": "preferPatch",
    "prefer-delete": "preferDelete",
    "idempotency-key": "idempotencyKey",
    "content-profile": "contentProfile",
}
_TYPES = {
    Kind.INTEGER: "integer",
    Kind.REAL: "number",
    Kind.NUMERIC: "number",
    Kind.BOOLEAN: "boolean",
    Kind.ARRAY: "array",
    Kind.COMPOSITE: "object",
}


def called(name: str) -> str:
    """A parameter's key, as PostgREST writes them."""
    return _CALLED.get(name, name)


def refer(section: str, name: str) -> Json:
    """A reference; the name is the database's."""
    return {"$ref": f"#/{section}/{quote(name.replace('~', '~0').replace('/', '~1'), safe='')}"}


def plain(parameter: Json) -> Json:
    """A parameter of 2.0 has its type in itself, and no reference."""
    schema = {"type": "string"} if "$ref" in parameter["schema"] else parameter["schema"]
    return {**{name: value for name, value in parameter.items() if name != "schema"}, **schema}


def property_of(offer: Offer, relation: Relation, column: Column) -> Json:
    """A column."""
    found: Json = {"format": column.type}
    if column.kind is not Kind.JSON:
        found["type"] = _TYPES.get(column.kind, "string")
    if column.kind is Kind.ARRAY:
        element = _TYPES.get(column.element or Kind.JSON, "string")
        found["items"] = {} if column.element is Kind.JSON else {"type": element}
    if column.enum and column.kind is not Kind.ARRAY:
        found["enum"] = list(column.enum)
    if column.max_length is not None:
        found["maxLength"] = column.max_length
    if (default := literal(column)) is not None:
        found["default"] = default
    if description := column_description(offer, relation, column):
        found["description"] = description
    return found


def columns_of(relation: Relation) -> list[Column]:
    """The stored and the computed ones."""
    return [*relation.columns.values(), *(computed.column for computed in relation.computed.values())]


def row_filters(relation: Relation) -> list[str]:
    """The keys of the filters by columns."""
    return [f"rowFilter.{relation.name}.{column.name}" for column in columns_of(relation)]


def failed(*, writes: bool) -> Json:
    """The errors of an operation."""
    return {str(status): refer("responses", str(status)) for status in failures(writes=writes)}
