"""A body as CSV (RFC 4180): a line of names, then rows; made an array of objects."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from json.encoder import encode_basestring

from service.errors import BodyError
from service.rest.asked.payload_json import check_count

_FIELD = re.compile(r'(?:"([^"]*+(?:""[^"]*+)*+)"|([^",\r\n]*+))(,|\r?\n)')
_NULL = "NULL"


def csv_to_json(text: str, most: int) -> tuple[str, tuple[str, ...], int]:
    """The rows as a JSON array of objects whose values are texts or null; their keys; how many there are.

    `NULL` without quotes is null, an empty field the empty text. Empty lines are passed over.

    Args:
        most: rows that it may have.

    Raises:
        BodyError: no line of names, a name twice, a row with another number of fields, a quote out of place, or
            too many rows.
    """
    records = _records(text if text.endswith("\n") else text + "\n")
    names = _names(next(records, None))
    # One template a row, filled in one step; a name's own percent signs are doubled.
    template = "{" + ",".join(encode_basestring(name).replace("%", "%%") + ":%s" for name in names) + "}"
    array, count = io.StringIO(), 0
    for at, values in records:
        if len(values) != len(names):
            raise BodyError(
                "Every line of the CSV must have as many fields as its first.",
                details=f"line {_line(text, at)} has {len(values)}, expected {len(names)}",
                hint="A field with a comma, a quote or a line break in it is put in double quotes.",
            )
        check_count(count + 1, most)
        array.write(",\n" if count else "[")
        array.write(template % tuple(["null" if value is None else encode_basestring(value) for value in values]))
        count += 1
    array.write("]" if count else "[]")
    return array.getvalue(), names, count


def _names(record: tuple[int, list[str | None]] | None) -> tuple[str, ...]:
    if record is None:
        raise BodyError("The body is empty, where CSV is expected.", hint="Its first line names the columns.")
    names = tuple(_NULL if name is None else name for name in record[1])
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise BodyError("The first line of the CSV names a column twice.", details=f'"{twice[0][:60]}"')
    return names


def _records(text: str) -> Iterator[tuple[int, list[str | None]]]:
    """Where each line begins, and its fields; None for NULL."""
    at = 0
    while at < len(text):
        start, end = at, text.find("\n", at)
        line = text[at:end].removesuffix("\r")
        if '"' in line or "\r" in line:  # the rare line is read by character, the others are cut at commas
            fields, at = _fields(text, at)
        else:
            fields, at = [None if field == _NULL else field for field in line.split(",")], end + 1
        if line:
            yield start, fields


def _fields(text: str, at: int) -> tuple[list[str | None], int]:
    fields: list[str | None] = []
    while True:
        field = _FIELD.match(text, at)
        if field is None:
            raise BodyError(
                "The body is not valid CSV.",
                details=f"line {_line(text, at)}: field {len(fields) + 1} cannot be read to its end",
                hint="A quote stands around a whole field, or twice within a quoted one; a line ends with LF or CRLF.",
            )
        quoted, plain, end = field.groups()
        fields.append((None if plain == _NULL else plain) if quoted is None else quoted.replace('""', '"'))
        at = field.end()
        if end != ",":
            return fields, at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
