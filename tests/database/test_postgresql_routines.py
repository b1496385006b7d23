"""What the catalog knows of PostgreSQL's functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from service.catalog.model import Catalog, Column, Kind, Relation, RelationKind, Routine, Volatility
from service.database import open_database
from service.settings import Settings

CALLS = Path(__file__).parent.parent / "rest" / "data" / "calls.sql"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def catalog(postgresql_templates: Any) -> Catalog:
    """That of tests/rest/data/calls.sql."""
    async with postgresql_templates(CALLS).fresh() as url:
        database = open_database(Settings(database_url=url))
        await database.pool.open()
        try:
            return await database.reflect(("public",), 1)
        finally:
            await database.close()


def routine(catalog: Catalog, name: str) -> Routine:
    (only,) = catalog.routines["public", name]
    return only


async def test_parameters_have_names_types_and_defaults(catalog: Catalog) -> None:
    """A parameter is required unless it has a default, whose expression is known."""
    found = routine(catalog, "many_inout")
    assert [(each.name, each.column.type, each.required, each.column.default) for each in found.parameters] == [
        ("num", "integer", True, None),
        ("str", "text", True, None),
        ("b", "boolean", False, "true"),
    ]
    assert [each.name for each in routine(catalog, "one_out").parameters] == ["num"]
    defaults = [each.column.default for each in routine(catalog, "three_defaults").parameters]
    assert defaults == ["1", "2", "3"]


async def test_types_of_parameters_can_be_cast_to(catalog: Catalog) -> None:
    """A type is named with its schema and without a length that would cut values; a domain is named itself."""
    taken = {each.name: each.column for each in routine(catalog, "varied").parameters}
    assert taken["m"].type == "public.mood"
    assert taken["m"].enum == ("sad", "ok")
    assert taken["v"].type == "character varying"
    assert taken["c"].type == "bpchar"
    assert taken["list"].type == "text[]"
    assert (taken["list"].kind, taken["list"].element) == (Kind.ARRAY, Kind.TEXT)
    graded = routine(catalog, "give_grade").parameters[0].column
    assert (graded.type, graded.cast, graded.kind) == ("public.grade", "integer", Kind.INTEGER)


async def test_variadic_and_unnamed_parameters(catalog: Catalog) -> None:
    """Only the last parameter is variadic; the only unnamed one takes the whole body."""
    assert [each.variadic for each in routine(catalog, "sum_values").parameters] == [False, True]
    unnamed = routine(catalog, "unnamed_json").unnamed
    assert unnamed is not None
    assert unnamed.column.type == "json"
    assert routine(catalog, "two_unnamed").unnamed is None
    assert routine(catalog, "say_hello").unnamed is None


async def test_overloads_stand_together(catalog: Catalog) -> None:
    """Functions of one name are told apart by what they take."""
    signatures = sorted(each.signature for each in catalog.routines["public", "overloaded"])
    assert signatures == [
        "public.overloaded()",
        "public.overloaded(a => integer, b => integer)",
        "public.overloaded(a => text, b => text, c => text)",
    ]


RESULTS: Mapping[str, tuple[bool, tuple[str, ...]]] = {
    "give_spot": (False, ("x", "y")),
    "give_spot_domain": (False, ("x", "y")),
    "give_spots": (True, ("x", "y")),
    "give_hidden": (False, ("x", "y", "z")),
    "give_secrets": (True, ("id", "word")),
    "give_scalars": (False, ("a", "b", "c")),
    "one_out": (False, ("more",)),
    "one_inout": (False, ("num",)),
    "many_inout": (False, ("num", "str", "b")),
    "unnamed_out": (False, ("column1", "column2")),
    "as_table": (True, ("a", "B c")),
}


@pytest.mark.parametrize("name", RESULTS)
async def test_rows_that_are_no_tables(catalog: Catalog, name: str) -> None:
    """Composite types, OUT parameters and TABLE columns are the columns of a relation of its own."""
    found = routine(catalog, name)
    assert isinstance(found.result, Relation)
    assert found.result.kind is RelationKind.RESULT
    assert (found.returns_set, tuple(found.result.columns)) == RESULTS[name]


@pytest.mark.parametrize("name", ["get_projects", "one_project", "domain_project"])
async def test_rows_of_a_table_are_the_tables(catalog: Catalog, name: str) -> None:
    """A function that gives an exposed table's rows has that very relation, and so all its relationships."""
    assert routine(catalog, name).result is catalog.find("public", "projects")


async def test_values_and_nothing(catalog: Catalog) -> None:
    """A value is a column called like the function; void is nothing."""
    texts, record = routine(catalog, "give_texts"), routine(catalog, "give_record")
    assert isinstance(texts.result, Column)
    assert (texts.result.name, texts.result.kind, texts.returns_set) == ("give_texts", Kind.TEXT, True)
    assert isinstance(record.result, Column)
    assert record.result.type == "record"
    assert routine(catalog, "write_log").result is None


async def test_volatility_and_comments(catalog: Catalog) -> None:
    """A function that says that it changes nothing is known to; its comment is readable."""
    assert routine(catalog, "add_them").volatility is Volatility.IMMUTABLE
    assert routine(catalog, "say_hello").reads_only
    assert not routine(catalog, "write_log").reads_only
    assert routine(catalog, "add_them").comment == "Adds two numbers"


async def test_what_cannot_be_called_is_left_out(catalog: Catalog) -> None:
    """Polymorphic and trigger functions, procedures and what is in other schemas; a function of a row stays."""
    names = {name for _, name in catalog.routines}
    assert not names & {"any_of", "on_change", "proceed", "not_here", "helper"}
    assert ("public", "shout") in catalog.routines
    assert catalog.callable is not None
    assert ("public", "say_hello") in catalog.callable
