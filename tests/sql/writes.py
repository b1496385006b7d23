"""The statements of writes to the library's tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from library import SCHEMAS, library

from service.catalog.model import Catalog, Column, Kind
from service.catalog.relationships import Relationships
from service.rest.asked import read_request
from service.rest.asked.payload import read_payload
from service.rest.plan.write import plan_write
from service.rest.sql import Procedure, Statement, build_write

MINE = "mine"


def _with_odd_names(database: str) -> Catalog:
    """The library, whose books have a number for a row and two more columns."""
    catalog, key = library(database), (SCHEMAS[database], "book")
    more = {
        name: Column(name, "text", "text", Kind.TEXT, default=default)
        for name, default in (('odd "name"', None), (MINE, "'x' || 'y'"))
    }
    book = catalog.relations[key]
    row_id = "rowid" if database == "sqlite" else None
    book = replace(book, columns={**book.columns, **more}, row_id=row_id)
    return replace(catalog, relations={**catalog.relations, key: book})


def write_of(
    database: str, method: str, url: str, body: str | None = None, *, prefer: str = "", kind: str = "application/json"
) -> Statement | Procedure:
    """What a write is built as."""
    table, _, query = url.partition("?")
    catalog = _with_odd_names(database)
    relation = catalog.relations[SCHEMAS[database], table]
    asked = read_request(method, table, query, {"Prefer": prefer})
    payload = None if body is None else read_payload(kind, body.encode(), asked.columns)
    plan = plan_write(
        asked,
        relation,
        Relationships(catalog),
        columns=() if payload is None else payload.columns,
        textual=payload is not None and payload.textual,
        aggregates=True,
    )
    return build_write(plan, database)


def texts_of(made: Statement | Procedure) -> dict[str, str]:
    """Each statement's text, by what it is for."""
    if isinstance(made, Statement):
        return {"statement": made.text}
    parts: dict[str, Any] = {"find": made.find, "change": made.change, "new_key": made.new_key, "rows": made.rows}
    return {name: part.text for name, part in parts.items() if part is not None}
