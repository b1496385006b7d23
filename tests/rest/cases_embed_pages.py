"""Counts, ranges and the most rows there may be, where rows have others embedded in them or are groups."""

from __future__ import annotations

from typing import Any

from case import POSTGRESQL, SQLITE, refused, rows

EXACT = {"Prefer": "count=exact"}


def ranged(url: str, body: str | None, content_range: str, status: int = 200, **more: Any) -> Any:
    return rows(url, body, status=status, answers={"Content-Range": content_range}, **more)  # type: ignore[arg-type]  # a HEAD has no body


COUNTED = [
    ranged(
        "authors?select=id,countries(id)&id=lt.3&order=id",
        '[{"id":1,"countries":{"id":1}},{"id":2,"countries":{"id":2}}]',
        "0-1/*",
    ),
    ranged(
        "authors?select=id,books!author_id!inner()&order=id", '[{"id":1},{"id":2},{"id":3}]', "0-2/3", headers=EXACT
    ),
    ranged(
        "authors?select=id,books!author_id()&books.price=gt.8&order=id&limit=2",
        '[{"id":1},{"id":2}]',
        "0-1/5",
        206,
        headers=EXACT,
    ),
    ranged(
        "books?select=id,reviews()&reviews=is.null&order=id", '[{"id":4},{"id":5},{"id":6}]', "0-2/3", headers=EXACT
    ),
    ranged(
        "books?select=id,reviews(),tags()&or=(reviews.is.null,tags.is.null)&limit=1&order=id",
        '[{"id":4}]',
        "0-0/3",
        206,
        headers=EXACT,
    ),
    ranged(
        "books?select=id,...author_id!inner(name)&order=id&limit=1",
        '[{"id":1,"name":"Ada"}]',
        "0-0/5",
        206,
        headers=EXACT,
    ),
    ranged("books?select=id,author_id()&order=author_id(name),id&limit=1", '[{"id":1}]', "0-0/6", 206, headers=EXACT),
    ranged("books?select=id,tags!inner()&tags.name=eq.none", "[]", "*/0", headers=EXACT),
    ranged(
        "authors?select=id,books!author_id()&books=is.null",
        '[{"id":4},{"id":5}]',
        "0-1/2",
        headers={"Prefer": "count=estimated"},
        on=SQLITE,
    ),
    ranged(
        "authors?select=id,books!author_id()&books=is.null",
        '[{"id":4},{"id":5}]',
        "0-1/2",
        headers={"Prefer": "count=planned"},
        on=SQLITE,
    ),
    rows(
        "many?select=id,nothing:id&limit=1&order=id",
        '[{"id":1,"nothing":1}]',
        status=206,
        answers={"Content-Range": "0-0/5000"},
        headers={"Prefer": "count=planned"},
    ),
    rows(
        "authors?select=id,countries!inner()&order=id&limit=2",
        '[{"id":1},{"id":2}]',
        status=206,
        headers={"Prefer": "count=planned"},
        on=POSTGRESQL,
    ),
    refused("authors?select=id,books!author_id!inner()&offset=9", 416, "PGRST103", headers=EXACT),
    ranged(
        "authors?select=id,books!author_id(id)&order=id&books.order=id",
        '[{"id":2,"books":[{"id":3}]},{"id":3,"books":[{"id":4}]}]',
        "1-2/*",
        headers={"Range": "1-2"},
    ),
    ranged(
        "authors?select=id,books!author_id(id)&books.limit=1&books.order=id&order=id",
        '[{"id":1,"books":[{"id":1}]}]',
        "0-0/5",
        206,
        headers={"Range": "0-0", **EXACT},
    ),
]
HEADS = [
    ranged("authors?select=id,books!author_id!inner(id)", None, "0-2/3", method="HEAD", headers=EXACT),
    ranged("authors?select=id,books!author_id(id)", None, "0-4/*", method="HEAD"),
    ranged("authors?select=...countries(name)&order=countries(name)", None, "0-4/5", method="HEAD", headers=EXACT),
    ranged("books?select=id,reviews()&reviews=is.null", None, "0-2/3", method="HEAD", headers=EXACT),
    ranged("books?select=year,count()", None, "0-3/4", method="HEAD", headers=EXACT, app="aggregates"),
    ranged(
        "books?select=year,count()&having=(count.gt.1)", None, "0-1/2", method="HEAD", headers=EXACT, app="aggregates"
    ),
    refused("books?select=id,nope(id)", 400, None, method="HEAD"),
]
GROUPS = [
    ranged(
        "books?select=year,count()&order=year&limit=1",
        '[{"year":2001,"count":2}]',
        "0-0/4",
        206,
        headers=EXACT,
        app="aggregates",
    ),
    ranged(
        "books?select=year,count()&order=year",
        '[{"year":2005,"count":2},{"year":2010,"count":1}]',
        "1-2/4",
        206,
        headers={"Range": "1-2", **EXACT},
        app="aggregates",
    ),
    ranged(
        "books?select=year,count()&having=(count.gt.1)&order=year&limit=1",
        '[{"year":2001,"count":2}]',
        "0-0/2",
        206,
        headers=EXACT,
        app="aggregates",
    ),
    ranged("books?select=count()", '[{"count":6}]', "0-0/1", headers=EXACT, app="aggregates"),
    ranged("books?select=count", '[{"count":6}]', "0-0/1", headers=EXACT),
    ranged("books?select=year,count()&id=gt.99", "[]", "*/0", headers=EXACT, app="aggregates"),
]
LIMITED = [
    ranged(
        "authors?select=id,follows!followed_id(follower_id)&follows.order=follower_id&order=id",
        '[{"id":1,"follows":[{"follower_id":2},{"follower_id":3},{"follower_id":4}]},{"id":2,"follows":[{"follower_id":1}]},{"id":3,"follows":[{"follower_id":1}]}]',
        "0-2/*",
        app="limited",
    ),
    rows(
        "books?select=id,editions(id)&editions.order=id&id=eq.1&editions.limit=9",
        '[{"id":1,"editions":[{"id":1},{"id":2}]}]',
        app="limited",
    ),
    rows(
        "countries?select=id,authors(id)&authors.order=id&id=eq.1&authors.limit=1",
        '[{"id":1,"authors":[{"id":1}]}]',
        app="limited",
    ),
    rows(
        "countries?select=id,authors(id)&authors.order=id&id=eq.1&authors.offset=1",
        '[{"id":1,"authors":[{"id":3}]}]',
        app="limited",
    ),
    rows("countries?select=id,...authors(ids:id)&authors.order=id&id=eq.1", '[{"id":1,"ids":[1,3]}]', app="limited"),
    rows(
        "tags?select=id,books(id)&id=eq.1&books.order=id.desc",
        '[{"id":1,"books":[{"id":6},{"id":3},{"id":1}]}]',
        app="limited",
    ),
    rows("follows?select=count", '[{"count":6}]', app="limited"),
    ranged("authors?select=id&order=id", '[{"id":1},{"id":2},{"id":3}]', "0-2/5", 206, app="limited", headers=EXACT),
]
CASES = [*COUNTED, *HEADS, *GROUPS, *LIMITED]
