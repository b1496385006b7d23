"""The same as Swagger 2.0, under the names by which PostgREST's clients find things in it."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from service.catalog.model import Column, Kind, Relation
from service.rest.openapi.answers import FAILURES, media_of
from service.rest.openapi.document import OPENAPI, info
from service.rest.openapi.notes import column_description
from service.rest.openapi.offer import Json, Offer, split_comment
from service.rest.openapi.parameters import SHARED, column_parameter, profile_parameter
from service.rest.openapi.types import literal
from service.rest.sql.offers import offered_groups

_CALLED = {"range-unit": "rangeUnit", "prefer": "preferCount"}
_TYPES = {
    Kind.INTEGER: "integer",
    Kind.REAL: "number",
    Kind.NUMERIC: "number",
    Kind.BOOLEAN: "boolean",
    Kind.ARRAY: "array",
    Kind.COMPOSITE: "object",
}
_AS_THEY_ARE = "!$&'()*+,;=:@~ "


def describe_swagger(offer: Offer) -> Json:
    """The document, ready for JSON; names are written as they are, as far as a path can have them."""
    known = offer.relations
    return {
        "swagger": "2.0",
        "info": info(offer),
        **_server(offer),
        "produces": list(media_of(offer.catalog)),
        "paths": {"/": _root(), **{_path(name): {"get": _read(offer, each)} for name, each in known.items()}},
        "definitions": {name: _definition(offer, each) for name, each in known.items()},
        "parameters": {
            **{_CALLED.get(name, name): _plain(each) for name, each in SHARED.items()},
            **({} if len(offer.catalog.schemas) == 1 else {"profile": _plain(profile_parameter(offer))}),
            **{
                f"rowFilter.{name}.{column.name}": _plain(
                    column_parameter(column, offered_groups(offer.database, each))
                )
                for name, each in known.items()
                for column in _columns(each)
            },
        },
    }


def _server(offer: Offer) -> Json:
    """Without a proxy's address no host is named: it is the one that the document came from."""
    server: Json = {"basePath": offer.base or "/"}
    if offer.proxy:
        parts = urlsplit(offer.proxy)
        server |= {"host": parts.netloc, "schemes": [parts.scheme]}
    return server


def _path(name: str) -> str:
    return "/" + "".join(quote(letter, safe=_AS_THEY_ARE) if letter.isascii() else letter for letter in name)


def _refer(section: str, name: str) -> Json:
    return {"$ref": f"#/{section}/{quote(name.replace('~', '~0').replace('/', '~1'), safe='')}"}


def _plain(parameter: Json) -> Json:
    """A parameter of 2.0 has its type in itself, and no reference."""
    schema = {"type": "string"} if "$ref" in parameter["schema"] else parameter["schema"]
    return {**{name: value for name, value in parameter.items() if name != "schema"}, **schema}


def _root() -> Json:
    return {
        "get": {
            "tags": ["Introspection"],
            "summary": "This document",
            "produces": [OPENAPI, "application/json"],
            "responses": {"200": {"description": "OK"}},
        }
    }


def _read(offer: Offer, relation: Relation) -> Json:
    summary, description = split_comment(relation.comment)
    names = [f"rowFilter.{relation.name}.{column.name}" for column in _columns(relation)]
    names += [_CALLED.get(name, name) for name in SHARED]
    names += ["profile"] if len(offer.catalog.schemas) > 1 else []
    about = {"summary": summary, "description": description}
    rows = {"type": "array", "items": _refer("definitions", relation.name)}
    return {
        "tags": [relation.name],
        **{name: text for name, text in about.items() if text},
        "parameters": [_refer("parameters", name) for name in names],
        "responses": {
            "200": {"description": "OK", "schema": rows},
            "206": {"description": "Partial Content", "schema": rows},
            **{str(status): {"description": failure.meaning} for status, failure in FAILURES.items()},
        },
    }


def _definition(offer: Offer, relation: Relation) -> Json:
    """A whole row; what is required is what is never NULL."""
    columns = _columns(relation)
    required = [column.name for column in relation.columns.values() if not column.nullable]
    return {
        "type": "object",
        **({"description": relation.comment.strip()} if relation.comment else {}),
        **({"required": required} if required else {}),
        "properties": {column.name: _property(offer, relation, column) for column in columns},
    }


def _property(offer: Offer, relation: Relation, column: Column) -> Json:
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


def _columns(relation: Relation) -> list[Column]:
    return [*relation.columns.values(), *(computed.column for computed in relation.computed.values())]
