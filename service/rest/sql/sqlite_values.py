"""What a URL's text means to SQLite, kind by kind; it would compare anything with anything, so bad values end here.

The codes are those that PostgreSQL answers with (22P02, 22003, 22007), which is what a client looks for.
"""

from __future__ import annotations

import datetime
import json
import math
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from service.catalog.model import Kind
from service.errors import DatabaseError

_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
_SPECIAL = re.compile(r"\s*(?:([+-]?)inf(?:inity)?|(nan))\s*", re.ASCII | re.IGNORECASE)
_TRUE = {"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"}  # what PostgreSQL's boolean takes
_FALSE = {"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"}


def _bad(type_name: str, text: str, sqlstate: str = "22P02") -> DatabaseError:
    return DatabaseError(sqlstate, f'invalid input syntax for type {type_name}: "{text[:100]}"')


def integer(text: str) -> int:
    """A 64-bit integer."""
    if not _INTEGER.fullmatch(text) or len(text) > 100:
        raise _bad("integer", text)
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise DatabaseError("22003", f'value "{text.strip()}" is out of range for type bigint')
    return number


def real(text: str) -> float | str:
    """A float.

    NaN, which SQLite has not, is a text, and a text is greater than any number to it: just where PostgreSQL has NaN.
    """
    if special := _SPECIAL.fullmatch(text):
        return "NaN" if special[2] else -math.inf if special[1] == "-" else math.inf
    if not (found := _NUMBER.fullmatch(text)):
        raise _bad("double precision", text)
    number = float(text)
    if math.isinf(number) or (number == 0 and found[1].strip("0.")):
        raise DatabaseError("22003", f'"{text.strip()[:100]}" is out of range for type double precision')
    return number


def numeric(text: str) -> float | str:
    """The text itself: SQLite's own affinity makes of it what it made of the stored value."""
    if _SPECIAL.fullmatch(text):
        return real(text)
    if not _NUMBER.fullmatch(text):
        raise _bad("numeric", text)
    return text.strip()


def boolean(text: str) -> int:
    folded = text.strip().casefold()
    if folded in _TRUE:
        return 1
    if folded in _FALSE:
        return 0
    raise _bad("boolean", text)


def blob(text: str) -> bytes:
    r"""Bytes from PostgreSQL's hex form, `\x68656c6c6f`; any other text is its own bytes."""
    if not text.startswith("\\x"):
        return text.encode()
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        raise _bad("bytea", text) from None


def document(text: str) -> str:
    """A JSON document, checked."""
    _parse(text)
    return text


def _parse(text: str) -> Any:
    try:
        value = json.loads(text, parse_int=_json_int, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()  # a half of a surrogate pair alone is no text
    except (ValueError, RecursionError):
        raise _bad("json", text) from None
    return value


def _json_int(text: str) -> int | float:
    return int(text) if len(text) < 20 and -(2**63) <= int(text) < 2**63 else float(text)


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def identifier(text: str) -> str:
    """A UUID in the form that PostgreSQL writes it in: what is stored in another is not found."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise _bad("uuid", text) from None


def _moment(parse: Callable[[str], Any], type_name: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if _NUMBER.fullmatch(text):  # a column of epoch seconds or julian days
            return text.strip()
        try:
            parse(text.strip())
        except ValueError:
            raise _bad(type_name, text, "22007") from None
        return text

    return check


CONVERTERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.INTEGER: integer,
    Kind.REAL: real,
    Kind.NUMERIC: numeric,
    Kind.BOOLEAN: boolean,
    Kind.BLOB: blob,
    Kind.JSON: document,
    Kind.UUID: identifier,
    Kind.DATE: _moment(datetime.datetime.fromisoformat, "date"),
    Kind.TIME: _moment(datetime.time.fromisoformat, "time"),
    Kind.TIMESTAMP: _moment(datetime.datetime.fromisoformat, "timestamp"),
    Kind.TIMESTAMP_TZ: _moment(datetime.datetime.fromisoformat, "timestamp with time zone"),
}


def converter(kind: Kind) -> Callable[[str], Any]:
    """What makes a bound value of a URL's text for a column of `kind`."""
    return CONVERTERS.get(kind, str)


def number_or_text(text: str) -> int | float | str:
    """For values of no declared type: the number that a text is, else the text."""
    if not _NUMBER.fullmatch(text) or len(text) > 100:
        return text
    number: int | float = int(text) if _INTEGER.fullmatch(text) else float(text)
    return number if isinstance(number, float) or -(2**63) <= number < 2**63 else float(number)


def blob_hex(text: str) -> str:
    """Bytes as SQLite's `hex` writes them."""
    return blob(text).hex().upper()


def json_list(convert: Callable[[str], Any]) -> Callable[[tuple[str, ...]], str]:
    """Makes one bound JSON array of a list of texts, for `json_each`."""
    return lambda items: f"[{','.join(_json(convert(item)) for item in items)}]"


def _json(value: Any) -> str:
    if isinstance(value, float) and math.isinf(value):
        return "9e999" if value > 0 else "-9e999"  # JSON has no word for it, and SQLite reads these so
    return json.dumps(value)


def like_to_glob(pattern: str) -> str:
    r"""A LIKE pattern (`%`, `*`, `_`, escapes by `\`) as GLOB's: SQLite's LIKE ignores case, its GLOB does not."""
    glob = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            character = next(characters, "\\")
        elif character in "%*":
            glob.append("*")
            continue
        elif character == "_":
            glob.append("?")
            continue
        glob.append(f"[{character}]" if character in "*?[" else character)
    return "".join(glob)


_JSON_RANKS: Mapping[type, int] = {type(None): 0, str: 1, float: 2, int: 2, bool: 3, list: 4, dict: 5}


def json_rank(text: str) -> int:
    """Where a JSON value stands in jsonb's order: null, strings, numbers, booleans, arrays, objects."""
    return _JSON_RANKS[type(_parse(text))]


def json_scalar(text: str) -> Any:
    """The SQL value of a JSON scalar, 0 of null; of an array or an object its text."""
    value = _parse(text)
    if isinstance(value, list | dict):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return 0 if value is None else value
