"""What changes a relation's rows, as Swagger 2.0 has it."""

from __future__ import annotations

from service.catalog.model import Relation
from service.rest.openapi import writes
from service.rest.openapi.answers import DONE
from service.rest.openapi.bodies import required
from service.rest.openapi.offer import Json, Offer
from service.rest.openapi.parameters import key_parameters, written_with
from service.rest.openapi.security import more_of_writes
from service.rest.openapi.swagger_parts import called, failed, plain, property_of, refer, row_filters
from service.rest.plan.narrowed import writable

_CONSUMES = ["application/json", "text/csv"]  # a form is no body in Swagger 2.0: each field would be a parameter
_BODIES = {"POST": "body", "PUT": "body", "PATCH": "change"}


def write_operations(offer: Offer, relation: Relation) -> Json:
    """By method, as far as the caller may do it."""
    return {method.lower(): _operation(offer, method, relation) for method in offer.methods(relation) if method in DONE}


def body_parameters(offer: Offer, relation: Relation) -> Json:
    """The bodies of writes: a new row, and other values for one."""
    methods = offer.methods(relation)
    properties = {column.name: property_of(offer, relation, column) for column in writable(relation)}
    row: Json = {"type": "object", "properties": properties}
    needed = {"required": required(relation)} if required(relation) else {}
    bodies = {}
    if "POST" in methods:
        bodies[f"body.{relation.name}"] = _body(relation, "A new row; also an array of them.", row | needed)
    if "PATCH" in methods:
        bodies[f"change.{relation.name}"] = _body(relation, "The values that change.", row)
    return bodies


def _body(relation: Relation, told: str, schema: Json) -> Json:
    return {"name": relation.name, "in": "body", "description": told, "required": True, "schema": schema}


def _operation(offer: Offer, method: str, relation: Relation) -> Json:
    names = row_filters(relation) if method in ("PATCH", "DELETE") else []
    if method in _BODIES:
        names = [*names, f"{_BODIES[method]}.{relation.name}"]
    names += [called(name) for name in written_with(offer, method, relation)]
    keyed = [plain(each) for each in key_parameters(relation)] if method == "PUT" else []
    return {
        "tags": [relation.name],
        "summary": writes.summary(method, relation),
        "description": writes.description(method),
        **({"consumes": _CONSUMES} if method in _BODIES else {}),
        "parameters": [*keyed, *(refer("parameters", name) for name in names)],
        **more_of_writes(offer, "JWT"),
        "responses": {**_done(method, relation), **failed(writes=True)},
    }


def _done(method: str, relation: Relation) -> Json:
    rows = {"schema": {"type": "array", "items": refer("definitions", relation.name)}}
    return {
        str(status): {"description": told, **({} if status == 204 else rows)} for status, told in DONE[method].items()
    }
