"""What calls of functions must come to, the functions, and the loans that must be left. The calls: `calling.*`."""

from __future__ import annotations

from typing import Any

import books
from books import BOOKS
from outcome import JAVASCRIPT, PYTHON, Case, Outcome, differ, fails, pick, tells

FILES = {
    "books_by": """
        -- The books of an author.
        -- param: author integer
        -- param: since integer = 0
        -- readonly: yes
        select id, title, year, meta from books where author_id = :author and coalesce(year, 0) >= :since
    """,
    "like_this": """
        -- param: doc json
        -- readonly: yes
        select id from books where (meta ->> 'lang') = (:doc ->> 'lang')
    """,
    "titled": "-- param: title text\n-- readonly: yes\nselect id from books where title = :title",
    "lend": """
        -- param: id integer
        -- param: reader text = 'somebody'
        insert into loans (id, reader) values (:id, :reader) returning id, reader
    """,
    "hand_on": """
        -- param: first integer
        -- param: last integer
        -- param: reader text
        update loans set reader = :reader where id between :first and :last returning id, reader
    """,
    "give_back": "-- param: first integer\ndelete from loans where id = :first",
}
LENT = (40, 41, 50, 51, 60, 61, 70, 80, 90, 100, 110, 120)
"""Keys of the loans that are there before; the readers are all Ben."""
LEFT = {number: "Ben" for number in LENT if number not in (70, 100)} | {
    10: "Ada", 20: None, 30: "somebody", 40: "Cy", 41: "Cy", 110: "Cy",
}  # fmt: skip
"""The readers by the keys of the loans that are there then, on PostgreSQL."""
_ONLY_ON_POSTGRESQL = {100: "Ben", 110: "Ben"}
_LOANS = f"""
create table loans (id integer primary key, reader text);
insert into loans values {", ".join(f"({number}, 'Ben')" for number in LENT)};
"""
_FUNCTIONS = """
create function add(a integer, b integer default 1) returns integer immutable language sql as 'select a + b';
create function total(numbers integer[]) returns bigint immutable language sql
  as 'select sum(n) from unnest(numbers) n';
create function longest(variadic words text[]) returns text immutable language sql
  as 'select w from unnest(words) w order by length(w) desc limit 1';
create function keys_of(json) returns setof text immutable language sql as 'select json_object_keys($1)';
create function wrapped(doc jsonb) returns jsonb immutable language sql as $$ select jsonb_build_object('in', doc) $$;
create function shelves() returns setof text stable language sql as 'select shelf from stock.copies order by id';
create function books_since(first_year integer) returns setof books stable language sql
  as 'select * from books where year >= first_year';
create function author_of(book integer) returns authors stable language sql
  as 'select a.* from authors a join books b on b.author_id = a.id where b.id = book';
create function forget(id integer) returns void language sql as 'delete from loans where id = forget.id';
create function move_loan(id integer, reader text) returns setof loans language sql
  as 'update loans set reader = move_loan.reader where id = move_loan.id returning *';
create function reserve(id integer) returns json language plpgsql as $$ begin
  perform set_config('response.status', '202', true);
  return json_build_object('reserved', id);
end $$;
create function refuse() returns void language plpgsql as $$ begin
  raise sqlstate 'PT423' using message = 'It is lent already', hint = 'Come back on Monday';
end $$;
create function twice(n integer) returns integer immutable language sql as 'select 2 * n';
create function twice(n text) returns text immutable language sql as 'select n || n';
create function stock.copies_on(shelf text) returns setof stock.copies stable language sql
  as 'select * from stock.copies c where c.shelf = copies_on.shelf';
"""

_URSULAS = pick(BOOKS, "id", "title", "year", "meta", where=lambda b: b["author_id"] == 1)
_URSULAS_IDS: list[Any] = [{"id": 1}, {"id": 2}]

