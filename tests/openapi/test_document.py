"""What is in a document, from catalogs made by hand."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from openapi_spec_validator import validate
from samples import column, offer, relation, thousand

from service.catalog.model import (
    EVERY_RIGHT,
    Column,
    ComputedColumn,
    ComputedRelationship,
    ForeignKey,
    Kind,
    RelationKind,
    Right,
)
from service.errors import (
    DatabaseError,
    KeyInUseError,
    KeyReusedError,
    PoolgateError,
    PoolLoopError,
    QueryError,
    ServeError,
    SettingsError,
)
from service.rest.asked import read_request
from service.rest.openapi import describe, describe_swagger
from service.rest.openapi.names import key
from service.rest.openapi.words import MEANINGS
from service.rest.terms import OPERATORS

ELSEWHERE = {"PGRST117", "PGRST125", "PGRST202"}  # of other methods and paths than are described
ODD = (
    "odd name", "dot.ted", "Größe ☃", "CamelCase", "camelcase", 'quo"ted', "100% sure", "a/b", "{id}", "~",
    "poolgate.error", "x#?&",
)  # fmt: skip


def one(made: Column, **more: Any) -> dict[str, Any]:
    """A column's schema in the document of its table."""
    found: dict[str, Any] = describe(offer(relation("t", made), **more))["components"]["schemas"]["t"]["properties"]
    return found[made.name]


