"""What is described of writes, from catalogs made by hand."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate
from samples import column, offer, relation

from service.catalog.model import EVERY_RIGHT, ComputedColumn, Kind, Relation, RelationKind, Right
from service.rest.openapi import describe, describe_swagger

ITEMS = relation(
    "odd items",
    column("id", Kind.INTEGER, "integer", nullable=False, default="nextval('ids'::regclass)"),
    column("name", nullable=False),
    column("price", Kind.NUMERIC, "numeric", nullable=False, default="0"),
    column("note"),
    column("label", nullable=False, generated=True, default="lower(name)"),
    primary_key=("id",),
)
VIEW: dict[str, Any] = {"kind": RelationKind.VIEW, "insertable": False, "updatable": False, "deletable": False}
UPSERT = {"insertable": True, "updatable": True}
READS = {"get", "head", "options"}
CHANGES = {"post", "put", "patch", "delete"}


def methods(made: Relation, **more: Any) -> set[str]:
    return set(describe(offer(made, **more))["paths"]["/t"])


def resolved(document: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What a reference points at, beside what is said here."""
    where: Any = document
    for step in found["$ref"].removeprefix("#/").split("/"):
        where = where[step.replace("%20", " ")]
    return {**where, **{name: value for name, value in found.items() if name != "$ref"}}


@pytest.mark.parametrize(
    "made, expected",
    [
        (relation("t"), READS | {"post", "patch", "delete"}),
        (relation("t", primary_key=("id",)), READS | CHANGES),
        (relation("t", **VIEW), READS),
        (relation("t", **VIEW | {"insertable": True}), READS | {"post"}),
        (relation("t", **VIEW | {"updatable": True}), READS | {"patch"}),
        (relation("t", **VIEW | {"deletable": True}), READS | {"delete"}),
        (relation("t", **VIEW | {"insertable": True, "primary_key": ("id",)}), READS | {"post"}),
        (relation("t", **VIEW | UPSERT | {"primary_key": ("id",)}), READS | CHANGES - {"delete"}),
    ],
)
def test_what_the_relation_allows(made: Relation, expected: set[str]) -> None:
    """What a relation does not take is not described; a PUT needs a key to name its row by."""
    assert methods(made) == expected
    assert set(describe_swagger(offer(made))["paths"]["/t"]) == expected - {"head", "options"}


@pytest.mark.parametrize(
    "rights, expected",
    [
        (Right.READ, READS),
        (Right.INSERT, {"post", "options"}),
        (Right.INSERT | Right.UPDATE, {"post", "patch", "options"}),
        (Right.READ | Right.INSERT | Right.UPDATE, READS | {"post", "patch", "put"}),
        (Right.DELETE, {"delete", "options"}),
    ],
)
def test_what_the_caller_may(rights: Right, expected: set[str]) -> None:
    """Of a relation stands there what the caller has a right to; a PUT reads whether its row is there."""
    made = relation("t", primary_key=("id",))
    assert methods(made, rights={"t": rights}) == expected
    document = describe(offer(made, rights={"t": rights}))
    validate(document)
    assert "t" not in describe(offer(made, rights={}))["components"]["schemas"]
    assert methods(made, rights={"t": EVERY_RIGHT}, most=Right.READ) == READS


def test_readers_see_nothing_of_writes() -> None:
    """Where nothing can be written there is no word of it."""
    document = describe(offer(relation("t", primary_key=("id",)), most=Right.READ))
    assert "Idempotency-Key" not in str(document)
    assert "`POST`" not in document["info"]["description"]
    assert "`POST`" in describe(offer(relation("t")))["info"]["description"]


def test_bodies() -> None:
    """A new row needs what is neither NULL nor has a default; what is computed cannot be written."""
    document = describe(offer(ITEMS))
    validate(document)
    schemas = document["components"]["schemas"]
    assert set(schemas["odd.20.items.values"]["properties"]) == {"id", "name", "price", "note"}
    assert schemas["odd.20.items.new"]["required"] == ["name"]
    item = document["paths"]["/odd%20items"]
    new = {"$ref": "#/components/schemas/odd.20.items.new"}
    post = item["post"]["requestBody"]
    assert post["required"]
    assert {media: each["schema"] for media, each in post["content"].items() if media != "text/csv"} == {
        "application/json": {"oneOf": [new, {"type": "array", "items": new}]},
        "application/x-www-form-urlencoded": new,
    }
    assert "text/csv" in post["content"]
    patch = item["patch"]["requestBody"]["content"]["application/json"]["schema"]
    assert patch == {"$ref": "#/components/schemas/odd.20.items.values"}
    put = item["put"]["requestBody"]["content"]["application/json"]["schema"]
    assert put == {"allOf": [new], "required": ["id"]}
    assert "requestBody" not in item["delete"]


