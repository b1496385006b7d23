"""What is refused before it costs anything, and the encoding of the query string."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace

import pytest

from asked.asking import ask, only_filter, refused
from service.errors import AskedError, QueryError, TooLargeError
from service.rest.asked import DEFAULT_LIMITS, read_request

D = DEFAULT_LIMITS
TOO_MUCH = [
    "&".join(["a=eq.1"] * (D.conditions + 1)),
    "or=(" + ",".join(["a.eq.1"] * D.conditions) + ")",
    "or=" + "(and" * D.depth + "(a.eq.1" + ")" * (D.depth + 1),
    "select=" + "a(" * (D.embed_depth + 1) + "id" + ")" * (D.embed_depth + 1),
    "select=" + ",".join(["a()"] * (D.embeds + 1)),
    "select=a(" + ",".join(["...b(c)"] * D.embeds) + ")",
    "a=like." + "x" * (D.pattern + 1),
    "a=not.imatch." + "x" * (D.pattern + 1),
    "or=(a.match." + "x" * (D.pattern + 1) + ")",
    "a=ilike(any).{b," + "x" * (D.pattern + 1) + "}",
    "select=" + ",".join(["a"] * (D.columns + 1)),
    "select=a(" + ",".join(["a"] * D.columns) + ")",
    "select=" + ",".join(["a()"] * (D.embeds + 1)),
    "columns=" + ",".join(["a"] * (D.columns + 1)),
    "on_conflict=" + ",".join(["a"] * (D.columns + 1)),
    "order=" + ",".join(["a"] * (D.order_terms + 1)),
    "&".join(["order=a"] * (D.order_terms + 1)),
    "a=in.(" + ",".join(["1"] * (D.list_items + 1)) + ")",
    "a=in.(" + ",".join(['"1"'] * (D.list_items + 1)) + ")",
    "a=eq(any).{" + ",".join(["1"] * (D.list_items + 1)) + "}",
    "a" + "->b" * (D.steps + 1) + "=eq.1",
    "a." * (D.embed_depth + 2) + "b=eq.1",
]


@pytest.mark.parametrize("query", TOO_MUCH, ids=range(len(TOO_MUCH)))
def test_too_much_is_refused(query: str) -> None:
    """One more than a limit allows is refused, and the error says how many are allowed."""
    error = refused(QueryError, query)
    assert "too many" in error.message
    assert "at most" in error.details


def test_what_the_limits_allow_is_read() -> None:
    """A request at its limits is read."""
    asked = ask("&".join(["a=eq.1"] * D.conditions) + "&order=" + ",".join(["a"] * D.order_terms))
    assert len(asked.values) == D.conditions
    assert only_filter("a=in.(" + ",".join(["1"] * D.list_items) + ")")[1] == ("1",) * D.list_items
    assert ask("select=" + "a(" * D.embed_depth + "id" + ")" * D.embed_depth).read.select
    assert ask("select=" + ",".join(["a()"] * D.embeds)).read.select
    assert ask("a." * D.embed_depth + "not.or=(b.eq.1)").read.where
    assert ask("or=" + "(and" * (D.depth - 1) + "(a.eq.1)" + ")" * (D.depth - 1)).read.where
    assert only_filter("a=match." + "x" * D.pattern)[1] == "x" * D.pattern
    assert only_filter("a=eq." + "x" * 10 * D.pattern)[1] == "x" * 10 * D.pattern


def test_a_long_query_string_is_refused() -> None:
    """A query string beyond the limit is refused before it is read."""
    error = refused(TooLargeError, "a=eq." + "x" * D.query)
    assert (error.status, error.code) == (413, "PGATE413")


def test_limits_can_be_given() -> None:
    """Other limits than the defaults hold when they are given, also for texts that have been read before."""
    assert ask("order=a,b").read.order
    with pytest.raises(QueryError):
        read_request("GET", "films", "order=a,b", {}, limits=replace(D, order_terms=1))


HOSTILE = [
    "or=(a.cs.{" + '"\\' * 16_000 + ")",
    "or=(a.cs.[" + '"\\' * 16_000 + ")",
    "a=eq(any).{" + " " * 60_000 + "\\",
    "a=eq(any).{" + '"\\' * 16_000,
    "a=in.(" + '"\\",' * 4_000 + ")",
    "a=in.(" + '",' * 4_000,
    "a=" + "q" * 60_000,
    "a=not." + "q" * 60_000,
    "select=" + "a-" * 30_000,
    "select=a::" + "b " * 30_000,
    "select=" + '"\\' * 30_000,
    "or=(" + "(" * 60_000,
    "or=" + "(not.and" * 5_000,
    "or=(" + ",".join(["a.eq.[" + "x" * 300] * 190) + ")",
    "order=" + "a." * 30_000,
    "&" * 60_000,
    "=&" * 30_000,
    "limit=" + "9" * 60_000,
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_cheap(query: str) -> None:
    """No text within the length limit takes more than a moment of processor time, whatever it repeats."""
    began = time.process_time()
    with contextlib.suppress(AskedError):
        ask(query, accept='a/a;"' + '\\"' * 8_000, prefer="," * 16_000)
    assert time.process_time() - began < 0.5


DECODED = [
    ("a=eq.x+y", "x y"),
    ("a=eq.x%2By", "x+y"),
    ("a=eq.x%20y", "x y"),
    ("a=eq.%26%3D%23%25", "&=#%"),
    ("a=eq.x=y", "x=y"),
    ("a=eq.%D0%BA", "к"),
    ("a=eq.\u00d0\u00ba", "к"),
    ("a=eq.%F0%9F%90%98", "🐘"),
    ("a%3Deq.1=eq.2", None),
    ("a=eq.%2500", "%00"),
    ("a=eq.\n\r\t", "\n\r\t"),
    ("&&a=eq.1&", "1"),
]


@pytest.mark.parametrize("query, value", DECODED)
def test_values_are_decoded(query: str, value: str | None) -> None:
    """Percent signs, plus signs and UTF-8 are decoded once, after the parameters were split."""
    if value is None:
        refused(QueryError, query)
    else:
        assert only_filter(query)[1] == value


@pytest.mark.parametrize(
    "query",
    ["a=eq.%", "a=eq.%2", "a=eq.%zz", "a%=eq.1", "a=eq.%FF", "%ff=eq.1", "a=eq.%ED%A0%80", "a=eq.\xe9", "a=eq.\u20ac",
     "a=eq.\ud800", "a=eq.%00", "a%00=eq.1", "a=eq.\0", "select=%C0%80"],
)  # fmt: skip
def test_bad_encoding_is_refused(query: str) -> None:
    """Broken percent signs, bytes that are not UTF-8 and NUL characters are a client's error."""
    assert refused(QueryError, query).status == 400


@pytest.mark.parametrize("query", ["nope", "a=eq.1&b", "or", "client.and", "=eq.1", "a"])
def test_a_condition_without_a_value_is_refused(query: str) -> None:
    """A parameter that might have been meant as a condition never silently widens what is read or deleted."""
    refused(QueryError, query, "DELETE")


def test_reserved_names_without_a_value_are_passed_over() -> None:
    """`?select&order&limit` asks for nothing in particular."""
    assert ask("select&order&limit&offset&columns&on_conflict") == ask("")


def test_the_message_shows_a_short_text() -> None:
    """An error shows no more than the beginning of what it refuses."""
    assert len(refused(QueryError, "a=" + "x" * 10_000).message) < 200


def test_calls_have_arguments() -> None:
    """For a function a parameter without an operator is an argument, one with an operator a filter."""
    asked = read_request("GET", "f", "a=5&b=eq.5&c=&a=x.y&d=in.(1)&e", {}, call=True)
    assert asked.arguments == (("a", "5"), ("c", ""), ("a", "x.y"))
    assert list(asked.values) == ["5", ("1",)]
