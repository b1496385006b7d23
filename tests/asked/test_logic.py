"""The grammar of logic trees."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from asked.asking import ask, only_tree, refused
from service.errors import QueryError
from service.rest.terms import Condition, Field, Filter, Is, Logic, Step


def where(name: str, operator: str, value: int | None, **more: Any) -> Filter:
    return Filter(Field(name), operator, value, **more)


A1 = where("a", "eq", 0)
TREES: list[tuple[str, tuple[Condition, ...], tuple[Any, ...]]] = [
    ("(a.eq.1)", (A1,), ("1",)),
    ("(a.eq.1))", (A1,), ("1",)),
    ("(a.eq.1,b.not.gt.2)", (A1, where("b", "gt", 1, negated=True)), ("1", "2")),
    ("(a.eq.)", (A1,), ("",)),
    ("(a.eq.,b.is.null)", (A1, where("b", "is", None, is_=Is.NULL)), ("",)),
    ("(a.is.NOT_NULL )", (where("a", "is", None, is_=Is.NOT_NULL),), ()),
    ("(a.eq.x y(z)", (A1,), ("x y(z",)),
    ("(a.eq.1.5.x)", (A1,), ("1.5.x",)),
    ('(a.eq."x,y)")', (A1,), ("x,y)",)),
    (r'(a.eq."x\"\\y" ,b.eq.2)', (A1, where("b", "eq", 1)), ('x"\\y', "2")),
    ('(a.eq."x"y)', (A1,), ('"x"y',)),
    ('(a.eq.x"y)', (A1,), ('x"y',)),
    ('("a.b".eq.1)', (where("a.b", "eq", 0),), ("1",)),
    ("(full name.eq.1)", (where("full name", "eq", 0),), ("1",)),
    ("(and.eq.1,or.eq.2)", (where("and", "eq", 0), where("or", "eq", 1)), ("1", "2")),
    ("(not.eq.1)", (where("not", "eq", 0),), ("1",)),
    ("(data->>x.eq.1)", (Filter(Field("data", (Step("x", True),)), "eq", 0),), ("1",)),
    ("(data->0.eq.1)", (Filter(Field("data", (Step(0),)), "eq", 0),), ("1",)),
    ("(a.in.(1,2),b.eq.3)", (where("a", "in", 0), where("b", "eq", 1)), (("1", "2"), "3")),
    ('(a.in.("x,y)",z),b.in.())', (where("a", "in", 0), where("b", "in", 1)), (("x,y)", "z"), ())),
    ("(a.not.in.( 1, 2 ) )", (where("a", "in", 0, negated=True),), (("1", " 2 "),)),
    ("(a.cs.{1,2},b.eq.3)", (where("a", "cs", 0), where("b", "eq", 1)), ("{1,2}", "3")),
    ('(a.cd.{"x}",{y,z}})', (where("a", "cd", 0),), ('{"x}",{y,z}}',)),
    ('(a.cs.{"k":[1,{"l":")"}]})', (where("a", "cs", 0),), ('{"k":[1,{"l":")"}]}',)),
    ('(a.cs.[{"k":1},2])', (where("a", "cs", 0),), ('[{"k":1},2]',)),
    ("(a.eq.{1,2})", (A1,), ("{1,2}",)),
    ("(a.cs.[1,2),b.eq.3)", (where("a", "cs", 0), where("b", "eq", 1)), ("[1,2)", "3")),
    ("(a.adj.(1,10],b.eq.3)", (where("a", "adj", 0), where("b", "eq", 1)), ("(1,10]", "3")),
    ('(a.ov.["2020-01-01 10:00",2021-01-01))', (where("a", "ov", 0),), ('["2020-01-01 10:00",2021-01-01)',)),
    ("(a.sl.(,),b.eq.3)", (where("a", "sl", 0), where("b", "eq", 1)), ("(,)", "3")),
    ("(a.eq.[1.5,2.5))", (A1,), ("[1.5,2.5)",)),
    ("(a.eq.[x,b.eq.2)", (A1, where("b", "eq", 1)), ("[x", "2")),
    ("(and(a.eq.[x,b.eq.2),c.eq.3)", (Logic("and", (A1, where("b", "eq", 1))), where("c", "eq", 2)), ("[x", "2", "3")),
    ("(a.eq(any).{1,2},b.eq.3)", (where("a", "eq", 0, quantifier="any"), where("b", "eq", 1)), (("1", "2"), "3")),
    ('(a.eq(any).{"x,y",z})', (where("a", "eq", 0, quantifier="any"),), (("x,y", "z"),)),
    ("(a.fts(english).cat dog)", (where("a", "fts", 0, language="english"),), ("cat dog",)),
    ("(a.not.plfts(german).x, b.eq.1)", (where("a", "plfts", 0, negated=True, language="german"), where("b", "eq", 1)),
     ("x", "1")),
    ("(and(a.eq.1,b.eq.2),not.or(c.eq.3))",
     (Logic("and", (A1, where("b", "eq", 1))), Logic("or", (where("c", "eq", 2),), True)), ("1", "2", "3")),
    ("( and ( a.eq.1 , b.eq.2 ) ,\tor ( c.eq.3 ) )",
     (Logic("and", (A1, where("b", "eq", 1))), Logic("or", (where("c", "eq", 2),))), ("1 ", "2 ", "3 ")),
]  # fmt: skip
BROKEN = [
    ("", 1, 'found the end, expected "("'),
    ("a.eq.1", 1, 'found "a"'),
    ("()", 2, 'found ")"'),
    (")(", 1, 'found ")"'),
    ("(a.eq.1", 8, "found the end"),
    ("(a.eq.1,)", 9, 'found ")"'),
    ("(,a.eq.1)", 2, 'found ","'),
    ("(a.eq.1)x", 9, 'found "x"'),
    ("(a.eq.1),b.eq.2", 9, 'found ","'),
    ("(a.eq.1))b", 10, 'found "b"'),
    ("(a)", 3, 'found ")", expected "." and an operator'),
    ("(a.noop.1)", 4, 'found "noop"'),
    ("(a.not.5)", 8, 'found "5"'),
    ("(a.in.1,2)", 7, 'found "1", expected "("'),
    ("(a.in.(1,2)", 12, "found the end"),
    ("(a.is.nil)", 7, 'found "nil"'),
    ("(xor(a.eq.1))", 5, 'found "("'),
    ("(not.xor(a.eq.1))", 6, 'found "xor"'),
    ("(and())", 6, 'found ")"'),
    ("(a.cs.{1,2)", 7, "brackets"),
    ("(a.cs.[1,2)", 7, "brackets"),
    ("(a.cs.{1}x)", 10, 'found "x"'),
    ('(a.eq."open)', 7, "closing quote"),
]


@pytest.mark.parametrize("text, conditions, values", TREES)
def test_tree_is_read(text: str, conditions: tuple[Condition, ...], values: tuple[Any, ...]) -> None:
    """Nesting, negation and every way of protecting a comma are told apart."""
    assert only_tree(f"or={quote(text)}") == (Logic("or", conditions), values)


@pytest.mark.parametrize("text, place, says", BROKEN)
def test_a_broken_tree_says_where(text: str, place: int, says: str) -> None:
    """A logic tree that does not parse is refused with its column and what stood there."""
    error = refused(QueryError, f"and={quote(text)}")
    assert error.details.startswith(f"column {place}: ")
    assert says in error.details


@pytest.mark.parametrize(
    "name, path, operator, negated",
    [
        ("and", (), "and", False),
        ("not.and", (), "and", True),
        ("not.or", (), "or", True),
        ("client.or", ("client",), "or", False),
        ("client.not.or", ("client",), "or", True),
        ("not.client.or", ("client",), "or", True),
        ("client.town.not.and", ("client", "town"), "and", True),
        ("%22not%22.or", ("not",), "or", False),
    ],
)
def test_the_name_of_a_tree_is_read(name: str, path: tuple[str, ...], operator: str, negated: bool) -> None:
    """A tree may be negated and may stand under an embed path."""
    assert ask(f"{name}=(a.eq.1)").read.where == ((path, Logic(operator, (A1,), negated)),)


def test_trees_and_filters_are_kept_in_order() -> None:
    """Values are numbered from left to right across all parameters."""
    asked = ask("a=eq.1&or=(a.eq.2,a.in.(3,4))&b=is.null&b=eq.5")
    assert asked.values == ("1", "2", ("3", "4"), "5")