def test_a_row_that_can_be_written_whole() -> None:
    """Its schema is not there twice."""
    document = describe(offer(relation("t", column("a"))))
    assert set(document["components"]["schemas"]) == {"t", "poolgate.error", "poolgate.filter"}
    body = document["paths"]["/t"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["oneOf"][0] == {"$ref": "#/components/schemas/t"}


def test_computed_columns_are_not_written() -> None:
    """A function of a row takes no value."""
    made = relation("t", column("a"), computed={"b": ComputedColumn(column("b"), "public")})
    assert set(describe(offer(made))["components"]["schemas"]["t.values"]["properties"]) == {"a"}


FILTERS = ["id", "name", "price", "note", "label"]
TREES = ["and", "or", "not.and", "not.or"]


@pytest.mark.parametrize(
    "method, expected",
    [
        ("post", ["select", "order", "columns", "on_conflict", "Prefer", "Idempotency-Key"]),
        ("put", ["id", "select", "order", "columns", "Prefer", "Idempotency-Key"]),
        ("patch", [*FILTERS, "select", "order", *TREES, "columns", "Prefer", "Idempotency-Key"]),
        ("delete", [*FILTERS, "select", "order", *TREES, "Prefer", "Idempotency-Key"]),
    ],
)
def test_parameters(method: str, expected: list[str]) -> None:
    """Each write has what it heeds, and no page; a PUT needs the key."""
    three, two = describe(offer(ITEMS)), describe_swagger(offer(ITEMS))
    assert asked_of(three, method) == expected
    assert [name for name in asked_of(two, method) if name != "odd items"] == expected
    if method == "put":
        first = three["paths"]["/odd%20items"]["put"]["parameters"][0]
        assert (first["required"], first["schema"]["pattern"]) == (True, r"^eq\.")


def asked_of(document: dict[str, Any], method: str) -> list[str]:
    """The names of an operation's parameters."""
    (item,) = (item for path, item in document["paths"].items() if path != "/")
    return [(resolved(document, each) if "$ref" in each else each)["name"] for each in item[method]["parameters"]]


def test_on_conflict_needs_something_unique() -> None:
    """Without a key or unique columns nothing is known to be there already."""
    assert "on_conflict" not in asked_of(describe(offer(relation("t"))), "post")
    assert "on_conflict" in asked_of(describe(offer(relation("t", uniques=(("id",),)))), "post")


def test_preferences() -> None:
    """Each method tells the preferences that it heeds, and `tx` where the setting lets callers choose."""
    parameters = describe(offer(ITEMS, rollbacks=True))["components"]["parameters"]
    told = {name: parameters[f"prefer-{name}"]["description"] for name in CHANGES}
    assert {name for name in CHANGES if "resolution=" in told[name]} == {"post"}
    assert {name for name in CHANGES if "missing=" in told[name]} == {"post", "put", "patch"}
    assert {name for name in CHANGES if "max-affected=" in told[name]} == {"patch", "delete"}
    assert all(word in told[name] for name in CHANGES for word in ("return=", "tx=", "handling="))
    assert {name for name in CHANGES if "count=" in told[name]} == {"post", "patch", "delete"}
    without = describe(offer(ITEMS))["components"]["parameters"]
    assert not any("tx=" in without[f"prefer-{name}"]["description"] for name in CHANGES)


@pytest.mark.parametrize(
    "method, statuses",
    [("post", {"200", "201"}), ("put", {"200", "201", "204"}), ("patch", {"200", "204"}), ("delete", {"200", "204"})],
)
def test_answers(method: str, statuses: set[str]) -> None:
    """What is done is answered by the status that says it, with rows but under 204; errors are those of writes."""
    document = describe(offer(ITEMS))
    found = document["paths"]["/odd%20items"][method]["responses"]
    assert {name for name in found if name < "3"} == statuses
    assert {"400", "401", "403", "404", "405", "406", "409", "413", "415", "503", "504"} <= set(found)
    for status in statuses:
        answer = resolved(document, found[status])
        assert ("content" in answer) is (status != "204")
        assert {"Content-Range", "Location", "Preference-Applied", "X-Request-Id"} <= set(answer["headers"])
    assert set(describe_swagger(offer(ITEMS))["paths"]["/odd items"][method]["responses"]) == set(found)


def test_swagger_bodies() -> None:
    """Bodies stand where PostgREST's stand; definitions are tables and nothing else."""
    document = describe_swagger(offer(ITEMS))
    validate(document)
    assert set(document["definitions"]) == {"odd items"}
    new, change = (document["parameters"][f"{part}.odd items"]["schema"] for part in ("body", "change"))
    assert new["required"] == ["name"]
    assert "required" not in change
    assert set(new["properties"]) == set(change["properties"]) == {"id", "name", "price", "note"}


def test_the_schema_is_named_by_writes_too() -> None:
    """Beyond the default schema a write names it by its own header."""
    there = relation("t", schema="v1")
    document = describe(offer(there, schema="v1", schemas=("public", "v1")))
    parameter = document["components"]["parameters"]["content-profile"]
    assert (parameter["name"], parameter["required"]) == ("Content-Profile", True)
    assert asked_of(document, "delete")[-1] == "Content-Profile"
    validate(describe_swagger(offer(there, schema="v1", schemas=("public", "v1"))))
