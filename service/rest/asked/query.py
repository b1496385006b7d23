"""A query string, read parameter by parameter."""

from __future__ import annotations

from typing import NamedTuple

from service.rest.asked.cursor import is_cursor, read_cursor
from service.rest.asked.decode import decode
from service.rest.asked.fields import Kind, Parameter, read_names, read_parameter
from service.rest.asked.filters import Values, has_operator, read_filter
from service.rest.asked.limits import Limits, check
from service.rest.asked.logic import read_logic
from service.rest.asked.order import read_order
from service.rest.asked.select import read_select
from service.rest.terms import STAR, Condition, Cursor, EmbedPath, Field, OrderTerm, Read, SelectItem, Value

CONDITIONS = (Kind.FILTER, Kind.AND, Kind.OR)
HAVING = Field("having")


class Parsed(NamedTuple):
    """What a query string asks for.

    Args:
        values: what the indices of the shape point at.
        limit, offset: as they stand, of the root and of embeds.
        columns, on_conflict, arguments, cursor: as in `Asked`.
    """

    read: Read
    values: tuple[Value, ...]
    limit: dict[EmbedPath, str]
    offset: dict[EmbedPath, str]
    columns: tuple[str, ...] | None = None
    on_conflict: tuple[str, ...] | None = None
    arguments: tuple[tuple[str, str], ...] = ()
    cursor: Cursor | None = None


def read_query(query: str, limits: Limits, *, call: bool = False) -> Parsed:
    """Read a query string, raw.

    Args:
        call: of a function: a parameter without an operator is one of the arguments.

    Raises:
        QueryError: it does not parse, or asks for more than `limits`.
        CursorError: a cursor that cannot be read.
    """
    found = _Query(query, limits, call)
    return Parsed(
        Read(found.select, tuple(found.where), tuple(found.order.items()), found.groups),
        tuple(found.values.texts),
        found.limit,
        found.offset,
        found.names.get(Kind.COLUMNS),
        found.names.get(Kind.ON_CONFLICT),
        tuple(found.arguments),
        found.cursor,
    )


class _Query:
    """A query string, parameter by parameter. A repeated `select` or list of names counts once, the first;
    repeated `order`s follow each other; of `limit`s and `offset`s the last counts."""

    def __init__(self, query: str, limits: Limits, call: bool) -> None:
        self.limits = limits
        self.call = call
        self.values = Values(limits)
        self.select: tuple[SelectItem, ...] = (STAR,)
        self.selected = False
        self.where: list[tuple[EmbedPath, Condition]] = []
        self.having: list[tuple[EmbedPath, str]] = []
        self.order: dict[EmbedPath, tuple[OrderTerm, ...]] = {}
        self.limit: dict[EmbedPath, str] = {}
        self.offset: dict[EmbedPath, str] = {}
        self.names: dict[Kind, tuple[str, ...]] = {}
        self.arguments: list[tuple[str, str]] = []
        self.cursor: Cursor | None = None
        for pair in query.split("&"):
            if pair:
                name, equals, value = pair.partition("=")
                self.add(read_parameter(name, limits), decode(value) if equals else None)
        # Last, so that its values come behind those of the filters wherever it stood.
        self.groups = tuple((path, read_logic(value, "and", self.values)) for path, value in self.having)

    def add(self, parameter: Parameter, value: str | None) -> None:
        if value is None:
            # PostgREST passes over every parameter without "="; a forgotten condition must not become "all rows".
            if self.call or parameter.kind not in CONDITIONS:
                return
            value = ""
        match parameter.kind:
            case Kind.FILTER if self.call and not has_operator(value):
                self.arguments.append((parameter.field.name, value))
            case Kind.FILTER if is_having(parameter, value):
                self.having.append((parameter.path, value))
            case Kind.FILTER if (
                not parameter.path and not parameter.field.path and is_cursor(parameter.field.name, value)
            ):
                self.cursor = read_cursor(value)
            case Kind.FILTER:
                self.where.append((parameter.path, read_filter(parameter.field, value, self.values)))
            case Kind.SELECT:
                if not self.selected:
                    self.select, self.selected = read_select(value, self.limits), True
            case Kind.ORDER:
                self.add_order(parameter.path, value)
            case Kind.LIMIT:
                self.limit[parameter.path] = value
            case Kind.OFFSET:
                self.offset[parameter.path] = value
            case Kind.AND | Kind.OR as kind:
                tree = read_logic(value, kind.value, self.values, negated=parameter.negated)
                self.where.append((parameter.path, tree))
            case Kind.COLUMNS | Kind.ON_CONFLICT as kind:
                if kind not in self.names:
                    self.names[kind] = read_names(value, kind.value, self.limits)

    def add_order(self, path: EmbedPath, value: str) -> None:
        self.order[path] = self.order.get(path, ()) + read_order(value, self.limits)
        check(sum(map(len, self.order.values())), self.limits.order_terms, "terms in order")


def is_having(parameter: Parameter, value: str) -> bool:
    """Whether it is `having=(...)`: a filter of a column that is called so does not begin with a bracket."""
    return parameter.field == HAVING and not parameter.quoted and value.startswith("(")
