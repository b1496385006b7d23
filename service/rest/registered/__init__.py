"""Functions in Python that are called like the database's own; knows no web framework."""

from service.rest.registered.arguments import from_json, from_texts
from service.rest.registered.registry import Registered, Registry
from service.rest.registered.result import to_json
from service.rest.registered.run import Call, run_registered
from service.rest.registered.signature import Argument, Signature, read_signature, result_schema

__all__ = [
    "Argument",
    "Call",
    "Registered",
    "Registry",
    "Signature",
    "from_json",
    "from_texts",
    "read_signature",
    "result_schema",
    "run_registered",
    "to_json",
]
