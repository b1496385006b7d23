"""Operands: the lists of `in`, the arrays of `(any)` and `(all)`, and how a value ends inside a logic tree."""

from __future__ import annotations

import re

from service.rest.asked.limits import Limits, check
from service.rest.asked.scanner import QUOTED, Scanner, unescape, unexpected
from service.rest.terms import Group, Operator

_QUOTED = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
_ITEM = re.compile(rf"[ \t]*{_QUOTED}[ \t]*(?=[,)])|([^,)]*)", re.DOTALL)
_NESTED = re.compile(rf"{_QUOTED}[ \t]*(?=[,)])", re.DOTALL)
_RAW = re.compile(r"[^,)]*")
_BOUND = r'(?:"[^"]*+"|[^"\[\](){},]*+)'
_CONDITION = r"[\w $-]+\.(?:not\.)?[a-z]+[.(]"
_RANGE = re.compile(rf"[\[(]{_BOUND},(?!{_CONDITION}){_BOUND}[\])](?=[ \t]*[,)])")
_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)  # an open quote takes the rest
_ELEMENT = re.compile(rf'\s*+(?:{_QUOTED}|((?:[^"\\{{}},]|\\.)++))\s*+([,}}])', re.DOTALL)
_EMPTY = re.compile(r"\s*\{\s*\}\s*")
_OPEN = re.compile(r"\s*\{")
_BAD_ARRAY = "22P02"  # the SQLSTATE a client knows for it: PostgreSQL itself reads the array elsewhere


def read_list(scanner: Scanner, limits: Limits) -> tuple[str, ...]:
    """`(a,"b,c",3)`; an item whose quotes are not closed before a comma is taken as it stands.

    A single empty item is no item: `in.()` and `in.("")` match nothing.
    """
    scanner.skip()
    scanner.expect("(")
    scanner.skip()
    end = scanner.text.find(")", scanner.at)
    if end >= 0 and scanner.text.find('"', scanner.at, end) < 0:
        items = scanner.text[scanner.at : end].split(",")
        check(len(items), limits.list_items, "items in a list", "MAX_LIST")
        scanner.at = end + 1
    else:
        items = _items(scanner, limits)
    return () if items == [""] else tuple(items)


def _items(scanner: Scanner, limits: Limits) -> list[str]:
    items: list[str] = []
    while True:
        check(len(items) + 1, limits.list_items, "items in a list", "MAX_LIST")
        item = scanner.take(_ITEM)
        assert item  # noqa: S101  # its second branch matches the empty text too
        items.append(item[2] if item[1] is None else unescape(item[1]))
        if not scanner.accept(","):
            break
    if not scanner.accept(")"):
        raise scanner.unexpected('"," or ")"')
    return items


def read_array(text: str, limits: Limits) -> tuple[str, ...]:
    """The elements of `{a,"b,c"}`, PostgreSQL's way of writing a one-dimensional array.

    Raises:
        QueryError: it is none, or holds a NULL, with which no row compares.
    """
    if _EMPTY.fullmatch(text):
        return ()
    start = _OPEN.match(text)
    if start is None:
        raise unexpected("array", text, 0, '"{"', code=_BAD_ARRAY)
    at, elements, more = start.end(), list[str](), True
    while more:
        check(len(elements) + 1, limits.list_items, "elements in an array", "MAX_LIST")
        element = _ELEMENT.match(text, at)
        if element is None or (element[2] is not None and not element[2].strip()):
            raise unexpected("array", text, at, 'an element, then "," or "}"', code=_BAD_ARRAY)
        elements.append(_element(text, at, element))
        at, more = element.end(), element[3] == ","
    if text[at:].strip():
        raise unexpected("array", text, at, "the end", code=_BAD_ARRAY)
    return tuple(elements)


def _element(text: str, at: int, element: re.Match[str]) -> str:
    if element[2] is None:
        return unescape(element[1])
    bare: str = element[2].strip()
    if bare.upper() == "NULL":
        hint = 'Write is.null in an "or" for rows without a value, or "NULL" in quotes for the text.'
        raise unexpected("array", text, at, "a value other than NULL", hint=hint)
    return unescape(bare)


def read_nested(scanner: Scanner, operator: Operator) -> str:
    """A value inside a logic tree: up to "," or ")", which quotes, braces and a range's brackets protect."""
    if quoted := scanner.take(_NESTED):
        return unescape(quoted[1])
    if scanner.peek('"') and not QUOTED.match(scanner.text, scanner.at):
        raise scanner.unexpected("a value with a closing quote")
    if bounds := scanner.take(_RANGE):
        return bounds[0]
    # Where no JSON array can be asked for, "[" is a letter like others and "," ends the value.
    if scanner.peek("{") or (scanner.peek("[") and operator.group is Group.CONTAINMENT):
        return _bracketed(scanner)
    raw = scanner.take(_RAW)
    return raw[0] if raw else ""


def _bracketed(scanner: Scanner) -> str:
    """From a "{" or "[" to the one that closes it: an array, a JSON object or a JSON array."""
    start, depth = scanner.at, 0
    for bracket in _BRACKETS.finditer(scanner.text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(bracket[0], 0)
        if depth == 0:
            scanner.at = bracket.end()
            return scanner.text[start : scanner.at]
    raise scanner.unexpected("a value whose brackets are closed, or one in double quotes")
