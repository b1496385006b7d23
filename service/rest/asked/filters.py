"""`field=not.op(argument).value`: an operator and its operand, as a parameter's value or inside a logic tree."""

from __future__ import annotations

import re
from difflib import get_close_matches

from service.errors import QueryError
from service.rest.asked.limits import Limits, check
from service.rest.asked.scanner import Scanner
from service.rest.asked.values import read_array, read_list, read_nested
from service.rest.terms import OPERATORS, Field, Filter, Group, Is, Operator, Value

_HEAD = re.compile(r"(not\.)?([a-z]+)(?:\(([^().]*)\))?\.")
_NOT = re.compile(r"(?:not\.)?")
_LANGUAGE = re.compile(r"[\w $\x80-\U0010ffff]+")
_IS = re.compile(r"(null|not_null|true|false|unknown)(?=[ \t]*(?:[,)]|\Z))", re.IGNORECASE)
_PATTERNS = (Group.PATTERN, Group.REGEX)
_EXPECTED = f"an operator ({', '.join(OPERATORS)})"


class Values:
    """Collects operands while filters are read: a filter keeps the index only."""

    __slots__ = ("conditions", "limits", "texts")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.texts: list[Value] = []
        self.conditions = 0

    def condition(self) -> None:
        """Count one more condition.

        Raises:
            QueryError: there are too many.
        """
        self.conditions += 1
        if self.conditions > self.limits.conditions:
            check(self.conditions, self.limits.conditions, "conditions", "MAX_FILTERS")

    def add(self, value: Value) -> int:
        self.texts.append(value)
        return len(self.texts) - 1


def has_operator(text: str) -> bool:
    """Whether a parameter's value begins like a filter; for a function it is an argument otherwise."""
    head = _HEAD.match(text)
    return head is not None and head[2] in OPERATORS


def read_filter(field: Field, text: str, values: Values) -> Filter:
    """A parameter's value: everything after the operator's dot is the operand.

    Raises:
        QueryError: no operator, or an operand that does not parse.
    """
    return read_operation(field, Scanner(text, f"filter on {field.name}"), values, nested=False)


def read_items(text: str, limits: Limits) -> tuple[str, ...]:
    """The operand of `in`, all of it.

    Raises:
        QueryError: it does not parse, or has too many items.
    """
    scanner = Scanner(text, "list")
    items = read_list(scanner, limits)
    scanner.finish("the end")
    return items


def read_operation(field: Field, scanner: Scanner, values: Values, *, nested: bool) -> Filter:
    """The operator at the scanner's place and its operand; `nested` in a logic tree, where "," and ")" end it."""
    values.condition()
    head = _HEAD.match(scanner.text, scanner.at)
    operator = OPERATORS.get(head[2]) if head else None
    if head is None or operator is None:
        raise _no_operator(scanner)
    quantifier, language = _argument(scanner, operator, head)
    scanner.at = head.end()
    negated = head[1] is not None
    if operator.group is Group.IS:
        return Filter(field, operator.name, None, negated, is_=_is(scanner, nested))
    value: Value
    if operator.group is Group.SET:
        value = read_list(scanner, values.limits)
        if not nested:
            scanner.finish("the end")
    else:
        value = read_nested(scanner, operator) if nested else scanner.text[scanner.at :]
        if quantifier:
            value = read_array(value, values.limits)
        if operator.group in _PATTERNS:
            longest = len(value) if isinstance(value, str) else max(map(len, value), default=0)
            check(longest, values.limits.pattern, "characters in a pattern", "MAX_PATTERN")
    return Filter(field, operator.name, values.add(value), negated, quantifier, language)


def _argument(scanner: Scanner, operator: Operator, head: re.Match[str]) -> tuple[str | None, str | None]:
    """What stands in parentheses after an operator, as quantifier and language."""
    argument: str | None = head[3]
    if argument is None:
        return None, None
    if operator.quantifiable and argument in ("any", "all"):
        return argument, None
    if operator.group is Group.FULL_TEXT and _LANGUAGE.fullmatch(argument) and argument.strip():
        return None, argument.strip()
    scanner.at = head.start(3)
    if operator.quantifiable:
        raise scanner.unexpected("any or all")
    if operator.group is Group.FULL_TEXT:
        raise scanner.unexpected("the name of a text search configuration")
    scanner.at -= 1
    raise scanner.unexpected(f'"." after {operator.name}')


def _is(scanner: Scanner, nested: bool) -> Is:
    match = _IS.match(scanner.text, scanner.at)
    if match is None:
        raise scanner.unexpected("null, not_null, true, false or unknown")
    scanner.at = match.end()
    if not nested:
        scanner.finish("the end")
    return Is(match[1].lower())


def _no_operator(scanner: Scanner) -> QueryError:
    scanner.take(_NOT)
    word = re.compile(r"\w*").match(scanner.text, scanner.at)
    if word and word[0] in OPERATORS:
        scanner.at = word.end()
        return scanner.unexpected(f'"." after {word[0]}')
    near = get_close_matches(word[0].lower(), OPERATORS, n=1) if word and len(word[0]) <= 20 else ()
    hint = f'Perhaps "{near[0]}" is meant.' if near else "An operator stands before the value, as in id=eq.5."
    return scanner.unexpected(_EXPECTED, hint=hint)
