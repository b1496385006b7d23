"""Query strings whose shape was read before: what tells one from the next is found in one pass.

What is kept is what the parser reads of the same query string without its filters' operands and its page's numbers. An
operand is taken out only behind operators that take it as it stands, whatever it is: it has no part in the shape.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from service.errors import QueryError
from service.rest.asked.decode import decode
from service.rest.asked.fields import Kind, read_parameter
from service.rest.asked.filters import read_items
from service.rest.asked.limits import CACHED_TEXT, Limits
from service.rest.asked.query import CONDITIONS, Parsed, read_query
from service.rest.terms import OPERATORS, EmbedPath, Group, Is, Value

_LONGEST = 1024  # characters; longer query strings are not looked at
_WITHOUT_VALUES = (Kind.SELECT, Kind.ORDER, Kind.COLUMNS, Kind.ON_CONFLICT)
_IS = frozenset(each.value for each in Is)
_VERBATIM = frozenset(each.name for each in OPERATORS.values() if each.group not in (Group.SET, Group.IS))

# In a tree an operand ends at "," or ")". Where quotes, brackets or braces may protect these the parser has to look.
_HEAD = rf"\w++\.(?:not\.)?(?:{'|'.join(sorted(_VERBATIM))})\."
_IN_TREE = re.compile(rf"(?<=[(,])({_HEAD})([^][(){{}},\"\\]*+)(?=[,)])", re.ASCII)
_TEST = rf"\w++\.(?:not\.)?is\.(?:{'|'.join(sorted(_IS))})"
_TREE = re.compile(rf"(?:[(),]|(?:not\.)?(?:and|or)(?=\()|(?:{_HEAD}|{_TEST})(?=[,)]))*+", re.ASCII)


def read_known(query: str, limits: Limits) -> Parsed | None:
    """What the parser would read; None where only the parser itself can tell, errors among it.

    Args:
        query: raw, and checked.
    """
    try:
        return _read(query, limits) if len(query) <= _LONGEST else None
    except QueryError:  # it may have another place in the parser's words
        return None


def _read(query: str, limits: Limits) -> Parsed | None:
    shape: list[str] = []
    values: list[Value] = []
    limit: dict[EmbedPath, str] = {}
    offset: dict[EmbedPath, str] = {}
    for pair in query.split("&") if query else ():
        name, equals, raw = pair.partition("=")
        parameter = read_parameter(name, limits)
        kind = parameter.kind
        if kind in CONDITIONS:
            cut = _cut(decode(raw), limits) if kind is Kind.FILTER else _cut_tree(decode(raw), limits)
            if cut is None:
                return None
            shape.append(f"{name}={cut[0]}")
            values += cut[1]
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


def _cut(text: str, limits: Limits) -> tuple[str, Sequence[Value]] | None:
    """A filter's text without its operand, in letters that need no encoding, and the operand; None: it is not known."""
    operator, dot, operand = text.partition(".")
    negation = ""
    if operator == "not":
        negation, (operator, dot, operand) = "not.", operand.partition(".")
    if not dot:
        return None
    if operator in _VERBATIM and len(operand) <= limits.pattern:
        return f"{negation}{operator}.", (operand,)
    if operator == "in":
        return f"{negation}in.()", (read_items(operand, limits),)
    return (f"{negation}is.{operand}", ()) if operator == "is" and operand in _IS else None


def _cut_tree(text: str, limits: Limits) -> tuple[str, Sequence[Value]] | None:
    """The same of a logic tree, if there is nothing in it but plain names, operators and operands."""
    operands = [operand for _, operand in _IN_TREE.findall(text)]
    tree = _IN_TREE.sub(r"\1", text)
    if _TREE.fullmatch(tree) is None or any(len(operand) > limits.pattern for operand in operands):
        return None
    return tree, operands


@lru_cache(maxsize=512)
def _parsed(shape: str, limits: Limits) -> Parsed:
    return read_query(shape, limits)
