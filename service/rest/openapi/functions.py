"""Functions as paths: the database's own, saved ones, and those in Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from service.catalog.model import Parameter, Relation, Routine
from service.catalog.saved import SavedRoutine
from service.rest.openapi import answers
from service.rest.openapi.names import key, path, refer
from service.rest.openapi.offer import Json, Offer, PythonFunction, split_comment
from service.rest.openapi.security import more_of_writes
from service.rest.openapi.types import column_schema

TAG = "Functions"
_BODIES = ("application/json", "application/x-www-form-urlencoded")
_OF_ROWS = ("select", "order", "limit", "offset", "and", "or", "not.and", "not.or")
_ROLE = "Only the role `{}` may call it."


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one parameter is, whatever the kind of function."""

    name: str
    schema: Json
    required: bool


@dataclass(frozen=True)
class _Function:
    """What is told of the functions of one name: an alternative for each way to call it.

    Args:
        readonly: it may be called with GET.
        filtered: what it gives are rows that can be filtered.
        result: the schema of what it gives; None where that is nothing.
    """

    name: str
    alternatives: tuple[tuple[_Taken, ...], ...]
    readonly: bool
    filtered: bool = False
    result: Json | None = None
    comment: str | None = None
    notes: list[str] = field(default_factory=list)


def function_paths(offer: Offer) -> Json:
    """The path of each function that the caller may call."""
    return {f"/rpc{path(each.name)}": _item(offer, each) for each in _functions(offer)}


def function_tags(offer: Offer) -> list[Json]:
    """The heading that they stand under, if there are any."""
    about = "Called with their arguments: in the body, or in the query string where they change nothing."
    return [{"name": TAG, "description": about}] if any(True for _ in _functions(offer)) else []


def _functions(offer: Offer) -> Iterator[_Function]:
    """By name; of a function in Python and another of its name the first counts."""
    found = {}
    for (schema, name), routines in offer.catalog.routines.items():
        if schema == offer.schema and _may_call(offer, name, routines):
            found[name] = _of_routines(offer, name, [each for each in routines if offer.writers or each.reads_only])
    for python in offer.python:
        if offer.writers or python.readonly:
            found[python.name] = _of_python(python)
        else:
            found.pop(python.name, None)
    yield from (found[name] for name in sorted(found))


def _may_call(offer: Offer, name: str, routines: Sequence[Routine]) -> bool:
    known = offer.catalog.callable
    is_saved = isinstance(routines[0], SavedRoutine)
    allowed = is_saved or known is None or (offer.schema, name) in known
    return allowed and any(offer.writers or each.reads_only for each in routines)


def _of_routines(offer: Offer, name: str, routines: Sequence[Routine]) -> _Function:
    first = routines[0]
    notes = [_ROLE.format(first.role)] if isinstance(first, SavedRoutine) and first.role else []
    named = [each for each in routines if all(parameter.name for parameter in each.parameters)]
    return _Function(
        name=name,
        alternatives=tuple(tuple(_taken(each, parameter) for parameter in each.parameters) for each in named),
        readonly=any(each.reads_only for each in routines),
        filtered=isinstance(first.result, Relation),
        result=_result(offer, first),
        comment=first.comment,
        notes=notes,
    )


def _taken(routine: Routine, parameter: Parameter) -> _Taken:
    column = parameter.column
    if isinstance(routine, SavedRoutine) and (default := routine.defaults.get(parameter.name)) is not None:
        column = replace(column, default="'" + default.replace("'", "''") + "'")
    schema = column_schema(column, column.comment, nullable=True)
    return _Taken(parameter.name, schema, parameter.required)


def _result(offer: Offer, routine: Routine) -> Json | None:
    match routine.result:
        case None:
            return None
        case Relation() as rows:
            one = _row(offer, rows)
        case column:
            one = column_schema(column, None, nullable=True)
    return {"type": "array", "items": one} if routine.returns_set else one


def _row(offer: Offer, rows: Relation) -> Json:
    if rows.schema == offer.schema and offer.relations.get(rows.name) is rows:
        return refer("schemas", key(rows.name))
    properties = {each.name: column_schema(each, each.comment, nullable=True) for each in rows.columns.values()}
    return {"type": "object", "properties": properties}


def _of_python(python: PythonFunction) -> _Function:
    notes = [_ROLE.format(python.role)] if python.role else []
    taken = tuple(_Taken(each.name, each.schema, each.required) for each in python.parameters)
    return _Function(python.name, (taken,), python.readonly, False, python.result, python.comment, notes)


def _item(offer: Offer, function: _Function) -> Json:
    summary, description = split_comment(function.comment)
    told = "\n\n".join([*([description] if description else []), *function.notes])
    about: Json = {"tags": [TAG], "summary": summary or f"Call {function.name}"}
    about |= {"description": told} if told else {}
    read = [refer("parameters", name) for name in (_OF_ROWS if function.filtered else ())]
    answered = _responses(offer, function)
    item: Json = {
        "post": {
            **about,
            "operationId": f"call.{key(function.name)}",
            "parameters": read,
            **_request_body(function),
            **({} if function.readonly else more_of_writes(offer)),
            "responses": answered,
        }
    }
    if function.readonly:
        asked = [*_query(function), *read]
        item["get"] = {
            **about, "operationId": f"ask.{key(function.name)}", "parameters": asked, "responses": answered,
        }  # fmt: skip
    return item


def _query(function: _Function) -> Iterator[Json]:
    """What a GET takes: a parameter that some of the alternatives lack is not required."""
    every = sorted((taken for each in function.alternatives for taken in each), key=lambda each: each.name)
    for name, several in groupby(every, key=lambda each: each.name):
        found = list(several)
        needed = len(found) == len(function.alternatives) and all(each.required for each in found)
        yield {"name": name, "in": "query", "schema": found[0].schema, "required": needed}


def _request_body(function: _Function) -> Json:
    objects = [_object(each) for each in function.alternatives]
    if not objects:  # its one parameter has no name, and the body is that
        return {"requestBody": {"content": {"application/json": {"schema": {}}}}}
    schema = objects[0] if len(objects) == 1 else {"anyOf": objects}
    needed = all(any(taken.required for taken in each) for each in function.alternatives)
    return {"requestBody": {"required": needed, "content": {media: {"schema": schema} for media in _BODIES}}}


def _object(taken: Sequence[_Taken]) -> Json:
    found: Json = {"type": "object", "properties": {each.name: each.schema for each in taken}}
    if required := [each.name for each in taken if each.required]:
        found["required"] = required
    return found


def _responses(offer: Offer, function: _Function) -> Json:
    if function.result is None:
        return {"204": {"description": "It is done; it gives nothing."}, **answers.FAILED}
    done: dict[str, Any] = {
        "description": "What the function gives.",
        "content": {"application/json": {"schema": function.result}},
    }
    counted = {"206": {**done, "description": "A part of the rows."}} if function.filtered else {}
    return {"200": done, **counted, **answers.FAILED}
