"""A column as a JSON Schema: what its values look like in an answer."""

from __future__ import annotations

import json
import re
from typing import Any

from service.catalog.model import Column, Kind
from service.rest.openapi.offer import Json

_INTEGER_FORMATS = {"smallint": "int32", "integer": "int32", "bigint": "int64", "INTEGER": "int64"}
_REAL_FORMATS = {"real": "float"}
_NOT_FINITE = "^(NaN|-?Infinity)$"
_CAST = r"(?:::[\w .,\"\[\]()]+)?"
_LITERAL = re.compile(
    rf"\(?'((?:[^']|'')*)'\)?{_CAST}|\(?(-?[0-9]+(?:\.[0-9]+)?)\)?{_CAST}|(true|false)", re.IGNORECASE
)
_NUMBERS = (Kind.INTEGER, Kind.REAL, Kind.NUMERIC)

_SHAPES: dict[Kind, Json] = {
    Kind.INTEGER: {"type": ["integer"]},
    # What JSON has no number for comes as text.
    Kind.REAL: {"type": ["number", "string"], "pattern": _NOT_FINITE},
    Kind.NUMERIC: {"type": ["number", "string"], "pattern": _NOT_FINITE, "format": "decimal"},
    Kind.BOOLEAN: {"type": ["boolean"]},
    Kind.TEXT: {"type": ["string"]},
    Kind.JSON: {},
    Kind.BLOB: {"type": ["string"], "pattern": r"^\\x([0-9a-f]{2})*$"},
    Kind.UUID: {"type": ["string"], "format": "uuid"},
    Kind.DATE: {"type": ["string"], "format": "date"},
    Kind.TIME: {"type": ["string"], "format": "time-local"},
    Kind.TIMESTAMP: {"type": ["string"], "format": "date-time-local"},
    Kind.TIMESTAMP_TZ: {"type": ["string"], "format": "date-time"},
    Kind.RANGE: {"type": ["string"]},
    Kind.TSVECTOR: {"type": ["string"]},
    Kind.COMPOSITE: {"type": ["object"]},
    Kind.OTHER: {"type": ["string"]},
}


def column_schema(column: Column, description: str | None, *, nullable: bool) -> Json:
    """The schema of a column's values in an answer.

    Args:
        nullable: whether NULL may be among them.
    """
    schema = _array(column) if column.kind is Kind.ARRAY else _plain(column)
    if "type" in schema:
        types = [*schema["type"], "null"] if nullable else schema["type"]
        schema["type"] = types[0] if len(types) == 1 else types
    if column.enum and column.kind is not Kind.ARRAY:
        schema["enum"] = [*column.enum, None] if nullable else list(column.enum)
    if column.max_length is not None:
        schema["maxLength"] = column.max_length
    if (default := literal(column)) is not None:
        schema["default"] = default
    if column.generated:
        schema["readOnly"] = True
    if description:
        schema["description"] = description
    schema["x-type"] = column.type
    return schema


def _plain(column: Column) -> Json:
    if column.kind is Kind.OTHER and not column.enum and (not column.cast or "." in column.cast):
        return {}  # any value, or a type of an extension, which may have its own way to JSON
    if column.cast == "oid":
        return {"type": ["string"]}
    schema = dict(_SHAPES[column.kind])
    if column.kind is Kind.INTEGER:
        schema["format"] = _INTEGER_FORMATS.get(column.cast, "int64")
    elif column.kind is Kind.REAL:
        schema["format"] = _REAL_FORMATS.get(column.cast, "double")
    return schema


def _array(column: Column) -> Json:
    """An array's elements may be arrays, or NULL: the type says neither."""
    shape = _SHAPES.get(column.element or Kind.JSON, {})
    if not shape or column.element is Kind.OTHER:
        return {"type": ["array"], "items": {}}
    return {"type": ["array"], "items": {**shape, "type": [*shape["type"], "null", "array"]}}


def literal(column: Column) -> Any:
    """A default that is a value, as JSON has it; None where it is an expression or NULL."""
    match = _LITERAL.fullmatch(column.default or "")
    if match is None:
        return None
    text = match[1].replace("''", "'") if match[1] is not None else match[2] or match[3].lower()
    try:
        return _value(column.kind, text)
    except ValueError:
        return None


def _value(kind: Kind, text: str) -> Any:
    if kind in _NUMBERS:
        number = _read_json(text)
        return number if isinstance(number, int) or (kind is not Kind.INTEGER and isinstance(number, float)) else None
    if kind is Kind.BOOLEAN:
        return {"true": True, "1": True, "t": True, "false": False, "0": False, "f": False}.get(text)
    if kind is Kind.JSON:
        return _read_json(text)
    return text if kind in (Kind.TEXT, Kind.OTHER, Kind.DATE, Kind.UUID) else None


def _read_json(text: str) -> Any:
    return json.loads(text, parse_constant=_no_json)


def _no_json(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
