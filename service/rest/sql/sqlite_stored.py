"""What a value of a request's body is stored as, by its column's type; as PostgreSQL's `json_to_recordset` has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.catalog.model import Column, Kind
from service.errors import DatabaseError
from service.rest.asked.payload_json import JsonValue, Number, write_json
from service.rest.sql.sqlite_values import converter, document, number_or_text


def stored(column: Column, *, textual: bool) -> Callable[[JsonValue], Any]:
    """What makes a bound value of a body's value for a column.

    Args:
        textual: values are texts, in which a document has to be found.

    Raises (the function):
        DatabaseError: 22P02 and its like, the column's type cannot hold the value.
    """
    if column.kind is Kind.JSON:
        return _document_in if textual else _document
    if column.kind is Kind.OTHER:
        return _as_it_is
    convert = converter(column.kind)
    return lambda value: None if value is None else convert(_checked(value) if type(value) is str else _text(value))


def _document_in(value: JsonValue) -> str | None:
    return None if value is None else document(str(value))


def _document(value: JsonValue) -> str | None:
    return None if value is None else write_json(value)


def _as_it_is(value: JsonValue) -> Any:
    """For a column of any type."""
    match value:
        case str() if type(value) is str:
            return _checked(value)
        case bool():
            return int(value)
        case Number():
            return number_or_text(value)
        case dict() | list():
            return write_json(value)
    return value


def _checked(text: str) -> str:
    """SQLite would keep a NUL, and show the text only up to there."""
    if "\0" in text:
        raise DatabaseError("22P05", "a text cannot hold the character \\u0000")
    return text


def _text(value: JsonValue) -> str:
    """A value as the text that its column's type is to read."""
    if isinstance(value, Number):
        return str(value)
    return write_json(value)
