"""What a function is called with: a JSON object, a form, one whole body, or the query string's parameters."""

from __future__ import annotations

import codecs
import enum
from collections.abc import Iterable
from dataclasses import dataclass, field

from service.errors import BodyError, MediaTypeError
from service.rest.asked.decode import decode
from service.rest.asked.limits import DEFAULT_LIMITS
from service.rest.asked.payload_json import check_count, check_pairs, rows_of

_RAW = {
    "text/plain": ("text",),
    "text/xml": ("xml",),
    "application/xml": ("xml",),
    "application/octet-stream": ("bytea",),
}
_JSON = ("json", "jsonb")
_SPACE = " \t\r\n"
_FORM = "application/x-www-form-urlencoded"


class Style(enum.Enum):
    """How arguments come."""

    TEXTS = "a text for each"
    OBJECT = "a JSON object"
    BODY = "one body"


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a function is called with.

    Args:
        names: of the arguments.
        named: they have names, if there are any; else the body can only be an argument as a whole.
        texts: of each argument that comes as text, all its values.
        body: the whole of it as text; of bytes, their hexadecimal digits as PostgreSQL writes them.
        takes: the types of a parameter without a name that the whole body can be the argument of.
        first: the body is an array, of which the first object counts.
    """

    style: Style
    names: tuple[str, ...] = ()
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    named: bool = True
    body: str = ""
    takes: tuple[str, ...] = ()
    first: bool = False


def arguments_of_query(pairs: Iterable[tuple[str, str]]) -> Arguments:
    """Those in a query string, in which one may be repeated."""
    texts: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        texts[name] = (*texts.get(name, ()), value)
    return Arguments(Style.TEXTS, tuple(texts), texts)


def read_arguments(
    content_type: str | None, body: bytes, columns: tuple[str, ...] | None = None, most: int = DEFAULT_LIMITS.objects
) -> Arguments:
    """Those in a body.

    Args:
        content_type: the header; without one the body is JSON.
        columns: the keys that count; the others are passed over.
        most: objects that it may have, the setting MAX_OBJECTS; the first has the arguments.

    Raises:
        BodyError: it cannot be read as what it says it is, or has too many objects.
        MediaTypeError: 415, a kind of body that is not read.
    """
    kind = (content_type or "").partition(";")[0].strip().lower() or "application/json"
    if kind in _RAW:
        takes = _RAW[kind]
        text = rf"\x{body.hex()}" if takes == ("bytea",) else _text(body)
        return Arguments(Style.BODY, named=False, body=text, takes=takes)
    if kind == _FORM:
        return arguments_of_query(_pairs(body))
    if kind != "application/json" and not kind.endswith("+json"):
        raise MediaTypeError(
            f"A function is not called with a body of the type {kind[:60]!r}",
            hint=f"Send application/json, {_FORM}, or for a parameter without a name {', '.join(_RAW)}.",
            status=415,
        )
    return _read_json(_text(body), columns, most)


def _read_json(text: str, columns: tuple[str, ...] | None, most: int) -> Arguments:
    if not text.strip(_SPACE):
        text = "{}"
    rows = rows_of(text)
    keyed = next(rows, {})  # an empty array has no arguments
    for number, _ in enumerate(rows, 2):
        check_count(number, most)  # all of it is read, to be JSON
    check_pairs(text)
    first = text.lstrip(_SPACE).startswith("[")
    names = tuple(keyed) if isinstance(keyed, dict) else ()
    if columns is not None:
        names = tuple(dict.fromkeys(columns))
    return Arguments(Style.OBJECT, names, {}, isinstance(keyed, dict), text, _JSON, first)


def _text(body: bytes) -> str:
    try:
        return body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise BodyError("The body is not UTF-8.", details=f"byte {error.start + 1}", hint="Send UTF-8.") from None


def _pairs(body: bytes) -> Iterable[tuple[str, str]]:
    for pair in body.decode("latin-1").split("&"):
        if pair:
            name, _, value = pair.partition("=")
            yield decode(name, BodyError, "The form"), decode(value, BodyError, "The form")
