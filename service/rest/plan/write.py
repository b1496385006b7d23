"""A write held against the catalog: which rows are changed to what, and what is given back of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from service.catalog.model import Column, Relation, Right
from service.catalog.relationships import Relationships
from service.errors import CursorError, MethodError, NotImplementedHereError, PlanError, UnknownColumnError
from service.rest.plan.allowed import allowed_methods
from service.rest.plan.names import nearest
from service.rest.plan.narrowed import named, require_columns, require_right
from service.rest.plan.nodes import NodePlanner
from service.rest.plan.put import Identified, identified_by
from service.rest.plan.terms import Condition, Form, Node, ReadPlan
from service.rest.plan.wanted import Wanted, sort_by_embed
from service.rest.terms import STAR, Asked, SelectEmbed, SelectItem


class Action(enum.Enum):
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


_RIGHTS = {
    "POST": Right.INSERT,
    "PUT": Right.READ | Right.INSERT | Right.UPDATE,
    "PATCH": Right.UPDATE,
    "DELETE": Right.DELETE,
}
ACTIONS = {"POST": Action.INSERT, "PUT": Action.INSERT, "PATCH": Action.UPDATE, "DELETE": Action.DELETE}


_EXCLUDED = "excluded"
"""What both databases call the new row where a statement merges it: of a table of that name it would be the old one."""


class Returns(enum.Enum):
    """What is wanted of the rows that were written: their number, the key of a single one, or themselves."""

    NUMBER = "number"
    KEY = "key"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Write:
    """What is changed.

    Args:
        columns: that get values from the request's body.
        where: of an update or delete, what a row must fulfil to be changed.
        conflict: of an insert, the columns by which a row that is there already is known.
        merge: such a row gets the new one's values; else it stays as it is.
        identified: of a PUT, the key's columns and the values that they must have.
        defaults: a column that an object of the body lacks gets its default; else NULL.
        textual: the body's values are all texts.
        first_value: the index of the body among the request's values.
    """

    action: Action
    relation: Relation
    first_value: int
    columns: tuple[Column, ...] = ()
    where: tuple[Condition, ...] = ()
    conflict: tuple[str, ...] = ()
    merge: bool = False
    identified: Identified = ()
    defaults: bool = False
    textual: bool = False


@dataclass(frozen=True, slots=True)
class WritePlan:
    """A whole write.

    Args:
        read: of the rows that were written, what is given back.
    """

    write: Write
    returns: Returns
    read: ReadPlan


def plan_write(
    asked: Asked,
    relation: Relation,
    relationships: Relationships,
    *,
    columns: tuple[str, ...],
    textual: bool = False,
    most: int | None = None,
    form: Form = Form.ARRAY,
    aggregates: bool = False,
    geojson: str | None = None,
) -> WritePlan:
    """The plan of a write.

    Args:
        relation: what is written.
        relationships: what can be embedded in what is given back.
        columns: the keys of the body's objects.
        textual: the body's values are all texts.
        most: rows that each embed has at most.
        form: what is made of the rows.
        aggregates: whether aggregate functions are allowed.
        geojson: the schema of the function that makes a feature of a row.

    Raises:
        PlanError: a name that does not exist, or something that cannot be done.
        MethodError: the relation's rows cannot be written so.
        DatabaseError: 42501, they may not be.
    """
    action = ACTIONS[asked.method]
    require_right(relation, _RIGHTS[asked.method])
    if asked.method not in (allowed := allowed_methods(relation)):
        raise MethodError(f"{asked.method} is not possible on {relation.name!r}", headers={"Allow": ",".join(allowed)})
    _check_page(asked)
    returns = _returns(asked)
    if returns is Returns.ROWS:
        require_right(relation, Right.READ)
    planner = NodePlanner(relationships, aggregates=aggregates)
    node = planner.node(relation, _items(asked, returns), _wanted(asked, returns, action))
    write = Write(
        action,
        relation,
        len(asked.values),
        columns=tuple(_column(relation, name) for name in columns),
        where=node.where if asked.method != "PUT" else (),
        defaults=asked.preferences.missing == "default",
        textual=textual,
    )
    write = _with_conflict(write, asked, node)
    _check_columns(write)
    read = ReadPlan(
        replace(node, where=()),
        rows=returns is Returns.ROWS,
        most=most,
        form=form,
        warnings=tuple(dict.fromkeys(planner.warnings)),
        geojson=geojson,
    )
    return WritePlan(write, returns, read)


def _check_columns(write: Write) -> None:
    names = [column.name for column in write.columns]
    if write.action is Action.UPDATE:
        require_columns(write.relation, names, Right.UPDATE)
        return
    require_columns(write.relation, names, Right.INSERT)
    if write.merge and write.conflict:
        require_right(write.relation, Right.UPDATE)
        require_columns(write.relation, names, Right.UPDATE, but=write.conflict)


def _with_conflict(write: Write, asked: Asked, node: Node) -> Write:
    if asked.method == "PUT":
        identified = identified_by(asked, write.relation, node.where, write.columns)
        return _merging(replace(write, conflict=write.relation.primary_key, merge=True, identified=identified))
    if write.action is not Action.INSERT or asked.preferences.resolution is None:
        return write
    given = asked.on_conflict
    if given is not None:
        for name in given:
            _column(write.relation, name, "42703")
    # Without a key there is nothing by which a row would be known: the preference has no effect.
    conflict = given or write.relation.primary_key
    return _merging(replace(write, conflict=conflict, merge=asked.preferences.resolution == "merge-duplicates"))


def _merging(write: Write) -> Write:
    if write.merge and write.conflict and write.relation.name.lower() == _EXCLUDED:
        raise NotImplementedHereError(f"Rows cannot be merged into a table that is called {write.relation.name!r}")
    return write


def _returns(asked: Asked) -> Returns:
    match asked.preferences.representation:
        case "representation":
            return Returns.ROWS
        case "headers-only" if asked.method == "POST":
            return Returns.KEY
        case _:
            return Returns.NUMBER


def _items(asked: Asked, returns: Returns) -> tuple[SelectItem, ...]:
    """What of `select` counts. Where no rows are given back, only what an embed says of which rows are changed."""
    if returns is Returns.ROWS:
        return asked.read.select or (STAR,)
    return tuple(item for item in asked.read.select if isinstance(item, SelectEmbed))


def _wanted(asked: Asked, returns: Returns, action: Action) -> Wanted:
    wanted = sort_by_embed(asked.read, (path for path, _ in asked.pages))
    if action is Action.INSERT and asked.method != "PUT":
        wanted.where = []  # rows that are new are not looked for
    if returns is not Returns.ROWS:
        wanted.order = []
        wanted.having = []
    return wanted


def _check_page(asked: Asked) -> None:
    if asked.cursor is not None:
        raise CursorError("A write has no pages", hint="Leave out cursor=")
    page = asked.page
    if asked.method == "PUT" and (page.limit is not None or page.offset):
        raise PlanError("A PUT writes the one row that its URL names: it has no limit and no offset", code="PGRST114")
    if asked.method in ("PATCH", "DELETE") and (page.limit is not None or page.offset):
        raise NotImplementedHereError(
            "limit and offset do not bound how many rows a write changes",
            hint="Choose the rows by filters; 'Prefer: handling=strict, max-affected=N' refuses to change more than N.",
        )


def _column(relation: Relation, name: str, code: str = "PGRST204") -> Column:
    column = named(relation, name)
    if column is None:
        near = nearest(name, relation.columns)
        raise UnknownColumnError(
            f"{relation.name!r} has no column {name!r}",
            code=code,
            hint=f"Did you mean {near!r}?" if near else None,
        )
    return column
