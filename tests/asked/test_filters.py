"""The grammar of filters: `column=op.value`."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from asked.asking import ask, only_filter, refused
from service.errors import QueryError
from service.rest.terms import OPERATORS, Field, Filter, Group, Is, Logic, Step

TEXT_OPERATORS = [name for name, operator in OPERATORS.items() if operator.group not in (Group.SET, Group.IS)]


@pytest.mark.parametrize("operator", TEXT_OPERATORS)
@pytest.mark.parametrize("negation", ["", "not."])
@pytest.mark.parametrize("text", ["5", "", "a.b.c", "not.eq.5", " x ", '"x"', "{a,b}", "(1,2]", "%", "a&b=c", "ключ"])
def test_the_value_is_all_after_the_operator(operator: str, negation: str, text: str) -> None:
    """Whatever follows the operator's dot is the operand, unchanged."""
    condition, value = only_filter(f"a={negation}{operator}.{quote(text)}")
    assert condition == Filter(Field("a"), operator, 0, bool(negation))
    assert value == text


FILTERS = [
    ("is.null", Filter(Field("a"), "is", None, is_=Is.NULL), None),
    ("is.NULL", Filter(Field("a"), "is", None, is_=Is.NULL), None),
    ("is.Not_Null", Filter(Field("a"), "is", None, is_=Is.NOT_NULL), None),
    ("is.TRUE", Filter(Field("a"), "is", None, is_=Is.TRUE), None),
    ("is.false", Filter(Field("a"), "is", None, is_=Is.FALSE), None),
    ("not.is.unknown", Filter(Field("a"), "is", None, True, is_=Is.UNKNOWN), None),
    ("fts(english).cat", Filter(Field("a"), "fts", 0, language="english"), "cat"),
    ("not.wfts( simple_1 ).a.b", Filter(Field("a"), "wfts", 0, True, language="simple_1"), "a.b"),
    ("eq(any).{a,b}", Filter(Field("a"), "eq", 0, quantifier="any"), ("a", "b")),
    ("not.like(all).{*a,b*}", Filter(Field("a"), "like", 0, True, quantifier="all"), ("*a", "b*")),
    ("in.(1,2)", Filter(Field("a"), "in", 0), ("1", "2")),
    ("not.in.()", Filter(Field("a"), "in", 0, True), ()),
]


@pytest.mark.parametrize("text, condition, value", FILTERS)
def test_filter_is_read(text: str, condition: Filter, value: object) -> None:
    """Negation, quantifier, language and the operands of `is` are told apart."""
    assert only_filter(f"a={text}") == (condition, value)


LISTS = [
    ("()", ()),
    ("(   )", ()),
    ('("")', ()),
    ("(,)", ("", "")),
    ('("","")', ("", "")),
    ("(a)", ("a",)),
    ("(a,b c,3)", ("a", "b c", "3")),
    ("( 1, 2, 3 )", ("1", " 2", " 3 ")),
    (" (1) ", ("1",)),
    ('("a,b",c)', ("a,b", "c")),
    ('("a", "b")', ("a", "b")),
    ('("a)b",(c)', ("a)b", "(c")),
    (r'("a\"b","c\\d","\e")', ('a"b', "c\\d", "e")),
    (r"(\)", ("\\",)),
    (r"(/\Slash/\,b)", ("/\\Slash/\\", "b")),
    ('(a"b,c)', ('a"b', "c")),
    ('("a"b,c)', ('"a"b', "c")),
    ('(""Hebdon, John")', ('""Hebdon', ' John"')),
    ('(a,"b)', ("a", '"b')),
    ("(null,{1})", ("null", "{1}")),
]


@pytest.mark.parametrize("text, value", LISTS)
def test_list_is_read(text: str, value: tuple[str, ...]) -> None:
    """The items of `in`: quotes protect commas and parentheses, a broken quote is taken as it stands."""
    assert only_filter(f"a=in.{quote(text)}")[1] == value


ARRAYS = [
    ("{}", ()),
    (" { } ", ()),
    ("{a}", ("a",)),
    ("{ a , b c }", ("a", "b c")),
    ('{"a,b","c}"}', ("a,b", "c}")),
    (r'{"a\"b","\\",c\,d}', ('a"b', "\\", "c,d")),
    ('{"",x}', ("", "x")),
    ('{"NULL"}', ("NULL",)),
]


@pytest.mark.parametrize("text, value", ARRAYS)
def test_array_is_read(text: str, value: tuple[str, ...]) -> None:
    """The elements after `(any)` and `(all)` are split as PostgreSQL splits an array."""
    assert only_filter(f"a=eq(any).{quote(text)}")[1] == value


BROKEN_ARRAYS = [
    ("", 1),
    ("a", 1),
    ("{", 2),
    ("{a", 2),
    ("{a,", 4),
    ("{a,}", 4),
    ("{,a}", 2),
    ("{a}b", 4),
    ("{{a},{b}}", 2),
    ('{"a}', 2),
    ('{a"b}', 2),
    ("{" + " " * 20_000 + "\\", 2),
]


