"""What a Python function takes, as its own annotations say."""

from __future__ import annotations

import collections.abc
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import PydanticUserError, TypeAdapter
from pydantic.fields import FieldInfo
from sqlalchemy.ext.asyncio import AsyncConnection

_SEQUENCES = (list, tuple, set, frozenset, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Set)


@dataclass(frozen=True)
class Argument:
    """One argument that callers give.

    Args:
        type: the annotation, with what `Annotated` adds.
        optional: whether a call may leave it out.
        default: what the function has it as then.
    """

    name: str
    type: Any
    optional: bool = False
    default: Any = None
    description: str | None = None

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """What makes a value of the type, or says why not."""
        return TypeAdapter(self.type)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The type as a JSON Schema that refers to nothing outside it."""
        found = _in_itself(self.adapter.json_schema())
        if self.description:
            found["description"] = self.description
        if self.optional and self.default is not None:
            with suppress(ValueError, TypeError):
                found["default"] = self.adapter.dump_python(self.default, mode="json", warnings=False)
        return found

    @cached_property
    def is_list(self) -> bool:
        """Whether it takes several values."""
        return any((get_origin(part) or part) in _SEQUENCES for part in _parts(self.type, within=False))

    @cached_property
    def is_exact(self) -> bool:
        """Whether a number's digits count, all of them."""
        return any(part is Decimal for part in _parts(self.type))


@dataclass(frozen=True)
class Signature:
    """What a function takes.

    Args:
        arguments: by name, in their order.
        connection: the name under which it wants the connection that its transaction is on.
        returns: the annotation of its result; None where that is nothing.
    """

    arguments: Mapping[str, Argument]
    connection: str | None = None
    returns: Any = None

    @property
    def required(self) -> tuple[str, ...]:
        """What no call may leave out."""
        return tuple(each.name for each in self.arguments.values() if not each.optional)


def read_signature(function: Callable[..., Any]) -> Signature:
    """Read a function's signature.

    Raises:
        TypeError: it cannot be called by HTTP: it is not async, an argument has no type or one that cannot be read
            from JSON, or it has no name.
    """
    name = getattr(function, "__qualname__", repr(function))
    if not inspect.iscoroutinefunction(inspect.unwrap(function)):
        raise TypeError(f"{name}: expected an async function")
    try:
        hints = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise TypeError(f"{name}: an annotation cannot be read: {error}; import it outside TYPE_CHECKING") from error
    arguments, connection = {}, None
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"{name}: {parameter} cannot be given by name; expected arguments with names")
        if parameter.name not in hints:
            raise TypeError(f"{name}: the argument {parameter.name} has no type; expected {parameter.name}: type")
        if hints[parameter.name] is AsyncConnection:
            connection = parameter.name
        else:
            arguments[parameter.name] = _argument(name, parameter, hints[parameter.name])
    returns = hints.get("return", Any)
    return Signature(MappingProxyType(arguments), connection, None if returns is type(None) else returns)


def result_schema(signature: Signature) -> dict[str, Any] | None:
    """What a function returns as a JSON Schema, any value where its annotation says nothing; None for nothing."""
    if signature.returns is None:
        return None
    try:
        return _in_itself(TypeAdapter(signature.returns).json_schema(mode="serialization"))
    except PydanticUserError:  # a type of which pydantic does not know how it is shown: rows, a response
        return {}


def _in_itself(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what it defines put where it is referred to, as far as that ends."""
    known: dict[str, Any] = schema.pop("$defs", {})

    def resolved(part: Any, within: tuple[str, ...]) -> Any:
        if isinstance(part, list):
            return [resolved(each, within) for each in part]
        if not isinstance(part, dict):
            return part
        name = str(part.get("$ref", "")).removeprefix("#/$defs/")
        if name in known:
            rest = {} if name in within else resolved(known[name], (*within, name))
            return {**rest, **{word: each for word, each in part.items() if word != "$ref"}}
        return {word: resolved(each, within) for word, each in part.items()}

    found: dict[str, Any] = resolved(schema, ())
    return found


def _argument(function: str, parameter: inspect.Parameter, type_: Any) -> Argument:
    optional = parameter.default is not parameter.empty
    default = parameter.default if optional else None
    found = Argument(parameter.name, type_, optional, default, _description(type_))
    try:
        found.adapter  # noqa: B018  # made now: a type that cannot be read is the developer's to see, at the start
    except PydanticUserError as error:
        why = str(error).partition("\n")[0]
        raise TypeError(f"{function}: the argument {parameter.name} cannot be read from JSON: {why}") from error
    return found


def _description(type_: Any) -> str | None:
    """The text in `Annotated[type, "text"]`, or pydantic's `Field(description="text")`."""
    for extra in get_args(type_)[1:] if get_origin(type_) is Annotated else ():
        if isinstance(extra, str):
            return extra
        if isinstance(extra, FieldInfo) and extra.description:
            return extra.description
    return None


def _parts(type_: Any, *, within: bool = True) -> Iterator[Any]:
    """A type, what it is a union of, and what it contains.

    Args:
        within: look into lists and their like too.
    """
    yield type_
    if get_origin(type_) is Annotated:
        yield from _parts(get_args(type_)[0], within=within)
    elif within or get_origin(type_) not in _SEQUENCES:
        for part in get_args(type_):
            yield from _parts(part, within=within)
