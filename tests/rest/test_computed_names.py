"""Functions of a row are called by their names and schemas, whatever those are."""

from __future__ import annotations

from typing import Any

import pytest

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

SCHEMA = """
    create schema "Api"; create schema "order"; create schema "50%";
    create table "Api".items (id int primary key);
    insert into "Api".items values (1), (2);
    create function "Api".now("Api".items) returns int language sql stable as 'select 10 * $1.id';
    create function "Api"."100%(expr)s"("Api".items) returns int language sql stable as 'select 100 * $1.id';
    create function "order"."select"("Api".items) returns int language sql stable as 'select 1000 * $1.id';
    create function "50%".others("Api".items) returns setof "Api".items language sql stable
        as 'select * from "Api".items where id <> $1.id';
"""


@pytest.mark.parametrize(
    "query, row",
    [
        ("now", {"now": 10}),
        ('"100%25(expr)s"', {"100%(expr)s": 100}),
        ('"select"', {"select": 1000}),
        ("others(id)", {"others": [{"id": 2}]}),
        ("id,...others(other:id)", {"id": 1, "other": [2]}),
    ],
)
async def test_any_name_is_called(postgresql_templates: Any, query: str, row: dict[str, Any]) -> None:
    """It is the function that the catalog has, and no other that a part of its name stands for."""
    async with postgresql_templates(SCHEMA).fresh() as url:
        extra = ("order", "50%")
        app = create_app(Settings(database_url=url, anonymous="read", db_schemas=("Api",), db_extra_search_path=extra))
        async with running(app), client(app) as http:
            answer = await http.get(f"/rest/v1/items?select={query}&id=eq.1")
    assert answer.json() == [row]
