"""What a rule says of rows: the URL dialect's filters, in which `{name}` stands for a claim of the caller's token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.errors import AskedError
from service.rest.asked import read_request
from service.rest.plan.terms import Claim, Held
from service.rest.terms import OPERATORS, STAR, Asked, Condition, Filter, Group, Logic, Value

_CLAIM = re.compile(r"\{([^\W\d][\w.:/~@-]*)\}")
_WHOLE = (Group.COMPARISON, Group.SET)
"""The operators whose value may be a claim: in any other a caller's claim would be a pattern or a query."""


@dataclass(frozen=True, slots=True)
class Said:
    """Conditions as the file has them; not held against a relation yet.

    Args:
        values: what the conditions' indices point at.
    """

    conditions: tuple[Condition, ...]
    values: tuple[Held, ...]


def read_condition(text: str) -> Said:
    """The conditions that a text of the file has: `owner=eq.{sub}`, several with `&` between them.

    It is read as a query string is, but `+` is itself.

    Raises:
        ValueError: it is none; the clause says what is wrong.
    """
    try:
        asked = read_request("GET", "rule", text.replace("+", "%2B").encode().decode("latin-1"), {})
    except AskedError as error:
        raise ValueError(": ".join(filter(None, (error.message, error.details)))) from None
    if not asked.read.where:
        raise ValueError("has no condition; expected filters such as owner=eq.{sub}")
    if any(path for path, _ in asked.read.where):
        raise ValueError("filters by other tables; expected conditions on the table's own columns")
    if asked != _of_conditions(asked):
        raise ValueError("asks for more than rows; expected filters alone, such as owner=eq.{sub}")
    conditions = tuple(condition for _, condition in asked.read.where)
    for each in _filters(conditions):
        _check(each, asked.values)
    return Said(conditions, tuple(Held(_held(value)) for value in asked.values))


def _of_conditions(asked: Asked) -> Asked:
    blank = Asked(asked.method, asked.relation, None, asked.read._replace(select=(STAR,), order=(), having=()), ())
    return blank._replace(values=asked.values)


def _filters(conditions: tuple[Condition, ...]) -> Iterator[Filter]:
    for each in conditions:
        if isinstance(each, Logic):
            yield from _filters(each.conditions)
        else:
            yield each


def _check(of: Filter, values: tuple[Value, ...]) -> None:
    """
    Raises:
        ValueError: a claim stands where none can.
    """
    if of.quantifier is not None:
        raise ValueError(f"{of.field.name}: ({of.quantifier}) is not for rules; expected in.(…), or an or=(…)")
    value = "" if of.value is None else values[of.value]
    for text in (value,) if isinstance(value, str) else value:
        if _CLAIM.search(text) is None:
            continue
        if _CLAIM.fullmatch(text) is None:
            raise ValueError(f"{of.field.name}: a claim stands for a whole value; expected eq.{{sub}}, found {text!r}")
        if OPERATORS[of.operator].group not in _WHOLE:
            raise ValueError(f"{of.field.name}: {of.operator} takes no claim, which could be any pattern")


def _held(value: Value) -> str | Claim | tuple[str | Claim, ...]:
    return _one(value) if isinstance(value, str) else tuple(map(_one, value))


def _one(text: str) -> str | Claim:
    found = _CLAIM.fullmatch(text)
    return text if found is None else Claim(found[1])
