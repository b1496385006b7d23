"""The body of a write, read: JSON, CSV or a form, all of them JSON behind."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.encoder import encode_basestring

from service.errors import BodyError, MediaTypeError
from service.rest.asked.decode import decode
from service.rest.asked.limits import DEFAULT_LIMITS
from service.rest.asked.payload_csv import csv_to_json
from service.rest.asked.payload_json import JsonValue, check_count, check_pairs, rows_of

_TYPE = re.compile(r"\s*([^\s;/]+/[^\s;]+)\s*(;.*)?", re.DOTALL)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]*)", re.IGNORECASE)
_UTF_8 = ("utf-8", "utf8")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Payload:
    """What is to be written.

    Args:
        text: JSON: an object, or an array of objects.
        columns: the keys of every object, as the first has them, or those that the request named.
        count: how many objects there are.
        is_array: whether `text` is an array.
        textual: whether every value is a text or null, as in CSV and forms: a document's column is to parse it.
    """

    text: str
    columns: tuple[str, ...]
    count: int
    is_array: bool
    textual: bool = False


def read_payload(
    content_type: str | None, body: bytes, columns: tuple[str, ...] | None = None, most: int = DEFAULT_LIMITS.objects
) -> Payload:
    """Read the body of a write.

    Args:
        content_type: the header; without one the body is JSON.
        columns: those that the request named: objects may then lack some of them, and their other keys do not count.
        most: objects that it may have, the setting MAX_OBJECTS.

    Raises:
        BodyError: it cannot be read as what it says it is, or holds no objects, too many, or such with differing keys.
        MediaTypeError: 415, a kind of body that is not read.
    """
    kind = _kind(content_type)
    if kind == "application/x-www-form-urlencoded":
        return _read_form(body, columns)
    text = _text(body)
    if kind == "text/csv":
        array, names, count = csv_to_json(text, most)
        return Payload(array, _unique(columns, names), count, is_array=True, textual=True)
    return _read_json(text, columns, most)


def objects(payload: Payload) -> Iterator[dict[str, JsonValue]]:
    """The objects, one at a time; numbers are `Number`s, documents dicts and lists."""
    for row in rows_of(payload.text, known=True):
        yield _object(row, 1)


def _kind(content_type: str | None) -> str:
    if content_type is None or not content_type.strip():
        return "application/json"
    match = _TYPE.fullmatch(content_type)
    kind: str = match[1].lower() if match else ""
    if kind not in ("application/json", "text/csv", "application/x-www-form-urlencoded") and not kind.endswith("+json"):
        raise MediaTypeError(
            f'A body of the type "{_shown(content_type)}" is not read.',
            hint="Send application/json, text/csv or application/x-www-form-urlencoded.",
            status=415,
        )
    charset = _CHARSET.search(match[2] or "") if match else None
    if charset and charset[1].lower() not in _UTF_8:
        raise MediaTypeError(
            f'A body in the charset "{_shown(charset[1])}" is not read.', hint="Send UTF-8.", status=415
        )
    return kind


def _text(body: bytes) -> str:
    try:
        return body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        at = error.start + 1
        raise BodyError("The body is not UTF-8.", details=f"byte {at}: found no UTF-8", hint="Send UTF-8.") from None


def _read_json(text: str, columns: tuple[str, ...] | None, most: int) -> Payload:
    count, first = 0, None
    is_array = text.lstrip(" \t\r\n").startswith("[")
    for row in rows_of(text):
        count += 1
        check_count(count, most)
        keys = _object(row, count if is_array else 0)
        if first is None:
            first = keys
        elif columns is None and keys.keys() != first.keys():
            raise _differing(first, keys, count)
    check_pairs(text)
    return Payload(text, _unique(columns, tuple(first or ())), count, is_array)


def _object(row: JsonValue, number: int) -> dict[str, JsonValue]:
    """Row `number`, or the one value that the body is (0), as the object that it has to be."""
    if isinstance(row, dict):
        return row
    raise BodyError(
        "The body is neither an object nor an array of objects.",
        details=f"row {number} is no object" if number else "it is a single value",
    )


def _differing(first: dict[str, JsonValue], keys: dict[str, JsonValue], number: int) -> BodyError:
    lacks = next((key for key in first if key not in keys), None)
    more = next((key for key in keys if key not in first), "")
    details = f'only row {number} has "{_shown(more)}"' if lacks is None else f'row {number} lacks "{_shown(lacks)}"'
    return BodyError(
        "All objects of the array must have the same keys.",
        details=details,
        hint="Name the columns in columns=...: keys that it does not name are then passed over.",
    )


def _shown(text: str) -> str:
    """The beginning of what the caller sent, fit to be sent back: half of a surrogate pair is not."""
    return text[:_SHOWN].encode(errors="replace").decode()


def _read_form(body: bytes, columns: tuple[str, ...] | None) -> Payload:
    fields: dict[str, str] = {}
    for pair in body.removeprefix(codecs.BOM_UTF8).decode("latin-1").split("&"):
        if pair:
            name, _, value = pair.partition("=")
            fields[_field(name)] = _field(value)
    text = "{" + ",".join(f"{encode_basestring(name)}:{encode_basestring(each)}" for name, each in fields.items()) + "}"
    return Payload(text, _unique(columns, tuple(fields)), 1, is_array=False, textual=True)


def _field(raw: str) -> str:
    return decode(raw, BodyError, "The form")


def _unique(columns: tuple[str, ...] | None, keys: tuple[str, ...]) -> tuple[str, ...]:
    return keys if columns is None else tuple(dict.fromkeys(columns))
