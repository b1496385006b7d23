"""A few related tables as a catalog, and the statements that read them."""

from __future__ import annotations

from typing import Any

from service.catalog.model import Catalog, Column, ForeignKey, Kind, Relation, RelationKind
from service.catalog.relationships import Relationships
from service.rest.asked import read_request
from service.rest.plan.read import plan_read
from service.rest.sql import Statement, build_read

SCHEMAS = {"postgresql": "public", "sqlite": "main"}
_TYPES = {"id": ("int4", Kind.INTEGER), "price": ("numeric", Kind.NUMERIC), "data": ("jsonb", Kind.JSON)}
_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "author": ("id name mentor_id", {"mentor_id": "author"}),
    "book": ("id title price data author_id", {"author_id": "author"}),
    "review": ("id book_id body score_id", {"book_id": "book"}),
    "tag": ("id name", {}),
    "book_tag": ("book_id tag_id", {"book_id": "book", "tag_id": "tag"}),
}


def library(database: str) -> Catalog:
    schema = SCHEMAS[database]
    return Catalog((schema,), {(schema, name): _relation(schema, name) for name in _TABLES})


def _relation(schema: str, table: str) -> Relation:
    names, references = _TABLES[table]
    keys = tuple(
        ForeignKey(f"{table}_{column}_fkey", (column,), schema, to, ("id",)) for column, to in references.items()
    )
    primary = ("book_id", "tag_id") if table == "book_tag" else ("id",)
    columns = {name: _column(name, nullable=name not in primary) for name in names.split()}
    return Relation(schema, table, RelationKind.TABLE, columns, primary, foreign_keys=keys)


def _column(name: str, *, nullable: bool) -> Column:
    type_, kind = _TYPES.get("id" if name.endswith("id") else name, ("text", Kind.TEXT))
    return Column(name, type_, type_, kind, nullable=nullable)


def statement(database: str, query: str, table: str = "book", **options: Any) -> Statement:
    """The statement of a read.

    Args:
        options: of `plan_read`.
    """
    catalog = library(database)
    asked = read_request("GET", table, query, {})
    relation = catalog.relations[SCHEMAS[database], table]
    pages = [path for path, _ in asked.pages]
    plan = plan_read(asked.read, relation, Relationships(catalog), pages=pages, aggregates=True, **options)
    return build_read(plan, database)
