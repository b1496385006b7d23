"""The grammar of `select`."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from asked.asking import ask, refused
from service.errors import QueryError
from service.rest.terms import STAR, Field, SelectEmbed, SelectField, SelectItem, Step


def column(name: str, *path: Step, **more: str) -> SelectField:
    return SelectField(Field(name, path), **more)


ID = column("id")
AS_TEXT = True

SELECTS: list[tuple[str, tuple[SelectItem, ...]]] = [
    ("*", (STAR,)),
    ("", ()),
    ("  ", ()),
    ("id", (ID,)),
    (" id ,\tname ", (ID, column("name"))),
    ("*,id", (STAR, ID)),
    ("full name", (column("full name"),)),
    ("birth-date", (column("birth-date"),)),
    ("123,_,$", (column("123"), column("_"), column("$"))),
    ("الاسم,naïve,名前,हिन्दी", (column("الاسم"), column("naïve"), column("名前"), column("हिन्दी"))),
    ('"a,b(c)::d"', (column("a,b(c)::d"),)),
    (r'"say \"hi\" \\"', (column('say "hi" \\'),)),
    ("who:name", (column("name", alias="who"),)),
    ('"full name":name', (column("name", alias="full name"),)),
    ("who : name", (column("name", alias="who"),)),
    ("id::text", (column("id", cast="text"),)),
    ("who:id::text", (column("id", alias="who", cast="text"),)),
    ("id::text[]", (column("id", cast="text[]"),)),
    ("id::numeric(10,2)", (column("id", cast="numeric(10,2)"),)),
    ("id::public.mood", (column("id", cast="public.mood"),)),
    ("id::double  precision", (column("id", cast="double precision"),)),
    ("id::timestamp with time zone", (column("id", cast="timestamp with time zone"),)),
    ("data->a", (column("data", Step("a")),)),
    ("data->>a", (column("data", Step("a", AS_TEXT)),)),
    ("data->0->>-1", (column("data", Step(0), Step(-1, AS_TEXT)),)),
    ('data->"0"', (column("data", Step("0")),)),
    ('data->""', (column("data", Step("")),)),
    ("data->0a", (column("data", Step("0a")),)),
    ("data->!@#$^*_a::int", (column("data", Step("!@#$^*_a"), cast="int"),)),
    ("data->a-b->c", (column("data", Step("a-b"), Step("c")),)),
    ('who:data->"x.y"->>z::int', (column("data", Step("x.y"), Step("z", AS_TEXT), alias="who", cast="int"),)),
    ("count()", (SelectField(None, aggregate="count"),)),
    ("n:count()::text", (SelectField(None, "n", aggregate="count", aggregate_cast="text"),)),
    ("id.sum()", (column("id", aggregate="sum"),)),
    ("id::int.sum()", (column("id", cast="int", aggregate="sum"),)),
    ("id::a.sum()", (column("id", cast="a", aggregate="sum"),)),
    ("id::a.summary", (column("id", cast="a.summary"),)),
    ("m:id::int.max()::text", (column("id", alias="m", cast="int", aggregate="max", aggregate_cast="text"),)),
    ("data->a.avg()", (column("data", Step("a"), aggregate="avg"),)),
    ("data->0.min()", (column("data", Step(0), aggregate="min"),)),
    ("client(*)", (SelectEmbed("client", (STAR,)),)),
    ("client()", (SelectEmbed("client", ()),)),
    ("client( id )", (SelectEmbed("client", (ID,)),)),
    ("client(data->0)", (SelectEmbed("client", (column("data", Step(0)),)),)),
    ("c:client(id),id", (SelectEmbed("client", (ID,), "c"), ID)),
    ("client!fk(id)", (SelectEmbed("client", (ID,), hint="fk"),)),
    ("client!inner(id)", (SelectEmbed("client", (ID,), inner=True),)),
    ("client!left(id)", (SelectEmbed("client", (ID,)),)),
    ("client!leftover(id)", (SelectEmbed("client", (ID,), hint="leftover"),)),
    ('client!"inner"(id)', (SelectEmbed("client", (ID,), hint="inner"),)),
    ("client!fk!inner(id)", (SelectEmbed("client", (ID,), hint="fk", inner=True),)),
    ("c:client!inner!fk(id)", (SelectEmbed("client", (ID,), "c", "fk", inner=True),)),
    ("...client(id)", (SelectEmbed("client", (ID,), spread=True),)),
    ("...client!fk(...a(b:id))", (SelectEmbed("client", (SelectEmbed("a", (column("id", alias="b"),), spread=True),),
                                               hint="fk", spread=True),)),
    ("a(b(c(id)))", (SelectEmbed("a", (SelectEmbed("b", (SelectEmbed("c", (ID,)),)),)),)),
]  # fmt: skip

BROKEN = [
    (",", 1, 'found ","'),
    ("id,", 4, "found the end"),
    ("id,,name", 4, 'found ","'),
    ("id)", 3, 'found ")"'),
    ("id name!x", 10, "found the end"),
    ("(id)", 1, 'found "("'),
    ("client(id", 10, "found the end"),
    ("client(id))", 11, 'found ")"'),
    ("client!(id)", 8, 'found "("'),
    ("client!inner", 13, "found the end"),
    ("client!a!b(id)", 9, 'found "!"'),
    ("client!inner!left!x(id)", 18, 'found "!"'),
    ("data->a(id)", 8, 'found "("'),
    ("c:...client(id)", 3, 'found "."'),
    ("..client(id)", 1, 'found "."'),
    ("*::text", 2, 'found ":"'),
    ("who:*", 5, 'found "*"'),
    ('"*"', 4, "found the end"),
    ('""', 1, "found"),
    ('"open', 1, "closing quote"),
    (":name", 1, 'found ":"'),
    ("a--b", 2, 'found "--b"'),
    ("id::", 5, "found the end"),
    ("id::1", 5, 'found "1"'),
    ("id::int from secrets", 5, 'found "int"'),
    ("id::text collate", 5, 'found "text"'),
    ('id::"Text"', 5, "found"),
    ("id::int;drop", 8, 'found ";"'),
    ("id::$1", 5, 'found "$1"'),
    ("id.median()", 3, 'found "."'),
    ("id.sum(x)", 3, 'found "."'),
    ("data->", 7, "found the end"),
    ("data->>-78xy", 8, 'found "-78xy"'),
    ("data->--3", 7, 'found "--3"'),
    ("data->9999999999", 7, "32 bits"),
    ("data->" + "9" * 5000, 7, "32 bits"),
    ("id,clients(name[])", 16, 'found "["'),
    ("a'b", 2, 'found "\'"'),
]  # fmt: skip


@pytest.mark.parametrize("text, items", SELECTS)
def test_select_is_read(text: str, items: tuple[SelectItem, ...]) -> None:
    """Every form of select becomes the terms it stands for."""
    assert ask(f"select={quote(text)}").read.select == items


@pytest.mark.parametrize("text, place, says", BROKEN)
def test_a_broken_select_says_where(text: str, place: int, says: str) -> None:
    """A select that does not parse is refused with the column at which reading ended and what stood there."""
    error = refused(QueryError, f"select={text}")
    assert error.code == "PGRST100"
    assert error.status == 400
    assert error.details.startswith(f"column {place}: ")
    assert says in error.details
    assert ", expected " in error.details


def test_without_select_all_columns_are_selected() -> None:
    """No select, and a select without a value sign, mean all columns."""
    assert ask("").read.select == (STAR,)
    assert ask("select").read.select == (STAR,)


def test_the_first_select_counts() -> None:
    """Of repeated selects the first is used."""
    assert ask("select=id&select=name").read.select == (ID,)


@pytest.mark.parametrize(
    "text, key",
    [("id", "id"), ("data->a", "a"), ("data->0->a->>2", "a"), ("data->0->>1", "data"), ('data->"0"', "0")],
)
def test_the_key_of_a_path(text: str, key: str) -> None:
    """A JSON path appears under its last name; numeric tails are skipped."""
    (item,) = ask(f"select={text}").read.select
    assert isinstance(item, SelectField)
    assert item.field is not None
    assert item.field.key == key
