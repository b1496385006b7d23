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


NAMESAKE = """
    create table item (name text not null);
    insert into item values ('lamp');
    create function public.convert_to(text, text) returns bytea language sql as $$ select 'theirs'::bytea $$;
    create function public.json_send(text) returns bytea language sql as $$ select 'theirs'::bytea $$;
    create function greeting() returns text language sql stable as $$ select 'hello' $$;
"""


@pytest.mark.parametrize(
    "target, accept, body",
    [
        ("item", "application/json", b'[{"name":"lamp"}]'),
        ("item?select=name", "text/plain", b"lamp"),
        ("rpc/greeting", "text/csv", b"greeting\nhello"),
        ("rpc/greeting", "text/plain", b"hello"),
    ],
    ids=["json", "text", "csv", "call"],
)
async def test_a_namesake_makes_no_body(postgresql_templates: Any, target: str, accept: str, body: bytes) -> None:
    """What writes an answer is PostgreSQL's own function, whatever a schema has of that name."""
    async with postgresql_templates(NAMESAKE).fresh() as url:
        app = create_app(Settings(database_url=url, anonymous="read"))
        async with running(app), client(app) as http:
            answer = await http.get(f"/rest/v1/{target}", headers={"Accept": accept})
    assert answer.content == body
