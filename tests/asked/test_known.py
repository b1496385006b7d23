"""Query strings of a shape that was read before mean what the parser says, and what is kept of them is bounded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asked.test_properties import PIECES, RESERVED, TEXT
from service.errors import AskedError
from service.rest.asked import DEFAULT_LIMITS, Limits, known
from service.rest.asked.query import Parsed, read_query
from service.rest.terms import OPERATORS

FEW = replace(DEFAULT_LIMITS, conditions=2, order_terms=1, pattern=3)
NAMES = st.sampled_from([
    *RESERVED, "id", "a.b", "a.order", "a.limit", "not.or", "a.not.and", "having", "a.having", "cursor", '"order"',
    '"select"', "%6Frder", "o%72der", "doc->>a", "doc->0", "%", "", "a.", "b c", "b+c", "\xe9", "%C3%A9",
])  # fmt: skip
HEADS = st.sampled_from([
    *(f"{name}." for name in OPERATORS), *OPERATORS, "not.eq.", "not.in.(", "not.is.", "not.not.eq.", "eq(any).",
    "fts(english).", "eq%2E", "%65q.", "=eq.", "EQ.", "", "(", "{", ".", "is.null", "is.NULL", "is. null ",
    "is.nothing", "not.is.true", "is.null%26a=eq.5", "in.(1,2)", 'in.(a,"b', "in.%28a,", "5", "-1", "id.desc",
    "eq.desc", "eq.asc", "id,eq.", "(id.eq.1)", "*,a(b)", "%", "+", "a,b",
])  # fmt: skip
PAIRS = st.builds(
    lambda name, equals, head, tail: f"{name}{equals}{head}{tail}",
    NAMES,
    st.sampled_from(["=", "=", "=", "=", "", "=="]),
    HEADS,
    st.just("") | PIECES | TEXT.map(lambda text: text.encode().decode("latin-1")),
)
IN_TREES = st.sampled_from([
    "a.eq.1", "b.not.gt.x y", "and.lt.", "or.like.a*b", "c.is.null", "c.not.is.TRUE", "c.is.nothing", "a.b.eq.1",
    "d->e.eq.1", "f.in.(1,2)", 'g.eq."1"', 'g.eq."1,h.eq.2"', "h.ov.[1,2)", "h.cs.{1}", "h.eq.(1", "h.eq.%26x=1",
    "i.eq", "fts(a).fts.b", "a.fts(b).c", "j.matchy.1", "and(", "or(", "not.and(", "not.", "(", ")", ")", ",", ",", ",",
    " ", "1", "\\", "%22", "%5B",
])  # fmt: skip
TREES = st.one_of(
    st.lists(IN_TREES.filter(lambda piece: "." in piece), min_size=1, max_size=3).map(
        lambda some: f"({','.join(some)})"
    ),
    st.lists(IN_TREES, max_size=8).map(lambda pieces: f"({''.join(pieces)})"),
)
LOGIC = st.builds("{}={}".format, st.sampled_from(["or", "and", "not.or", "a.and", '"or"', "a.not.and"]), TREES)
QUERIES = st.lists(PAIRS | LOGIC, max_size=4).map("&".join)


def parsed(query: str, limits: Limits, *, call: bool) -> Parsed | None:
    try:
        return read_query(query, limits, call=call)
    except AskedError:
        return None


@settings(max_examples=2000, deadline=None)
@given(QUERIES, st.sampled_from([DEFAULT_LIMITS, FEW]))
def test_what_is_known_is_what_the_parser_reads(query: str, limits: Limits) -> None:
    """Shape, values, page and all else are those that the parser finds; what it refuses is never known."""
    found = known.read_known(query, limits)
    if found is not None:
        for call in (False, True):
            assert found == parsed(query, limits, call=call)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "id=eq.77",
        "id=gte.77&order=id&limit=100&offset=5",
        "select=id,a(b)&a.b=is.null&a.order=b&body=ilike.*x*",
        'id=in.(1,2)&a=not.in.("x,y",z)&b=not.gt.5&c=not.is.null&d=in.()',
        "or=(id.eq.1,and(a.gt.5,b.not.is.null),not.or(c.like.*a*,d.not.eq.))&a.not.and=(and.eq.5,or.fts.a b)",
        "columns=a,b&on_conflict=a&doc->>a=cs.{1}",
    ],
)
def test_plain_queries_are_known(query: str) -> None:
    """The queries that this is for are found, with what the parser finds in them."""
    assert known.read_known(query, DEFAULT_LIMITS) == read_query(query, DEFAULT_LIMITS)


@pytest.mark.parametrize(
    "query",
    [
        "or=(id.in.(5,6))",
        'or=(id.eq."5")',
        "or=(id.cs.[5,6])",
        "or=(id.cs.[5)",
        "or=(id.cs.{5)",
        "or=(a->b.eq.5)",
        "id=is.5",
        "id=not.not.eq.5",
        "id=eq(any).{5}",
        "id=5",
        "having=(id.eq.5)",
        "a.limit=5",
        "cursor=5",
        "limit",
    ],
)
def test_what_may_hold_values_elsewhere_is_not_known(query: str) -> None:
    """Nothing is taken for a shape that may have values in it."""
    assert known.read_known(query, DEFAULT_LIMITS) is None


def test_what_is_too_much_is_not_known() -> None:
    """The parser alone refuses."""
    assert known.read_known("a=like.xxx", FEW) is not None
    assert known.read_known("a=like.xxxx", FEW) is None
    assert known.read_known("or=(a.eq.1,b.eq.xxxx)", FEW) is None
    assert known.read_known("a=eq.1&a=eq.2&a=eq.3", FEW) is None


def test_values_are_no_part_of_what_is_kept() -> None:
    """Other operands and other pages are found under the one shape: no caller can push out what others need."""
    known._parsed.cache_clear()
    for number in range(100):
        filters = f"id=eq.{number}&body=like.{number}*&a=not.in.({number})"
        filters += f"&or=(id.eq.{number},body.like.{number}*)"
        found = known.read_known(f"{filters}&limit={number}&offset={number}", DEFAULT_LIMITS)
        assert found is not None
        assert found.values == (str(number), f"{number}*", (str(number),), str(number), f"{number}*")
        assert found.limit == found.offset == {(): str(number)}
    assert known._parsed.cache_info().currsize == 1


@pytest.mark.parametrize("query", [f"select={'a' * 250}&id=eq.5", f"id=eq.{'5' * 1024}"], ids=["shape", "query"])
def test_long_queries_are_not_kept(query: str) -> None:
    """What is kept is bounded in length as well as in number."""
    known._parsed.cache_clear()
    assert known.read_known(query, DEFAULT_LIMITS) is None
    assert known._parsed.cache_info().currsize == 0
