"""The grammar of `order`."""

from __future__ import annotations

import pytest

from asked.asking import ask, refused
from service.errors import QueryError
from service.rest.terms import Field, OrderTerm, Step

ORDERS = [
    ("a", (OrderTerm(Field("a")),)),
    ("a.asc", (OrderTerm(Field("a"), False),)),
    ("a.desc", (OrderTerm(Field("a"), True),)),
    ("a.nullsfirst", (OrderTerm(Field("a"), None, True),)),
    ("a.nullslast", (OrderTerm(Field("a"), None, False),)),
    ("a.desc.nullslast", (OrderTerm(Field("a"), True, False),)),
    (" a.desc , b ", (OrderTerm(Field("a"), True), OrderTerm(Field("b")))),
    ('"a.desc".asc', (OrderTerm(Field("a.desc"), False),)),
    ("data->>x.asc", (OrderTerm(Field("data", (Step("x", True),)), False),)),
    ("data->0.desc", (OrderTerm(Field("data", (Step(0),)), True),)),
    ("client(name).desc.nullsfirst", (OrderTerm(Field("name"), True, True, "client"),)),
    ("a,client(data->x)", (OrderTerm(Field("a")), OrderTerm(Field("data", (Step("x"),)), None, None, "client"))),
    ("client(data->0)", (OrderTerm(Field("data", (Step(0),)), None, None, "client"),)),
]
DIRECTIONS = "expected asc, desc, nullsfirst or nullslast"
BROKEN = [
    ("", 1, "found the end, expected a column"),
    ("a,", 3, "found the end, expected a column"),
    ("a.", 3, f"found the end, {DIRECTIONS}"),
    ("id.ac", 4, f'found "ac", {DIRECTIONS}'),
    ("id.descc", 4, f'found "descc", {DIRECTIONS}'),
    ("id.nulsfist", 4, DIRECTIONS),
    ("id.DESC", 4, DIRECTIONS),
    ("id.asc.nlsfst", 8, 'found "nlsfst", expected nullsfirst or nullslast'),
    ("id.asc.asc", 8, 'found "asc", expected nullsfirst or nullslast'),
    ("id.nullsfirst.asc", 15, 'found "asc", expected nothing more'),
    ("id.desc nulls last", 9, 'found "nulls"'),
    ("client(name,id)", 12, 'found ","'),
    ("client(name", 12, "found the end"),
    ("id->>", 6, "found the end"),
    ("id;b", 3, 'found ";"'),
]


@pytest.mark.parametrize("text, terms", ORDERS)
def test_order_is_read(text: str, terms: tuple[OrderTerm, ...]) -> None:
    """Every form of order becomes the terms it stands for."""
    assert ask(f"order={text}").read.order == (((), terms),)


@pytest.mark.parametrize("text, place, says", BROKEN)
def test_a_broken_order_says_where(text: str, place: int, says: str) -> None:
    """An order with an unknown word is refused with its column and what was expected there."""
    error = refused(QueryError, f"order={text}")
    assert error.details.startswith(f"column {place}: ")
    assert says in error.details


def test_order_of_embeds_stands_apart() -> None:
    """An order under an embed path is kept with its path."""
    asked = ask("order=a&client.order=b&client.town.order=c.desc")
    assert [(path, terms[0].field.name) for path, terms in asked.read.order] == [
        ((), "a"),
        (("client",), "b"),
        (("client", "town"), "c"),
    ]


def test_repeated_orders_follow_each_other() -> None:
    """A second order breaks the ties of the first."""
    assert ask("order=a&order=b.desc").read.order == ask("order=a,b.desc").read.order
