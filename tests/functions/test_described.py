"""Functions in the description of the service, on both databases."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import httpx
from openapi_spec_validator import validate
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from service.app import PoolgateFlask
from service.database.single import single_connection
from tests.functions.shop import serving

FILES = {
    "orders_of.sql": "-- The orders of one customer.\n-- With all their columns.\n-- param: customer integer -- whose\n"
    "-- param: least numeric = 0\n-- readonly: yes\nselect id, paid from orders where customer = :customer "
    "and total >= :least",
    "clear.sql": "-- Clear the log.\n-- role: keeper\ndelete from log",
}


class Line(BaseModel):
    product: int
    parts: list[Line] = []


def register(app: PoolgateFlask) -> None:
    """The functions that are described here."""

    @app.rpc()
    async def order(
        connection: AsyncConnection,
        customer: Annotated[int, "Whose it is."],
        lines: list[Line],
        price: Decimal = Decimal(1),
    ) -> Line:
        """Order something.

        It is sent at once.
        """
        return lines[0]

    @app.rpc(readonly=True)
    async def anything() -> Any:
        return 1

    @app.rpc()
    async def nothing() -> None: ...

    @app.rpc("orders_of", readonly=True, role="keeper")
    async def twin(text: str) -> list[str]:
        return [text]


async def paths(http: httpx.AsyncClient) -> dict[str, Any]:
    """The paths of the document, which is valid."""
    document = (await http.get("..", headers={"Accept": "application/openapi+json;version=3.1"})).json()
    validate(document)
    found: dict[str, Any] = document["paths"]
    return found


async def test_saved(url: str, tmp_path: Path) -> None:
    """A saved function has its description, its parameters with their defaults, and the rows that it gives."""
    async with serving(url, tmp_path / "f", FILES) as http:
        found = await paths(http)
        item = found["/rpc/orders_of"]
        assert (item["get"]["summary"], item["get"]["description"]) == (
            "The orders of one customer.", "With all their columns.",
        )  # fmt: skip
        taken = {each["name"]: each for each in item["get"]["parameters"] if "name" in each}
        assert (taken["customer"]["required"], taken["least"]["required"]) == (True, False)
        assert taken["customer"]["schema"]["description"] == "whose"
        assert taken["least"]["schema"]["default"] == 0
        body = item["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert body["required"] == ["customer"]
        rows = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert rows["items"]["properties"]["paid"]["type"] == ["boolean", "null"]
        clear = found["/rpc/clear"]
        assert "get" not in clear
        assert "keeper" in clear["post"]["description"]
        assert "204" in clear["post"]["responses"]


async def test_python(url: str, tmp_path: Path) -> None:
    """A function in Python has the schemas of its annotations and its docstring, and comes before another."""
    async with serving(url, tmp_path / "f", FILES, register=register) as http:
        found = await paths(http)
        post = found["/rpc/order"]["post"]
        assert (post["summary"], post["description"]) == ("Order something.", "It is sent at once.")
        body = post["requestBody"]["content"]["application/json"]["schema"]
        assert body["required"] == ["customer", "lines"]
        assert body["properties"]["customer"] == {"type": "integer", "description": "Whose it is."}
        assert body["properties"]["lines"]["items"]["properties"]["product"]["type"] == "integer"
        assert "connection" not in body["properties"]
        assert post["responses"]["200"]["content"]["application/json"]["schema"]["type"] == "object"
        assert "get" in found["/rpc/anything"]
        assert "204" in found["/rpc/nothing"]["post"]["responses"]
        assert [each["name"] for each in found["/rpc/orders_of"]["get"]["parameters"]] == ["text"]


async def test_what_the_caller_may_not_call(url: str, tmp_path: Path) -> None:
    """Who may only read is not shown what writes."""
    async with serving(url, tmp_path / "f", FILES, register=register, anonymous="read") as http:
        assert {each for each in await paths(http) if each.startswith("/rpc/")} == {"/rpc/anything", "/rpc/orders_of"}


async def test_functions_of_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    """PostgreSQL's own functions are shown with all the ways to call them; what the role may not call is not."""
    script = """
        create function add(a int, b int default 1) returns int language sql immutable as 'select a + b';
        create function add(a text) returns int language sql volatile as 'select 1';
        create function all_things() returns setof things language sql stable as 'select * from things';
        create function echo(json) returns json language sql immutable as 'select $1';
        comment on function all_things() is 'Every order.'
    """
    async with single_connection(postgresql_url) as connection:
        await connection.exec_driver_sql("create table things (id int primary key, name text)")
        for statement in script.split(";"):
            await connection.exec_driver_sql(statement)
    async with serving(postgresql_url) as http:
        found = await paths(http)
        body = found["/rpc/add"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert [each["required"] for each in body["anyOf"]] == [["a"], ["a"]]
        rows = found["/rpc/all_things"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert rows == {"type": "array", "items": {"$ref": "#/components/schemas/things"}}
        assert found["/rpc/all_things"]["get"]["summary"] == "Every order."
        assert "/rpc/echo" in found
