"""`or=(a.eq.1,not.and(b.gt.2,c.is.null))`"""

from __future__ import annotations

import re

from service.rest.asked.fields import read_field
from service.rest.asked.filters import Values, read_operation
from service.rest.asked.limits import check
from service.rest.asked.scanner import Scanner
from service.rest.terms import Condition, Logic

_TREE = re.compile(r"(not\.)?(and|or)(?=[ \t]*\()")
_SURPLUS = re.compile(r"[) \t]*")


def read_logic(text: str, operator: str, values: Values, *, negated: bool = False) -> Logic:
    """The value of a parameter `and`, `or`, `not.and` or `not.or`.

    Raises:
        QueryError: it does not parse, has too many conditions or nests too deeply.
    """
    scanner = Scanner(text, f"logic tree of {operator}")
    tree = Logic(operator, _conditions(scanner, values, 1), negated)
    # One ")" too many is read by clients' tests as if it were not there; it cannot hide a condition.
    scanner.take(_SURPLUS)
    scanner.finish("the end")
    return tree


def _conditions(scanner: Scanner, values: Values, depth: int) -> tuple[Condition, ...]:
    check(depth, values.limits.depth, "levels in a logic tree")
    values.condition()
    scanner.skip()
    scanner.expect("(")
    conditions = [_condition(scanner, values, depth)]
    while scanner.accept(","):
        conditions.append(_condition(scanner, values, depth))
    if not scanner.accept(")"):
        raise scanner.unexpected('"," or ")"')
    return tuple(conditions)


def _condition(scanner: Scanner, values: Values, depth: int) -> Condition:
    condition: Condition
    scanner.skip()
    if tree := scanner.take(_TREE):
        condition = Logic(tree[2], _conditions(scanner, values, depth + 1), tree[1] is not None)
    else:
        if scanner.peek(")"):
            raise scanner.unexpected('a column, "and(", "or(", "not.and(" or "not.or("')
        field = read_field(scanner, values.limits)
        scanner.skip()
        if not scanner.accept("."):
            raise scanner.unexpected('"." and an operator')
        condition = read_operation(field, scanner, values, nested=True)
    scanner.skip()
    return condition
