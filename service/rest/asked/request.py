"""The request as a whole: query string and headers, read into `Asked`."""

from __future__ import annotations

from typing import Protocol

from service.errors import CursorError
from service.rest.asked.accept import read_accept
from service.rest.asked.cursor import is_cursor, read_cursor
from service.rest.asked.decode import check_query, decode
from service.rest.asked.fields import Kind, Parameter, read_names, read_parameter
from service.rest.asked.filters import Values, has_operator, read_filter
from service.rest.asked.limits import DEFAULT_LIMITS, Limits, check
from service.rest.asked.logic import read_logic
from service.rest.asked.order import read_order
from service.rest.asked.pages import narrow, read_page
from service.rest.asked.preferences import read_preferences
from service.rest.asked.select import read_select
from service.rest.terms import STAR, Asked, Condition, Cursor, EmbedPath, Field, OrderTerm, Page, Read, SelectItem

READS = ("GET", "HEAD")
CONDITIONS = (Kind.FILTER, Kind.AND, Kind.OR)
HAVING = Field("having")


class Headers(Protocol):
    """Request headers, found by name whatever its case: Werkzeug's do."""

    def get(self, key: str, /) -> str | None: ...


def read_request(
    method: str,
    relation: str,
    query: str,
    headers: Headers,
    *,
    limits: Limits = DEFAULT_LIMITS,
    call: bool = False,
) -> Asked:
    """Read one request of the dialect.

    Args:
        method: GET, HEAD, POST, ...
        relation: the last part of the path, decoded.
        query: the query string, raw: percent-encoded, without "?".
        headers: Werkzeug's, or a dict with names in any case.
        call: of a function: a parameter without an operator is one of `Asked.arguments`.

    Raises:
        QueryError: the query string does not parse, or asks for more than `limits`.
        TooLargeError: the query string is longer than `limits.query`.
        RangeError: a negative limit, or a Range that holds no row.
        PreferenceError: an unknown preference under `handling=strict`.
        CursorError: a cursor that cannot be read, or one beside an offset.
    """
    if isinstance(headers, dict):
        headers = {name.title(): value for name, value in headers.items()}
    asked = _Query(query, limits, call)
    reads = method in READS
    root = asked.page(())
    if reads:
        root = narrow(root, headers.get("Range"), headers.get("Range-Unit"))
    if asked.cursor is not None and (root.offset or headers.get("Range")):
        raise CursorError(
            "A page begins after its cursor, or where offset or Range say",
            hint="Leave out offset and Range; limit says how many rows it has.",
        )
    profile = headers.get("Accept-Profile" if reads else "Content-Profile")
    return Asked(
        method=method,
        relation=relation,
        profile=(profile.strip() or None) if profile else None,
        read=Read(asked.select, tuple(asked.where), tuple(asked.order.items()), asked.groups),
        values=tuple(asked.values.texts),
        page=root,
        pages=tuple((path, asked.page(path)) for path in asked.paged() if path),
        preferences=read_preferences(headers.get("Prefer")),
        accept=read_accept(headers.get("Accept"), limits),
        columns=asked.names.get(Kind.COLUMNS),
        on_conflict=asked.names.get(Kind.ON_CONFLICT),
        arguments=tuple(asked.arguments),
        cursor=asked.cursor,
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
        check_query(query, limits.query)
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

    def page(self, path: EmbedPath) -> Page:
        return read_page(self.limit.get(path), self.offset.get(path))

    def paged(self) -> dict[EmbedPath, str]:
        return self.limit | self.offset


def is_having(parameter: Parameter, value: str) -> bool:
    """Whether it is `having=(...)`: a filter of a column that is called so does not begin with a bracket."""
    return parameter.field == HAVING and not parameter.quoted and value.startswith("(")
