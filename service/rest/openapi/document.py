"""The OpenAPI 3.1 document of one schema."""

from __future__ import annotations

from service.catalog.model import Relation
from service.catalog.relationships import Relationships
from service.rest.openapi import answers, parameters, relations, security, words
from service.rest.openapi.batches import batch_item
from service.rest.openapi.bodies import body_schemas
from service.rest.openapi.functions import function_paths, function_tags
from service.rest.openapi.names import ERROR, FILTER, key, path
from service.rest.openapi.offer import Json, Offer, split_comment
from service.rest.sql.offers import offered_groups
from service.rest.terms import Group

OPENAPI = "application/openapi+json"
_ROOT = "This document"


def describe(offer: Offer) -> Json:
    """The document, ready for JSON."""
    relationships = Relationships(offer.catalog)
    known = offer.relations
    return {
        "openapi": "3.1.0",
        "info": info(offer),
        "servers": [{"url": offer.server}],
        **security.requirement(offer, writes=False),
        "tags": [
            {"name": _ROOT},
            *(relations.tag(each) for each in known.values() if each.name != _ROOT),
            *function_tags(offer),
        ],
        "paths": {
            "/": _root_item(offer),
            **{path(name): relations.path_item(offer, relationships, each) for name, each in known.items()},
            **function_paths(offer),
        },
        "components": _components(offer),
    }


def info(offer: Offer) -> Json:
    """What is described: by the schema's comment, as far as it has one."""
    title, description = split_comment(offer.catalog.comments.get(offer.schema))
    how = words.guide(_groups(offer), max_rows=offer.max_rows, aggregates=offer.aggregates, writes=offer.writes)
    return {
        "title": title or "Poolgate",
        "description": f"{description}\n\n{how}" if description else how,
        "version": offer.version,
    }


def _groups(offer: Offer) -> frozenset[Group]:
    """What there is for one relation at least."""
    return frozenset[Group]().union(*(offered_groups(offer.database, each) for each in offer.relations.values()))


def _components(offer: Offer) -> Json:
    known = offer.relations.values()
    shared = parameters.SHARED | (parameters.written(offer) if offer.writes else {})
    if len(offer.catalog.schemas) > 1:
        shared["profile"] = parameters.profile_parameter(offer)
    schemes = security.schemes(offer)
    return {
        **({"securitySchemes": schemes} if schemes else {}),
        "schemas": {
            ERROR: answers.error_schema(minimal=offer.minimal_errors),
            FILTER: {"type": "string", "pattern": words.filter_pattern(_groups(offer))},
            **{key(each.name): relations.row_schema(offer, each) for each in known},
            **{name: schema for each in known for name, schema in body_schemas(offer, each).items()},
        },
        "parameters": {**shared, **{name: found for each in known for name, found in _filters(offer, each)}},
        "headers": answers.HEADERS,
        "responses": {
            **answers.failure_responses(writes=offer.writes),
            "counted": answers.COUNTED,
            **({"nothing": answers.NOTHING} if offer.writes else {}),
            **{name: answer for each in known for name, answer in relations.row_answers(offer, each).items()},
        },
    }


def _filters(offer: Offer, relation: Relation) -> list[tuple[str, Json]]:
    offered = offered_groups(offer.database, relation)
    columns = [*relation.columns.values(), *(computed.column for computed in relation.computed.values())]
    return [
        (parameters.column_key(relation, column.name), parameters.column_parameter(column, offered))
        for column in columns
    ]


def _root_item(offer: Offer) -> Json:
    content = {name: {"schema": {"type": "object"}} for name in (OPENAPI, "application/json")}
    asked = [*parameters.profile(offer)]
    return {
        "get": {
            "tags": [_ROOT], "operationId": "describe", "summary": "This document", "parameters": asked,
            "responses": {"200": {"description": "The document.", "content": content}, **answers.FAILED},
        },
        "head": {
            "tags": [_ROOT], "operationId": "describe.head", "summary": "Whether it has changed", "parameters": asked,
            "responses": {"200": {"description": "The document is there."}, **answers.FAILED},
        },
        "options": {
            "tags": [_ROOT], "operationId": "describe.options", "summary": "What can be done here",
            "responses": answers.allow_responses(),
        },
        **batch_item(offer, _ROOT),
    }  # fmt: skip
