"""Query strings whose shape was read before: what tells one from the next is found in one pass.

What is kept is what the parser reads of the same query string without its filters' operands and its page's numbers. An
operand is taken out only behind operators that take it as it stands, whatever it is: it has no part in the shape.
"""

from __future__ import annotations

from functools import lru_cache

from service.errors import QueryError
from service.rest.asked.decode import decode
from service.rest.asked.fields import Kind, read_parameter
from service.rest.asked.limits import CACHED_TEXT, Limits
from service.rest.asked.query import Parsed, read_query
from service.rest.terms import OPERATORS, EmbedPath, Group

_LONGEST = 1024  # characters; longer query strings are not looked at
_WITHOUT_VALUES = (Kind.SELECT, Kind.ORDER, Kind.COLUMNS, Kind.ON_CONFLICT)
_VERBATIM = frozenset(each.name for each in OPERATORS.values() if each.group not in (Group.SET, Group.IS))


def read_known(query: str, limits: Limits) -> Parsed | None:
    """What the parser would read; None where only the parser itself can tell, errors among it.

    Args:
        query: raw, and checked.
    """
    try:
        return _read(query, limits) if len(query) <= _LONGEST else None
    except QueryError:
        return None


def _read(query: str, limits: Limits) -> Parsed | None:
    shape: list[str] = []
    values: list[str] = []
    limit: dict[EmbedPath, str] = {}
    offset: dict[EmbedPath, str] = {}
    for pair in query.split("&") if query else ():
        name, equals, raw = pair.partition("=")
        parameter = read_parameter(name, limits)
        kind = parameter.kind
        if kind is Kind.FILTER:
            operator, dot, operand = decode(raw).partition(".")
            if dot and operator in _VERBATIM and len(operand) <= limits.pattern:
                shape.append(f"{name}={operator}.")
                values.append(operand)
            elif operator == "is":
                shape.append(pair)
            else:
                return None
        elif equals and kind in _WITHOUT_VALUES:
            shape.append(pair)
        elif equals and kind is Kind.LIMIT and not parameter.path:
            limit[()] = decode(raw)
        elif equals and kind is Kind.OFFSET and not parameter.path:
            offset[()] = decode(raw)
        else:
            return None
    text = "&".join(shape)
    if len(text) > CACHED_TEXT:
        return None
    known = _parsed(text, limits)
    return Parsed(known.read, tuple(values), limit, offset, known.columns, known.on_conflict)


@lru_cache(maxsize=512)
def _parsed(shape: str, limits: Limits) -> Parsed:
    return read_query(shape, limits)