def resolved(document: dict[str, Any], reference: dict[str, str]) -> Any:
    """What a reference points at."""
    found = document
    for step in reference["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


@pytest.mark.parametrize("build", [describe, describe_swagger])
def test_odd_names(build: Any) -> None:
    """Whatever relations and columns are called, the document is valid and has each of them."""
    document = build(offer(*(relation(name, *map(column, (*ODD, "select", "order"))) for name in ODD)))
    validate(document)
    assert len(document["paths"]) == len(ODD) + 1
    assert json.loads(json.dumps(document)) == document


def test_names_of_components_stay_apart() -> None:
    """Two names never become one, nor one of the house's own."""
    names = [*ODD, "odd.20.name", "odd_name", "dot.2e.ted", "poolgate.filter", "é", ".e9.", "\U0001f600"]
    assert len({key(name) for name in names} | {"poolgate.error", "poolgate.filter"}) == len(names) + 2


@pytest.mark.parametrize(
    "made, expected",
    [
        (column("c", Kind.INTEGER, "bigint"), {"type": ["integer", "null"], "format": "int64"}),
        (column("c", Kind.INTEGER, "smallint", nullable=False), {"type": "integer", "format": "int32"}),
        (column("c", Kind.INTEGER, "oid"), {"type": ["string", "null"]}),
        (column("c", Kind.BOOLEAN, "boolean", default="true"), {"type": ["boolean", "null"], "default": True}),
        (column("c", Kind.BOOLEAN, "boolean", default="0"), {"default": False}),
        (column("c", Kind.NUMERIC, "numeric(5,2)", default="1.50"), {"default": 1.5, "format": "decimal"}),
        (column("c", Kind.INTEGER, "integer", default="'7'::integer"), {"default": 7}),
        (column("c", Kind.NUMERIC, "numeric", default="'NaN'::numeric"), {"default": None}),
        (column("c", default="'it''s'::text"), {"default": "it's"}),
        (column("c", default="('a'::text || 'b'::text)"), {"default": None}),
        (column("c", default="'a'::text || 'b'::text"), {"default": None}),
        (column("c", default="NULL::text"), {"default": None, "description": None}),
        (column("c", default="lower('A')"), {"default": None, "description": "Default: `lower('A')`"}),
        (column("c", Kind.JSON, "jsonb", default="'{\"a\":1}'::jsonb"), {"type": None, "default": {"a": 1}}),
        (column("c", Kind.DATE, "date", default="('now'::text)::date"), {"default": None, "format": "date"}),
        (column("c", Kind.ARRAY, "int4[]", element=Kind.INTEGER), {"items": {"type": ["integer", "null", "array"]}}),
        (column("c", Kind.ARRAY, "jsonb[]", element=Kind.JSON), {"type": ["array", "null"], "items": {}}),
        (column("c", Kind.OTHER, "mood", enum=("sad",)), {"type": ["string", "null"], "enum": ["sad", None]}),
        (column("c", Kind.OTHER, "mood", enum=("sad",), nullable=False), {"enum": ["sad"]}),
        (column("c", Kind.OTHER, "public.hstore"), {"type": None}),
        (column("c", Kind.OTHER, "interval"), {"type": ["string", "null"]}),
        (column("c", Kind.OTHER, "any", cast=""), {"type": None}),
        (column("c", Kind.COMPOSITE, "spot"), {"type": ["object", "null"]}),
        (column("c", type="varchar(10)", max_length=10), {"maxLength": 10, "x-type": "varchar(10)"}),
        (column("c", generated=True, default="lower(a)"), {"readOnly": True, "description": "Computed: `lower(a)`"}),
        (column("c", comment="  Seen.\n"), {"description": "Seen."}),
    ],
)  # fmt: skip
def test_columns(made: Column, expected: dict[str, Any]) -> None:
    """A column's schema says what its values look like in an answer."""
    found = one(made)
    assert {name: found.get(name) for name in expected} == expected
    validate(describe(offer(relation("t", made))))
    validate(describe_swagger(offer(relation("t", made))))


def test_every_operator_has_a_meaning() -> None:
    """The guide tells what each operator of the dialect finds, and the filter's form takes each."""
    assert set(MEANINGS) == set(OPERATORS)
    document = describe(offer(relation("t")))
    assert all(f"| `{name}` | " in document["info"]["description"] for name in OPERATORS)
    assert all(name in document["components"]["schemas"]["poolgate.filter"]["pattern"] for name in OPERATORS)


def test_operators_that_the_database_lacks_are_not_there() -> None:
    """On SQLite neither ranges nor containment are offered, and full-text search on its tables alone."""
    plain = describe(offer(relation("t"), database="sqlite"))
    searched = describe(offer(relation("t", kind=RelationKind.FULL_TEXT_TABLE), database="sqlite"))
    assert "`adj`" not in plain["info"]["description"] + searched["info"]["description"]
    assert "`wfts`" not in plain["info"]["description"]
    assert "`wfts`" in searched["info"]["description"]


def test_filters() -> None:
    """A column is filtered by its name, in quotes where that is another parameter's, with its comment and operators."""
    document = describe(offer(relation("t", column("id", comment="Its number."), column("order"))))
    found = {each["name"]: each for each in document["components"]["parameters"].values()}
    assert found["id"]["description"] == (
        "Its number.\n\n`text`: eq, neq, gt, gte, lt, lte, isdistinct, like, ilike, match, imatch, in, is, "
        "fts, plfts, phfts, wfts"
    )
    assert found['"order"']["in"] == "query"
    asked = [resolved(document, each)["name"] for each in document["paths"]["/t"]["get"]["parameters"]]
    assert asked == [
        "id", '"order"', "select", "order", "limit", "offset", "cursor", "and", "or", "not.and", "not.or", "Range",
        "Range-Unit", "Prefer",
    ]  # fmt: skip


def test_keys_and_relationships() -> None:
    """Keys stand where PostgREST's clients look for them; what is related is told, but for what is hidden."""
    countries = relation("countries", column("code"), primary_key=("code",))
    airports = relation(
        "airports",
        column("id"),
        column("country", comment="Where it is."),
        column("owner"),
        foreign_keys=(
            ForeignKey("a", ("country",), "public", "countries", ("code",)),
            ForeignKey("b", ("owner",), "private", "owners", ("id",)),
        ),
    )
    document = describe(offer(countries, airports))
    properties = document["components"]["schemas"]["airports"]["properties"]
    assert properties["country"]["description"] == (
        "Where it is.\n\nForeign key to `countries.code`.<fk table='countries' column='code'/>"
    )
    assert "description" not in properties["owner"]
    assert document["components"]["schemas"]["countries"]["properties"]["code"]["description"] == "Primary key.<pk/>"
    assert document["paths"]["/airports"]["get"]["description"] == "Related, for `select`: `countries` (one)."
    hidden = describe(offer(countries, airports, rights={"airports": EVERY_RIGHT}))
    assert "countries" not in json.dumps(hidden)


def test_computed_columns_and_relationships() -> None:
    """Functions that are read like columns are described like columns."""
    computed = ComputedColumn(column("full_name", comment="Both names."), "public")
    people = relation(
        "people",
        computed={"full_name": computed},
        related=(ComputedRelationship("mates", "public", "public", "people", to_one=False),),
    )
    document = describe(offer(people))
    validate(document)
    described = document["components"]["schemas"]["people"]["properties"]["full_name"]["description"]
    assert described == "Computed from the row; it comes where `select` names it.\n\nBoth names."
    assert "filter.people.full_name" in document["components"]["parameters"]
    assert "`people` (many)" in document["paths"]["/people"]["get"]["description"]


def test_comments() -> None:
    """A comment's first line is a title or summary, the rest a description."""
    made = relation("t", comment="Things.\n\nAll of them.")
    document = describe(offer(made, comments={"public": "Shop\nWhat is sold."}))
    assert document["info"]["title"] == "Shop"
    assert document["info"]["description"].startswith("What is sold.\n\n")
    assert document["info"]["version"] == "1.2.3"
    read = document["paths"]["/t"]["get"]
    assert (read["summary"], read["description"]) == ("Things.", "All of them.")
    assert document["components"]["schemas"]["t"]["description"] == "Things.\n\nAll of them."


def test_where_requests_go() -> None:
    """No host is named but by a proxy's setting."""
    made = relation("t")
    assert describe(offer(made))["servers"] == [{"url": "/rest/v1"}]
    assert describe(offer(made, prefix="/"))["servers"] == [{"url": "/"}]
    assert describe_swagger(offer(made, prefix="/"))["basePath"] == "/"
    behind = offer(made, proxy="https://example.org/api/")
    assert describe(behind)["servers"] == [{"url": "https://example.org/api"}]
    swagger = describe_swagger(behind)
    assert (swagger["schemes"], swagger["host"], swagger["basePath"]) == (["https"], "example.org", "/api")
    assert "host" not in describe_swagger(offer(made))


def test_the_schema_is_asked_for_where_there_are_several() -> None:
    """Beyond the default schema each request must name it."""
    made = relation("t")
    there = relation("t", schema="v1")
    both = {"schemas": ("public", "v1")}
    assert "profile" not in describe(offer(made))["components"]["parameters"]
    first = describe(offer(made, there, **both))["components"]["parameters"]["profile"]
    other = describe(offer(made, there, schema="v1", **both))["components"]["parameters"]["profile"]
    assert "required" not in first
    assert (other["required"], other["schema"]["enum"]) == (True, ["v1"])


def test_swagger_for_clients_of_postgrest() -> None:
    """Columns are found under `definitions`, paths and filters, under the names that PostgREST gives them."""
    tags = column("tags", Kind.ARRAY, "text[]", element=Kind.TEXT)
    made = relation("odd name", column("id", Kind.INTEGER, "bigint", nullable=False), tags, primary_key=("id",))
    document = describe_swagger(offer(made))
    assert document["swagger"] == "2.0"
    assert document["definitions"]["odd name"]["required"] == ["id"]
    assert document["definitions"]["odd name"]["properties"] == {
        "id": {"format": "bigint", "type": "integer", "description": "Primary key.<pk/>"},
        "tags": {"format": "text[]", "type": "array", "items": {"type": "string"}},
    }
    assert list(document["paths"]) == ["/", "/odd name"]
    assert "rowFilter.odd name.id" in document["parameters"]


def test_every_error_is_described() -> None:
    """Whatever error the service has a name for, its status is among those of an operation, and its code is told."""
    kinds = [PoolgateError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    answers = describe(offer(relation("t")))
    operations = answers["paths"]["/t"]
    described = operations["get"]["responses"] | operations["post"]["responses"]
    told = str(answers["components"]["responses"])
    here = {kind for kind in kinds if kind.__module__ == PoolgateError.__module__}
    of_writes = {KeyReusedError, KeyInUseError}
    for kind in here - {SettingsError, ServeError, DatabaseError, PoolLoopError} - of_writes:
        assert str(kind.status) in described
        assert kind.code in told or kind.code in ELSEWHERE, kind
    failures = {name for name in answers["components"]["responses"] if name.isdigit()}
    assert {*described} == {"200", "201", "206", "304"} | failures
    assert {*operations["get"]["responses"]} == {"200", "206", "304"} | failures - {"409", "415", "422"}


@pytest.mark.parametrize("build", [describe, describe_swagger])
@pytest.mark.parametrize("most, seconds", [(Right.READ, 1), (EVERY_RIGHT, 2)])
def test_a_thousand_tables(build: Any, most: Right, seconds: int) -> None:
    """A document of a thousand tables is built, and written as JSON, in less than a second, in two with all writes."""
    what = replace(thousand(), most=most)
    took = []
    while not took or (min(took) >= seconds and len(took) < 3):  # a busy machine only ever adds to it
        began = time.process_time()  # this test's own time, not its neighbours'
        text = json.dumps(build(what))
        took.append(time.process_time() - began)
    assert min(took) < seconds
    assert text.count("A comment") >= 20_000


@pytest.mark.parametrize(
    "text, fits",
    [
        ("eq.", True), ("eq.a.b", True), ("not.eq.1", True), ("eq(any).{1,2}", True), ("in.(1,\n2)", True),
        ("in.()", True),
        ("is.null", True), ("is.NOT_NULL", True), ("not.is.true", True), ("fts(english).cat", True), ("wfts.a b", True),
        ("cs.{1}", True), ("pen", False), ("eq", False), ("equals.1", False), ("eq(some).{1}", False), ("in.1", False),
        ("eq(any).1", False), ("is.", False), ("neq(any).{1}", False), ("xeq.1", False), ("", False),
    ],
)  # fmt: skip
def test_the_form_of_a_filter(text: str, fits: bool) -> None:
    """It takes what the service takes, and of what it does not take the common mistakes."""
    pattern = describe(offer(relation("t")))["components"]["schemas"]["poolgate.filter"]["pattern"]
    assert bool(re.search(pattern, text)) is fits
    read = f"id={quote(text)}"
    if fits:
        read_request("GET", "t", read, {})
    else:
        with pytest.raises(QueryError):
            read_request("GET", "t", read, {})


def test_the_batch() -> None:
    """As many operations as are allowed are described; none where batches are turned off, and none in Swagger."""
    made = offer(relation("t"), batch=7)
    document = describe(made)
    validate(document)
    post = document["paths"]["/"]["post"]
    operations = post["requestBody"]["content"]["application/json"]["schema"]
    assert (operations["maxItems"], operations["items"]["required"]) == (7, ["path"])
    assert "Batch-Operation" in post["responses"]["409"]["headers"]
    assert {"$ref": "#/components/parameters/idempotency-key"} in post["parameters"]
    assert "post" not in describe(replace(made, batch=0))["paths"]["/"]
    assert "post" not in describe_swagger(made)["paths"]["/"]
    reader = describe(replace(made, most=Right.READ))
    validate(reader)
    assert len(reader["paths"]["/"]["post"]["parameters"]) == 1
