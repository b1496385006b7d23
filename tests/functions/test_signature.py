"""Python functions: what they take, what they are given, and what they return."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import math
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import BodyError, DatabaseError, PlanError, PoolgateError
from service.rest.registered import from_json, from_texts, read_signature, to_json
from service.rest.registered.registry import Registry


class Line(BaseModel):
    product: int
    count: int = Field(1, ge=1)


async def order(
    connection: AsyncConnection,
    customer: Annotated[int, "Whose it is."],
    lines: list[Line],
    *,
    price: Decimal | None = None,
    when: datetime.datetime | None = None,
    day: datetime.date = datetime.date(2020, 1, 1),
    ids: list[int] = [],  # noqa: B006  # it is not changed
    kind: Literal["new", "old"] = "new",
    flag: bool = False,
    key: uuid.UUID | None = None,
    data: dict[str, Any] | None = None,
    rate: Annotated[float, Field(ge=0, description="A rate.")] = 0.0,
    name: str = "",
) -> dict[str, Any]:
    return {}


SIGNATURE = read_signature(order)


def test_what_it_takes() -> None:
    """Arguments have types, defaults and descriptions; the connection is none of them."""
    assert SIGNATURE.connection == "connection"
    assert SIGNATURE.required == ("customer", "lines")
    assert SIGNATURE.arguments["customer"].description == "Whose it is."
    assert SIGNATURE.arguments["rate"].description == "A rate."


def test_from_json() -> None:
    """JSON becomes what the annotations say; a Decimal has every digit that was sent."""
    body = b"""{"customer": 7, "lines": [{"product": 1}], "price": 1.10000000000000000000001, "ids": [1, "2"],
        "when": "2020-01-01T10:00:00Z", "data": {"a": [1.5]}, "rate": 2,
        "key": "12345678-1234-5678-1234-567812345678"}"""
    found = from_json("order", SIGNATURE, body)
    assert found["lines"] == [Line(product=1)]
    assert found["price"] == Decimal("1.10000000000000000000001")
    assert found["when"] == datetime.datetime(2020, 1, 1, 10, tzinfo=datetime.UTC)
    assert found["key"] == uuid.UUID("12345678-1234-5678-1234-567812345678")
    assert (found["data"], found["rate"], found["ids"]) == ({"a": [1.5]}, 2.0, [1, 2])
    assert "day" not in found


def test_from_texts() -> None:
    """A query string's texts become the same; lists come repeated or as JSON, the last of several others counts."""
    pairs = [
        ("customer", "6"), ("customer", "7"), ("lines", '[{"product": 1}]'), ("ids", "1"), ("ids", "2"),
        ("flag", "true"), ("price", "1.10"), ("data", '{"a": 1}'), ("name", "[x"), ("day", "2021-02-03"),
    ]  # fmt: skip
    found = from_texts("order", SIGNATURE, pairs)
    assert found == {
        "customer": 7, "lines": [Line(product=1)], "ids": [1, 2], "flag": True, "price": Decimal("1.10"),
        "data": {"a": 1}, "name": "[x", "day": datetime.date(2021, 2, 3),
    }  # fmt: skip
    assert from_texts("order", SIGNATURE, [("customer", "1"), ("lines", "[]"), ("ids", "5")])["ids"] == [5]


@pytest.mark.parametrize(
    ("body", "kind", "code", "told"),
    [
        (b'{"customer": "x", "lines": []}', DatabaseError, "22P02", "valid integer"),
        (b'{"customer": 1, "lines": [{"product": 1, "count": 0}]}', DatabaseError, "22P02", "0: count: "),
        (b'{"lines": []}', PlanError, "PGRST202", "missing: customer"),
        (b'{"customer": 1, "lines": [], "colour": 1}', PlanError, "PGRST202", "unknown: colour"),
        (b"", PlanError, "PGRST202", "missing: customer, lines"),
        (b"[1]", BodyError, "PGRST102", None),
        (b'{"customer": NaN}', BodyError, "PGRST102", "NaN"),
        (b"{", BodyError, "PGRST102", ""),
        (b"\xff", BodyError, "PGRST102", ""),
    ],
)
def test_bad_bodies(body: bytes, kind: type[PoolgateError], code: str, told: str | None) -> None:
    """What is wrong with a call is told with the codes of the database's functions."""
    with pytest.raises(kind) as caught:
        from_json("order", SIGNATURE, body)
    assert caught.value.code == code
    assert told is None or told in caught.value.details


def test_bad_texts() -> None:
    """A text that is no value of the type is 22P02."""
    with pytest.raises(DatabaseError) as caught:
        from_texts("order", SIGNATURE, [("customer", "1"), ("lines", "[]"), ("flag", "perhaps")])
    assert (caught.value.code, caught.value.status) == ("22P02", 400)


def plain(a: int) -> None: ...
async def untyped(a) -> None: ...  # type: ignore[no-untyped-def]  # what is tested
async def rest(*a: int) -> None: ...
async def more(**a: int) -> None: ...
async def before(a: int, /) -> None: ...
async def opaque(a: AsyncConnection | None) -> None: ...


@pytest.mark.parametrize("function", [plain, untyped, rest, more, before, opaque])
def test_what_cannot_be_registered(function: Any) -> None:
    """A function that HTTP could not call is refused when it is registered."""
    with pytest.raises(TypeError):
        Registry().add("f", function)


def test_names() -> None:
    """A name that is none, or taken, is refused."""
    registry = Registry()
    registry.add("f", order)
    with pytest.raises(ValueError, match="already"):
        registry.add("f", order)
    with pytest.raises(ValueError, match="no name"):
        registry.add("a/b", order)


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    at: datetime.datetime


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        ({"a": [1, 2.5, "ü"]}, '{"a":[1,2.5,"ü"]}'),
        (Decimal("1.10000000000000000000001"), "1.10000000000000000000001"),
        (Decimal("1E+3"), "1000"),
        ([Decimal("NaN"), math.nan, -math.inf], '["NaN","NaN","-Infinity"]'),
        (Point(1, datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)), '{"x":1,"at":"2020-01-01T00:00:00+00:00"}'),
        ([Line(product=1)], '[{"product":1,"count":1}]'),
        ({"c": Colour.RED, "k": uuid.UUID(int=1), "b": b"\x01"},
         '{"c":"red","k":"00000000-0000-0000-0000-000000000001","b":"\\\\x01"}'),
        ((each for each in (1, 2)), "[1,2]"),
    ],
)  # fmt: skip
def test_results(value: Any, text: str) -> None:
    """A result is written in the forms that rows of tables have."""
    assert to_json(value).decode() == text


def test_a_result_that_is_none() -> None:
    """What JSON cannot show is an error, not a text of somebody's making."""
    with pytest.raises(TypeError):
        to_json(object())
    assert json.loads(to_json("\ud800")) == "?"
