"""What a Python function returned, as JSON in the forms that the databases write it in."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import math
import re
import secrets
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Result, Row, RowMapping

# The json module has no way to write a number of any digits: it stands as a marked text at first. Nobody can have a
# text that is marked so: the mark cannot be guessed.
_MARK = f"{secrets.token_hex(8)}:"
_MARKED = re.compile(rf'"{_MARK}([^"]*)"')


def to_json(value: Any) -> bytes:
    """A value as compact JSON in UTF-8.

    Raises:
        TypeError, ValueError: it is, or has within it, what JSON cannot show.
    """
    try:
        text = _encode(value)
    except ValueError:
        text = _encode(_without_infinities(value))
    return _MARKED.sub(r"\1", text).encode("utf-8", "replace")


def _known(value: Any) -> Any:
    """What JSON has no form of, as what it has."""
    match value:
        case Decimal():
            return f"{_MARK}{value:f}" if value.is_finite() else _word(float(value))
        case Row() | RowMapping():
            return dict(value._mapping if isinstance(value, Row) else value)
        case Result():
            return list(value)
        case BaseModel():
            return value.model_dump(by_alias=True)
        case enum.Enum():
            return value.value
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta() | uuid.UUID():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return f"\\x{bytes(value).hex()}"
        case Mapping():
            return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"a {type(value).__name__} cannot be shown as JSON")


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_known).encode


def _without_infinities(value: Any) -> Any:
    """The same, what JSON has no number for as text; what was read once, an iterator, is read already."""
    match value:
        case float():
            return value if math.isfinite(value) else _word(value)
        case str() | int() | None:
            return value
        case dict():
            return {key: _without_infinities(each) for key, each in value.items()}
        case list() | tuple():
            return [_without_infinities(each) for each in value]
        case Decimal():
            return value
        case _:
            return _without_infinities(_known(value))


def _word(number: float) -> str:
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
