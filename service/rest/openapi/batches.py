"""The batch: several operations in one request, which is a POST to the root."""

from __future__ import annotations

from service.rest.openapi import answers
from service.rest.openapi.names import refer
from service.rest.openapi.offer import Json, Offer

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_ABOUT = (
    "The operations are done in their order in one transaction: all of them, or none. A later one may refer to an "
    'earlier one\'s answer: `{"$ref": "/0/body/0/id"}` in its body, `${/0/body/0/id}` in its query string.'
)
_OPERATION: Json = {
    "type": "object",
    "title": "Operation of a batch",
    "required": ["path"],
    "additionalProperties": False,
    "properties": {
        "method": {"type": "string", "enum": list(_METHODS), "default": "GET"},
        "path": {"type": "string", "minLength": 1, "description": "Below this root: `films?id=eq.5`, `rpc/name`."},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "body": {"description": "As the request by itself has it; a text where that is no JSON."},
    },
}
_ANSWER: Json = {
    "type": "object",
    "title": "Answer to an operation",
    "required": ["status", "headers", "body"],
    "properties": {
        "status": {"type": "integer"},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "body": {"description": "As the request by itself is answered; null where there is none."},
    },
}
_PREFER = "`tx=rollback`, `timezone=` and `handling=strict`, for all of the batch; an operation's own do not count."


def batch_item(offer: Offer, tag: str) -> Json:
    """The operation, as far as there is one."""
    if not offer.batch:
        return {}
    operation = {
        "tags": [tag],
        "operationId": "batch",
        "summary": "Several operations in one transaction",
        "description": _ABOUT,
        "parameters": [
            {"name": "Prefer", "in": "header", "schema": {"type": "string"}, "description": _PREFER},
            *([refer("parameters", "idempotency-key")] if offer.writes else []),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"type": "array", "minItems": 1, "maxItems": offer.batch, "items": _OPERATION}
                }
            },
        },
        "responses": answers.batch_responses(_ANSWER),
    }
    return {"post": operation}
