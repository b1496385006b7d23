"""What cannot be embedded, filtered, ordered or aggregated, and what is said of it."""

from __future__ import annotations

from case import POSTGRESQL, SQLITE, refused, rows

UNKNOWN = [
    refused("books?select=id,revews(id)", 400, "PGRST200", hint="'reviews'", mentions=("books", "revews")),
    refused("books?select=id,countries(id)", 400, "PGRST200", mentions=("books", "countries")),
    refused("books?select=id,nothing(id)", 400, "PGRST200"),
    refused("books?select=id,reviews!nope(id)", 400, "PGRST200", mentions=("reviews", "nope")),
    refused("books?select=id,reviews!author_id(id)", 400, "PGRST200"),
    refused("books?select=id,title(id)", 400, "PGRST200"),
    refused("books?select=id,books(id)", 400, "PGRST200"),
    refused("books?select=id,...nope(id)", 400, "PGRST200"),
    refused("authors?select=id,books!author_id(id,nope(id))", 400, "PGRST200", mentions=("books", "nope")),
    refused("stations?select=*,measures_north(id)", 400, "PGRST200"),
    refused("measures_north?select=*,stations(id)", 400, "PGRST200", on=POSTGRESQL),
    refused("halls?select=*,shelves!building(id)", 400, "PGRST200"),
    refused("shelves?select=*,building(name)", 400, "PGRST200"),
    refused("books?select=id,author_id(nope)", 400, "42703", mentions=("authors.nope",)),
    refused("books?select=id,author_id(nam)", 400, "42703", hint="'name'"),
    refused("books?select=id,reviews(id)&reviews.nope=eq.1", 400, "42703", mentions=("reviews.nope",)),
    refused("books?select=id,reviews(id)&reviews.order=nope", 400, "42703"),
    refused("books?select=id,author_id(name)&order=author_id(nope)", 400, "42703"),
    refused("books?select=id,author:author_id(name)&author_id=is.null&author=eq.1", 400, "PGRST120"),
]
SEVERAL = [
    refused(
        "books?select=id,authors(name)",
        300,
        "PGRST201",
        hint="'authors!books_author_id_fkey', 'authors!books_editor_id_fkey'",
    ),
    refused(
        "authors?select=id,books(id)",
        300,
        "PGRST201",
        hint="'books!books_author_id_fkey', 'books!books_editor_id_fkey'",
    ),
    refused(
        "authors?select=id,authors!follows(id)",
        300,
        "PGRST201",
        hint="'authors!follows_followed_id_fkey', 'authors!follows_follower_id_fkey'",
    ),
    refused("authors?select=id,follows(since)", 300, "PGRST201"),
    refused("countries?select=id,authors(books(id))", 300, "PGRST201", mentions=("authors with books",)),
    refused("books?select=id,...authors(name)", 300, "PGRST201"),
    refused("authors?select=a:books!author_id(id),a:books!editor_id(id)", 400, "42712", mentions=("'a'",)),
    refused("books?select=author_id(name),author_id(born)", 400, "42712"),
    refused("books?select=...authors!author_id(name),...authors!editor_id(n:name)&authors.id=eq.1", 400, "42712"),
]
NOT_EMBEDDED = [
    refused("books?reviews.id=eq.1", 400, "PGRST108", mentions=("reviews",)),
    refused("books?select=id,reviews(id)&review.id=eq.1", 400, "PGRST108", hint="'reviews'"),
    refused("books?select=id,reviews(id)&tags.order=id", 400, "PGRST108"),
    refused("books?select=id,reviews(id)&tags.limit=1", 400, "PGRST108"),
    refused("books?select=id,reviews(id)&tags.or=(id.eq.1,id.eq.2)", 400, "PGRST108"),
    refused("books?select=id,reviews(id)&reviews.books.id=eq.1", 400, "PGRST108", mentions=("books",)),
    refused("books?select=id,reviews(id)&order=tags(id)", 400, "PGRST108"),
    refused("books?select=id,author:author_id(name)&order=author_id(name)", 400, "PGRST108"),
    refused("books?select=id,author:author_id(name)&nope.having=(count.gt.1)", 400, "PGRST108"),
    rows(
        "tickets?select=id,s:status(name)&status.name=eq.shut&id=lt.3&order=id",
        '[{"id":1,"s":null},{"id":2,"s":{"name":"shut"}}]',
        answers={"Warning": "299 - \"The embed 'status' has an alias; parameters should call it by that\""},
    ),
    rows("tickets?select=id,s:status(name)&s.name=eq.shut&id=eq.1", '[{"id":1,"s":null}]', answers={"Warning": None}),
]
ORDERED = [
    refused("books?select=id,reviews(id)&order=reviews(id)", 400, "PGRST118", mentions=("books", "reviews")),
    refused("books?select=id,tags(id)&order=tags(name)", 400, "PGRST118"),
    refused("books?select=id,t:tags(id)&order=t(name)", 400, "PGRST118", mentions=("'t'",)),
    refused("authors?select=id,books!author_id(id,reviews(id))&books.order=reviews(id)", 400, "PGRST118"),
    refused("authors?select=id,...books!author_id(id)&order=books(id)", 400, "PGRST118"),
]
COMPARED = [
    refused("books?select=id,reviews(id)&reviews=eq.1", 400, "PGRST120", hint="reviews=is.null"),
    refused("books?select=id,reviews(id)&reviews=is.true", 400, "PGRST120"),
    refused("books?select=id,reviews(id)&reviews=in.(1,2)", 400, "PGRST120"),
    refused("books?select=id,reviews(id)&or=(reviews.eq.1,id.eq.1)", 400, "PGRST120"),
    refused("authors?select=id,books!author_id(id,reviews(id))&books.reviews=gt.1", 400, "PGRST120"),
    refused("books?select=id,reviews()&reviews->a=is.null", 400, "42703"),
]
AGGREGATED = [
    refused("books?select=count()", 400, "PGRST123"),
    refused("books?select=price.sum()", 400, "PGRST123"),
    refused("authors?select=name,books!author_id(price.max())", 400, "PGRST123"),
    refused("books?select=...author_id(id.max())", 400, "PGRST123"),
    rows("books?select=count", '[{"count":6}]'),
    rows("authors?select=name,books!author_id(count)&id=eq.1", '[{"name":"Ada","books":[{"count":3}]}]'),
    rows("odd name?select=count&order=id", '[{"count":7},{"count":8}]'),
    *(
        refused(url, status, code, app="aggregates", **more)  # type: ignore[arg-type]  # each is what `refused` takes
        for url, status, code, more in (
            ("books?select=year,count()&order=title", 400, "42803", {"mentions": ("title",)}),
            ("books?select=count()&order=id", 400, "42803", {}),
            ("books?select=author_id(name),count()&order=author_id(name)", 400, "42803", {}),
            ("books?select=year,count()&order=nope", 400, "42703", {}),
            ("books?select=nope.sum()", 400, "42703", {}),
            ("books?select=title.sum()", 404, "42883", {"mentions": ("sum(text)",)}),
            ("books?select=title.avg()", 404, "42883", {}),
            ("editions?select=bound.max()", 404, "42883", {"mentions": ("max(boolean)",)}),
            ("editions?select=extra.min()", 404, "42883", {}),
            ("tokens?select=id.max()", 404, "42883", {}),
            ("books?select=id.median()", 400, "PGRST100", {}),
            ("books?select=price.sum()::nope", 400, "42704", {}),
            ("books?select=title::int.sum()", 400, "22P02", {"on": POSTGRESQL}),
            ("integers?select=big.sum()&big=gt.0", 400, "22003", {"on": SQLITE}),
            ("books?select=year,n:count()&having=(m.gt.1)", 400, "42703", {"mentions": ("'m'",)}),
            ("books?select=year,total:price.sum()&having=(totl.gt.1)", 400, "42703", {"hint": "'total'"}),
            ("books?select=year,n:count()&having=(year.gt.1)", 400, "42703", {}),
            ("books?select=year&having=(year.gt.1)", 400, "42703", {}),
            ("books?select=year,n:count()&having=(n.gt.x)", 400, "22P02", {}),
            ("books?select=year,n:count()&having=(n.gt)", 400, "PGRST100", {}),
            ("books?select=year,n:count()&having=()", 400, "PGRST100", {}),
            ("books?select=year,n:count()&having=gt.1", 400, "42703", {"mentions": ("books.having",)}),
            ('books?select=year,n:count()&"having"=(n.gt.1)', 400, "PGRST100", {}),
            (
                "authors?select=id,books!author_id!inner(reviews(id),n:count())&books.having=(n.gt.1)",
                400,
                "PGRST127",
                {},
            ),
        )
    ),
]
CASES = [*UNKNOWN, *SEVERAL, *NOT_EMBEDDED, *ORDERED, *COMPARED, *AGGREGATED]
