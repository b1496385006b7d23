"""A body as JSON: one object, or an array of objects that is walked and never held as a whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from json import JSONDecodeError, JSONDecoder
from json.encoder import encode_basestring

from service.errors import BodyError

DEPTH = 200
"""How deep a body may nest; SQLite's JSON goes to 1,000, and Python's own stack is shared with the request's."""

JsonValue = None | bool | str | list["JsonValue"] | dict[str, "JsonValue"]
"""A value of a body; a number is a `Number`."""

_SPACE = re.compile(r"[ \t\n\r]*+")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_PAIR = r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(rf"\\(?:{_PAIR}|(u[dD][89a-fA-F][0-9a-fA-F]{{2}})|.)")
_CONSTANT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|(-?Infinity|NaN)', re.DOTALL)


class _Twice(dict[str, "JsonValue"]):
    """An object that had a key more than once."""

    __slots__ = ("key",)

    def __init__(self, pairs: list[tuple[str, JsonValue]]) -> None:
        super().__init__(pairs)
        self.key = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)


_NESTED = frozenset({dict, list, _Twice})


class Number(str):
    """A number as it was written: its digits are the database's to read, not a float's to lose."""

    __slots__ = ()


class _ConstantError(Exception):
    """NaN or Infinity, which Python reads and JSON does not know."""


def _refuse_constant(name: str) -> JsonValue:
    raise _ConstantError(name)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Twice(pairs)


_decoder = JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_refuse_constant, object_pairs_hook=_object)
_of_known = JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_refuse_constant)
"""Of what was read before; a third faster."""


def rows_of(text: str, *, known: bool = False) -> Iterator[JsonValue]:
    """The elements of the array that `text` is, one at a time, or the one value that it is.

    Args:
        known: it was read before, and is good.

    Raises:
        BodyError: it is empty, or no JSON, or nests too deep, or one of these objects has a key twice: who looks at it
            on the way may take the other value for the one that counts (RFC 8259, 4).
    """
    decoder = _of_known if known else _decoder
    start = _skip(text, 0)
    if start == len(text):
        raise BodyError("The body is empty, where JSON is expected.", hint="An array without objects is written [].")
    for row in _elements(text, start, decoder):
        _check_depth(row)
        if type(row) is _Twice:
            raise BodyError("An object of the body has a key twice.", details=ascii(row.key[:60]))
        yield row


def _elements(text: str, at: int, decoder: JSONDecoder) -> Iterator[JsonValue]:
    if not text.startswith("[", at):
        value, at = _value(text, at, decoder)
        yield value
    elif text.startswith("]", after := _skip(text, at + 1)):
        at = after + 1
    else:
        while not text.startswith("]", at):
            value, at = _value(text, _skip(text, at + 1), decoder)
            yield value
            at = _skip(text, at)
            if not text.startswith((",", "]"), at):
                raise _broken(text, at, 'expected "," or "]"')
        at += 1
    if (end := _skip(text, at)) < len(text):
        raise _broken(text, end, "expected the end")


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    assert space  # noqa: S101  # it matches the empty text too
    return space.end()


def _value(text: str, at: int, decoder: JSONDecoder) -> tuple[JsonValue, int]:
    try:
        found: tuple[JsonValue, int] = decoder.raw_decode(text, at)
    except JSONDecodeError as error:
        raise _broken(text, error.pos, error.msg[:1].lower() + error.msg[1:].removesuffix(" at")) from None
    except _ConstantError as constant:
        raise _broken(text, _constant_at(text, at), f"JSON knows no {constant}", hint="null is a value.") from None
    except RecursionError:
        raise _too_deep() from None
    return found


def _constant_at(text: str, at: int) -> int:
    return next(match.start() for match in _CONSTANT.finditer(text, at) if match[1])


def _broken(text: str, at: int, what: str, hint: str | None = None) -> BodyError:
    return BodyError("The body is not valid JSON.", details=f"{_place(text, at)}: {what}", hint=hint)


def _place(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"


def _too_deep() -> BodyError:
    return BodyError("The body nests too deep.", details=f"at most {DEPTH} levels are allowed")


def _check_depth(row: JsonValue) -> None:
    """Level by level, for a call of a function each would be what it is to prevent."""
    if type(row) is dict and _NESTED.isdisjoint(map(type, row.values())):
        return
    level, depth = [row], 0
    while level := [part for each in level for part in _parts(each) if type(part) in _NESTED]:
        depth += 1
        if depth >= DEPTH:
            raise _too_deep()


def _parts(value: JsonValue) -> Iterable[JsonValue]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def check_count(count: int, most: int) -> None:
    """Refuse a body of more than `most` objects: each is a row to be written, and may be as short as `{}`."""
    if count > most:
        raise BodyError(
            "The body has too many objects.",
            details=f"at most {most} are allowed",
            hint="Send them as several requests. The setting MAX_OBJECTS says how many.",
        )


def check_pairs(text: str) -> None:
    """Refuse half of a surrogate pair, which no database can keep.

    Args:
        text: JSON that has been read, so that a backslash begins an escape wherever it stands.
    """
    if _HALF.search(text) is None:  # as in most bodies
        return
    if alone := next((escape for escape in _ESCAPE.finditer(text) if escape[1]), None):
        raise BodyError(
            "The body holds half of a surrogate pair, which is no character.",
            details=f"{_place(text, alone.start())}: {alone[1]} stands without its other half",
            hint="A character beyond \\uffff is written as itself, or as both halves one after the other.",
        )


def write_json(value: JsonValue) -> str:
    """A value as JSON again, its numbers as they were written; `json.dumps` would put them in quotes."""
    if isinstance(value, dict):
        return "{" + ",".join([f"{encode_basestring(key)}:{write_json(each)}" for key, each in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([write_json(each) for each in value]) + "]"
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return encode_basestring(value)
    return {None: "null", True: "true", False: "false"}[value]
