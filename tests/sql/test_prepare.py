"""What is kept of statements, and for how long."""

from __future__ import annotations

from dataclasses import replace

from test_golden import relation

from service.catalog.model import Catalog
from service.rest.asked import read_request
from service.rest.prepare import Prepared, Statements

ITEM = relation("postgresql")


def catalog(version: int = 1) -> Catalog:
    return Catalog(("public",), {("public", "item"): ITEM}, version)


def read(statements: Statements, query: str, version: int = 1) -> Prepared:
    return statements.read(read_request("GET", "item", query, {}), catalog(version))


def test_a_shape_is_built_once() -> None:
    """Requests of one shape, whatever their values and page, share one statement until the schema changes."""
    statements = Statements("postgresql", max_rows=None)
    first = read(statements, "id=eq.1&limit=7&offset=1")
    assert read(statements, "id=eq.2&limit=8&offset=3") is first
    assert read(statements, "id=gt.1&limit=7&offset=1") is not first
    assert read(statements, "id=eq.1&limit=7&offset=1", version=2) is not first


def test_usual_limits_stand_in_the_text() -> None:
    """They are few, so that nobody has a statement made for each number; without an offset there is none to fill."""
    statements = Statements("postgresql", max_rows=77)
    for query, text, filled in (
        ("id=eq.1", "LIMIT ALL OFFSET 0", 1),
        ("id=eq.1&limit=100", "LIMIT 100 OFFSET 0", 1),
        ("id=eq.1&limit=77", "LIMIT 77 OFFSET 0", 1),
        ("id=eq.1&limit=78", "LIMIT $2::BIGINT OFFSET 0", 2),
        ("id=eq.1&limit=100&offset=5", "LIMIT 100 OFFSET $2::BIGINT", 2),
        ("id=eq.1&offset=5", "LIMIT ALL OFFSET $2::BIGINT", 2),
    ):
        statement = read(statements, query).statement
        assert text in statement.text
        assert len(statement.fills) == filled
    made = statements.made
    for limit in range(101, 200):
        read(statements, f"id=eq.1&limit={limit}")
    assert statements.made == made


def test_no_value_is_kept() -> None:
    """Neither the shape that a plan is kept by nor the plan has a value of the request in it."""
    statements = Statements("postgresql", max_rows=None)
    secret = "v4lue"
    read(
        statements, f"name=eq.{secret}&name=in.({secret},b)&or=(name.like.{secret}*,name.is.null)&data->>a=eq.{secret}"
    )
    body = read_request("POST", "item", "columns=name&select=id", {"Prefer": "return=representation"})
    statements.write(body, ("name",), catalog())
    assert len(statements._kept) == 2
    assert secret not in repr(statements._kept)
    assert (statements.made, statements.found) == (2, 0)


def test_each_role_has_plans_of_its_own() -> None:
    """What is planned by the catalog of one role is never another's, though the request is the same."""
    statements = Statements("postgresql", max_rows=None)
    asked = read_request("GET", "item", "id=eq.1", {})
    narrowed = [replace(catalog(), role=role) for role in (None, "reader", "writer")]
    assert len({id(statements.read(asked, each)) for each in narrowed}) == 3
    assert statements.read(asked, narrowed[1]) is statements.read(asked, narrowed[1])
    assert (statements.made, statements.found) == (3, 2)


def test_a_new_schema_leaves_nothing() -> None:
    """With another version of the catalog all that was kept is let go, its text counted no more."""
    statements = Statements("postgresql", max_rows=None, most_text=2_000)
    for query in ("id=eq.1", "id=gt.1", "id=lt.1"):
        read(statements, query)
    kept = read(statements, "id=eq.1", version=2)
    assert [each.statement.text for each in statements._kept.values()] == [kept.statement.text]
    assert statements._text == len(kept.statement.text)


def test_the_unused_go_first() -> None:
    """Beyond the number of kept shapes the one that was not asked for longest is forgotten."""
    statements = Statements("postgresql", max_rows=None, size=2)
    one, two = read(statements, "id=eq.1"), read(statements, "id=gt.1")
    assert read(statements, "id=eq.1") is one
    read(statements, "id=lt.1")
    assert read(statements, "id=eq.1") is one
    assert read(statements, "id=gt.1") is not two


def test_large_shapes_fill_no_memory() -> None:
    """Statements are kept up to so much text in all, however many there are; one too large for it is not kept."""
    statements = Statements("postgresql", max_rows=None, most_text=2_000)
    small = read(statements, "select=id")
    many = ",".join(f"a{number}:id" for number in range(100))
    large = read(statements, f"select={many}")
    assert len(large.statement.text) > 2_000
    assert read(statements, f"select={many}") is not large
    assert read(statements, "select=id") is not small
    kept = read(statements, "select=id")
    assert read(statements, "select=id") is kept
