"""How much one read may make of what was asked."""

from __future__ import annotations

import pytest
from library import statement

from service.errors import DatabaseError, QueryError


def nested(depth: int, inside: str, join: str = "") -> str:
    """Books of authors of books of …, `depth` embeds deep, from an author."""
    for level in range(depth, 0, -1):
        inside = f"{'book' if level % 2 else 'author'}{join}({inside})"
    return inside


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_what_the_limits_allow_is_built(database: str) -> None:
    """The deepest tree, the widest select, the most embeds and the most joins have their statement."""
    columns = ",".join(f"a{number}:id" for number in range(970))
    assert statement(database, f"select={nested(19, columns, '!inner')}", "author").text
    assert statement(database, f"select={','.join(f'a{number}:review(id)' for number in range(200))}").text
    assert statement(database, f"select={','.join(['...author(id)'] * 60)}").text


def test_spreads_do_not_multiply() -> None:
    """What a spread looks up stands in the statement once, however deep it is in others."""
    items = "id"
    for level in range(18):
        items = f"a{level}:id,...{'author' if level % 2 else 'book'}({items})"
    for database in ("postgresql", "sqlite"):
        text = statement(database, f"select={items}").text
        assert text.count('"book" AS') <= 19
        assert len(text) < 20_000


TOO_COMPLEX = {
    "conditions below inner embeds": f"select={nested(17, 'id', '!inner')}"
    + "".join(f"&{'.'.join(['book', 'author'] * 8)}.book.id=eq.{number}" for number in range(100)),
    "inner embeds below inner embeds": "select="
    + nested(17, ",".join(f"a{number}:review!inner(id)" for number in range(99)), "!inner"),
    "joins": f"select={','.join(['...mentor_id(id)'] * 61)}",
}


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize("query", TOO_COMPLEX.values(), ids=TOO_COMPLEX)
def test_what_grows_with_every_level_is_refused(query: str, database: str) -> None:
    """A request that is short and makes a long statement is refused before it is built."""
    with pytest.raises(DatabaseError) as refused:
        statement(database, query, "author")
    assert (refused.value.code, refused.value.status) == ("54001", 400)


def test_embeds_are_counted() -> None:
    """The number of embeds is limited for itself."""
    with pytest.raises(QueryError, match="too many embeds"):
        statement("postgresql", f"select={','.join(f'a{number}:review()' for number in range(201))}")
