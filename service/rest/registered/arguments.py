"""What a call brings, made what the function's annotations say. The codes are those of the database's own functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from service.errors import BodyError, DatabaseError, PlanError
from service.rest.registered.signature import Argument, Signature

_BAD_VALUE = "22P02"
_NOT_FOUND = "PGRST202"


def from_json(name: str, signature: Signature, body: bytes | str) -> dict[str, Any]:
    """The arguments in a JSON object; an empty body is an empty one.

    Args:
        name: of the function.

    Raises:
        BodyError: PGRST102, it is no JSON object.
        PlanError: PGRST202, one is missing, or none that the function has.
        DatabaseError: 22P02, a value that its type cannot have.
    """
    given = _object(body) if body.strip() else {}
    _check_names(name, signature, given)
    if any(signature.arguments[each].is_exact for each in given):
        exact = _object(body, parse_float=Decimal)
        given = {each: (exact if signature.arguments[each].is_exact else given)[each] for each in given}
    return {each: _read(signature.arguments[each], _from_value, value) for each, value in given.items()}


def from_texts(name: str, signature: Signature, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The arguments in a query string or a form: a list's items as one each, or as JSON.

    Args:
        name: of the function.

    Raises:
        PlanError: PGRST202, one is missing, or none that the function has.
        DatabaseError: 22P02, a value that its type cannot have.
    """
    given: dict[str, list[str]] = {}
    for key, text in pairs:
        given.setdefault(key, []).append(text)
    _check_names(name, signature, given)
    return {each: _read(signature.arguments[each], _from_texts, texts) for each, texts in given.items()}


def _object(body: bytes | str, parse_float: Callable[[str], Any] | None = None) -> dict[str, Any]:
    try:
        value = json.loads(body, parse_float=parse_float, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BodyError("The body is no JSON", details=str(error)) from None
    if not isinstance(value, dict):
        raise BodyError("The body of a call is a JSON object", hint='Name each argument: {"first": 1, "second": "two"}')
    return value


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _check_names(name: str, signature: Signature, given: Mapping[str, Any]) -> None:
    missing = [each for each in signature.required if each not in given]
    unknown = [each for each in given if each not in signature.arguments]
    if not missing and not unknown:
        return
    told = [f"missing: {', '.join(missing)}"] * bool(missing) + [f"unknown: {', '.join(unknown)}"] * bool(unknown)
    known = [each.name + " (optional)" * each.optional for each in signature.arguments.values()]
    raise PlanError(
        f"There is no function {name!r} with the arguments {', '.join(given) or '(none)'}",
        code=_NOT_FOUND,
        status=404,
        details="; ".join(told),
        hint=f"It takes {', '.join(known)}" if known else "It takes none",
    )


def _read(argument: Argument, read: Callable[[Argument, Any], Any], value: Any) -> Any:
    try:
        return read(argument, value)
    except ValidationError as error:
        told = (": ".join([*map(str, each["loc"]), each["msg"]]) for each in error.errors(include_url=False))
        raise DatabaseError(
            _BAD_VALUE, f"The value of the argument {argument.name!r} cannot be used", details="; ".join(told)
        ) from None


def _from_value(argument: Argument, value: Any) -> Any:
    return argument.adapter.validate_python(value)


def _from_texts(argument: Argument, texts: list[str]) -> Any:
    if len(texts) > 1 and argument.is_list:
        return argument.adapter.validate_python(texts)
    text = texts[-1]  # as everywhere in a query string, the last of several counts
    try:
        return argument.adapter.validate_strings(text)
    except ValidationError:
        if text.lstrip().startswith(("[", "{")):
            return argument.adapter.validate_json(text)
        if argument.is_list:
            return argument.adapter.validate_python([text])
        raise
