"""How each call of a function is asked with the Python client, alike in both its kinds. As `calling.mjs` has it."""

from __future__ import annotations

from typing import Any

from asking import Ask
from postgrest import CountMethod

EXACT = CountMethod.exact


def books_by(c: Any, author: int = 1, **options: Any) -> Any:
    return c.rpc("books_by", {"author": author}, **options)


SAVED: dict[str, Ask] = {
    "rpc": lambda c: books_by(c).order("id"),
    "rpc by GET": lambda c: books_by(c, get=True).order("id"),
    "rpc, one argument more": lambda c: c.rpc("books_by", {"author": 1, "since": 1969}),
    "rpc, one argument more by GET": lambda c: c.rpc("books_by", {"author": 1, "since": 1969}, get=True),
    "rpc, columns": lambda c: books_by(c, get=True).select("n:title", "meta->>lang").order("id"),
    "rpc, filters": lambda c: books_by(c, 4, get=True).gt("year", 1900).like("title", "50%").select("id"),
    "rpc, filters by POST": lambda c: books_by(c, 4).gt("year", 1900).like("title", "50%").select("id"),
    "rpc, or": lambda c: books_by(c, 3).or_("year.lt.1960,title.like.Sommar*").select("id").order("id"),
    "rpc, order and limit": lambda c: books_by(c).select("id").order("year", desc=True).limit(1),
    "rpc, range": lambda c: books_by(c).select("id").order("id").range(1, 5),
    "rpc, counted": lambda c: books_by(c, count=EXACT).select("id").order("id"),
    "rpc, counted by GET": lambda c: books_by(c, get=True, count=EXACT).select("id").order("id").limit(1),
    "rpc, head": lambda c: books_by(c, head=True, count=EXACT),
    "rpc, head without a count": lambda c: books_by(c, head=True),
    "rpc, single": lambda c: books_by(c).select("title").eq("id", 2).single(),
    "rpc, single of several": lambda c: books_by(c).single(),
    "rpc, maybe single": lambda c: books_by(c).select("title").eq("id", 2).maybe_single(),
    "rpc, maybe single of none": lambda c: books_by(c).eq("id", 99).maybe_single(),
    "rpc, as CSV": lambda c: books_by(c).select("id", "title").order("id").csv(),
    "rpc, an object as argument": lambda c: c.rpc("like_this", {"doc": {"lang": "sv"}}).order("id"),
    "rpc, an object as argument by GET": lambda c: c.rpc("like_this", {"doc": {"lang": "sv"}}, get=True).order("id"),
    "rpc, a text with signs": lambda c: c.rpc("titled", {"title": "50% & more + less_more"}),
    "rpc, a text with signs by GET": lambda c: c.rpc("titled", {"title": "50% & more + less_more"}, get=True),
    "rpc that inserts": lambda c: c.rpc("lend", {"id": 10, "reader": "Ada"}),
    "rpc that inserts, single": lambda c: c.rpc("lend", {"id": 20, "reader": None}).select("id", "reader").single(),
    "rpc that inserts, counted": lambda c: c.rpc("lend", {"id": 30}, count=EXACT).select("id"),
    "rpc that updates": lambda c: c.rpc("hand_on", {"first": 40, "last": 41, "reader": "Cy"}).select("id").order("id"),
    "rpc that updates, single of two": lambda c: c.rpc("hand_on", {"first": 50, "last": 51, "reader": "Cy"}).single(),
    "rpc that updates, at most one": lambda c: c.rpc("hand_on", {"first": 60, "last": 61, "reader": "Cy"}).max_affected(
        1
    ),
    "rpc that deletes": lambda c: c.rpc("give_back", {"first": 70}),
    "rpc that writes, by GET": lambda c: c.rpc("give_back", {"first": 80}, get=True),
    "rpc, what is there": lambda c: c.rpc("lend", {"id": 90}),
    "rpc, an unknown function": lambda c: c.rpc("book_by", {"author": 1}),
    "rpc, an unknown argument": lambda c: c.rpc("books_by", {"auther": 1}),
    "rpc, a missing argument": lambda c: c.rpc("books_by", {}),
    "rpc, a value that is none": lambda c: c.rpc("books_by", {"author": "nobody"}),
    "rpc, an unknown column": lambda c: books_by(c).select("titel"),
}
OWN: dict[str, Ask] = {
    "rpc, a value": lambda c: c.rpc("add", {"a": 1, "b": 2}),
    "rpc, a value by GET": lambda c: c.rpc("add", {"a": 1}, get=True),
    "rpc, a list as argument": lambda c: c.rpc("total", {"numbers": [1, 2, 3]}),
    "rpc, a list as argument by GET": lambda c: c.rpc("total", {"numbers": [1, 2, 3]}, get=True),
    "rpc, as many as one likes": lambda c: c.rpc("longest", {"words": ["a", "abc", "ab"]}),
    "rpc, the whole object": lambda c: c.rpc("keys_of", {"x": 1, "y": [2]}),
    "rpc, a value as a document": lambda c: c.rpc("wrapped", {"doc": {"a": [1, None]}}),
    "rpc, no arguments": lambda c: c.rpc("shelves", {}),
    "rpc, values filtered": lambda c: c.rpc("shelves", {}, get=True).eq("shelves", "north"),
    "rpc, rows of a table": lambda c: (
        c.rpc("books_since", {"first_year": 1970}, get=True).select("id", "authors(name)").order("id")
    ),
    "rpc, by what is referenced": lambda c: (
        c.rpc("books_since", {"first_year": 1900})
        .select("id", "authors!inner()")
        .eq("authors.country", "GB")
        .order("id")
    ),
    "rpc, one row": lambda c: c.rpc("author_of", {"book": 5}).select("id", "name"),
    "rpc, nothing": lambda c: c.rpc("forget", {"id": 100}),
    "rpc, rows changed": lambda c: c.rpc("move_loan", {"id": 110, "reader": "Cy"}),
    "rpc, rows changed by GET": lambda c: c.rpc("move_loan", {"id": 120, "reader": "Cy"}, get=True),
    "rpc, a status of its own": lambda c: c.rpc("reserve", {"id": 1}),
    "rpc, an error of its own": lambda c: c.rpc("refuse", {}),
    "rpc, two of one name": lambda c: c.rpc("twice", {"n": 1}, get=True),
    "rpc, another schema": lambda c: c.schema("stock").rpc("copies_on", {"shelf": "south"}),
}
ASKED = SAVED | OWN
