"""What statements look like: one text per shape and database, values nowhere in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from service.catalog.model import Catalog, Column, Kind, Relation, RelationKind
from service.catalog.relationships import Relationships
from service.rest.asked import read_request
from service.rest.plan.read import plan_read
from service.rest.plan.terms import Count, ReadPlan
from service.rest.sql import Statement, build_estimate, build_read
from service.rest.terms import Cursor, Page, Read

GOLDEN = Path(__file__).parent / "golden"
QUERIES = {
    "all": "",
    "compare": "select=id&id=gte.5&name=not.eq.x&price=isdistinct.2.5",
    "in": "select=id&id=in.(1,2,3)&name=not.in.(a,b)",
    "is": "select=id&ok=is.true&name=not.is.null",
    "logic": "select=id&or=(id.eq.1,and(name.eq.a,not.or(ok.is.null,id.gt.9)))",
    "pattern": "select=id&name=like.a*&name=ilike.*B&name=match.^a&name=imatch.b$",
    "quantified": "select=id&id=eq(any).{1,2}&name=like(all).{a*,*b}",
    "json": "select=data->a->>b,n:data->0&data->>a=eq.x&data->b=gt.5&order=data->>a",
    "cast": "select=id::text,price::int4,n:name",
    "order": "select=id&order=name.desc.nullslast,price.asc.nullsfirst,id",
    "odd": 'select="Odd name"&"Odd name"=eq.1',
}


def column(name: str, kind: Kind, type_: str, **more: bool) -> Column:
    return Column(name, type_, type_, kind, **more)


COLUMNS = (
    column("id", Kind.INTEGER, "int4", nullable=False),
    column("name", Kind.TEXT, "text"),
    column("price", Kind.REAL, "float8"),
    column("ok", Kind.BOOLEAN, "bool"),
    column("data", Kind.JSON, "jsonb"),
    column("Odd name", Kind.OTHER, "text"),
)


def relation(database: str) -> Relation:
    schema = {"postgresql": "public", "sqlite": "main"}[database]
    return Relation(schema, "item", RelationKind.TABLE, {each.name: each for each in COLUMNS}, ("id",))


def planned(read: Read, database: str, **options: Any) -> ReadPlan:
    item = relation(database)
    return plan_read(read, item, Relationships(Catalog((item.schema,), {(item.schema, item.name): item})), **options)


def statement(database: str, query: str, count: Count = Count.NONE) -> Statement:
    asked = read_request("GET", "item", query, {})
    return build_read(planned(asked.read, database, count=count), database)


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize("name", QUERIES)
def test_a_shape_has_its_text(name: str, database: str) -> None:
    """A change of a statement shows as a change of a file that a person reads."""
    check(name, database, f"?{QUERIES[name]}", statement(database, QUERIES[name]))


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize("name, values", [("first_page", None), ("after", ("a", "5")), ("after_null", (None, "5"))])
def test_pages_by_key_have_their_text(name: str, values: tuple[str | None, ...] | None, database: str) -> None:
    """A page behind a row is a union of lookups, each of which an index can serve."""
    query = "select=id&ok=is.true&order=name.desc"
    read = read_request("GET", "item", query, {}).read
    keyset = planned(read, database, cursor=Cursor("", None)).node.keyset
    assert keyset is not None
    plan = planned(read, database, cursor=Cursor("" if values is None else keyset.mark, values))
    check(name, database, f"?{query}&cursor= {name} {values}", build_read(plan, database))


def check(name: str, database: str, asked: str, built: Statement) -> None:
    """Holds a statement against its file."""
    text = re.sub(r"[ \n]+\n?", lambda gap: "\n" if "\n" in gap[0] else " ", built.text)
    found = f"-- {asked}\n{text}"
    file = GOLDEN / f"{name}.{database}.sql"
    assert found.strip() == file.read_text().strip(), f"if the change is meant, write it to {file.name}"


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_values_are_not_in_the_text(database: str) -> None:
    """Two requests of one shape run one and the same text."""
    one = statement(database, "id=eq.12345&name=in.(secret,other)&or=(price.gt.6789,name.like.x*)")
    other = statement(database, "id=eq.1&name=in.(a)&or=(price.gt.2,name.like.y)")
    assert one.text == other.text
    assert not any(value in one.text for value in ("12345", "secret", "6789"))


@pytest.mark.parametrize("count", Count)
@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_a_total_is_counted_as_asked(database: str, count: Count) -> None:
    """No count, no cost; an estimate stops counting, unless the database has nobody to ask for one."""
    asked = read_request("GET", "item", "id=gt.5", {})
    plan = planned(asked.read, database, count=count, count_limit=100)
    text = build_read(plan, database).text
    counts = count is Count.EXACT or count is Count.ESTIMATED or (database == "sqlite" and count is not Count.NONE)
    assert (" AS total" in text) == counts
    assert (build_estimate(plan, database) is not None) == (
        database == "postgresql" and count in (Count.PLANNED, Count.ESTIMATED)
    )


def test_the_page_is_bound() -> None:
    """The page is a value too: page 2 runs the text of page 1."""
    made = statement("postgresql", "limit=5")
    assert made.arguments((), Page(10, 5)) == [5, 10]
    assert made.arguments((), Page(0, None)) == [None, 0]
