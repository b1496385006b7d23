"""The way back: an `Asked` as the query string that asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from service.rest.terms import (
    OPERATORS,
    STAR,
    Asked,
    Condition,
    EmbedPath,
    Field,
    Filter,
    Group,
    Logic,
    OrderTerm,
    Page,
    SelectField,
    SelectItem,
    Step,
    Value,
)

_BARE = re.compile(r"[\w$\x80-\U0010ffff]+(?:-[\w$\x80-\U0010ffff]+)*")
_PLAIN = re.compile(r"[\w.:@*%+/-]+")
_KEYWORDS = frozenset(
    {"select", "columns", "on_conflict", "order", "limit", "offset", "and", "or", "not", "count", "inner", "left"}
)


def write_request(asked: Asked) -> str:
    """The query string, percent-encoded, with every parameter in a fixed place and form.

    Reading it again gives an equal shape, equal values and equal pages; headers are not part of it
    (a `Range` has become `limit` and `offset`).
    """
    return "&".join(f"{_encode(name)}={_encode(value)}" for name, value in _parameters(asked))


def _encode(text: str) -> str:
    return quote(text, safe="!$'()*,-./:;@_~")


def _parameters(asked: Asked) -> Iterator[tuple[str, str]]:
    read = asked.read
    if read.select != (STAR,):
        yield "select", _select(read.select)
    for path, condition in read.where:
        yield _condition(path, condition, asked.values)
    for path, condition in read.having:
        yield _path(path, "having"), _tree(condition, asked.values)
    yield from ((_path(path, "order"), ",".join(map(_term, terms))) for path, terms in read.order)
    for path, page in (((), asked.page), *asked.pages):
        yield from _page(path, page)
    for name, names in (("columns", asked.columns), ("on_conflict", asked.on_conflict)):
        if names is not None:
            yield name, ",".join(map(write_name, names))
    yield from ((write_name(name), value) for name, value in asked.arguments)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def write_name(name: str) -> str:
    """A column's or relation's name as it stands in a query string, in quotes where it must, not percent-encoded."""
    return name if _BARE.fullmatch(name) and name not in _KEYWORDS else _quoted(name)


def _path(path: EmbedPath, last: str) -> str:
    return ".".join((*map(write_name, path), last))


def _field(field: Field) -> str:
    return write_name(field.name) + "".join(map(_step, field.path))


def _step(step: Step) -> str:
    arrow = "->>" if step.as_text else "->"
    return f"{arrow}{step.key if isinstance(step.key, int) else _quoted(step.key)}"


def _select(items: Iterable[SelectItem]) -> str:
    return ",".join(map(_item, items))


def _item(item: SelectItem) -> str:
    if item == STAR:
        return "*"
    alias = f"{write_name(item.alias)}:" if item.alias is not None else ""
    if isinstance(item, SelectField):
        field = _field(item.field) if item.field else ""
        dot = "." if item.field and item.aggregate else ""
        aggregate = f"{dot}{item.aggregate}()" if item.aggregate else ""
        return f"{alias}{field}{_cast(item.cast)}{aggregate}{_cast(item.aggregate_cast)}"
    hint = f"!{write_name(item.hint)}" if item.hint is not None else ""
    join = "!inner" if item.inner else ""
    return f"{'...' if item.spread else alias}{write_name(item.relation)}{hint}{join}({_select(item.items)})"


def _cast(cast: str | None) -> str:
    return f"::{cast}" if cast else ""


def _term(term: OrderTerm) -> str:
    field = f"{write_name(term.relation)}({_field(term.field)})" if term.relation is not None else _field(term.field)
    direction = {None: "", True: ".desc", False: ".asc"}[term.descending]
    return field + direction + {None: "", True: ".nullsfirst", False: ".nullslast"}[term.nulls_first]


def _page(path: EmbedPath, page: Page) -> Iterator[tuple[str, str]]:
    if page.limit is not None:
        yield _path(path, "limit"), str(page.limit)
    if page.offset or (path and page.limit is None):
        yield _path(path, "offset"), str(page.offset)


def _condition(path: EmbedPath, condition: Condition, values: tuple[Value, ...]) -> tuple[str, str]:
    if isinstance(condition, Filter):
        return _path(path, _field(condition.field)), _operation(condition, values, nested=False)
    negation = "not." if condition.negated else ""
    return _path(path, negation + condition.operator), _tree(condition, values)


def _tree(logic: Logic, values: tuple[Value, ...]) -> str:
    return f"({','.join(_nested(condition, values) for condition in logic.conditions)})"


def _nested(condition: Condition, values: tuple[Value, ...]) -> str:
    if isinstance(condition, Filter):
        return f"{_field(condition.field)}.{_operation(condition, values, nested=True)}"
    return f"{'not.' if condition.negated else ''}{condition.operator}{_tree(condition, values)}"


def _operation(condition: Filter, values: tuple[Value, ...], *, nested: bool) -> str:
    negation = "not." if condition.negated else ""
    argument = condition.quantifier or condition.language
    head = f"{negation}{condition.operator}{f'({argument})' if argument else ''}."
    if condition.is_ is not None:
        return head + condition.is_.value
    value = values[condition.value or 0]
    if isinstance(value, str):
        return head + (value if not nested or _PLAIN.fullmatch(value) else _quoted(value))
    listed = OPERATORS[condition.operator].group is Group.SET
    items = ",".join(item if listed and _PLAIN.fullmatch(item) else _quoted(item) for item in value)
    return f"{head}({items})" if listed else f"{head}{{{items}}}"
