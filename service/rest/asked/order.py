"""`order=column->key.desc.nullslast,relation(column).asc`"""

from __future__ import annotations

import re
from functools import lru_cache

from service.rest.asked.fields import read_field, read_steps
from service.rest.asked.limits import CACHED_TEXT, Limits, check
from service.rest.asked.scanner import Scanner
from service.rest.terms import Field, OrderTerm

_DIRECTIONS = {"asc": False, "desc": True}
_NULLS = {"nullsfirst": True, "nullslast": False}
_WORD = re.compile(r"\w*")


def read_order(text: str, limits: Limits) -> tuple[OrderTerm, ...]:
    """The terms of `order=`.

    Raises:
        QueryError: it does not parse, or has too many terms.
    """
    return _cached(text, limits) if len(text) <= CACHED_TEXT else _read(text, limits)


def _read(text: str, limits: Limits) -> tuple[OrderTerm, ...]:
    scanner = Scanner(text, "order")
    terms = [_term(scanner, limits)]
    while scanner.accept(","):
        check(len(terms) + 1, limits.order_terms, "terms in order")
        terms.append(_term(scanner, limits))
    return tuple(terms)


def _term(scanner: Scanner, limits: Limits) -> OrderTerm:
    relation = None
    name = scanner.name("a column")
    if scanner.accept("("):
        relation = name
        field = read_field(scanner, limits)
        scanner.skip()
        scanner.expect(")")
    else:
        field = Field(name, read_steps(scanner, limits))
    descending = nulls_first = None
    scanner.skip()
    while scanner.accept("."):
        start = scanner.at
        word = scanner.take(_WORD)[0]  # type: ignore[index]  # it matches the empty text too
        if nulls_first is None and word in _NULLS:
            nulls_first = _NULLS[word]
        elif nulls_first is None and descending is None and word in _DIRECTIONS:
            descending = _DIRECTIONS[word]
        else:
            scanner.at = start
            raise scanner.unexpected(_expected(descending, nulls_first))
    scanner.skip()
    if scanner.at < len(scanner.text) and not scanner.peek(","):
        raise scanner.unexpected('".", "," or the end')
    return OrderTerm(field, descending, nulls_first, relation)


def _expected(descending: bool | None, nulls_first: bool | None) -> str:
    if nulls_first is not None:
        return 'nothing more before "," or the end'
    return "nullsfirst or nullslast" if descending is not None else "asc, desc, nullsfirst or nullslast"


_cached = lru_cache(maxsize=512)(_read)
