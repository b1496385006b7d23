"""Catalogs made by hand, to be described."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Any

import httpx

from service.catalog.model import Catalog, Column, ForeignKey, Kind, Relation, RelationKind
from service.rest.openapi import Offer

ROOT = "/rest/v1/"
Serving = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


def column(name: str, kind: Kind = Kind.TEXT, type: str = "text", **more: Any) -> Column:  # noqa: A002  # the model's own word
    """A column whose type is cast to by its own name."""
    return Column(**{"name": name, "type": type, "cast": type, "kind": kind, **more})


def relation(name: str, *columns: Column, **more: Any) -> Relation:
    """A table in the schema public."""
    known = MappingProxyType({each.name: each for each in columns or (column("id", Kind.INTEGER, "integer"),)})
    return Relation(**{"schema": "public", "name": name, "kind": RelationKind.TABLE, "columns": known, **more})


def offer(*relations: Relation, schemas: tuple[str, ...] = ("public",), **more: Any) -> Offer:
    """What is described: these relations, on PostgreSQL unless it is said."""
    comments = more.pop("comments", {})
    known = MappingProxyType({(each.schema, each.name): each for each in relations})
    catalog = Catalog(schemas, known, version=1, comments=comments)
    return Offer(**{"catalog": catalog, "schema": schemas[0], "database": "postgresql", "version": "1.2.3", **more})


def thousand() -> Offer:
    """A thousand tables of twenty-one columns, each referring to the one before."""
    columns = [
        column(f"c{number}", type="character varying(10)", comment="A comment", max_length=10, default="'x'::text")
        for number in range(20)
    ]
    identity = column("id", Kind.INTEGER, "integer", nullable=False)
    return offer(
        *(
            relation(
                f"t{number}",
                identity,
                *columns,
                primary_key=("id",),
                foreign_keys=(ForeignKey("before", ("c1",), "public", f"t{max(number - 1, 0)}", ("id",)),),
            )
            for number in range(1000)
        )
    )
