"""A batch: several operations in one body, of which later ones may refer to the answers of earlier ones.

A reference is a JSON Pointer (RFC 6901) into the answers so far: `{"$ref": "/0/body/0/id"}` where a body has a value,
and `${/0/body/0/id}` in a path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from service.errors import BodyError, PathError
from service.rest.asked.payload_json import JsonValue, Number, rows_of, write_json

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_KEYS = ("method", "path", "headers", "body")
_REFERENCE = re.compile(r"/(\d{1,6})(?:/.*)?", re.DOTALL)
_IN_PATH = re.compile(r"\$(?:\{|%7[Bb])((?:/|%2[Ff]).*?)(?:\}|%7[Dd])")


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of a batch.

    Args:
        number: its place, from 0.
        path: below the table API's root, with its query string: `films?id=eq.5`.
        headers: by their names with capitals.
        body: None where there is none.
        refers: it has references that are still to be replaced.
    """

    number: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: JsonValue = None
    refers: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The parts of the path: a table's name, or `rpc` and a function's."""
        return tuple(map(unquote, self.path.partition("?")[0].split("/")))

    @property
    def query(self) -> str:
        return self.path.partition("?")[2]

    @property
    def payload(self) -> bytes:
        """The body as a request by itself would have it; a text is sent as it is where it is said to be no JSON."""
        if self.body is None:
            return b""
        if isinstance(self.body, str) and "json" not in self.headers.get("Content-Type", "json"):
            return self.body.encode()
        return write_json(self.body).encode("utf-8", "surrogatepass")

    def __str__(self) -> str:
        return f"Operation {self.number} ({self.method} {self.path[:100]})"

    def with_answers(self, answers: Sequence[JsonValue]) -> Operation:
        """The operation with its references replaced.

        Args:
            answers: of the operations before it: objects of `status`, `headers` and `body`.

        Raises:
            BodyError: there is nothing at a place that is referred to.
        """
        if not self.refers:
            return self

        def in_path(found: re.Match[str]) -> str:
            value = _at(self, unquote(found[1]), answers)
            if value is None or isinstance(value, dict | list):
                raise BodyError(
                    f"{self}: what is at {unquote(found[1])} cannot stand in a URL", details=write_json(value)[:200]
                )
            return quote(value if isinstance(value, str) else write_json(value), safe="")

        return replace(
            self,
            path=_IN_PATH.sub(in_path, self.path),
            body=_replaced(self.body, lambda pointer: _at(self, pointer, answers)),
            refers=False,
        )


def read_batch(body: bytes, prefix: str, most: int) -> tuple[Operation, ...]:
    """Read the body of a batch.

    Args:
        prefix: the table API's root, with which paths may begin.
        most: operations that it may have.

    Raises:
        BodyError: it is no array of operations, has too many, or refers to what cannot be known yet.
        PathError: a path leads nowhere.
    """
    if not body.lstrip().startswith(b"["):
        raise BodyError(
            "A batch is a JSON array of operations", hint='[{"method": "POST", "path": "films", "body": {}}]'
        )
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BodyError("The body is not UTF-8.", details=f"byte {error.start}") from None
    operations: list[Operation] = []
    for each in rows_of(text):
        if len(operations) == most:
            raise BodyError(
                f"A batch may have {most} operations", hint="Send several, or rows of one table as one array."
            )
        operations.append(_operation(len(operations), each, prefix))
    return tuple(operations)


def _operation(number: int, given: JsonValue, prefix: str) -> Operation:
    if not isinstance(given, dict):
        raise BodyError(f"Operation {number} is no object", hint=f"It has {', '.join(_KEYS)}.")
    if unknown := [key for key in given if key not in _KEYS]:
        raise BodyError(
            f"Operation {number} has {unknown[0][:60]!r}, which means nothing", hint=f"It has {', '.join(_KEYS)}."
        )
    method, path, headers = given.get("method", "GET"), given.get("path"), given.get("headers") or {}
    if method not in METHODS:
        raise BodyError(f"Operation {number}: method is one of {', '.join(METHODS)}")
    if not isinstance(path, str) or isinstance(path, Number):
        raise BodyError(f"Operation {number}: path is a text such as films?id=eq.5")
    if not isinstance(headers, dict) or not all(type(value) is str for value in headers.values()):
        raise BodyError(f"Operation {number}: headers is an object of texts")
    named = {name.title(): str(value) for name, value in headers.items()}
    operation = Operation(number, str(method), _below(path, prefix), named, given.get("body"))
    if not operation.path.partition("?")[0]:
        raise PathError(f"{operation}: the path names no table", hint="films?id=eq.5, or rpc/function")
    pointers = [unquote(found[1]) for found in _IN_PATH.finditer(operation.path)]
    _replaced(operation.body, lambda pointer: pointers.append(pointer))
    for pointer in pointers:
        _check(operation, pointer)
    return replace(operation, refers=bool(pointers))


def _below(path: str, prefix: str) -> str:
    root = prefix.rstrip("/") + "/"
    return path[len(root) :] if path.startswith(root) else path.removeprefix("/")


def _check(operation: Operation, pointer: str) -> None:
    found = _REFERENCE.fullmatch(pointer)
    if found is None:
        raise BodyError(
            f"{operation}: {pointer[:100]!r} is no reference", hint="/0/body/0/id is of the first operation's answer."
        )
    if int(found[1]) >= operation.number:
        raise BodyError(f"{operation} refers to operation {found[1]}, which comes no earlier")


def _replaced(value: JsonValue, found: Callable[[str], JsonValue]) -> JsonValue:
    """A value with what `found` gives for each reference in it. A JSON Schema's `#/...` is none."""
    if isinstance(value, dict):
        pointer = value.get("$ref") if len(value) == 1 else None
        if isinstance(pointer, str) and _REFERENCE.fullmatch(pointer):
            return found(pointer)
        return {key: _replaced(each, found) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, found) for each in value]
    return value


def _at(operation: Operation, pointer: str, answers: Sequence[JsonValue]) -> JsonValue:
    found: JsonValue = list(answers)
    for part in pointer[1:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif (
            isinstance(found, list) and name.isascii() and name.isdigit() and len(name) < 10 and int(name) < len(found)
        ):
            found = found[int(name)]
        else:
            hint = "Has that operation 'Prefer: return=representation', which gives it a body?"
            raise BodyError(f"There is nothing at {pointer[:100]}", hint=hint)
    return found