SAVED: dict[str, Case] = {
    "rpc": tells(_URSULAS),
    "rpc by GET": tells(_URSULAS),
    "rpc, one argument more": tells(_URSULAS[1:]),
    "rpc, one argument more by GET": tells(_URSULAS[1:]),
    "rpc, columns": tells([{"n": book["title"], "lang": "en"} for book in _URSULAS]),
    "rpc, filters": tells([{"id": 8}]),
    "rpc, filters by POST": tells([{"id": 8}]),
    "rpc, or": tells([{"id": 5}, {"id": 6}]),
    "rpc, order and limit": tells([{"id": 2}]),
    "rpc, range": tells([{"id": 2}]),
    "rpc, counted": tells(_URSULAS_IDS, count=2),
    "rpc, counted by GET": tells([{"id": 1}], count=2, status=206),
    "rpc, head": tells(lambda data: not data, count=2),
    "rpc, head without a count": tells(lambda data: not data),
    # What no query string can hold goes by POST. The preference that asks for no rows is none that functions have.
    "rpc, head with an object as argument": tells([{"id": 5}, {"id": 6}], count=2, clients=JAVASCRIPT),
    "rpc, single": tells({"title": "The Left Hand of Darkness"}),
    "rpc, single of several": fails("PGRST116", 406),
    "rpc, maybe single": tells({"title": "The Left Hand of Darkness"}),
    "rpc, maybe single of none": tells(None),
    "rpc, as CSV": tells(
        lambda text: text.splitlines() == ["id,title", "1,A Wizard of Earthsea", "2,The Left Hand of Darkness"]
    ),
    "rpc, nulls left out": tells([{"id": 7}, {"id": 8, "year": 2001}], clients=JAVASCRIPT),
    "rpc, explained": tells(lambda text: "books" in text, clients=JAVASCRIPT),
    "rpc, an object as argument": tells([{"id": 5}, {"id": 6}]),
    # In JavaScript `[object Object]` is sent for it.
    "rpc, an object as argument by GET": tells([{"id": 5}, {"id": 6}], clients=PYTHON),
    "rpc, a text with signs": tells([{"id": 8}]),
    "rpc, a text with signs by GET": tells([{"id": 8}]),
    "rpc, an argument that is undefined": tells(_URSULAS, clients=JAVASCRIPT),
    "rpc that inserts": tells([{"id": 10, "reader": "Ada"}]),
    "rpc that inserts, single": tells({"id": 20, "reader": None}),
    "rpc that inserts, counted": tells([{"id": 30}], count=1),
    "rpc that updates": tells([{"id": 40}, {"id": 41}]),
    "rpc that updates, single of two": fails("PGRST116", 406),
    "rpc that updates, at most one": fails("PGRST124", 400),
    "rpc that deletes": tells(lambda data: not data, status=204),
    "rpc that writes, by GET": fails("PGRST117", 405),
    "rpc, rolled back": tells([{"id": 130, "reader": "Ada"}], clients=JAVASCRIPT),
    "rpc, what is there": fails("23505", 409),
    "rpc, an unknown function": fails("PGRST202", 404, "books_by"),
    "rpc, an unknown argument": fails("PGRST202", 404, "auther"),
    "rpc, a missing argument": fails("PGRST202", 404, "books_by"),
    "rpc, a value that is none": fails("22P02", 400, "nobody"),
    "rpc, an unknown column": fails("42703", 400, "title"),
    "rpc, thrown": fails("PGRST202", 404, "books_by", clients=JAVASCRIPT),
}


def own(data: Any = None, *, sqlite: Outcome | None = None, **more: Any) -> Case:
    """A function of PostgreSQL's own, which is none on SQLite."""
    return differ(sqlite=sqlite or Outcome(code="PGRST202", status=404), postgresql=Outcome(data, **more))


OWN: dict[str, Case] = {
    "rpc, a value": own(3),
    "rpc, a value by GET": own(2),
    "rpc, a list as argument": own(6),
    "rpc, a list as argument by GET": own(6),
    "rpc, as many as one likes": own("abc"),
    "rpc, the whole object": own(["x", "y"]),
    "rpc, a value as a document": own({"in": {"a": [1, None]}}),
    "rpc, no arguments": own(["north", "south"]),
    "rpc, values filtered": own(["north"]),
    "rpc, rows of a table": own(
        [
            {"id": 4, "authors": {"name": "J. R. R. Tolkien"}},
            {"id": 6, "authors": {"name": "Tove Jansson"}},
            {"id": 8, "authors": {"name": "Anonymous"}},
        ]
    ),
    "rpc, by what is referenced": own([{"id": 3}, {"id": 4}]),
    "rpc, one row": own({"id": 3, "name": "Tove Jansson"}),
    "rpc, nothing": own(lambda data: not data, status=204),
    "rpc, rows changed": own([{"id": 110, "reader": "Cy"}]),
    "rpc, rows changed by GET": own(code="25006", status=405),
    "rpc, a status of its own": own({"reserved": 1}, status=202),
    "rpc, an error of its own": own(code="PT423", status=423, mentions="Monday"),
    "rpc, two of one name": own(code="PGRST203", status=300),
    "rpc, another schema": own(
        [{"id": 2, "book_id": 3, "shelf": "south"}], sqlite=Outcome(code="PGRST106", status=406)
    ),
}
CALLS = SAVED | OWN


def schema(database: str) -> str:
    """The SQL of the library, of the loans and of PostgreSQL's own functions.

    Args:
        database: "sqlite" or "postgresql".
    """
    return books.schema(database) + _LOANS + (_FUNCTIONS if database == "postgresql" else "")


def left(database: str) -> dict[int, str | None]:
    """The readers by the keys of the loans that are there when all has been asked."""
    return LEFT | (_ONLY_ON_POSTGRESQL if database == "sqlite" else {})
