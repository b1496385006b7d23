"""A batch: several operations in one body, of which later ones may refer to the answers of earlier ones.

A reference is a JSON Pointer (RFC 6901) into the answers so far: `{"$ref": "/0/body/0/id"}` where a body has a value,
and `${/0/body/0/id}` in a query string. `${/0/headers/Location}` may stand for a path, and nothing else may: what an
operation is about is known before any of them is run.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from service.errors import BodyError, PathError
from service.rest.asked.payload_json import JsonValue, Number, check_pairs, rows_of, write_json

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
FAILED = "Batch-Operation"
"""The header of an error's answer that says which operation failed, counted from 0."""
_READS = ("GET", "HEAD")
_WITHOUT_BODY = (*_READS, "DELETE")
_KEYS = ("method", "path", "headers", "body")
_REFERENCE = re.compile(r"/([0-9]{1,6})(?:/.*)?", re.DOTALL)
_INDEX = re.compile(r"[0-9]{1,9}")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_IN_PATH = re.compile(r"\$(?:\{|%7[Bb])((?:/|%2[Ff]).*?)(?:\}|%7[Dd])", re.DOTALL)
_LOCATION = re.compile(r"\$\{(/[0-9]{1,6}/headers/Location)\}(?=&|\Z)")


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of a batch.

    Args:
        number: its place, from 0.
        path: below the table API's root, with its query string: `films?id=eq.5`; or `${/0/headers/Location}`.
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
    def reads(self) -> bool:
        """Whether its method is one that only reads."""
        return self.method in _READS

    @property
    def is_call(self) -> bool:
        """Whether it is of a function; False too while that is not known."""
        return len(self.names) == 2 and self.names[0] == "rpc"

    @property
    def is_known(self) -> bool:
        """Whether it is known what it is about."""
        return _LOCATION.match(self.path) is None

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

    def with_answers(self, answers: Sequence[JsonValue], root: str = "") -> Operation:
        """The operation with its references replaced.

        Args:
            answers: of the operations before it: objects of `status`, `headers` and `body`.
            root: the table API's, with which a Location begins.

        Raises:
            BodyError: there is nothing at a place that is referred to, or what is there has no place in a URL.
        """
        if not self.refers:
            return self

        def in_path(found: re.Match[str]) -> str:
            return quote(_in_url(unquote(found[1]), answers), safe="")

        path, query = "", self.path
        if location := _LOCATION.match(query):
            path, query = _below(_in_url(location[1], answers), root), query[location.end() :]
        return replace(
            self,
            path=path + _IN_PATH.sub(in_path, query),
            body=_replaced(self.body, lambda pointer: _at(pointer, answers)),
            refers=False,
        )


def read_batch(body: bytes, root: str, most: int) -> tuple[Operation, ...]:
    """Read the body of a batch.

    Args:
        root: the table API's, with which paths may begin.
        most: operations that it may have.

    Raises:
        BodyError: it is no array of operations, has none or too many, or refers to what cannot be known yet.
        PathError: a path leads nowhere.
    """
    body = body.removeprefix(codecs.BOM_UTF8)
    if not body.lstrip().startswith(b"["):
        raise BodyError(
            "A batch is a JSON array of operations", hint='[{"method": "POST", "path": "films", "body": {}}]'
        )
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BodyError("The body is not UTF-8.", details=f"byte {error.start + 1}", hint="Send UTF-8.") from None
    given: list[JsonValue] = []
    for each in rows_of(text):
        if len(given) == most:
            raise BodyError(
                f"A batch may have {most} operations",
                hint="Send several batches, or many rows of a table as one operation. The setting is MAX_BATCH.",
            )
        given.append(each)
    if not given:
        raise BodyError("The batch has no operation")
    check_pairs(text)
    return tuple(_operation(number, each, root) for number, each in enumerate(given))


def _operation(number: int, given: JsonValue, root: str) -> Operation:
    told = f"Operation {number}"
    if not isinstance(given, dict):
        raise _wrong(number, f"{told} is no object", f"It has {', '.join(_KEYS)}.")
    if unknown := [key for key in given if key not in _KEYS]:
        raise _wrong(number, f"{told} has {unknown[0][:60]!a}, which means nothing", f"It has {', '.join(_KEYS)}.")
    method, path, headers = given.get("method", "GET"), given.get("path"), given.get("headers")
    if not isinstance(method, str) or method not in METHODS:
        raise _wrong(number, f"{told}: method is one of {', '.join(METHODS)}")
    if not isinstance(path, str) or isinstance(path, Number):
        raise _wrong(number, f"{told}: path is a text such as films?id=eq.5")
    headers = {} if headers is None else headers
    if not isinstance(headers, dict) or not all(type(value) is str for value in headers.values()):
        raise _wrong(number, f"{told}: headers is an object of texts")
    named = {name.title(): str(value) for name, value in headers.items()}
    written = _BEYOND_ASCII.sub(lambda found: quote(found[0]), path)  # as every client would
    operation = Operation(number, method, _below(written, root), named, given.get("body"))
    if operation.body is not None and method in _WITHOUT_BODY:
        raise _wrong(number, f"{operation}: a {method} takes no body")
    return replace(operation, refers=_refers(operation))


def _below(path: str, root: str) -> str:
    root = root.rstrip("/") + "/"
    return path[len(root) :] if path.startswith(root) else path.removeprefix("/")


def _refers(operation: Operation) -> bool:
    """Whether it has references, each of which is one to an earlier operation."""
    names = operation.path.partition("?")[0]
    if operation.is_known and _IN_PATH.search(names):
        hint = "References stand behind the question mark; ${/0/headers/Location} may stand for a path."
        raise _wrong(operation.number, f"{operation}: a reference cannot name a table or a function", hint)
    if not names:
        hint = "films?id=eq.5, or rpc/function"
        raise PathError(f"{operation}: the path names no table", hint=hint, headers=_failed(operation.number))
    pointers = [unquote(found[1]) for found in _IN_PATH.finditer(operation.path)]
    _replaced(operation.body, lambda pointer: pointers.append(pointer))
    for pointer in pointers:
        _check(operation, pointer)
    return bool(pointers)


def _check(operation: Operation, pointer: str) -> None:
    found = _REFERENCE.fullmatch(pointer)
    if found is None:
        hint = "/0/body/0/id is of the first operation's answer."
        raise _wrong(operation.number, f"{operation}: {pointer[:100]!a} is no reference", hint)
    if int(found[1]) >= operation.number:
        raise _wrong(operation.number, f"{operation} refers to operation {int(found[1])}, which comes no earlier")


def _wrong(number: int, message: str, hint: str | None = None) -> BodyError:
    return BodyError(message, hint=hint, headers=_failed(number))


def _failed(number: int) -> dict[str, str]:
    return {FAILED: str(number)}


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


def _in_url(pointer: str, answers: Sequence[JsonValue]) -> str:
    value = _at(pointer, answers)
    if value is None or isinstance(value, dict | list):
        raise BodyError(f"What is at {pointer[:100]} cannot stand in a URL", details=write_json(value)[:200])
    return str(value) if isinstance(value, str) else write_json(value)


def _at(pointer: str, answers: Sequence[JsonValue]) -> JsonValue:
    found: JsonValue = list(answers)
    for part in pointer[1:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and _INDEX.fullmatch(name) and int(name) < len(found):
            found = found[int(name)]
        else:
            hint = "Has that operation 'Prefer: return=representation', which gives it a body?"
            raise BodyError(f"There is nothing at {pointer[:100]}", hint=hint)
    return found