@pytest.mark.parametrize("text, place", BROKEN_ARRAYS)
def test_a_broken_array_says_where(text: str, place: int) -> None:
    """What is no array is refused under the code a client knows from PostgreSQL."""
    error = refused(QueryError, f"a=eq(any).{quote(text)}")
    assert error.code == "22P02"
    assert error.status == 400
    assert error.details.startswith(f"column {place}: ")


def test_null_in_an_array_is_refused() -> None:
    """No row equals NULL, so an array that holds one is a mistake, and the error says what to write instead."""
    error = refused(QueryError, "a=eq(any).{1,null}")
    assert "is.null" in str(error.hint)


BROKEN = [
    ("5", 1, 'found "5", expected an operator'),
    ("", 1, "found the end, expected an operator"),
    ("noop.1", 1, 'found "noop"'),
    ("EQ.1", 1, 'found "EQ"'),
    ("eq", 3, 'found the end, expected "." after eq'),
    ("eq,1", 3, 'found ","'),
    ("not.5", 5, 'found "5"'),
    ("not.not.eq.5", 5, 'found "not"'),
    (".eq.5", 1, 'found "."'),
    (" eq.5", 1, 'found " "'),
    ("in.5", 4, 'found "5", expected "("'),
    ("in.(1,2", 8, "found the end, expected"),
    ('in.("1"', 8, "found the end"),
    ("in.(1)x", 7, 'found "x", expected the end'),
    ("in(any).(1)", 3, 'found "("'),
    ("is.nil", 4, 'found "nil", expected null, not_null'),
    ("is.nullx", 4, 'found "nullx"'),
    ("is.", 4, "found the end"),
    ("is.null,", 8, 'found ","'),
    ("is().null", 3, 'found "("'),
    ("eq().1", 4, 'found ")", expected any or all'),
    ("eq(some).{1}", 4, 'found "some"'),
    ("neq(any).{1}", 4, 'found "("'),
    ("fts().x", 5, 'found ")"'),
    ("fts(a-b).x", 5, 'found "a-b"'),
    ("cs(any).{1}", 3, 'found "("'),
]


@pytest.mark.parametrize("text, place, says", BROKEN)
def test_a_broken_filter_says_where(text: str, place: int, says: str) -> None:
    """A filter that does not parse is refused with its column, what stood there and what was expected."""
    error = refused(QueryError, f"a={text}")
    assert error.details.startswith(f"column {place}: ")
    assert says in error.details


def test_a_near_miss_is_hinted_at() -> None:
    """A misspelt operator is answered with the one that is meant."""
    assert refused(QueryError, "a=eqq.5").hint == 'Perhaps "eq" is meant.'
    assert "id=eq.5" in str(refused(QueryError, "a=5").hint)


NAMES = [
    ("a", (), Field("a")),
    ("full%20name", (), Field("full name")),
    ("full+name", (), Field("full name")),
    ("birth-date", (), Field("birth-date")),
    ("%D0%BA%D0%BB%D1%8E%D1%87", (), Field("ключ")),
    ("data->>x", (), Field("data", (Step("x", True),))),
    ("data-%3E0->%22a.b%22", (), Field("data", (Step(0), Step("a.b")))),
    ("client.name", ("client",), Field("name")),
    ("client.town.data->x", ("client", "town"), Field("data", (Step("x"),))),
    ("%22client.name%22", (), Field("client.name")),
    ("%22or%22", (), Field("or")),
    ("client.%22order%22", ("client",), Field("order")),
    ("order->x", (), Field("order", (Step("x"),))),
    ("client.select", ("client",), Field("select")),
    ("not", (), Field("not")),
    ("not.a", ("not",), Field("a")),
]


@pytest.mark.parametrize("name, path, field", NAMES)
def test_name_is_read(name: str, path: tuple[str, ...], field: Field) -> None:
    """The name of a parameter is an embed path, a column and a JSON path; quotes make a reserved word a name."""
    assert ask(f"{name}=eq.1").read.where == ((path, Filter(field, "eq", 0)),)


@pytest.mark.parametrize("name, place", [("", 1), ("a..b", 3), (".a", 1), ("a.", 3), ("a:b", 2), ("a->b.order", 5)])
def test_a_broken_name_says_where(name: str, place: int) -> None:
    """A parameter whose name cannot be read is refused with the column."""
    assert refused(QueryError, f"{name}=eq.1").details.startswith(f"column {place}: ")


def test_repeated_columns_are_all_kept() -> None:
    """Two filters on one column are two conditions, in their order."""
    asked = ask("a=gt.1&b=eq.2&a=lt.9")
    assert [(c.field.name, c.operator, c.value) for _, c in asked.read.where if not isinstance(c, Logic)] == [
        ("a", "gt", 0),
        ("b", "eq", 1),
        ("a", "lt", 2),
    ]
    assert asked.values == ("1", "2", "9")
