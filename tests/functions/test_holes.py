"""Finding the holes in SQL, and where one statement ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalog.holes import Hole, Query, SqlError, cut

POSTGRESQL = {
    "select :a, ':b', \":c\", ::d": ("a",),
    "select x::int, :a::int[]": ("a",),
    "select e'\\':b', :a": ("a",),
    "select 'it''s :b' || :a": ("a",),
    "select $$ :b $$, $t$ $$ :c $t$, :a": ("a",),
    "select 1 -- :b\n, :a /* :c /* :d */ :e */": ("a",),
    "select f(b := 1, c => :a)": ("a",),
    "select a[1:n], a[ :a : :b ]": ("a", "b"),
    "select data ? 'x', data @> :a": ("a",),
    "select :a, :b, :a": ("a", "b"),
    "select foo$bar$baz, :a": ("a",),
    "select u&'\\0061 :b', x'00', :über": ("über",),
}
SQLITE = {
    "select :a, ':b', \":c\", `:d`, [:e]": ("a",),
    "select 1 /* /* :b */, :a": ("a",),
    "select x'00' || :a -- :b": ("a",),
    "select '\\', :a": ("a",),
}


@pytest.mark.parametrize("sql", POSTGRESQL)
def test_holes_of_postgresql(sql: str) -> None:
    """What is quoted, a comment, a cast or a slice is no hole."""
    assert cut(sql, bracketed=False).holes == POSTGRESQL[sql]


@pytest.mark.parametrize("sql", SQLITE)
def test_holes_of_sqlite(sql: str) -> None:
    """SQLite's brackets and backticks quote, and a backslash means nothing."""
    assert cut(sql, bracketed=True).holes == SQLITE[sql]


@pytest.mark.parametrize(
    ("sql", "bracketed", "message", "place"),
    [
        ("", False, "There is no statement", 0),
        ("-- alone", False, "There is no statement", 0),
        ("select 'a", False, "The ' that begins here is not closed", 7),
        ("select $a$ x", False, "The $ that begins here is not closed", 7),
        ("select [a", True, "The [ that begins here is not closed", 7),
        ("select /* a", False, "The comment that begins here is not closed", 7),
        ("select (1", False, "A ( is not closed", 7),
        ("select 1) from (select 2", False, "This ) closes nothing", 8),
        ("select 1; select 2", False, "A second statement begins here", 10),
        ("select $1", False, "$1 is a parameter without a name", 7),
        ("select ?", True, "? is a parameter without a name", 7),
        ("select @a", True, "@a is a parameter without a name", 7),
        ("with a as (select 1)", False, "Nothing is done with what WITH names", 0),
    ],
)
def test_what_cannot_be_cut(sql: str, bracketed: bool, message: str, place: int) -> None:
    """What is left open, and what is not one statement, is refused with its place."""
    with pytest.raises(SqlError) as caught:
        cut(sql, bracketed=bracketed)
    assert (caught.value.message.startswith(message), caught.value.place) == (True, place)


@pytest.mark.parametrize(
    ("sql", "verb", "reads"),
    [
        ("select 1", "select", True),
        ("(select 1) union select 2", "select", True),
        ("values (1)", "values", True),
        ("INSERT into t default values", "insert", False),
        ("with a as (insert into t default values returning *) select * from a", "select", True),
        ("with recursive a as (select 1) update t set a = 1", "update", False),
        ("call p()", "call", False),
    ],
)
def test_the_verb(sql: str, verb: str, reads: bool) -> None:
    """The verb is that of the statement itself, behind its WITH."""
    query = cut(sql, bracketed=False)
    assert (query.verb, query.reads) == (verb, reads)


def test_with_is_taken_off() -> None:
    """What WITH names and the statement behind it can be had apart."""
    query = cut("with a as (select :x) select * from a where b = :y; -- end", bracketed=False)
    assert query.with_place is not None
    assert written(query.between(query.with_place, query.verb_place)) == " a as (select :x) "
    assert written(query.between(query.verb_place)) == "select * from a where b = :y"


@given(st.text(alphabet="ab :'\"$-/*()[];\n?`\\", max_size=30), st.booleans())
def test_any_text(text: str, bracketed: bool) -> None:
    """Whatever it is, it is refused or cut into parts that make up the statement."""
    try:
        query = cut(text, bracketed=bracketed)
    except SqlError as error:
        place, parts = error.place, ""
    else:
        place, parts = query.verb_place, written(query.parts)
    assert 0 <= place <= len(text)
    assert parts in text


def written(parts: tuple[object, ...]) -> str:
    return "".join(f":{part.name}" if isinstance(part, Hole) else part.text for part in parts)  # type: ignore[attr-defined]  # a Piece


def test_a_query_is_a_value() -> None:
    """Two files with one text are one key of a cache."""
    assert hash(cut("select :a", bracketed=False)) == hash(cut("select :a", bracketed=False))
    assert isinstance(cut("select 1", bracketed=True), Query)
