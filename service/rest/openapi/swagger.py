"""The same as Swagger 2.0, under the names by which PostgREST's clients find things in it."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from service.catalog.model import Relation
from service.rest.openapi import security
from service.rest.openapi.answers import failures, media_of
from service.rest.openapi.document import OPENAPI, info
from service.rest.openapi.offer import Json, Offer, split_comment
from service.rest.openapi.parameters import SHARED, column_parameter, profile_parameter, written
from service.rest.openapi.swagger_parts import called, columns_of, failed, plain, property_of, refer, row_filters
from service.rest.openapi.swagger_writes import body_parameters, write_operations
from service.rest.sql.offers import offered_groups

_AS_THEY_ARE = "!$&'()*+,;=:@~ "


def describe_swagger(offer: Offer) -> Json:
    """The document, ready for JSON; names are written as they are, as far as a path can have them."""
    known = offer.relations
    return {
        "swagger": "2.0",
        "info": info(offer),
        **_server(offer),
        **security.requirement(offer, writes=False, first="JWT"),
        **({"securityDefinitions": security.swagger_schemes(offer)} if offer.credentials else {}),
        "produces": list(media_of(offer.catalog)),
        "paths": {"/": _root(), **{_path(name): _item(offer, each) for name, each in known.items()}},
        "responses": {
            str(status): {"description": failure.meaning} for status, failure in failures(writes=offer.writes).items()
        },
        "definitions": {name: _definition(offer, each) for name, each in known.items()},
        "parameters": {
            **{called(name): plain(each) for name, each in (SHARED | (written(offer) if offer.writes else {})).items()},
            **({} if len(offer.catalog.schemas) == 1 else {"profile": plain(profile_parameter(offer))}),
            **{
                f"rowFilter.{name}.{column.name}": plain(column_parameter(column, offered_groups(offer.database, each)))
                for name, each in known.items()
                for column in columns_of(each)
            },
            **{name: body for each in known.values() for name, body in body_parameters(offer, each).items()},
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


def _root() -> Json:
    return {
        "get": {
            "tags": ["Introspection"],
            "summary": "This document",
            "produces": [OPENAPI, "application/json"],
            "responses": {"200": {"description": "OK"}},
        }
    }


def _item(offer: Offer, relation: Relation) -> Json:
    read = {"get": _read(offer, relation)} if "GET" in offer.methods(relation) else {}
    return read | write_operations(offer, relation)


def _read(offer: Offer, relation: Relation) -> Json:
    summary, description = split_comment(relation.comment)
    names = row_filters(relation) + [called(name) for name in SHARED]
    names += ["profile"] if len(offer.catalog.schemas) > 1 else []
    about = {"summary": summary, "description": description}
    rows = {"type": "array", "items": refer("definitions", relation.name)}
    return {
        "tags": [relation.name],
        **{name: text for name, text in about.items() if text},
        "parameters": [refer("parameters", name) for name in names],
        "responses": {
            "200": {"description": "OK", "schema": rows},
            "206": {"description": "Partial Content", "schema": rows},
            **failed(writes=False),
        },
    }


def _definition(offer: Offer, relation: Relation) -> Json:
    """A whole row; what is required is what is never NULL."""
    columns = columns_of(relation)
    required = [column.name for column in relation.columns.values() if not column.nullable]
    return {
        "type": "object",
        **({"description": relation.comment.strip()} if relation.comment else {}),
        **({"required": required} if required else {}),
        "properties": {column.name: property_of(offer, relation, column) for column in columns},
    }
