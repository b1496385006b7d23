"""`cursor=`: what it is read as, what it is written as, and the query string that it stands in."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asked.asking import ask, only_filter, refused
from service.errors import AskedError, CursorError, QueryError
from service.rest.asked.cursor import read_cursor, with_cursor, write_cursor

EXAMPLES = settings(derandomize=True, database=None, deadline=None)
_text = st.text(st.characters(exclude_categories=["Cs"]))
_values = st.one_of(st.none(), _text, st.binary(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))


@EXAMPLES
@given(values=st.lists(_values, max_size=8))
def test_what_is_written_is_read(values: list[str | bytes | int | float | None]) -> None:
    """Values of every type come back to the last bit, and of their type."""
    cursor = read_cursor(write_cursor("mark", values))
    assert cursor.mark == "mark"
    assert cursor.values == tuple(values)
    assert [type(value) for value in cursor.values] == [type(value) for value in values]


def test_infinities_are_values() -> None:
    """Rows may be ordered by infinities."""
    assert read_cursor(write_cursor("mark", [math.inf, -math.inf])).values == (math.inf, -math.inf)


@EXAMPLES
@given(text=st.text())
def test_any_text_is_refused_in_order(text: str) -> None:
    """A text that is no cursor is a client's error."""
    with contextlib.suppress(CursorError):
        assert isinstance(read_cursor(text).mark, str)


@EXAMPLES
@given(text=st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
def test_what_is_kept(text: str) -> None:
    """The next page's query string is fit for a header, and asks for the same rows."""
    query = f"a=neq.{text}&cursor=&select=a"
    try:
        before = ask(query)
    except AskedError:
        return
    following = with_cursor(query, write_cursor("mark", ["1"]))
    assert following.isascii()
    assert not set(following) & set('<>"\\ \r\n\t\0')
    after = ask(following)
    assert (after.read, after.values, after.page) == (before.read, before.values, before.page)
    assert after.cursor is not None
    assert after.cursor.values == ("1",)


KEPT = [
    ("cursor=&limit=5", "limit=5&cursor=x"),
    ("cursor", "cursor=x"),
    ("%63ursor=abc&a=eq.1", "a=eq.1&cursor=x"),
    ('"cursor"=abc&a=eq.1', "a=eq.1&cursor=x"),
    ("cursor=&cursor=eq.4&cursor=in.(1,2)", "cursor=eq.4&cursor=in.(1,2)&cursor=x"),
    ("a.cursor=eq.1&cursor=", "a.cursor=eq.1&cursor=x"),
    ("&&a=eq.1&", "a=eq.1&cursor=x"),
    ("a=eq.\xc3\xa9", "a=eq.%C3%A9&cursor=x"),
]


@pytest.mark.parametrize("query, following", KEPT)
def test_the_old_cursor_goes(query: str, following: str) -> None:
    """The next page's query string has one cursor, and every filter on a column of that name."""
    assert with_cursor(query, "x") == following


def test_a_column_called_cursor() -> None:
    """With an operator it is a filter, as is what is about an embed or a path."""
    assert only_filter("cursor=eq.4")[1] == "4"
    assert ask("cursor=eq.4").cursor is None
    assert ask("cursor=").cursor is not None
    refused(QueryError, "cursor->a=4")


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=&offset=1", "cursor=W10", "cursor=WyJtIix0cnVlXQ", "cursor=WzFd"]
)
def test_bad_cursors(query: str) -> None:
    """What is no cursor, or goes with an offset, is refused; so is one of a value that no database gives."""
    assert refused(CursorError, query).status == 400


def test_a_cursor_too_long() -> None:
    """A cursor has to have room in an address."""
    with pytest.raises(CursorError):
        write_cursor("mark", ["x" * 3000])
    with pytest.raises(CursorError):
        read_cursor("A" * 4001)
