"""The operations that change a relation's rows."""

from __future__ import annotations

from collections.abc import Sequence

from service.catalog.model import Relation
from service.rest.openapi import answers
from service.rest.openapi.bodies import request_body
from service.rest.openapi.names import key, refer
from service.rest.openapi.offer import Json, Offer
from service.rest.openapi.parameters import key_parameters, written_with
from service.rest.openapi.security import more_of_writes

_ALL = "Without a filter it is all of them that are {}."
_SAID = {
    "POST": ("insert", "Add rows to {}", "One object adds one row, an array as many as it has objects: all or none."),
    "PUT": ("put", "Add or change one row of {}", "The body has the key that the query string has."),
    "PATCH": ("update", "Change rows of {}", f"Every row that the filters find is changed. {_ALL.format('changed')}"),
    "DELETE": ("delete", "Delete rows of {}", f"Every row that the filters find is deleted. {_ALL.format('deleted')}"),
}


def write_operations(offer: Offer, relation: Relation, filters: Sequence[Json]) -> Json:
    """By method, as far as the caller may do it.

    Args:
        filters: by columns.
    """
    return {
        method.lower(): _operation(offer, method, relation, filters)
        for method in offer.methods(relation)
        if method in _SAID
    }


def summary(method: str, relation: Relation) -> str:
    """What a write does, in a line."""
    return _SAID[method][1].format(relation.name)


def description(method: str) -> str:
    """What is to be known of a write."""
    return _SAID[method][2]


def _operation(offer: Offer, method: str, relation: Relation, filters: Sequence[Json]) -> Json:
    body = {} if method == "DELETE" else {"requestBody": request_body(method, relation)}
    return {
        "tags": [relation.name],
        "operationId": f"{_SAID[method][0]}.{key(relation.name)}",
        "summary": summary(method, relation),
        "description": description(method),
        "parameters": [
            *(filters if method in ("PATCH", "DELETE") else ()),
            *(key_parameters(relation) if method == "PUT" else ()),
            *(refer("parameters", name) for name in written_with(offer, method, relation)),
        ],
        **body,
        **more_of_writes(offer),
        "responses": answers.written_responses(method, refer("responses", f"{key(relation.name)}.written")),
    }
