"""What a condition means, said a second time: over rows as Python values, with SQL's three truth values."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]
Truth = bool | None


@dataclass(frozen=True)
class Leaf:
    """`column->path operator operand`.

    Args:
        column: with its path, as written in the URL.
        operand: the Python value(s) to compare with; for `is` the word.
        texts: the operand(s) as written in the URL.
    """

    column: str
    operator: str
    operand: Any
    texts: Any
    negated: bool = False
    quantifier: str | None = None


@dataclass(frozen=True)
class Tree:
    operator: str
    conditions: tuple[Leaf | Tree, ...]
    negated: bool = False


def truth(condition: Leaf | Tree, row: Row) -> Truth:
    """Whether the row is one that the condition asks for: true, false or neither."""
    if isinstance(condition, Tree):
        truths = [truth(each, row) for each in condition.conditions]
        found = every(truths) if condition.operator == "and" else some(truths)
    else:
        found = of_leaf(condition, value(row, condition.column))
    return None if found is None else found != condition.negated


def every(truths: Iterable[Truth]) -> Truth:
    truths = list(truths)
    return False if False in truths else None if None in truths else True


def some(truths: Iterable[Truth]) -> Truth:
    truths = list(truths)
    return True if True in truths else None if None in truths else False


def of_leaf(leaf: Leaf, left: Any) -> Truth:
    if leaf.operator == "is":
        return {"null": left is None, "not_null": left is not None, "unknown": left is None}.get(
            leaf.operand, left is (leaf.operand == "true")
        )
    if leaf.operator == "isdistinct":
        return left is None or key(left) != key(leaf.operand)
    if leaf.operator == "in":
        return some(None if left is None else key(left) == key(each) for each in leaf.operand)
    if leaf.quantifier is not None:
        join = some if leaf.quantifier == "any" else every
        return join(compare(leaf.operator, left, each) for each in leaf.operand)
    return compare(leaf.operator, left, leaf.operand)


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def compare(name: str, left: Any, right: Any) -> Truth:
    if left is None:
        return None
    if name in COMPARISONS:
        return COMPARISONS[name](key(left), key(right))
    flags = re.DOTALL | (re.IGNORECASE if name.startswith("i") else 0)
    if name.endswith("like"):
        return re.fullmatch(like(right), left, flags) is not None
    return re.search(right, left, flags) is not None


def like(pattern: str) -> str:
    wild = {"*": ".*", "%": ".*", "_": "."}
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join(wild.get(part) or re.escape(part.removeprefix("\\")) for part in parts)


@dataclass(frozen=True)
class Json:
    """A JSON value, so that JSON's null is not SQL's."""

    value: Any


_RANKS = {type(None): 0, str: 1, int: 2, Decimal: 2, bool: 3, list: 4, dict: 5}


def key(given: Any) -> Any:
    """What values are compared by: JSON's as jsonb orders its scalars, where 1 is not true and 1.0 is 1."""
    if isinstance(given, Json):
        return json_key(given.value)
    return given


def json_key(given: Any) -> Any:
    rank = _RANKS[type(given)]
    if isinstance(given, list):
        return rank, tuple(map(json_key, given))
    if isinstance(given, dict):
        return rank, tuple(sorted((name, json_key(each)) for name, each in given.items()))
    return rank, 0 if given is None else given


def value(row: Row, column: str) -> Any:
    """What a column holds, or what is found in it at a path `->k->>0`."""
    name, *steps = re.split("(->>?)", column)
    found = row[name]
    for arrow, step in zip(steps[::2], steps[1::2], strict=True):
        found = as_text(stepped(found, step)) if arrow == "->>" else stepped(found, step)
    return found


def stepped(found: Json | None, step: str) -> Json | None:
    inside = None if found is None else found.value
    if isinstance(inside, dict) and step in inside:
        return Json(inside[step])
    if isinstance(inside, list) and re.fullmatch(r"-?\d+", step) and -len(inside) <= int(step) < len(inside):
        return Json(inside[int(step)])
    return None


def as_text(found: Json | None) -> str | None:
    if found is None or found.value is None:
        return None
    words = {True: "true", False: "false"}
    return words[found.value] if isinstance(found.value, bool) else str(found.value)
